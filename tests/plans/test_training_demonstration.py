"""The demonstration shows people trained and not, declarations made and not, and a firm to look at."""

from datetime import date

import pytest

from agencies.models import Role
from plans.actions.demonstration import FIVE, seed_plans
from plans.actions.demonstration_training import LESSONS, seed_declarations, seed_training
from plans.consultants import consultants_seen_by, validity_of
from plans.coverage import coverage_of
from plans.models import Declaration, TrainingClass
from tests import make
from tests.plans import money, planning
from tests.plans.classes import officers

pytestmark = pytest.mark.django_db
BEGAN = make.at("2020-01-02 08:00")
MORNING = date(2021, 6, 16)


@pytest.fixture
def province():
    """A department, one that extends its scope, a dozen communes, and the people who handle plans."""
    make.staff()
    money.finance()
    planning.leader()
    make.user(Role.OFFICER, make.department("Sở Nội vụ"))
    make.department("Chi cục Thủy lợi", code="AG-CCTL", ceiling_tier="2c")
    for code in FIVE:
        make.department(f"Cơ quan {code}", code=code)
    officers(12)
    seed_plans(make.province(), BEGAN)
    return make.province()


def test_some_are_trained_and_some_need_the_next_class(province):
    assert seed_training(province) == len(LESSONS) + 2
    found = coverage_of(province, MORNING)
    assert 0 < found.total.done < len(found.holders)
    assert found.needing(TrainingClass.objects.open_for_registration(MORNING).get())


def test_a_confirmation_ends_soon(province):
    seed_training(province)
    lines = [validity_of(one, MORNING) for one in consultants_seen_by(make.staff())]
    assert sorted((line.is_valid, line.needs_attention) for line in lines) == [(False, False), (True, True)]


def test_everybody_but_those_who_build_has_declared(province):
    seed_declarations(province, BEGAN)
    current = Declaration.objects.current()
    assert current.filter(standard__code="2008").get().agency.code == "AG-CCTL"
    assert current.filter(agency__group="ubnd_xa").count() == 12


def test_a_second_run_creates_nothing(province):
    seed_declarations(province, BEGAN)
    seed_training(province)
    assert (seed_declarations(province, BEGAN), seed_training(province)) == (0, 0)

"""The demonstration's plans: 387 million needed, 300 there, and a second run that creates nothing."""

import pytest

from agencies.actions.document import register
from agencies.models import Role
from plans.actions import plan as act
from plans.actions.demonstration import FIVE, SUPPLEMENT, seed_plans
from plans.judgement import judge
from plans.models import PlanEntry, RolloutPlan
from tests import make
from tests.plans import money, planning

pytestmark = pytest.mark.django_db
BEGAN = make.at("2020-01-02 08:00")


@pytest.fixture
def province():
    """An Giang with its five and one department more, and the people who handle plans."""
    clerk = make.staff()
    money.finance()
    planning.leader()
    make.user(Role.OFFICER, make.department("Sở Nội vụ", ceiling_tier="2b"))
    for place, code in enumerate(FIVE):
        make.department(f"Cơ quan {code}", code=code, ceiling_tier="2c" if place else "2b")
    root = make.province()
    letter = {"issued_on": BEGAN.date(), "issuer": "UBND tỉnh An Giang", "abstract": "Bổ sung kế hoạch"}
    register(by=clerk, at=BEGAN, province=root, kind="letter", number="1141/UBND-TH", **letter)
    return root


def test_eighty_seven_million_are_missing_for_the_five(province):
    seed_plans(province, BEGAN)
    plan = RolloutPlan.objects.get(code=SUPPLEMENT)
    missing = judge(plan, BEGAN.date()).shortfalls[0]
    assert (plan.state, plan.consent.number) == ("finance_review", "1141/UBND-TH")
    assert (missing.committed, missing.available, missing.missing) == (387_000_000, 300_000_000, 87_000_000)
    with pytest.raises(act.NotCleared, match=r"thiếu 87\.000\.000 đồng"):
        act.clear(plan, by=money.finance(), at=planning.AT)


def test_a_second_run_creates_nothing(province):
    assert seed_plans(province, BEGAN) == 2
    before = PlanEntry.objects.count()
    assert (seed_plans(province, BEGAN), PlanEntry.objects.count()) == (0, before)

"""The page of a document says what points at it, to each person what that person may see."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Role
from plans.models import EntryStep, RolloutPlan
from reports.actions.review import exempt, extend
from reports.document_uses import uses_of
from tests import make
from tests.plans import planning

pytestmark = pytest.mark.django_db
AT = make.at("2021-06-16 08:00")


def told(document, user):
    return {(use.title, str(use.detail)) for use in uses_of(document, user)}


@pytest.fixture
def letter(now):
    """One letter that a cycle, a plan with a step, an extension and an exemption go by."""
    now("2021-06-16 08:00")
    letter, clerk = make.document("1141/UBND-TH"), make.staff()
    plan = planning.drafted(planning.five()[0], code="KH-1", title="Kế hoạch", consent=letter)
    EntryStep.objects.filter(entry__plan=plan, step__order=1).update(evidence=letter)
    first, second = make.agency("Ủy ban nhân dân xã An"), make.agency("Ủy ban nhân dân xã Bình")
    cycle = make.cycle()
    cycle.documents.add(letter)
    why = {"by": clerk, "at": AT, "document": letter, "reason": "Mưa lũ"}
    extend(make.report(first, cycle), until=date(2021, 7, 15), **why)
    exempt(make.report(second, cycle), **why)
    return letter


def test_every_plan_cycle_and_report_that_names_a_document_is_on_its_page(letter, browse):
    clerk = make.staff(username="again")
    assert {detail for _title, detail in told(letter, clerk)} == {
        "căn cứ của kỳ báo cáo, thư nhắc và văn bản nhắc nhở",
        "văn bản chủ trương của kế hoạch",
        "minh chứng của bước trong kế hoạch",
        "văn bản gia hạn",
        "văn bản miễn báo cáo",
    }
    page = browse(clerk).get(f"/agencies/documents/{letter.pk}/")
    for use in uses_of(letter, clerk):
        assert f'href="{use.url}"' in page.text
        assert browse(clerk).get(use.url).status_code == 200


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FINANCE, Role.LEADER])
def test_nobody_is_led_where_they_may_not_go(letter, browse, role):
    user = make.user(role, make.province())
    assert {browse(user).get(use.url).status_code for use in uses_of(letter, user)} <= {200}


def test_an_officer_reads_of_her_own_report_only(letter):
    own = make.agency("Ủy ban nhân dân xã Chi")
    assert {detail for _title, detail in told(letter, make.officer(own))} == {
        "căn cứ của kỳ báo cáo, thư nhắc và văn bản nhắc nhở"
    }


def test_many_that_name_it_cost_as_much_as_one(letter):
    clerk = make.staff(username="again")
    assert len(uses_of(letter, clerk)) == 5  # and the clerk's agency is known from now on
    with CaptureQueriesContext(connection) as one:
        uses_of(letter, clerk)
    for number in range(9):
        plan = planning.drafted(code=f"KH-M{number}")
        RolloutPlan.objects.filter(pk=plan.pk).update(consent=letter)
    with CaptureQueriesContext(connection) as many:
        assert len(uses_of(letter, clerk)) == 14
    assert len(one) == len(many)

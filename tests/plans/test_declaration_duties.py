"""What a declared system owes: every year, after a law, after a change, with a new standard."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency
from agencies.models.calendar import Holiday
from isotrack.kit.states import WrongState
from plans.actions.declaration import due_of_update, finish_upkeep, record_upkeep
from plans.duties import DutyState, duties_of, progress_of, that_declare
from plans.models import StandardVersion, UpkeepKind
from tests import make
from tests.plans import money
from tests.plans.classes import building, upkeep

pytestmark = pytest.mark.django_db
TODAY = date(2021, 6, 16)


@pytest.fixture
def agency():
    return make.agency()


def duties(agency, today=TODAY):
    return {duty.about: duty for duty in duties_of([agency], today).get(agency.pk, [])}


def test_an_agency_without_a_declaration_owes_nothing(agency):
    upkeep(agency, UpkeepKind.INTERNAL_AUDIT, date(2021, 1, 5))
    assert duties(agency) == {}


def test_the_year_of_the_first_declaration_is_met(agency):
    money.declared(agency, date(2021, 2, 25))
    assert duties(agency) == {}


def test_audit_and_review_are_owed_once_in_every_later_year(agency):
    money.declared(agency, date(2020, 2, 25))
    upkeep(agency, UpkeepKind.INTERNAL_AUDIT, date(2021, 5, 5))
    found = duties(agency)
    assert found["Đánh giá nội bộ năm 2021"].state == DutyState.DONE
    review = found["Xem xét của lãnh đạo năm 2021"]
    assert (review.state, review.due_on, review.left) == (DutyState.OPEN, date(2021, 12, 31), "Còn 198 ngày")
    assert "điểm b khoản 4 Điều 4" in review.law


def test_a_year_that_passed_without_is_overdue(agency):
    money.declared(agency, date(2019, 2, 25))
    missed = duties(agency)["Đánh giá nội bộ năm 2020"]
    assert (missed.state, missed.left) == (DutyState.OVERDUE, "quá 167 ngày")


def test_the_step_of_a_plan_counts_as_the_audit_of_its_year(agency):
    money.declared(agency, date(2019, 2, 25))
    building(agency, INTERNAL_AUDIT=date(2021, 2, 1))
    assert duties(agency)["Đánh giá nội bộ năm 2021"].done_on == date(2021, 2, 1)


def test_a_legal_document_is_taken_in_within_three_months():
    assert due_of_update(date(2021, 1, 15)) == date(2021, 4, 15)
    assert due_of_update(date(2020, 11, 30)) == date(2021, 3, 1)  # 28/02/2021 is a Sunday


def test_three_months_that_end_on_a_holiday_end_the_working_day_after():
    Holiday.objects.create(day=date(2021, 4, 30), name="Ngày Giải phóng miền Nam")
    Holiday.objects.create(day=date(2021, 5, 3), name="Nghỉ bù ngày Quốc tế Lao động")
    assert due_of_update(date(2021, 1, 30)) == date(2021, 5, 4)


def test_taking_a_document_in_ends_the_duty_once(agency):
    lan = make.officer(agency)
    money.declared(agency, date(2021, 2, 25))
    told = {"kind": UpkeepKind.LEGAL_UPDATE, "happened_on": date(2021, 4, 1), "about": "NĐ 1/2021"}
    act = record_upkeep(agency, by=lan, at=make.NOW, **told)
    assert duties(agency)["Cập nhật văn bản: NĐ 1/2021"].due_on == date(2021, 7, 1)
    finish_upkeep(act, by=lan, at=make.NOW, done_on=date(2021, 6, 10))
    assert duties(agency)["Cập nhật văn bản: NĐ 1/2021"].state == DutyState.DONE
    with pytest.raises(WrongState):
        finish_upkeep(act, by=lan, at=make.NOW, done_on=date(2021, 6, 11))


def test_a_change_of_scope_opens_the_duty_to_declare_again_until_it_is_done(agency):
    lan = make.officer(agency)
    money.declared(agency, date(2021, 2, 25))
    told = {"kind": UpkeepKind.SCOPE_CHANGE, "happened_on": date(2021, 5, 1), "about": "thêm 12 thủ tục"}
    record_upkeep(agency, by=lan, at=make.NOW, **told)
    assert duties(agency)["Công bố lại: thêm 12 thủ tục"].state == DutyState.OPEN
    money.declared(agency, date(2021, 6, 1))
    assert duties(agency) == {}


def test_an_old_standard_asks_for_the_new_one_by_its_day(agency):
    money.declared(agency, date(2021, 2, 25))
    StandardVersion.objects.update(apply_until=date(2021, 6, 30))
    [duty] = duties(agency).values()
    assert (duty.due_on, duty.left) == (date(2021, 6, 30), "Còn 14 ngày")


def test_progress_counts_the_current_declaration_of_every_agency(agency):
    other = make.agency("Ủy ban nhân dân xã Phú Hữu")
    money.declared(agency, date(2019, 2, 25))
    declared = money.declared(agency, date(2021, 2, 25))
    declared.standard = money.standard("2026")
    declared.save()
    progress = progress_of(that_declare(Agency.objects.filter(pk__in=[agency.pk, other.pk]), TODAY))
    assert [(version.code, bar.figures) for version, bar in progress.versions] == [
        ("2015", "0/2"),
        ("2026", "1/2"),
    ]
    assert progress.none.figures == "1/2"


def test_duties_cost_the_same_for_one_agency_and_for_many(agency):
    agencies = [agency, *(make.agency(f"Ủy ban nhân dân xã Số {n}") for n in range(8))]
    for one in agencies:
        money.declared(one, date(2020, 2, 25))
        upkeep(one, UpkeepKind.SCOPE_CHANGE, date(2021, 2, 25))
    with CaptureQueriesContext(connection) as few:
        duties_of(agencies[:1], TODAY)
    with CaptureQueriesContext(connection) as many:
        duties_of(agencies, TODAY)
    assert len(few) == len(many) <= 4

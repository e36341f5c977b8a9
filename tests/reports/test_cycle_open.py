"""Opening a cycle: who owes a report, and at what cost."""

from datetime import date

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from agencies.actions.agency import change
from agencies.models import Agency
from isotrack.journal.models import Entry
from reports.actions.cycle import open_cycle, turn_switches
from reports.actions.overdue import flag_overdue
from reports.models import ReportCycle
from tests import make

pytestmark = pytest.mark.django_db


def opening(year=2020):
    return open_cycle(year, province=make.province(), by=None, at=make.at(f"{year + 1}-01-04"))


def test_every_agency_that_reports_on_the_last_day_of_the_year_owes_one():
    make.reference()
    make.agency()
    make.agency("Ủy ban nhân dân xã Phú Hội", on=date(2021, 1, 1))  # founded a day too late
    make.agency("Văn phòng", reports_annually=False)
    cycle, created = opening()
    assert created == 1
    assert cycle.in_words == "trước ngày 30/6/2021 (hết ngày 29/6/2021)"
    assert cycle.cutoff == make.at("2021-06-30 00:00")


def test_a_second_opening_creates_nothing():
    make.reference()
    make.agency()
    first, _created = opening()
    second, created = opening()
    assert (second, created) == (first, 0)
    assert Entry.objects.filter(verb="cycle-opened").count() == 1


def test_the_superior_of_the_time_is_kept_on_the_row():
    make.reference()
    before, after = make.district(), make.district("Ủy ban nhân dân huyện Tri Tôn")
    commune = make.agency(superior=before)
    opening()
    change(commune, by=None, at=make.NOW, on=date(2021, 3, 1), reason="NQ 1", superior=after)
    report = commune.reports.get()
    assert report.superior == before
    assert Agency.objects.get(pk=commune.pk).superior == after


def test_agencies_of_another_province_are_left_out():
    make.reference()
    make.agency("Ủy ban nhân dân xã Bình An", superior=make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    make.agency()
    cycle, created = opening()
    assert created == 1


def statements(number):
    for place in range(number):
        make.agency(f"Ủy ban nhân dân xã {number} {place}")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        opening(2020 + number)
    return len(queries)


def test_opening_costs_the_same_for_1_agency_and_for_50():
    make.reference()
    make.province()
    statements(2)
    assert statements(1) == statements(50)


def test_switches_are_journalled_with_their_reason():
    cycle = make.cycle()
    turn_switches(
        cycle,
        by=make.staff(),
        at=make.NOW,
        reason="Theo thông lệ",
        day_itself_counts=True,
        moves_to_working_day=False,
    )
    entry = Entry.objects.get(verb="cycle-switched")
    assert entry.reason == "Theo thông lệ"
    assert entry.changes["day_itself_counts"] == [False, True]


def test_flags_that_a_switch_makes_untrue_are_taken_back():
    agency = make.agency()
    report = make.report(agency, sent="2021-06-30 09:00", flagged_late_at=make.at("2021-06-30 10:00"))
    clerk = make.staff()
    for counts, flagged in ((True, None), (False, None)):
        turn_switches(
            report.cycle,
            by=clerk,
            at=make.at("2021-07-01"),
            reason="Thông lệ",
            day_itself_counts=counts,
            moves_to_working_day=False,
        )
        report.refresh_from_db()
        assert report.flagged_late_at == flagged
    assert flag_overdue(as_of=make.at("2021-07-02")).late == 1


def test_the_database_refuses_two_cycles_of_one_year():
    cycle = make.cycle()
    with pytest.raises(IntegrityError, match="cycle_once_a_year"):
        ReportCycle.objects.create(
            province=cycle.province,
            year=2020,
            expected_on=date(2020, 12, 31),
            opens_at=cycle.opens_at,
            due_before=cycle.due_before,
            locks_at=cycle.locks_at,
            cutoff=cycle.cutoff,
            questionnaire=cycle.questionnaire,
        )

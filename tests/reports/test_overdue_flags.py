"""Late and missing are flagged once, in the journal and for the department, at the right instant."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Entry, Notice
from reports.actions.cycle import close_cycle, turn_switches
from reports.actions.overdue import flag_overdue
from reports.actions.review import exempt, extend, return_for_correction
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
AFTER = at("2021-06-30 00:05")


def flag(as_of, **options):
    flagged = flag_overdue(as_of=as_of, **options)
    return flagged.late, flagged.missing


def test_nothing_is_missing_in_the_last_second_and_all_of_it_in_the_next():
    make.reports(2)
    assert flag(at("2021-06-29 23:59:59")) == (0, 0)
    assert flag(at("2021-06-30 00:00:00")) == (0, 2)


def test_a_report_of_the_last_second_is_never_flagged_and_one_of_the_next_is_late():
    cycle = make.reports(2)
    punctual, late = cycle.reports.order_by("pk")
    make.report(punctual.agency, cycle, sent="2021-06-29 23:59:59")
    make.report(late.agency, cycle, sent="2021-06-30 00:00:00")
    assert flag(AFTER) == (1, 0)
    late.refresh_from_db()
    assert late.flagged_late_at == AFTER


@pytest.mark.parametrize(
    ("day_itself_counts", "moves_to_working_day", "first_missing"),
    [
        (False, False, "2024-06-30"),
        (True, False, "2024-07-01"),
        (False, True, "2024-07-02"),  # 29/6/2024 is a Saturday: Monday 1/7 is the last day
        (True, True, "2024-07-02"),
    ],
)
def test_the_switches_move_the_instant(day_itself_counts, moves_to_working_day, first_missing):
    make.agency()
    cycle = make.cycle(year=2023)
    switches = {"day_itself_counts": day_itself_counts, "moves_to_working_day": moves_to_working_day}
    turn_switches(cycle, by=make.staff(), at=make.NOW, reason="Theo văn bản", **switches)
    midnight = at(first_missing)
    assert flag(midnight - timedelta(seconds=1)) == (0, 0)
    assert flag(midnight) == (0, 1)


def test_each_report_is_flagged_once_however_often_it_is_asked():
    make.reports(2)
    assert flag(AFTER) == (0, 2)
    assert flag(AFTER + timedelta(hours=1)) == (0, 0)
    assert Entry.objects.filter(verb="report-missing").count() == 2


def test_a_missing_one_that_comes_becomes_late_and_both_stay_in_the_journal():
    cycle = make.reports(1)
    flag(AFTER)
    report = make.report(cycle.reports.get().agency, cycle, sent="2021-07-02 10:00")
    assert flag(at("2021-07-02 11:00")) == (1, 0)
    written = Entry.objects.about("report", report.pk).filter(verb__startswith="report-")
    assert set(written.values_list("verb", flat=True)) >= {"report-missing", "report-late"}


def test_the_journal_says_that_the_system_did_it_and_to_which_agency():
    cycle = make.reports(1)
    flag(AFTER)
    entry = Entry.objects.get(verb="report-missing")
    assert (entry.actor, entry.actor_key, entry.at) == ("Hệ thống", "", AFTER)
    assert (entry.about_label, entry.province) == (str(cycle.reports.get()), str(cycle.province_id))


def test_the_department_is_told_once_a_day_who_is_missing(mailoutbox):
    make.reports(2)
    binh = make.staff()
    flag(AFTER)
    flag(AFTER + timedelta(hours=1))
    deliver_owed(AFTER + timedelta(hours=1))
    (digest,) = mailoutbox
    assert digest.to == [binh.email]
    assert digest.subject.startswith("Kỳ báo cáo năm 2020: 2 chưa gửi, 0 gửi trễ")


def test_a_day_on_which_nothing_is_flagged_has_no_digest():
    make.reports(1)
    make.staff()
    flag(at("2021-06-29 12:00"))
    assert Notice.objects.count() == 0


def test_exempt_and_extended_ones_are_not_flagged():
    cycle = make.reports(2)
    spared, extended = cycle.reports.order_by("pk")
    because = {"by": make.staff(), "at": make.NOW, "document": make.document(), "reason": "Lũ"}
    exempt(spared, **because)
    extend(extended, until=at("2021-07-20").date(), **because)
    assert flag(at("2021-07-20 23:59:59")) == (0, 0)
    assert flag(at("2021-07-21 00:00")) == (0, 1)


def test_an_extension_given_afterwards_is_judged_anew():
    cycle = make.reports(1)
    flag(AFTER)
    because = {"by": make.staff(), "document": make.document(), "reason": "Lũ"}
    extend(cycle.reports.get(), at=at("2021-07-01"), until=at("2021-07-10").date(), **because)
    assert flag(at("2021-07-05")) == (0, 0)
    assert flag(at("2021-07-11")) == (0, 1)


def test_a_return_after_the_deadline_makes_nobody_late():
    cycle = make.reports(1)
    report = make.report(cycle.reports.get().agency, cycle, sent="2021-06-29 23:59:59")
    returned = {"by": make.staff(), "comment": "Bổ sung bản quét", "correct_by": at("2021-07-20").date()}
    return_for_correction(report, at=at("2021-07-05 09:00"), **returned)
    make.report(report.agency, cycle, submitted_at=at("2021-07-10"), state="submitted")
    assert flag(at("2021-07-11")) == (0, 0)


def test_a_closed_cycle_is_left_alone():
    cycle = make.reports(1)
    close_cycle(cycle, by=None, at=at("2021-06-30 00:01"))
    assert flag(AFTER) == (0, 0)


def test_a_dry_run_counts_and_writes_nothing():
    make.reports(2)
    assert flag(AFTER, dry_run=True) == (0, 2)
    assert not Entry.objects.filter(verb="report-missing").exists()
    assert flag(AFTER) == (0, 2)


def test_flagging_costs_the_same_for_one_report_and_for_fifty():
    def cost():
        with CaptureQueriesContext(connection) as asked:
            flag(AFTER)
        return len(asked)

    make.staff()
    only = make.cycle()
    one = cost()
    only.delete()
    Notice.objects.all().delete()
    fifty = make.reports(50)
    assert cost() == one
    assert fifty.reports.filter(flagged_missing_at=AFTER).count() > 50

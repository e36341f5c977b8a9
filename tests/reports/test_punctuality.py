"""Punctuality: judged by the first valid submission against the effective cut-off, in Vietnam."""

from datetime import date

import pytest
from django.utils import timezone

from reports.actions.cycle import turn_switches
from reports.actions.review import exempt, extend, return_for_correction
from reports.models import AnnualReport, Punctuality
from reports.rates import rates
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
LONG_AFTER = at("2021-09-01")


def judged(report, as_of=LONG_AFTER):
    """How the row and the database judge; they must agree."""
    report.refresh_from_db()
    row = report.punctuality_at(as_of)
    annotated = AnnualReport.objects.with_punctuality(as_of).get(pk=report.pk).punctuality
    assert row == annotated
    return row


def sent(instant):
    return make.report(make.agency(), sent=instant)


@pytest.mark.parametrize(
    ("instant", "kind", "days"),
    [
        ("2021-06-29 23:59:59", Punctuality.ON_TIME, 0),
        ("2021-06-29 23:59:59.999999", Punctuality.ON_TIME, 0),
        ("2021-06-30 00:00:00", Punctuality.LATE, 1),
        ("2021-06-30 23:59:59", Punctuality.LATE, 1),
        ("2021-07-05 08:00:00", Punctuality.LATE, 6),
    ],
)
def test_the_29th_is_the_last_day_by_default(instant, kind, days):
    report = sent(instant)
    assert judged(report) == kind
    assert report.days_late(date(2021, 9, 1)) == days


@pytest.mark.parametrize(
    ("instant", "kind"),
    [("2021-06-30 23:59:59", Punctuality.ON_TIME), ("2021-07-01 00:00:00", Punctuality.LATE)],
)
def test_with_the_day_itself_counting_the_30th_is_on_time(instant, kind):
    report = sent(instant)
    turn_switches(
        report.cycle,
        by=make.staff(),
        at=make.NOW,
        reason="Thông lệ",
        day_itself_counts=True,
        moves_to_working_day=False,
    )
    assert judged(report) == kind


def test_with_both_switches_a_sunday_moves_to_monday():
    agency = make.agency()
    cycle = make.cycle(year=2023)  # 30/6/2024 is a Sunday
    turned = turn_switches(
        cycle, by=make.staff(), at=make.NOW, reason="BLDS", day_itself_counts=True, moves_to_working_day=True
    )
    assert turned.in_words == "trước ngày 30/6/2024 (hết ngày 01/7/2024)"
    assert (
        judged(make.report(agency, cycle, sent="2024-07-01 23:59:59"), at("2024-09-01"))
        == Punctuality.ON_TIME
    )


def test_a_server_on_utc_judges_by_vietnamese_days():
    with timezone.override("UTC"):
        assert judged(sent("2021-06-30 00:00:00")) == Punctuality.LATE  # 17:00 of the 29th in UTC


def test_before_the_cut_off_nothing_is_missing():
    report = make.report(make.agency())
    assert judged(report, at("2021-06-29 23:59:59")) == Punctuality.NOT_DUE
    assert judged(report, at("2021-06-30 00:00:00")) == Punctuality.MISSING


def test_seen_from_before_a_sending_it_had_not_come_yet():
    report = sent("2021-07-05 08:00")
    assert judged(report, at("2021-07-04")) == Punctuality.MISSING


def test_a_return_after_the_cut_off_does_not_make_a_report_late():
    report = sent("2021-06-28 10:00")
    clerk = make.staff()
    return_for_correction(
        report, by=clerk, at=at("2021-07-05"), comment="Bổ sung câu 5", correct_by=date(2021, 7, 15)
    )
    assert judged(report) == Punctuality.ON_TIME
    AnnualReport.objects.filter(pk=report.pk).update(
        state="submitted", submitted_at=at("2021-07-14"), first_submitted_at=report.first_submitted_at
    )
    assert judged(report) == Punctuality.ON_TIME


def test_an_extended_report_is_judged_by_its_own_day():
    report = sent("2021-07-15 23:59:59")
    extend(
        report,
        by=make.staff(),
        at=make.NOW,
        until=date(2021, 7, 15),
        document=make.document(),
        reason="Thiên tai",
    )
    assert judged(report) == Punctuality.ON_TIME
    AnnualReport.objects.filter(pk=report.pk).update(first_submitted_at=at("2021-07-16 00:00"))
    assert judged(report) == Punctuality.LATE


def test_switches_leave_an_extension_alone():
    report = make.report(make.agency())
    clerk = make.staff()
    extend(
        report, by=clerk, at=make.NOW, until=date(2021, 7, 15), document=make.document(), reason="Thiên tai"
    )
    turn_switches(
        report.cycle,
        by=clerk,
        at=make.NOW,
        reason="Thông lệ",
        day_itself_counts=True,
        moves_to_working_day=False,
    )
    report.refresh_from_db()
    assert report.cutoff == at("2021-07-16 00:00")
    assert report.in_words == "trước ngày 16/7/2021 (hết ngày 15/7/2021)"


def test_an_exempt_report_is_neither_missing_nor_late():
    report = make.report(make.agency())
    exempt(report, by=make.staff(), at=make.NOW, document=make.document(), reason="Giải thể")
    assert judged(report) == Punctuality.EXEMPT


def test_the_five_parts_make_up_the_expected():
    agencies = [make.agency(f"Ủy ban nhân dân xã {name}") for name in "ABCDE"]
    cycle = make.cycle()
    clerk = make.staff()
    make.report(agencies[0], cycle, sent="2021-06-01 08:00")
    make.report(agencies[1], cycle, sent="2021-07-01 08:00", is_nil=True, nil_reason="Không có")
    exempt(
        make.report(agencies[2], cycle), by=clerk, at=make.NOW, document=make.document(), reason="Giải thể"
    )
    extend(
        make.report(agencies[3], cycle),
        by=clerk,
        at=make.NOW,
        until=date(2021, 12, 1),
        document=make.document("46/SKHCN"),
        reason="Thiên tai",
    )
    counted = rates(cycle, LONG_AFTER)
    parts = (counted.on_time, counted.late, counted.missing, counted.not_due, counted.exempt)
    assert parts == (1, 1, 1, 1, 1)
    assert (counted.expected, counted.received, counted.nil, counted.extended) == (5, 2, 1, 1)
    assert (counted.rate, counted.rate_on_time) == ("40,00", "20,00")


def test_no_agencies_print_a_dash():
    assert rates(make.cycle(), LONG_AFTER).rate == "–"

"""What the monitor board shows: rows under their superior, the urgent ones first, with sums."""

from datetime import date

import pytest

from isotrack.journal.models import Notice
from reports.board import Board, Wanted
from tests import make

pytestmark = pytest.mark.django_db
AFTER = make.at("2021-07-05 08:30")
BOARD = "/cycles/2020/"


@pytest.fixture
def district():
    return make.district(code="886")


@pytest.fixture
def cycle(district):
    """An Phú with one commune of each kind, made in another order than the board's."""
    names = ("An", "Bình", "Chi", "Dung", "Em")
    communes = [make.agency(f"Ủy ban nhân dân xã {name}", superior=district) for name in names]
    cycle = make.cycle()
    on_time, late, _missing, not_due, nil = communes
    make.report(on_time, cycle, sent="2021-06-29 23:59:59")
    make.report(late, cycle, sent="2021-07-02 10:00")
    letter = make.document()
    moved = {"extended_to": date(2021, 7, 15), "extended_at": make.NOW, "extension_document": letter}
    make.report(not_due, cycle, cutoff=make.at("2021-07-16 00:00"), **moved)
    make.report(nil, cycle, sent="2021-06-01 09:00", is_nil=True, nil_reason="Mới thành lập.")
    return cycle


def board_of(cycle, **wanted):
    return Board(cycle, make.staff(), Wanted(**wanted), AFTER)


def test_inside_a_superior_missing_comes_first_then_late_then_not_due_then_on_time(cycle, district):
    rows = [row for row in board_of(cycle).rows() if row.superior_pk == district.pk]
    assert [row.punctuality for row in rows] == ["missing", "late", "not_due", "on_time", "on_time"]
    assert [row.name for row in rows][:2] == ["UBND xã Chi", "UBND xã Bình"]


def test_days_late_are_calendar_days_after_the_29th(cycle):
    days = {row.name: row.days_late for row in board_of(cycle).rows()}
    assert days["UBND xã Bình"] == 3
    assert days["UBND xã Chi"] == 6


def test_a_superior_carries_the_sums_of_its_agencies(cycle, district):
    sums = board_of(cycle).sums[district.pk]
    assert (sums.expected, sums.on_time, sums.late, sums.missing, sums.not_due) == (5, 2, 1, 1, 1)


def test_chips_count_what_they_lead_to(cycle, browse, now):
    now("2021-07-05 08:30")
    clerk = browse(make.staff())
    for kind, number in board_of(cycle).chips:
        assert clerk.get(BOARD, {"kind": kind.value}).context["page_obj"].paginator.count == number
        assert len(clerk.get(BOARD, {"kind": kind.value}).context["page_obj"].object_list) == number


def test_late_and_missing_rows_explain_themselves(cycle, browse, now):
    now("2021-07-05 08:30")
    page = browse(make.staff()).get(BOARD).content.decode()
    assert page.count("Vì sao?") == 3  # late, missing, and the district's own
    assert "Trễ 3 ngày" in page


def test_nil_stands_beside_the_punctuality(cycle, browse, now):
    now("2021-07-05 08:30")
    page = browse(make.staff()).get(BOARD, {"kind": "nil"}).content.decode()
    row = page[page.index("UBND xã Em") :]
    assert "Đúng hạn" in row
    assert "Không phát sinh" in row


def test_an_extended_report_shows_its_new_day(cycle, browse, now):
    now("2021-07-05 08:30")
    page = browse(make.staff()).get(BOARD, {"kind": "not_due"}).content.decode()
    assert "gia hạn đến 15/07/2021" in page


def test_the_reminders_that_were_sent_are_counted(cycle):
    report = cycle.reports.order_by("pk").last()
    shared = {"voice": "v", "about": f"report:{report.pk}", "recipient": "a@b.example", "province": "1"}
    Notice.objects.create(step="officer-7", planned_for=AFTER, state="sent", sent_at=AFTER, **shared)
    Notice.objects.create(step="officer-3", planned_for=AFTER, **shared)
    counts = {row.pk: row.reminders for row in board_of(cycle).rows()}
    assert counts.pop(report.pk) == 1
    assert set(counts.values()) == {0}


def test_a_submission_after_the_moment_looked_at_is_not_there_yet(cycle):
    early = Board(cycle, make.staff(), Wanted(), make.at("2021-05-01"))
    assert early.rates.not_due == early.rates.expected
    assert not any(row.is_nil for row in early.rows())


def test_a_group_that_goes_on_overleaf_says_so(browse, now):
    now("2021-07-05 08:30")
    make.reports(60, superior=make.district())
    page = browse(make.staff()).get(BOARD)
    assert "(tiếp ở trang sau)" in page.content.decode()
    assert len(page.context["page_obj"].object_list) == 50


def test_a_page_beyond_the_last_shows_the_last(cycle, browse):
    page = browse(make.staff()).get(BOARD, {"page": "99"})
    assert page.status_code == 200
    assert page.context["page_obj"].number == 1

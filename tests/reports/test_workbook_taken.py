"""What a returned workbook does to the draft, and what it leaves alone."""

from datetime import date

import pytest

from isotrack.journal.models import Entry
from isotrack.kit.states import WrongState
from reports.actions.report import save_answers
from reports.last_year import prefilled
from reports.models import AnnualReport
from tests import make
from tests.reports import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make.report(make.agency(on=date(2019, 1, 1)))


def typed(data, **cells):
    def fill(book):
        for key, value in cells.items():
            sheets.cell_of(
                book, key.removesuffix("_still"), "E" if key.endswith("_still") else "C"
            ).value = value

    return sheets.changed(data, fill)


def in_browser(report, by=None, **answers):
    save_answers(report, by=by, at=make.NOW, answers=answers, seen=report.answers)
    report.refresh_from_db()


def test_good_answers_enter_and_the_journal_tells_it_once(report):
    taken = sheets.sent_in(typed(sheets.drawn(report), staff_total=22, head_name="Lan"), report)
    assert report.answers == {"staff_total": 22, "head_name": "Lan"}
    assert (report.state, taken.answers, taken.changed) == ("draft", 2, ["head_name", "staff_total"])
    assert Entry.objects.filter(verb="report-saved").count() == 1


def test_what_somebody_typed_meanwhile_is_a_conflict_and_stays(report):
    data = sheets.drawn(report)
    in_browser(report, make.officer(report.agency), staff_total=30)
    taken = sheets.sent_in(typed(data, staff_total=22, head_name="Lan"), report)
    assert report.answers == {"staff_total": 30, "head_name": "Lan"}
    assert sheets.told(taken) == {"Báo cáo!C10": "conflict"}
    assert "“22”" in taken.messages[0].message and "Trần Thị Lan đã lưu “30”" in taken.messages[0].message
    assert taken.answers == 1


def test_what_somebody_typed_meanwhile_elsewhere_is_no_conflict(report):
    data = sheets.drawn(report)
    in_browser(report, staff_total=30)
    assert sheets.told(sheets.sent_in(typed(data, head_name="Lan"), report)) == {}
    assert report.answers == {"staff_total": 30, "head_name": "Lan"}


def test_the_same_workbook_can_be_mended_and_sent_again(report):
    data = sheets.drawn(report)
    sheets.sent_in(typed(data, staff_total=22), report)
    taken = sheets.sent_in(typed(data, staff_total=23), report)
    assert (sheets.told(taken), report.answers) == ({}, {"staff_total": 23})


def test_a_workbook_can_take_back_what_it_said(report):
    in_browser(report, staff_total=20)
    data = sheets.drawn(report)
    sheets.sent_in(typed(data, staff_total=22), report)
    sheets.sent_in(data, report)
    assert report.answers == {"staff_total": 20}


def test_but_not_over_what_was_typed_between_the_two(report):
    data = sheets.drawn(report)
    sheets.sent_in(typed(data, staff_total=22), report)
    in_browser(report, staff_total=30)
    taken = sheets.sent_in(typed(data, staff_total=23), report)
    assert (list(sheets.told(taken).values()), report.answers) == (["conflict"], {"staff_total": 30})


def test_the_same_workbook_twice_changes_nothing(report):
    data = typed(sheets.drawn(report), staff_total=22)
    first, again = sheets.sent_in(data, report), sheets.sent_in(data, report)
    assert (first.changed, again.changed, again.answers) == (["staff_total"], [], 1)


def test_last_years_answer_stays_unconfirmed_until_somebody_says_so(report):
    sheets.sent_before(report, staff_total=31)
    taken = sheets.sent_in(sheets.drawn(report), report)
    assert "staff_total" not in report.answers
    assert "staff_total" in prefilled(report)
    assert sheets.told(taken, "info")["Báo cáo!C10"] == "unconfirmed"
    assert taken.answers == 0


def test_a_yes_confirms_last_years_answer(report):
    sheets.sent_before(report, staff_total=31)
    taken = sheets.sent_in(typed(sheets.drawn(report), staff_total_still="có"), report)
    assert (report.answers, taken.answers) == ({"staff_total": 31}, 1)


def test_a_changed_answer_needs_no_yes(report):
    sheets.sent_before(report, staff_total=31)
    sheets.sent_in(typed(sheets.drawn(report), staff_total=32), report)
    assert report.answers == {"staff_total": 32}


def test_last_years_answer_can_be_emptied_on_purpose(report):
    sheets.sent_before(report, staff_total=31)
    sheets.sent_in(typed(sheets.drawn(report), staff_total=None), report)
    assert "staff_total" not in report.answers
    assert "staff_total" not in prefilled(report)


def test_a_yes_beside_an_empty_answer_is_told(report):
    sheets.sent_before(report, staff_total=31)
    taken = sheets.sent_in(typed(sheets.drawn(report), staff_total=None, staff_total_still="Có"), report)
    assert sheets.told(taken) == {"Báo cáo!C10": "confirmed_empty"}
    assert "staff_total" in prefilled(report)


def test_rules_speak_at_the_cells_of_their_questions(report):
    taken = sheets.sent_in(typed(sheets.drawn(report), staff_total=5, staff_in_scope=9), report)
    assert sheets.told(taken) == {"Báo cáo!C11": "R01"}
    assert report.answers == {"staff_total": 5, "staff_in_scope": 9}


def test_a_warning_is_a_warning(report):
    data = typed(sheets.drawn(report), qms_state="Đã công bố", internal_audit_done="Không")
    assert "R21" in sheets.told(sheets.sent_in(data, report), "warning").values()


def test_a_wrong_cell_of_a_table_is_named_and_the_others_enter(report):
    def fill(book):
        page = sheets.table_of(book, "next_year_tasks")
        page["B7"], page["C7"] = "Đánh giá nội bộ", 9
        page["B9"], page["C9"] = "Họp xem xét", "tháng mười"

    taken = sheets.sent_in(sheets.changed(sheets.drawn(report), fill), report)
    sheet = taken.messages[0].sheet
    assert sheets.told(taken) == {f"{sheet}!C9": "value"}
    assert report.answers["next_year_tasks"] == [
        {"task": "Đánh giá nội bộ", "month": 9},
        {"task": "Họp xem xét"},
    ]


def test_a_cell_of_a_table_that_is_missing_is_named_where_it_is(report):
    def fill(book):
        sheets.table_of(book, "next_year_tasks")["B9"] = "Họp xem xét"

    (place,) = sheets.told(sheets.sent_in(sheets.changed(sheets.drawn(report), fill), report))
    assert place.endswith("!C9")


def test_merged_cells_are_not_guessed_at(report):
    def fill(book):
        sheets.cell_of(book, "head_name").value = "Lan"
        book[sheets.LONG].merge_cells("C8:C9")

    taken = sheets.sent_in(sheets.changed(sheets.drawn(report), fill), report)
    assert sheets.told(taken) == {"Báo cáo!C8": "merged", "Báo cáo!C9": "merged"}


def test_a_cell_merged_with_its_unit_still_answers(report):
    def fill(book):
        sheets.cell_of(book, "staff_total").value = 22
        book[sheets.LONG].merge_cells("C10:D10")

    sheets.sent_in(sheets.changed(sheets.drawn(report), fill), report)
    assert report.answers == {"staff_total": 22}


def test_a_line_that_was_copied_is_told_at_both_places(report):
    def fill(book):
        book[sheets.LONG]["H9"] = "head_name"

    taken = sheets.sent_in(sheets.changed(sheets.drawn(report), fill), report)
    assert list(sheets.told(taken).values()) == ["twice", "twice"]


def test_lines_whose_hidden_keys_were_swapped_are_told(report):
    def fill(book):
        page = book[sheets.LONG]
        page["H10"], page["H11"] = page["H11"].value, page["H10"].value
        page["C10"] = 22

    taken = sheets.sent_in(sheets.changed(sheets.drawn(report), fill), report)
    assert list(sheets.told(taken).values()) == ["row_mixed", "row_mixed"]
    assert report.answers == {}


def test_a_table_whose_sheet_was_deleted_stays(report):
    in_browser(report, next_year_tasks=[{"task": "Họp", "month": 3}])

    def fill(book):
        del book[sheets.table_of(book, "next_year_tasks").title]

    taken = sheets.sent_in(sheets.changed(sheets.drawn(report), fill), report)
    assert report.answers == {"next_year_tasks": [{"task": "Họp", "month": 3}]}
    assert "row_gone" in sheets.told(taken, "info").values()


def test_looking_without_keeping_changes_nothing(report):
    before = AnnualReport.objects.values().get(pk=report.pk)
    taken = sheets.sent_in(typed(sheets.drawn(report), staff_total=22), report, keep=False)
    assert (taken.answers, taken.changed) == (1, ["staff_total"])
    assert AnnualReport.objects.values().get(pk=report.pk) == before
    assert not Entry.objects.filter(verb="report-saved").exists()


def test_a_report_that_was_sent_takes_nothing(report):
    data = typed(sheets.drawn(report), staff_total=22)
    make.report(report.agency, report.cycle, sent="2021-06-10 08:00")
    with pytest.raises(WrongState):
        sheets.sent_in(data, report)

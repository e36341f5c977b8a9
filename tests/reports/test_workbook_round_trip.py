"""What goes out as a workbook and comes back filled in is the same report."""

import pytest

from tests import make
from tests.reports import filled as cases
from tests.reports import sheets

pytestmark = pytest.mark.django_db
FILES = {"signed_report_file"}
# What can be read at all: C11 has a number that cannot.
READABLE = [case["id"] for case in cases.cases() if case["id"] != "C11"]


def report_of(case, **values):
    mandate = next(c["obligation"] for c in cases.cases() if c["id"] == case)
    return make.report(make.agency() if mandate == "encouraged" else make.department(), **values)


def without_files(case):
    return {key: value for key, value in cases.answers(case).items() if key not in FILES}


@pytest.mark.parametrize("case", READABLE)
def test_the_answers_of_a_filled_report_come_back_as_they_are(case):
    report, answers = report_of(case), without_files(case)
    taken = sheets.sent_in(sheets.filled(sheets.drawn(report), answers, report), report)
    assert "value" not in sheets.told(taken).values()
    assert report.answers == answers
    assert taken.answers == len(answers)


@pytest.mark.parametrize("case", READABLE)
def test_a_form_that_nobody_touched_changes_nothing(case):
    report = report_of(case, answers=cases.answers(case))
    taken = sheets.sent_in(sheets.drawn(report), report)
    assert (taken.changed, taken.answers) == ([], len(without_files(case)))
    assert report.answers == cases.answers(case)


def test_what_nobody_could_read_stays_in_the_draft_and_is_told():
    report = report_of("C11", answers=cases.answers("C11"))
    taken = sheets.sent_in(sheets.drawn(report), report)
    assert "value" in sheets.told(taken).values()
    assert report.answers == cases.answers("C11")


def test_a_table_with_a_wrong_cell_that_nobody_touched_keeps_what_was_typed():
    tasks = [{"task": "Đánh giá nội bộ", "month": "quý ba"}]
    report = make.report(make.agency(), answers={"next_year_tasks": tasks})
    taken = sheets.sent_in(sheets.drawn(report), report)
    assert list(sheets.told(taken).values()) == ["value"]
    assert report.answers["next_year_tasks"] == tasks


def test_an_emptied_cell_empties_the_answer_and_a_deleted_row_leaves_it():
    report = make.report(make.agency(), answers={"head_name": "A", "contact_name": "B"})

    def change(book):
        sheets.cell_of(book, "head_name").value = None
        book[sheets.LONG].delete_rows(sheets.cell_of(book, "contact_name").row)

    taken = sheets.sent_in(sheets.changed(sheets.drawn(report), change), report)
    assert report.answers == {"contact_name": "B"}
    assert [m.code for m in taken.messages if m.key == "contact_name" and m.code != "missing"] == ["row_gone"]


def test_inserted_rows_and_moved_columns_are_followed():
    report = make.report(make.agency())

    def change(book):
        sheets.cell_of(book, "staff_total").value = 22
        page = book[sheets.LONG]
        page.insert_rows(8, 3)
        page.insert_cols(2)

    taken = sheets.sent_in(sheets.changed(sheets.drawn(report), change), report)
    assert report.answers == {"staff_total": 22}
    wanted = [m.cell for m in taken.messages if m.key == "staff_in_scope"]
    assert wanted == ["D14"]  # one column to the right, three rows down

"""What an officer sees who opens the form in a spreadsheet."""

import re
from datetime import date, datetime
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from reports.actions.report import judge, save_answers
from reports.models import AnnualReport
from reports.workbook import questions_in
from tests import make
from tests.reports import filled as cases
from tests.reports import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make.report(make.agency(on=date(2019, 1, 1)))


def book_of(report):
    return sheets.opened(sheets.drawn(report))


def check_of(cell):
    return next(v for v in cell.parent.data_validations.dataValidation if cell.coordinate in v.sqref)


def words_of(cell):
    return [cell.parent[f"{column}{cell.row}"].value for column in "ABDEFG"]


def test_a_question_stands_with_number_label_unit_help_and_condition(report):
    number, label, unit, still, before, told = words_of(sheets.cell_of(book_of(report), "declaration_date"))
    assert (number, label, unit, still, before) == (10, "Ngày công bố", None, None, None)
    assert "Ngày ký bản công bố mới nhất." in told
    assert "Chỉ trả lời khi câu 5 là “Đã công bố”." in told
    assert "Căn cứ: khoản 3 Điều 4 QĐ 19/2014/QĐ-TTg." in told


def test_only_answers_can_be_written_in_and_no_password_keeps_the_rest(report):
    book = book_of(report)
    page = book[sheets.LONG]
    answer = sheets.cell_of(book, "staff_total")
    assert page.protection.sheet and not page.protection.password
    assert not answer.protection.locked
    assert page[f"B{answer.row}"].protection.locked


def test_every_question_of_the_agencys_mandate_stands_there_once(report):
    keys = [cell.value for cell in book_of(report)[sheets.LONG]["H"][6:] if cell.value]
    assert keys == [question.key for question in questions_in(report)]
    assert "next_year_estimate" not in keys  # asked where the mandate is an obligation


def test_a_choice_is_a_list_of_words_and_yes_or_no_too(report):
    book = book_of(report)
    source = check_of(sheets.cell_of(book, "qms_state")).formula1
    title, first, last = re.fullmatch(r"'(.+)'!\$(\w\$\d+):\$(\w\$\d+)", source).groups()
    shown = [row[0].value for row in book[title][f"{first}:{last}".replace("$", "")]]
    assert shown == ["Chưa triển khai", "Đang xây dựng", "Đang áp dụng, chưa công bố", "Đã công bố"]
    assert check_of(sheets.cell_of(book, "has_website")).formula1 == '"Có,Không"'


def test_numbers_and_texts_have_their_limits(report):
    book = book_of(report)
    number, text = (check_of(sheets.cell_of(book, key)) for key in ("staff_total", "difficulties"))
    assert (number.type, number.formula1, number.formula2) == ("whole", "1", "5000")
    assert (text.type, text.operator, text.formula1) == ("textLength", "lessThanOrEqual", "5000")
    assert "số nguyên từ 1 đến 5.000" in number.prompt


def test_answers_have_the_form_of_their_kind(report):
    save_answers(report, by=None, at=make.NOW, answers=cases.answers("C01"), seen={})
    book = book_of(report)
    found = {key: sheets.cell_of(book, key) for key in ("staff_total", "declaration_date", "head_name")}
    assert [cell.value for cell in found.values()] == [22, datetime(2019, 11, 25), "Nguyễn Văn Hòa"]  # noqa: DTZ001
    assert [cell.number_format for cell in found.values()] == ["#,##0", "dd/mm/yyyy", "@"]


def test_an_answer_that_begins_like_a_formula_stays_text(report):
    save_answers(report, by=None, at=make.NOW, answers={"difficulties": "=1+1"}, seen={})
    cell = sheets.cell_of(book_of(report), "difficulties")
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_last_years_answer_is_offered_and_waits_for_a_yes(report):
    sheets.sent_before(report, staff_total=31, difficulties="Thiếu người")
    book = book_of(report)
    total, hard = (sheets.cell_of(book, key) for key in ("staff_total", "difficulties"))
    assert (total.value, words_of(total)[4], hard.value, words_of(hard)[4]) == (31, "31", None, "Thiếu người")
    assert check_of(sheets.cell_of(book, "staff_total", "E")).formula1 == '"Có"'
    assert not sheets.cell_of(book, "staff_total", "E").protection.locked


def test_a_table_has_its_own_sheet_with_rows_to_spare_and_its_sum(report):
    page = sheets.table_of(book_of(report), "spending_table")
    assert [cell.value for cell in page[5]][:4] == [
        "Dòng",
        "Nội dung chi",
        "Số tiền (đồng)",
        "Ghi chú (không bắt buộc)",
    ]
    assert page["C4"].value == "=SUM(C7:C36)"
    assert page["B36"].protection.locked is False


def test_what_belongs_to_the_machine_is_hidden(report):
    book = book_of(report)
    assert [page.title for page in book.worksheets if page.sheet_state != "visible"] == [
        "Danh mục",
        "isotrack",
    ]
    page = book[sheets.LONG]
    assert page.row_dimensions[6].hidden and page.column_dimensions["H"].hidden


def test_the_guide_says_until_when_and_whom_to_ask(report):
    said = " ".join(str(cell.value) for cell in book_of(report)["Hướng dẫn"]["A"])
    assert "trước ngày 30/6/2021 (hết ngày 29/6/2021)" in said
    assert "Sở Khoa học và Công nghệ tỉnh An Giang" in said
    assert "bí mật nhà nước" in said


def test_words_are_vietnamese_whatever_language_the_officer_reads(report):
    with translation.override("en"):
        book = book_of(report)
    assert sheets.cell_of(book, "head_name").parent["C5"].value == "Trả lời"
    assert "Nhập số nguyên" in check_of(sheets.cell_of(book, "staff_total")).prompt


@pytest.mark.parametrize("case", [case["id"] for case in cases.cases()])
def test_the_lines_that_turn_grey_are_those_that_are_not_asked(case, report):
    AnnualReport.objects.filter(pk=report.pk).update(answers=cases.answers(case))
    report.refresh_from_db()
    outcome = judge(report, on=make.NOW.date())
    assert white_lines(load_workbook(BytesIO(sheets.drawn(report)))[sheets.LONG], outcome) == {
        question.key for question in outcome.visible
    }


def white_lines(page, outcome):
    """The keys whose hidden flag is true: what a spreadsheet would compute, with the few functions used."""
    keys = {cell.row: cell.value for cell in page["H"] if cell.value and cell.row > 6}

    def answer(row):
        question = outcome.values.get(keys[row])
        is_computed = str(page[f"C{row}"].value).startswith("=")
        return question if is_computed else page[f"C{row}"].value

    def compare(value, sign, wanted):
        if sign in ("=", "<>"):
            return ((value or "") == wanted) == (sign == "=")
        return not isinstance(value, str | None) and (value > wanted if sign == ">" else value < wanted)

    def flag(row):
        written = page[f"I{row}"].value
        return written if isinstance(written, bool) else eval(as_python(written), names)

    names = {
        "AND": lambda *parts: all(parts),
        "OR": lambda *parts: any(parts),
        "ISNUMBER": lambda value: not isinstance(value, str | None),
        "answer": answer,
        "compare": compare,
        "flag": flag,
    }
    return {key for row, key in keys.items() if flag(row)}


def as_python(written):
    said = re.sub(
        r'\$C\$(\d+)(<>|=|<|>)("[^"]*"|[\d.]+)', r'compare(answer(\1),"\2",\3)', written.removeprefix("=")
    )
    return re.sub(r"\$C\$(\d+)", r"answer(\1)", re.sub(r"\$I\$(\d+)", r"flag(\1)", said))

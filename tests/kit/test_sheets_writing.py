"""What a workbook of ours looks like to somebody who opens it."""

import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import repeat
from tempfile import TemporaryFile
from typing import Any

import pytest
from django.utils.translation import override
from openpyxl import load_workbook

from agencies.models.agency import Group
from isotrack.kit.sheets import DATE, MONEY, PERCENT, TEXT, TIME, Column, Sheet, write_book, write_sheet

COLUMNS: list[Column[Any]] = [
    Column("Tên", lambda row: row[0]),
    Column("Số tiền", lambda row: row[1], MONEY),
    Column("Tỷ lệ", lambda row: row[2], PERCENT),
    Column("Ngày", lambda row: row[3], DATE),
    Column("Lúc", lambda row: row[4], TIME),
]
KHANH_AN = (
    "UBND xã Khánh An",
    33_000_000,
    Decimal("89.11"),
    date(2021, 7, 5),
    datetime(2021, 6, 29, 17, 30, tzinfo=UTC),
)


def opened(data: bytes):
    return load_workbook(BytesIO(data)).active


def test_a_clerk_sees_real_dates_money_and_percent():
    row = opened(write_sheet("Kỳ 2020", COLUMNS, [KHANH_AN]))[2]
    assert [cell.value for cell in row[1:4]] == [33_000_000, 0.8911, datetime(2021, 7, 5)]  # noqa: DTZ001
    assert [cell.number_format for cell in row[1:]] == ["#,##0", "0.00%", "dd/mm/yyyy", "dd/mm/yyyy hh:mm"]


def test_a_time_is_written_as_vietnam_reads_it():
    written = opened(write_sheet("Kỳ 2020", COLUMNS, [KHANH_AN]))["E2"].value
    assert written == datetime(2021, 6, 30, 0, 30)  # noqa: DTZ001  a workbook knows no zone


def test_the_heading_is_bold_stays_in_sight_and_filters():
    page = opened(write_sheet("Kỳ 2020", COLUMNS, [KHANH_AN, KHANH_AN], note_rows=["Lập lúc 09:41"]))
    assert [cell.value for cell in page[3]] == ["Tên", "Số tiền", "Tỷ lệ", "Ngày", "Lúc"]
    assert page["A3"].font.bold
    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == ("A4", "A3:E5", "$3:$3")


@pytest.mark.parametrize("text", ["=1+1", "+84 296", "-x", "@SUM(A1)", "\t=1", "#N/A"])
def test_nobody_can_smuggle_a_formula_through_a_name(text):
    cell = opened(write_sheet("Kỳ", [Column("Tên", str)], [text]))["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


def test_a_text_that_looks_like_a_formula_stays_text_when_edited():
    page = opened(write_sheet("Kỳ", [Column("Tên", str)], ["=1+1", "An Phú"]))
    assert page["A2"].quotePrefix and not page["A3"].quotePrefix


def test_a_formula_in_a_heading_or_a_note_is_text_too():
    page = opened(write_sheet("Kỳ", [Column("=1+1", str)], [], note_rows=["=2+2"]))
    assert (page["A1"].data_type, page["A3"].data_type) == ("s", "s")


def test_control_signs_in_a_text_break_no_workbook():
    assert opened(write_sheet("Kỳ", [Column("Tên", str)], ["Tôn\x07 giáo\x00"]))["A2"].value == "Tôn giáo"


@pytest.mark.parametrize("text", ['<b> & "c"', " giữ khoảng trắng ", "dòng 1\ndòng 2\tcột", "Ủy ban\ufffe"])
def test_every_text_comes_back_as_it_was(text):
    cell = opened(write_sheet("Kỳ", [Column("Tên", str)], [text]))["A2"]
    assert cell.value == text.rstrip("\ufffe")


def test_equal_values_of_other_types_keep_their_own_look():
    rows = [1, True, Decimal("1.00"), Decimal("1.0"), 1, "1"]
    page = opened(write_sheet("Kỳ", [Column("Tên", lambda row: row)], rows))
    assert [page[f"A{number}"].value for number in range(2, 8)] == ["1", "có", "1.00", "1.0", "1", "1"]


def test_a_label_is_written_in_the_language_of_the_reader():
    columns = [Column("Nhóm", lambda _row: Group.DEPARTMENT.label)]
    said = []
    for language in ("vi", "en"):
        with override(language):
            said.append(opened(write_sheet("Kỳ", columns, [1, 2]))["A3"].value)
    assert said == ["Sở, ban, ngành", "Departments, boards, branches"]


def test_a_sheet_broken_off_leaves_the_next_one_whole():
    def rows():
        yield KHANH_AN
        raise ValueError("the database is gone")

    with pytest.raises(ValueError, match="gone"):
        write_sheet("Kỳ", COLUMNS, rows())
    assert opened(write_sheet("Kỳ", COLUMNS, [KHANH_AN]))["A2"].value == "UBND xã Khánh An"


def test_a_rate_of_nothing_is_a_dash_and_other_gaps_are_empty():
    row = opened(write_sheet("Kỳ", COLUMNS, [("", None, None, None, None)]))[2]
    assert [cell.value for cell in row] == [None, None, "–", None, None]


def test_yes_and_no_are_words():
    page = opened(write_sheet("Kỳ", [Column("Có", bool, TEXT)], [1, 0]))
    assert [page["A2"].value, page["A3"].value] == ["có", "không"]


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("A/B: [thử]*?", "A-B- -thử---"),
        ("'x'", "x"),
        ("", "Bảng"),
        ("Ủy ban nhân dân " * 4, "Ủy ban nhân dân Ủy ban nhân dân"),
    ],
)
def test_any_title_becomes_one_that_excel_takes(wanted, got):
    assert opened(write_sheet(wanted, [Column("Tên", str)], [])).title == got


def test_five_thousand_rows_arrive_and_are_counted():
    out = BytesIO()
    sheets = [Sheet("Một", COLUMNS, [KHANH_AN] * 5000), Sheet("Hai", COLUMNS, [KHANH_AN])]
    assert write_book(out, sheets) == 5001
    assert len(list(load_workbook(out, read_only=True)["Một"].iter_rows())) == 5001


def test_four_times_the_rows_take_no_more_memory():
    def peak(rows: int) -> int:
        tracemalloc.start()
        with TemporaryFile() as out:
            write_book(out, [Sheet("Kỳ", COLUMNS, repeat(KHANH_AN, rows))])
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(2000) < peak(500) * 1.2

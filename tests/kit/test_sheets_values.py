"""What people write in a cell, and what it means."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from isotrack.kit.clock import ZONE
from isotrack.kit.sheets import Cell, code_in, day_in, flag_in, money_in, percent_in, text_in, whole_in
from isotrack.kit.words import Misread


def cell(value, problem=""):
    return Cell("B2", value, problem)


@pytest.mark.parametrize("value", ["30337", 30337, Decimal("30337.0"), " 30 337\u200b", "30337.0", "'30337"])
def test_a_code_is_text_however_it_was_typed(value):
    assert code_in(cell(value)) == "30337"


@pytest.mark.parametrize(
    "value",
    [
        date(2021, 7, 5),
        datetime(2021, 7, 5, 8, tzinfo=ZONE),
        44382,
        "44382",
        "5/7/2021",
        "05-07-2021",
        "05.07.2021",
        "05 / 07 / 2021",
        "05072021",
        "2021-07-05",
        "2021/7/5",
        "2021-07-05 00:00:00",
        "2021-07-05T00:00",
        "ngày 05 tháng 7 năm 2021",
        "Ngày 5/7/2021",
        "từ ngày 05/7/2021",
        "Kể từ ngày 5 tháng 7 năm 2021",
        "05/07/2021.",
    ],
    ids=str,
)
def test_a_day_is_read_in_every_form(value):
    assert day_in(cell(value)) == date(2021, 7, 5)


@pytest.mark.parametrize(
    "value", ["31/02/2020", "05/07/21", "tháng 7/2021", 7, True, "7/2021", Decimal("1.5")]
)
def test_a_day_that_is_none_says_what_to_write(value):
    with pytest.raises(Misread):
        day_in(cell(value))


@pytest.mark.parametrize(
    ("value", "meant"), [("Có", True), ("x", True), (1, True), (True, True), ("KHÔNG", False), (0, False)]
)
def test_yes_and_no(value, meant):
    assert flag_in(cell(value)) is meant


def test_a_flag_that_is_neither_is_refused():
    with pytest.raises(Misread, match="“có” hoặc “không”"):
        flag_in(cell("tùy"))


def test_money_and_percent_come_as_text_or_number():
    assert [money_in(cell(value)) for value in ("33.000.000 đồng", 33_000_000)] == [33_000_000] * 2
    assert [percent_in(cell(value)) for value in ("89,11 %", Decimal("0.8911"))] == [Decimal("89.11")] * 2
    assert whole_in(cell("1.234")) == 1234


def test_an_error_cell_says_so_whatever_is_wanted():
    for read in (code_in, day_in, flag_in, money_in, percent_in, whole_in):
        with pytest.raises(Misread, match="REF"):
            read(cell(None, "Ô báo lỗi #REF!."))


def test_text_that_is_too_long_says_how_long_it_may_be():
    with pytest.raises(Misread, match="chỉ nhận đến 3"):
        text_in(cell("dài quá"), 3)

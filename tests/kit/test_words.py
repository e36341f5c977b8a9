"""Numbers and dates as Vietnamese offices write and read them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isotrack.kit import words
from tests.make import at


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1234", 1234), ("1.234", 1234), (" 1.234.567 ", 1234567), ("-5", -5), ("0", 0), ("1 234", 1234)],
)
def test_whole_numbers_are_read_with_and_without_dots(typed, number):
    assert words.read_integer(typed) == number


def test_dots_and_commas_are_read_the_vietnamese_way():
    assert words.read_decimal("1.234,5") == Decimal("1234.5")


@pytest.mark.parametrize("typed", ["12,345,6", "1,234.5", "1.23", "12.34.567", "1..234", "abc", "", "½"])
def test_what_could_mean_two_things_is_refused_with_the_expected_form(typed):
    with pytest.raises(words.Misread, match="1\\.234,5"):
        words.read_decimal(typed)


def test_a_fraction_is_no_whole_number():
    with pytest.raises(words.Misread, match="số nguyên"):
        words.read_integer("1,5")


@pytest.mark.parametrize("typed", ["33.000.000", "33000000", "33.000.000 đồng", "33000000đ"])
def test_money_is_read_with_and_without_its_unit(typed):
    assert words.read_money(typed) == 33_000_000


def test_money_has_no_fractions():
    with pytest.raises(words.Misread, match="nguyên đồng"):
        words.read_money("12.000.000,5")


@pytest.mark.parametrize("typed", ["5/7/2021", "05/07/2021", "5-7-2021", "5.7.2021", "2021-07-05"])
def test_dates_are_read_in_every_usual_form(typed):
    assert words.read_date(typed) == date(2021, 7, 5)


@pytest.mark.parametrize("typed", ["31/02/2021", "5/7/21", "5/7-2021", "July 5", "", "00/00/0000"])
def test_a_date_that_is_none_is_refused(typed):
    with pytest.raises(words.Misread):
        words.read_date(typed)


def test_dates_in_sentences_follow_official_letters():
    assert words.say_date(date(2021, 7, 5)) == "05/7/2021"
    assert words.say_date(date(2021, 2, 8)) == "08/02/2021"
    assert words.say_date(date(2021, 6, 30)) == "30/6/2021"
    assert words.show_date(date(2021, 7, 5)) == "05/07/2021"


def test_times_are_vietnamese():
    assert words.say_time(at("2021-06-16 10:12")) == "10:12 ngày 16/6/2021"
    assert words.show_time(at("2021-06-16 10:12")) == "16/06/2021 10:12"


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [(307, 322, "95,34"), (43, 45, "95,56"), (8, 9, "88,89"), (1, 8, "12,50"), (0, 5, "0,00"), (0, 0, "–")],
)
def test_percentages_have_two_decimals_rounded_half_up(part, whole, printed):
    assert words.show_percent(words.share(part, whole), sign=False) == printed


def test_half_a_hundredth_is_rounded_up():
    assert words.show_percent(Decimal("89.105")) == "89,11\u00a0%"


@given(st.integers(-(10**15), 10**15))
def test_what_is_shown_is_read_back(number):
    assert words.read_integer(words.show_number(number)) == number


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text):
    readers = (words.read_integer, words.read_decimal, words.read_money, words.read_percent, words.read_date)
    for read in readers:
        try:
            read(text)
        except words.Misread as refused:
            assert str(refused)

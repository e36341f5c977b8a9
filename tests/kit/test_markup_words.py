"""Figures and dates as pages write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

EVENING_IN_UTC = datetime(2021, 6, 29, 18, 30, tzinfo=UTC)  # 01:30 of the next day in Vietnam


def written(expression: str, value: object) -> str:
    return Template("{{ value|" + expression + " }}").render(Context({"value": value}))


@pytest.mark.parametrize(
    ("filter_name", "value", "text"),
    [
        ("number", 1234567, "1.234.567"),
        ("number", None, "–"),
        ("money", 33_000_000, "33.000.000 đồng"),
        ("money", None, "–"),
        ("percent", Decimal("89.105"), "89,11\u00a0%"),
        ("percent", None, "–"),
        ("vndate", date(2021, 7, 5), "05/07/2021"),
        ("vndate", None, ""),
        ("vntime", None, ""),
        ("in_sentence", date(2021, 7, 5), "05/7/2021"),
        ("in_sentence", None, ""),
        ("day_in_sentence", date(2021, 2, 8), "08/02/2021"),
    ],
)
def test_a_reader_sees_figures_and_dates_in_the_vietnamese_form(filter_name, value, text):
    assert written(filter_name, value) == text


@pytest.mark.parametrize(
    ("filter_name", "text"),
    [
        ("vndate", "30/06/2021"),
        ("vntime", "30/06/2021 01:30"),
        ("in_sentence", "01:30 ngày 30/6/2021"),
        ("day_in_sentence", "30/6/2021"),
    ],
)
def test_a_reader_sees_an_instant_by_the_clock_of_vietnam(filter_name, text):
    assert written(filter_name, EVENING_IN_UTC) == text

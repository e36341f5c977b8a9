"""Versions 1 and 2 of the questionnaire and the twelve filled reports that the tests of them share."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reports import questions as engine
from reports.questions import Choice, Outcome, Question, Questionnaire, read_definition

FILE = Path(engine.__file__).parents[1] / "data" / "questionnaire_annual_report.yaml"
FILE_2 = FILE.with_name("questionnaire_annual_report_2.yaml")
COST_ITEMS = [
    Choice("CONSULT_GAP", "Tư vấn khảo sát"),
    Choice("INTERNAL_AUDIT", "Đánh giá nội bộ"),
    Choice("MAINTENANCE", "Duy trì, cải tiến"),
]


def definition(version: int = 1) -> dict[str, Any]:
    """A fresh copy of a version as it is stored."""
    return deepcopy(_definition(version))


@cache
def _definition(version: int) -> dict[str, Any]:
    return read_definition({1: FILE, 2: FILE_2}[version].read_text(encoding="utf-8"))


@cache
def version_1() -> Questionnaire:
    """Version 1, its cost items among the choices."""
    return Questionnaire.from_definition(_definition(1), {"cost_item": COST_ITEMS})


@cache
def version_2() -> Questionnaire:
    """Version 2, which looks at last year's answers as well."""
    return Questionnaire.from_definition(_definition(2), {"cost_item": COST_ITEMS})


@cache
def cases() -> list[dict[str, Any]]:
    """The twelve reports with the outcome that each must have."""
    text = FILE.with_name("demonstration_cases.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(text)["cases"]
    return found


def answers(case: str = "C02", **changed: Any) -> dict[str, Any]:
    """The answers of one case with some of them changed; C02 is complete and sees most questions."""
    return {**next(c["answers"] for c in cases() if c["id"] == case), **changed}


def check(
    filled: dict[str, Any],
    mandate: str = "mandatory",
    year: int = 2020,
    submitted_on: date = date(2021, 6, 20),
    ceiling: Callable[[str, str, date], int | None] = lambda clause, line, day: 15_000_000,
    *,
    form: Questionnaire | None = None,
    **more: Any,
) -> Outcome:
    """Check answers as a report for 2020 sent in time by an agency that must apply the standard.

    By version 1 unless `form` is another; `more` are last year's answers and what goes with them.
    """
    sent = {"mandate": mandate, "year": year, "submitted_on": submitted_on, "ceiling": ceiling}
    return (form or version_1()).check(filled, **sent, **more)


def question(key: str) -> Question:
    """A question of version 1."""
    return version_1().by_key[key]

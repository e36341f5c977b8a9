"""The figures of a sending of which only the kept answers are left. No model, no clock."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from reports.questions import Questionnaire, figures


def figures_as_sent(
    questions: Questionnaire, answers: Mapping[str, Any], *, mandate: str, year: int, on: date
) -> dict[str, Any]:
    """What `answers` sent on a day count for; the ceilings of the law decide on warnings, not on figures."""
    outcome = questions.check(answers, mandate=mandate, year=year, submitted_on=on, ceiling=_no_ceiling)
    return figures(outcome)


def _no_ceiling(clause: str, line: str, day: date) -> None:
    return None

"""The part of a report that is counted: its numbers, its yes and no, its choices."""

from decimal import Decimal
from typing import Any

from reports.questions.findings import Outcome
from reports.questions.parts import NUMERIC


def figures(outcome: Outcome) -> dict[str, Any]:
    """Key → int, float (percent), bool or the value of a choice, of every good answer that is shown.

    Kept in a small column of its own: summing over all answers costs ten times as much (measured).
    """
    counted = NUMERIC | {"boolean", "choice"}
    shown = (question for question in outcome.visible if question.type in counted)
    return {q.key: _plain(outcome.values[q.key]) for q in shown if q.key in outcome.values}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value

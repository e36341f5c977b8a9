"""What the same agency answered the year before, and which questions start from it."""

from typing import Any

from reports.models import AnnualReport
from reports.questions import Question, is_empty, readable


def last_year(report: AnnualReport) -> dict[str, Any]:
    """Last year's sent answers by key; empty where nothing was sent. One query unless already annotated."""
    found: Any = report
    if not hasattr(found, "last_year"):
        before: Any = AnnualReport.objects.with_last_year().get(pk=report.pk)
        found.last_year = before.last_year
    return dict(found.last_year or {})


def prefilled(report: AnnualReport) -> frozenset[str]:
    """Keys of the questions that show last year's answer until somebody confirms or changes it.

    Only while the report is written, only where the questionnaire carries the answer over and this version
    of the question can read it, and only until the first save of that question, even of an empty answer.
    """
    if report.state not in AnnualReport.EDITABLE:
        return frozenset()
    before = last_year(report)
    return frozenset(
        question.key
        for question in report.cycle.questions.questions
        if _starts_from(question, before, report)
    )


def _starts_from(question: Question, before: dict[str, Any], report: AnnualReport) -> bool:
    key = question.key
    if not question.carry_over or question.computed or question.type == "file":
        return False
    is_touched = key in report.saves or not is_empty(report.answers.get(key))
    return not is_touched and readable(question, before.get(key)) is not None

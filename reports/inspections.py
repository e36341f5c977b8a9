"""What a report's own answers say about the thirteen items of a file inspection (TT 26/2014 Đ36).

A suggestion is a hint beside the item and nothing more: the inspector decides. It is given only where it
follows from the answers; questionnaires without the questions meant here give none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from isotrack.kit.clock import day_of
from reports.actions.report import judge
from reports.models import AnnualReport, FileFinding, FileInspection
from reports.questions import Outcome, show
from reports.receipt import as_sent

Answer = FileFinding.Answer
Values = Mapping[str, Any]


ONE_THIRD = 3  # at least one in three obliged agencies is inspected on site (TT 26/2014 Đ33 k2)


def needed_on_site(obliged: int) -> int:
    """How many of so many obliged agencies must be inspected on site: a third, rounded up (Đ33 k2)."""
    return -(-obliged // ONE_THIRD)


@dataclass(frozen=True)
class Hint:
    """What the report says about one item: its answers in words, and what follows, if anything does."""

    said: list[tuple[int, str, str]]
    suggestion: FileFinding.Answer | None


def inspection_of(report: AnnualReport) -> FileInspection | None:
    """The inspection of a report with its findings and their items, or None. Two queries."""
    wanted = FileInspection.objects.filter(report=report).select_related("inspector")
    return wanted.prefetch_related("findings__item").first()


def hints(report: AnnualReport) -> dict[str, Hint]:
    """Code of an item → hint, from the newest sending that counts; nothing for a nil declaration."""
    latest = report.submissions.valid().last()
    if latest is None or latest.is_nil:
        return {}
    outcome = judge(as_sent(report, latest), on=day_of(latest.sent_at))
    found = {code: Hint(_said(outcome, keys), rule(outcome.values)) for code, (keys, rule) in _ITEMS.items()}
    return {code: hint for code, hint in found.items() if hint.said}


def _said(outcome: Outcome, keys: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Number, label and answer of each question that was answered."""
    language = get_language()
    shown = [question for question in outcome.visible if question.key in keys]
    return [
        (question.number, question.label(language), show(question, outcome.values[question.key], language))
        for question in shown
        if question.key in outcome.values
    ]


def _fulfilled(is_so: bool) -> FileFinding.Answer:
    return Answer.YES if is_so else Answer.NO


def _nothing(values: Values) -> None:
    """No answer decides this item."""


def _coverage(values: Values) -> FileFinding.Answer | None:
    total, inside = values.get("procedures_total"), values.get("procedures_in_qms")
    return None if total is None or inside is None else _fulfilled(inside >= total)


def _audit_and_review(values: Values) -> FileFinding.Answer | None:
    done = [values.get("internal_audit_done"), values.get("management_review_done")]
    if None in done:
        return None
    left = values.get("nonconformities", 0) - values.get("nonconformities_closed", 0)
    return _fulfilled(all(done) and left <= 0)


def _all_of(whole: str, part: str) -> Callable[[Values], FileFinding.Answer | None]:
    """Not applicable where `whole` is none; fulfilled where `part` reaches it."""

    def rule(values: Values) -> FileFinding.Answer | None:
        asked = values.get(whole)
        if asked is None:
            return None
        return _fulfilled(values.get(part, 0) >= asked) if asked else Answer.NOT_APPLICABLE

    return rule


def _effectiveness(values: Values) -> FileFinding.Answer | None:
    return Answer.YES if "effectiveness_date" in values else None


def _declaration(values: Values) -> FileFinding.Answer | None:
    if "declaration_date" not in values:
        return None
    is_on_web = "published_url" in values or not values.get("has_website")
    return _fulfilled("notice_date" in values and bool(values.get("posted_at_seat")) and is_on_web)


def _declared_again(values: Values) -> FileFinding.Answer | None:
    if "scope_changed" not in values:
        return None
    return _fulfilled("redeclared_date" in values) if values["scope_changed"] else Answer.NOT_APPLICABLE


def _consultant(values: Values) -> FileFinding.Answer | None:
    if "consultant_used" not in values:
        return None
    if not values["consultant_used"]:
        return Answer.NOT_APPLICABLE
    valid_to, ends = values.get("consultant_valid_to"), values.get("consultant_contract_end")
    if not (isinstance(valid_to, date) and isinstance(ends, date)):
        return None
    return _fulfilled(valid_to >= ends and "consultant_confirmation_no" in values)


_Rule = Callable[[Values], FileFinding.Answer | None]
# Code of the item → the questions that speak of it, and what follows from them.
_ITEMS: dict[str, tuple[tuple[str, ...], _Rule]] = {
    "ISO-a": (("procedures_total", "procedures_in_qms", "missing_procedures_reason"), _coverage),
    "ISO-b": (("new_staff", "staff_trained"), _nothing),
    "ISO-c": (("objectives_set", "objectives_met"), _nothing),
    "ISO-d": (("processes_count",), _nothing),
    "ISO-đ": (
        (
            "internal_audit_done",
            "internal_audit_date",
            "nonconformities",
            "nonconformities_closed",
            "management_review_done",
            "management_review_date",
        ),
        _audit_and_review,
    ),
    "ISO-e": (
        ("complaints_received", "complaints_resolved"),
        _all_of("complaints_received", "complaints_resolved"),
    ),
    "ISO-g": (("improvements",), _nothing),
    "QD19-a": (("committee_changed",), _nothing),
    "QD19-b": (("effectiveness_date",), _effectiveness),
    "QD19-c": (
        ("declaration_number", "declaration_date", "notice_date", "posted_at_seat", "published_url"),
        _declaration,
    ),
    "QD19-d": (
        ("legal_changes", "legal_updates_done", "legal_updates_on_time"),
        _all_of("legal_changes", "legal_updates_on_time"),
    ),
    "QD19-đ": (("scope_changed", "redeclared_date"), _declared_again),
    "QD19-e": (
        ("consultant_used", "consultant_confirmation_no", "consultant_valid_to", "consultant_contract_end"),
        _consultant,
    ),
}

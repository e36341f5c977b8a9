"""One sending beside an earlier one: what was added, removed and changed, question by question.

The earlier one is the same report's sending before, or what the agency sent the year before; there the
questionnaire may have been another version, so answers meet by the key of their question.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from isotrack.kit.clock import day_of
from isotrack.kit.words import share, show_number, show_percent
from reports.actions.report import judge
from reports.models import AnnualReport, Attachment, Submission
from reports.questions import Outcome, Question, is_empty, show, show_rows
from reports.receipt import as_sent


class Change(TextChoices):
    """What became of one answer; each has its word and its icon."""

    SAME = "same", gettext_lazy("Không đổi")
    CHANGED = "changed", gettext_lazy("Đã đổi")
    ADDED = "added", gettext_lazy("Mới có")
    REMOVED = "removed", gettext_lazy("Không còn")

    @property
    def icon(self) -> str:
        """The drawing beside the word."""
        return {"changed": "returned", "added": "plus", "removed": "skip"}.get(self.value, "ok")


@dataclass(frozen=True)
class Line:
    """One question in both sendings, in words; `difference` is "+5 (4,17 %)" for numbers that changed."""

    question: Question
    label: str
    before: Sequence[str]
    now: Sequence[str]
    change: Change
    difference: str = ""


@dataclass(frozen=True)
class Part:
    """One section: what differs, and what stays as it was."""

    key: str
    title: str
    lines: Sequence[Line]

    @property
    def changed(self) -> list[Line]:
        """The lines that differ."""
        return [line for line in self.lines if line.change != Change.SAME]

    @property
    def same(self) -> list[Line]:
        """The lines that do not."""
        return [line for line in self.lines if line.change == Change.SAME]


@dataclass(frozen=True)
class _Side:
    """One sending as it is read: its questions shown, by key, and what was answered."""

    report: AnnualReport
    submission: Submission

    @cached_property
    def outcome(self) -> Outcome:
        sent = as_sent(self.report, self.submission)
        return judge(sent, on=day_of(self.submission.sent_at))

    @cached_property
    def shown(self) -> Mapping[str, Question]:
        if self.submission.is_nil:
            return {}
        return {question.key: question for question in self.outcome.visible}

    def text(self, key: str) -> list[str]:
        """The answer as lines of text; none where it was not asked or not answered."""
        question = self.shown.get(key)
        value = self.value(key)
        if question is None or is_empty(value):
            return []
        if question.type == "table":
            rows = show_rows(question, value, get_language())
            return [" · ".join(filter(None, row.values())) for row in rows]
        return [*show(question, value, get_language()).splitlines(), *self._more(question)]

    def _more(self, question: Question) -> list[str]:
        """What tells two files of one name apart."""
        file = self._files.get(question.key) if question.type == "file" else None
        return [f"SHA-256 {file.sha256[:12]}…"] if file else []

    @cached_property
    def _files(self) -> Mapping[str, Attachment]:
        files = self.report.attachments.as_sent_at(self.submission.fixed_at)
        return {file.question: file for file in files}

    def value(self, key: str) -> object:
        """The answer as a Python value where it is good, else as it is stored."""
        if key in self.outcome.values:
            return self.outcome.values[key]
        return self.submission.answers.get(key)


def compare(
    report: AnnualReport, now: Submission, before_report: AnnualReport, before: Submission
) -> list[Part]:
    """Both sendings section by section, in the order of the newer one's questionnaire.

    Questions that only the earlier one asked stand in the section of the same name, or in one of their own
    at the end. Both reports must have their cycle loaded.
    """
    new, old = _Side(report, now), _Side(before_report, before)
    sections = [*report.cycle.questions.sections, *before_report.cycle.questions.sections]
    parts: dict[str, Part] = {}
    told: set[str] = set()
    for section in sections:
        lines = [line for line in _lines(section.questions, new, old) if line.question.key not in told]
        told |= {line.question.key for line in lines}
        kept = parts.get(section.key)
        title = kept.title if kept else section.title(get_language())
        parts[section.key] = Part(section.key, title, [*(kept.lines if kept else ()), *lines])
    return [part for part in parts.values() if part.lines]


def _lines(questions: Sequence[Question], new: _Side, old: _Side) -> Iterator[Line]:
    for question in questions:
        key = question.key
        if key not in new.shown and key not in old.shown:
            continue
        before, now = old.text(key), new.text(key)
        change = _change(before, now)
        asked = new.shown.get(key) or question
        yield Line(
            question=asked,
            label=asked.label(get_language()),
            before=before,
            now=now,
            change=change,
            difference=_difference(asked, old.value(key), new.value(key)) if change == Change.CHANGED else "",
        )


def _change(before: Sequence[str], now: Sequence[str]) -> Change:
    if list(before) == list(now):
        return Change.SAME
    if not before:
        return Change.ADDED
    return Change.CHANGED if now else Change.REMOVED


def _difference(question: Question, before: object, now: object) -> str:
    """ "+5 (+4,17 %)", "−12 (−10,00 %)"; without a percentage where the earlier number is 0."""
    if not (_is_number(before) and _is_number(now)):
        return ""
    assert isinstance(before, int | Decimal) and isinstance(now, int | Decimal)
    amount = now - before
    if question.type == "percent":
        return _("%(amount)s điểm phần trăm") % {"amount": _signed(show_number(amount), amount)}
    percent = share(int(amount), int(before))
    said = _signed(show_number(amount), amount)
    return said if percent is None else f"{said} ({_signed(show_percent(percent), amount)})"


def _signed(text: str, amount: Decimal | int) -> str:
    return f"+{text}" if amount > 0 else text.replace("-", "−")


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)

"""What a check of one report found, and how far each section is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from reports.questions.parts import Answers, Question, Section, Value
from reports.questions.values import is_empty


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to mend or explain, placed at question `key` (and at a cell of it, rows counted from 1)."""

    kind: Literal["missing", "bad_value", "rule"]
    severity: Literal["error", "warning"]
    key: str
    number: int
    keys: tuple[str, ...]
    headline: str
    detail: str = ""
    rule: str | None = None
    row: int | None = None
    column: str | None = None

    @property
    def message(self) -> str:
        """The whole sentence for the place of the question: what is wrong, then what to do."""
        return f"{self.headline} {self.detail}".strip()

    @property
    def line(self) -> str:
        """The sentence for the linked list at the top, where the number of the question leads."""
        if self.kind == "missing":
            return self.message
        return _("Câu %(number)d: %(message)s") % {"number": self.number, "message": self.message}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of checking one set of answers.

    `visible` are the questions shown, in order; `values` the answers among them that are readable and
    within their limits, computed ones included, as Python values. `unconfirmed` are the keys of visible
    questions that show last year's answer until somebody confirms it; each is missing as well.
    """

    visible: tuple[Question, ...]
    values: Mapping[str, Value]
    unconfirmed: frozenset[str]
    missing: tuple[Finding, ...]
    bad_values: tuple[Finding, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def can_send(self) -> bool:
        """Whether nothing blocks sending; warnings ask for a note but do not block here."""
        return not self.blocking

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Everything that blocks sending, in the order of the questions."""
        found = (*self.missing, *self.bad_values, *self.errors)
        return tuple(sorted(found, key=lambda finding: finding.number))

    def at(self, key: str) -> tuple[Finding, ...]:
        """The findings that touch the question `key`, those placed at it first."""
        touching = (finding for finding in (*self.blocking, *self.warnings) if key in finding.keys)
        return tuple(sorted(touching, key=lambda finding: finding.key != key))

    def unexplained(self, notes: Mapping[str, str]) -> tuple[Finding, ...]:
        """The warnings for whose rule the officer has not yet written a note (`notes`: rule id → text)."""
        return tuple(finding for finding in self.warnings if not notes.get(finding.rule or "", "").strip())


@dataclass(frozen=True)
class Progress:
    """How far one section is: questions answered of those asked, required ones left, and findings in it.

    `unconfirmed` are those among `left` that show last year's answer until somebody confirms it.
    """

    answered: int
    asked: int
    left: int
    errors: int
    warnings: int
    unconfirmed: int = 0

    @property
    def done(self) -> bool:
        """Nothing required is left and nothing has to be mended."""
        return not self.left and not self.errors


def section_progress(section: Section, outcome: Outcome, answers: Answers) -> Progress:
    """Count for the list of sections; each finding once, where it is placed. Computed questions not asked."""
    visible = {question.key for question in outcome.visible}
    asked = [q for q in section.questions if q.key in visible and not q.computed]
    inside = {question.key for question in section.questions}

    def placed(findings: tuple[Finding, ...]) -> int:
        return sum(finding.key in inside for finding in findings)

    return Progress(
        answered=sum(not is_empty(answers.get(question.key)) for question in asked),
        asked=len(asked),
        left=placed(outcome.missing),
        errors=placed(outcome.bad_values) + placed(outcome.errors),
        warnings=placed(outcome.warnings),
        unconfirmed=len(outcome.unconfirmed & inside),
    )

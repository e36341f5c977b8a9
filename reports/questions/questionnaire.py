"""The questionnaire: which questions are shown, what is computed, and whether a report can be sent.

One definition drives the browser form, the workbook, the PDF and the statistics, so nothing here knows a
model, a request or a clock: the day of sending and the ceilings of the law are arguments.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.questions import formula
from reports.questions.definition import build_rules, build_sections, refuse
from reports.questions.findings import Finding, Outcome
from reports.questions.parts import Answers, Choice, Limit, Question, Rule, Section, Value, in_language
from reports.questions.rules import RULES, Breach, Ceiling, Facts, holds
from reports.questions.validation import problems_of
from reports.questions.values import Fault, faults, is_empty, is_outside, readable


@dataclass(frozen=True)
class Questionnaire:
    """One version of a questionnaire, made from its stored definition by `from_definition`."""

    code: str
    version: int
    title_vi: str
    title_en: str
    period_from: str
    period_to: str
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]

    @classmethod
    def from_definition(
        cls, definition: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]] | None = None
    ) -> "Questionnaire":
        """Build it from the definition as stored (JSON values).

        `choices` holds the lists that the definition takes from files, by their name in it. Raises
        DefinitionError with every problem found.
        """
        lists = choices or {}
        refuse(problems_of(definition, lists))
        form = definition["form"]
        return cls(
            code=form["code"],
            version=form["version"],
            title_vi=form["title_vi"],
            title_en=form.get("title_en", ""),
            period_from=form["period"]["from"],
            period_to=form["period"]["to"],
            sections=build_sections(definition, lists),
            rules=build_rules(definition),
        )

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order; the first has number 1."""
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def by_key(self) -> Mapping[str, Question]:
        """All questions by key."""
        return {question.key: question for question in self.questions}

    @cached_property
    def scan(self) -> Question | None:
        """The question whose file is the signed report itself: the one marked so, else the last file."""
        files = [question for question in self.questions if question.type == "file"]
        return next((question for question in files if question.signed_scan), files[-1] if files else None)

    def title(self, language: str | None = "vi") -> str:
        """The title of the form."""
        return in_language(self.title_vi, self.title_en, language)

    def period(self, year: int) -> tuple[date, date]:
        """First and last day of the period for a reporting year."""
        first, last = (text.replace("{year}", f"{year:04}") for text in (self.period_from, self.period_to))
        return date.fromisoformat(first), date.fromisoformat(last)

    def visible(self, answers: Answers, mandate: str) -> tuple[Question, ...]:
        """The questions shown to an agency of this mandate with these answers, in order."""
        return self._walk(answers, mandate)[0]

    def computed(self, answers: Answers) -> dict[str, Decimal | None]:
        """Every computed question's value; None where it cannot be computed or lies outside its limits."""
        values = self._walk(answers, None)[1]
        return {question.key: _compute(question, values) for question in self.questions if question.computed}

    def check(
        self,
        answers: Answers,
        *,
        mandate: str,
        year: int,
        submitted_on: date,
        ceiling: Ceiling,
        last_year: Answers | None = None,
        prefilled: Collection[str] = (),
        scan_required: bool = False,
    ) -> Outcome:
        """Find everything that stops a report from being sent, and every warning. Never changes `answers`.

        `ceiling` gives the highest amount in whole đồng for a clause and line of the circular on a day.
        `last_year` are the answers the same agency sent the year before; the questions named in `prefilled`
        show them until somebody confirms: they decide what is visible, and count as missing.
        """
        before = last_year or {}
        answers = {**{key: before[key] for key in prefilled if key in before}, **answers}
        visible, values = self._walk(answers, mandate)
        unconfirmed = frozenset(question.key for question in visible if question.key in prefilled)
        bad = tuple(finding for question in visible for finding in _bad_values(question, answers))
        refused = frozenset(finding.key for finding in bad)
        facts = Facts(
            values={key: value for key, value in values.items() if key not in refused},
            shown={question.key: question for question in visible},
            unreadable=refused,
            period=self.period(year),
            submitted_on=submitted_on,
            ceiling=ceiling,
            last_year=self._walk(before, mandate)[1],
        )
        broken = tuple(self._broken(facts, values))
        return Outcome(
            visible=visible,
            values=facts.values,
            unconfirmed=unconfirmed,
            missing=tuple(self._missing(visible, answers, unconfirmed, scan_required)),
            bad_values=bad,
            errors=tuple(finding for finding in broken if finding.severity == "error"),
            warnings=tuple(finding for finding in broken if finding.severity == "warning"),
        )

    def _walk(self, answers: Answers, mandate: str | None) -> tuple[tuple[Question, ...], dict[str, Value]]:
        """The questions shown and their readable answers. One pass: conditions look only backwards."""
        visible: list[Question] = []
        values: dict[str, Value] = {}
        for question in self.questions:
            if not question.asked_of(mandate) or not all(holds(c, values) for c in question.depends_on):
                continue
            visible.append(question)
            stored = answers.get(question.key)
            value = _compute(question, values) if question.computed else readable(question, stored)
            if value is not None:
                values[question.key] = value
        return tuple(visible), values

    def _missing(
        self, visible: Sequence[Question], answers: Answers, unconfirmed: Collection[str], scan_required: bool
    ) -> Iterator[Finding]:
        for question in visible:
            if question.key in unconfirmed:
                yield _missing(question, _("Câu %(number)d: chưa xác nhận số liệu năm trước"))
            elif _is_missing(question, answers, scan_required):
                yield _missing(question, _("Câu %(number)d: chưa trả lời"))

    def _broken(self, facts: Facts, readable_values: Mapping[str, Value]) -> Iterator[Finding]:
        """The findings of all rules, in the order of the definition."""
        for rule in self.rules:
            kind = RULES[rule.type]
            if not all(holds(condition, readable_values) for condition in rule.when):
                continue
            if kind.partial or all(key in facts.values for key in rule.questions):
                breach = kind.find(rule, facts)
                if breach is not None:
                    yield _finding(rule, breach, facts)


def _compute(question: Question, values: Mapping[str, Value]) -> Decimal | None:
    numbers: dict[str, Limit] = {k: v for k, v in values.items() if isinstance(v, int | Decimal)}
    result = formula.evaluate(question.computed, numbers, places=2 if question.type == "percent" else 0)
    return None if result is None or is_outside(question, result) else result


def _is_missing(question: Question, answers: Answers, scan_required: bool) -> bool:
    is_required = question.required or (question.signed_scan and scan_required)
    return is_required and not question.computed and is_empty(answers.get(question.key))


def _missing(question: Question, headline: str) -> Finding:
    return Finding(
        kind="missing",
        severity="error",
        key=question.key,
        number=question.number,
        keys=(question.key,),
        headline=headline % {"number": question.number},
    )


def _bad_values(question: Question, answers: Answers) -> Iterator[Finding]:
    stored = answers.get(question.key)
    if not question.computed and not is_empty(stored):
        yield from (_bad_value(question, fault) for fault in faults(question, stored))


def _bad_value(question: Question, fault: Fault) -> Finding:
    return Finding(
        kind="bad_value",
        severity="error",
        key=question.key,
        number=question.number,
        keys=(question.key,),
        headline=fault.message,
        row=fault.row,
        column=fault.column,
    )


def _finding(rule: Rule, breach: Breach, facts: Facts) -> Finding:
    is_warning = rule.severity == "warning"
    mend = (
        _("Sửa %(places)s nếu ghi nhầm; nếu đúng như vậy, viết một câu giải trình.")
        if is_warning
        else _("Sửa %(places)s.")
    )
    return Finding(
        kind="rule",
        severity="warning" if is_warning else "error",
        key=breach.keys[0],
        number=facts.place(breach.keys[0]),
        keys=breach.keys,
        headline=rule.message(get_language()),
        detail=f"{breach.said} {mend % {'places': facts.places(breach.mend)}}",
        rule=rule.id,
    )

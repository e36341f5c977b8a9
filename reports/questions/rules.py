"""Rules across questions: one function per type, all of one signature, gathered in RULES.

The contract: a function gets the rule and the facts, and returns a Breach or None. It is only called when
the conditions in the rule's `when` hold and every question in `rule.questions` has a good answer — except
for the types marked `partial`, which look by themselves at what is answered. A Breach names the numbers on
both sides and the questions to change; the rule's own message stands before it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from isotrack.kit.deadlines import months_after
from isotrack.kit.words import say_date, show_number, show_percent
from reports.questions.law import legal_basis_in_words
from reports.questions.parts import (
    BOOLEAN,
    DATE,
    NUMERIC,
    TABLE,
    TYPES,
    Condition,
    Limit,
    Question,
    Row,
    Rule,
    Value,
)

Ceiling = Callable[[str, str, date], int | None]  # (clause, line, day) → whole đồng, None where there is none


@dataclass(frozen=True)
class Facts:
    """What rules may look at: good answers, the questions shown, the period, the day of sending."""

    values: Mapping[str, Value]
    shown: Mapping[str, Question]
    unreadable: frozenset[str]
    period: tuple[date, date]
    submitted_on: date
    ceiling: Ceiling
    last_year: Mapping[str, Value] = field(default_factory=dict)

    def number(self, key: str) -> Limit:
        """The good answer to a numeric question."""
        return cast(Limit, self.values[key])

    def day(self, key: str) -> date:
        """The good answer to a date question."""
        return cast(date, self.values[key])

    def cite(self, key: str) -> str:
        """A number or date with its place: "118 (câu 16)"."""
        return _("%(value)s (câu %(number)d)") % {"value": _show(self.values[key]), "number": self.place(key)}

    def place(self, key: str) -> int:
        """The number of a question that is shown."""
        return self.shown[key].number

    def places(self, keys: Iterable[str]) -> str:
        """The numbers of questions in the order of the form: "câu 16", "câu 1, 2 hoặc 3"."""
        *others, last = sorted({self.place(key) for key in keys})
        if not others:
            return _("câu %(number)d") % {"number": last}
        words = {"others": ", ".join(map(str, others)), "last": last}
        return _("câu %(others)s hoặc %(last)d") % words


@dataclass(frozen=True)
class Breach:
    """How a rule is broken in one sentence, the questions to place it at, and those to mend."""

    said: str
    keys: tuple[str, ...]
    mend: tuple[str, ...]


@dataclass(frozen=True)
class RuleKind:
    """One type of rule: its function, and what its parts must name.

    `parts` says for each attribute that holds a key (or several, `keys`) the types of question allowed.
    """

    find: Callable[[Rule, Facts], Breach | None]
    parts: Mapping[str, frozenset[str]]
    extras: frozenset[str] = frozenset()
    needs_when: bool = False
    partial: bool = False


def holds(condition: Condition, values: Mapping[str, Value]) -> bool:
    """Whether a condition fits; never when its question has no readable answer or is hidden."""
    value = values.get(condition.key)
    if value is None:
        return False
    return OPERATORS[condition.op](value.isoformat() if isinstance(value, date) else value, condition.value)


def at_most(rule: Rule, facts: Facts) -> Breach | None:
    """`left` is not larger than `right`."""
    if facts.number(rule.left) <= facts.number(rule.right):
        return None
    sides = {"left": facts.cite(rule.left), "right": facts.cite(rule.right)}
    return _breach(rule, _("%(left)s lớn hơn %(right)s.") % sides)


def not_before(rule: Rule, facts: Facts) -> Breach | None:
    """The date `left` is the date `right` or later."""
    if facts.day(rule.left) >= facts.day(rule.right):
        return None
    sides = {"left": facts.cite(rule.left), "right": facts.cite(rule.right)}
    return _breach(rule, _("%(left)s trước %(right)s.") % sides)


def in_period(rule: Rule, facts: Facts) -> Breach | None:
    """The date `key` lies in the reporting period, first and last day included."""
    first, last = facts.period
    if first <= facts.day(rule.key) <= last:
        return None
    words = {"day": facts.cite(rule.key), "first": say_date(first), "last": say_date(last)}
    return _breach(rule, _("%(day)s không nằm trong khoảng từ %(first)s đến %(last)s.") % words)


def adds_up(rule: Rule, facts: Facts) -> Breach | None:
    """The answers to `keys` add up to `total`."""
    places = ", ".join(str(facts.place(key)) for key in rule.keys)
    parts = _("Tổng các câu %(places)s") % {"places": places}
    return _compare_sum(rule, facts, parts, sum(facts.number(key) for key in rule.keys))


def table_adds_up(rule: Rule, facts: Facts) -> Breach | None:
    """The column of a table adds up to `total`."""
    rows = cast(list[Row], facts.values[rule.table])
    heading = next(c.label(get_language()) for c in facts.shown[rule.table].columns if c.key == rule.column)
    place = {"heading": heading, "number": facts.place(rule.table)}
    parts = _("Tổng cột “%(heading)s” ở câu %(number)d") % place
    found = sum(cast(Limit, row[rule.column]) for row in rows if rule.column in row)
    return _compare_sum(rule, facts, parts, found)


def within_ceiling(rule: Rule, facts: Facts) -> Breach | None:
    """The amount `left` is not above the ceiling in force on the last day of the period."""
    limit = facts.ceiling(rule.clause, rule.line, facts.period[1])
    if limit is None or facts.number(rule.left) <= limit:
        return None
    words = {
        "amount": facts.cite(rule.left),
        "excess": show_number(facts.number(rule.left) - limit),
        "limit": show_number(limit),
        "basis": legal_basis_in_words(facts.shown[rule.left].legal_basis),
    }
    return _breach(rule, _("%(amount)s vượt %(excess)s so với mức %(limit)s (%(basis)s).") % words)


def within_months(rule: Rule, facts: Facts) -> Breach | None:
    """The date `left` is at most `months` months after the date `after` (BLDS 2015 Đ148 k3)."""
    last = months_after(facts.day(rule.after), rule.months)
    if facts.day(rule.left) <= last:
        return None
    words = {"day": facts.cite(rule.left), "last": say_date(last), "after": facts.cite(rule.after)}
    return _breach(rule, _("%(day)s sau hạn %(last)s, tính từ %(after)s.") % words)


def is_true(rule: Rule, facts: Facts) -> Breach | None:
    """The answer to `key` is yes."""
    if facts.values[rule.key] is True:
        return None
    return _breach(rule, _("Câu %(number)d trả lời “Không”.") % {"number": facts.place(rule.key)})


def is_answered(rule: Rule, facts: Facts) -> Breach | None:
    """`key` has an answer, where it is shown. An unreadable one is reported as a bad value instead."""
    if rule.key not in facts.shown or rule.key in facts.values or rule.key in facts.unreadable:
        return None
    said = _("Câu %(number)d chưa trả lời.") % {"number": facts.place(rule.key)}
    return _breach_of_conditions(rule, said)


def is_zero(rule: Rule, facts: Facts) -> Breach | None:
    """The number `key` is 0."""
    return _unless(facts.number(rule.key) == 0, rule, facts)


def is_above_zero(rule: Rule, facts: Facts) -> Breach | None:
    """The number `key` is above 0."""
    return _unless(facts.number(rule.key) > 0, rule, facts)


def is_past(rule: Rule, facts: Facts) -> Breach | None:
    """None of the dates in `keys` is after the day of sending. Each is judged alone: most are hidden."""
    late = tuple(key for key in rule.keys if key in facts.values and facts.day(key) > facts.submitted_on)
    if not late:
        return None
    words = {"days": ", ".join(facts.cite(key) for key in late), "sent": say_date(facts.submitted_on)}
    return Breach(_("%(days)s sau ngày gửi %(sent)s.") % words, late, late)


def keeps_up(rule: Rule, facts: Facts) -> Breach | None:
    """The number `key` is not more than `percent` below last year's answer; without one there is no rule."""
    before, now = facts.last_year.get(rule.key), facts.number(rule.key)
    if not isinstance(before, int | Decimal) or before <= 0:
        return None
    if Decimal(now) * 100 >= Decimal(before) * (100 - rule.percent):
        return None
    words = {
        "number": facts.place(rule.key),
        "now": show_number(now),
        "before": show_number(before),
        "share": show_percent((Decimal(before) - Decimal(now)) * 100 / Decimal(before)),
    }
    return _breach(rule, _("Câu %(number)d ghi %(now)s, năm trước %(before)s: giảm %(share)s.") % words)


def not_all_zero(rule: Rule, facts: Facts) -> Breach | None:
    """Not every number in `keys` that is answered is 0; two at least must be answered to say so."""
    answered = tuple(key for key in rule.keys if key in facts.values)
    if len(answered) < 2 or any(facts.number(key) for key in answered):
        return None
    return Breach(
        _("Các số ở %(places)s đều bằng 0.") % {"places": facts.places(answered)}, answered, answered
    )


RULES: Mapping[str, RuleKind] = {
    "le": RuleKind(at_most, {"left": NUMERIC, "right": NUMERIC}),
    "date_ge": RuleKind(not_before, {"left": DATE, "right": DATE}),
    "date_in_period": RuleKind(in_period, {"key": DATE}),
    "sum_equals": RuleKind(adds_up, {"keys": NUMERIC, "total": NUMERIC}),
    "le_ceiling": RuleKind(within_ceiling, {"left": NUMERIC}, frozenset({"ceiling"})),
    "table_sum_equals": RuleKind(table_adds_up, {"table": TABLE, "total": NUMERIC}, frozenset({"column"})),
    "date_within_months": RuleKind(within_months, {"left": DATE, "after": DATE}, frozenset({"months"})),
    "must_be_true": RuleKind(is_true, {"key": BOOLEAN}),
    "required_when": RuleKind(is_answered, {"key": TYPES}, needs_when=True, partial=True),
    "zero_when": RuleKind(is_zero, {"key": NUMERIC}, needs_when=True),
    "must_be_gt_zero": RuleKind(is_above_zero, {"key": NUMERIC}),
    "drop_from_last_year": RuleKind(keeps_up, {"key": NUMERIC}, frozenset({"percent"})),
    "not_all_zero": RuleKind(not_all_zero, {"keys": NUMERIC}, partial=True),
    "not_future": RuleKind(is_past, {"keys": DATE}, partial=True),
}

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, wanted: value == wanted,
    "not_equals": lambda value, wanted: value != wanted,
    "in": lambda value, wanted: value in wanted,
    "gt": lambda value, wanted: value > wanted,
    "lt": lambda value, wanted: value < wanted,
    "answered": lambda value, wanted: True,
}


def _show(value: Value) -> str:
    return say_date(value) if isinstance(value, date) else show_number(cast(Limit, value))


def _breach(rule: Rule, said: str) -> Breach:
    return Breach(said, rule.questions, rule.questions)


def _breach_of_conditions(rule: Rule, said: str) -> Breach:
    """The answers that make the rule apply may be the wrong ones, so they are named too."""
    return Breach(said, (rule.key,), (rule.key, *(condition.key for condition in rule.when)))


def _unless(right: bool, rule: Rule, facts: Facts) -> Breach | None:
    if right:
        return None
    words = {"number": facts.place(rule.key), "value": _show(facts.values[rule.key])}
    return _breach_of_conditions(rule, _("Câu %(number)d ghi %(value)s.") % words)


def _compare_sum(rule: Rule, facts: Facts, parts: str, found: Limit) -> Breach | None:
    wanted = facts.number(rule.total)
    if found == wanted:
        return None
    gap = abs(Decimal(wanted) - Decimal(found))
    sentence = (
        _("%(parts)s là %(found)s, câu %(number)d ghi %(wanted)s: thiếu %(gap)s.")
        if found < wanted
        else _("%(parts)s là %(found)s, câu %(number)d ghi %(wanted)s: thừa %(gap)s.")
    )
    words = {
        "parts": parts,
        "found": show_number(found),
        "number": facts.place(rule.total),
        "wanted": show_number(wanted),
        "gap": show_number(gap),
    }
    return _breach(rule, sentence % words)

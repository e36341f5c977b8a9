"""The sums of one cycle put into lines for people: the same for a page of today and for a kept snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agencies.models.agency import Group, Level, Mandate
from agencies.names import names_on
from isotrack.kit.clock import day_of
from isotrack.kit.plots import Plot, groups_plot
from isotrack.kit.words import NOTHING, share, show_number, show_percent
from plans.bars import Bar, bars
from reports.models import ReportCycle
from reports.questions import Question, Questionnaire
from reports.questions.parts import NUMERIC
from reports.rates import Rates, rates_of_by, total
from reports.statistics.tally import (
    Number,
    Numbers,
    Place,
    Tally,
    comparable,
    exact,
    tally_in_database,
    values_of,
)

# The level on which the agencies of a group stand; kept with the report through its group.
LEVELS = {
    Group.DEPARTMENT: Level.PROVINCE,
    Group.SUB_DEPARTMENT: Level.PROVINCE,
    Group.DISTRICT: Level.DISTRICT,
    Group.COMMUNE: Level.COMMUNE,
}
# The questions that every report to a higher level speaks of, where the questionnaire asks them.
STATE, STANDARD, AUDIT, REVIEW = (
    "qms_state",
    "standard_version",
    "internal_audit_done",
    "management_review_done",
)
IN_QMS, PROCEDURES, DECLARED = "procedures_in_qms", "procedures_total", "declared"
NO_SUPERIOR = 0  # in addresses
Stand = tuple[str, str, int | None]  # group, mandate and superior, as kept on the report


@dataclass(frozen=True)
class Year:
    """What is counted of one cycle: how its reports stand, and what those say that were received."""

    year: int
    rates: Mapping[Stand, Rates] = field(default_factory=dict)
    tallies: Mapping[Place, Tally] = field(default_factory=dict)

    @cached_property
    def total(self) -> Rates:
        """The whole cycle."""
        return total(self.rates.values())

    @cached_property
    def tally(self) -> Tally:
        """What all reports say together."""
        return added(self.tallies.values())

    def of_groups(self, groups: Iterable[str]) -> Rates:
        """How the reports of some groups stand."""
        chosen = set(groups)
        return total(rates for stand, rates in self.rates.items() if stand[0] in chosen)

    def of_mandate(self, mandate: str) -> Rates:
        """How the reports of the obliged, or of the encouraged, stand."""
        return total(rates for stand, rates in self.rates.items() if stand[1] == mandate)

    def of_superior(self, superior: int | None) -> Rates:
        """How the reports of one superior's agencies stand."""
        return total(rates for stand, rates in self.rates.items() if stand[2] == superior)

    def tally_of(self, *, group: str = "", mandate: str = "") -> Tally:
        """What the reports of one group, or of one mandate, say."""
        fits = ((group in ("", g)) and (mandate in ("", m)) for g, m in self.tallies)
        return added(tally for tally, fit in zip(self.tallies.values(), fits, strict=True) if fit)

    def only(self, keys: Iterable[str]) -> Self:
        """Without the questions that are not named."""
        kept = set(keys)
        tallies = {place: tally.only(kept) for place, tally in self.tallies.items()}
        return type(self)(self.year, self.rates, tallies)


def added(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    whole = Tally()
    for tally in tallies:
        whole = whole + tally
    return whole


# Lines


@dataclass(frozen=True)
class RateLine:
    """How the reports of one group, level or superior stand, and last year's; `query` finds its rows."""

    label: str | Promise
    query: str
    rates: Rates
    last: Rates | None = None

    @property
    def last_share(self) -> Decimal | None:
        """Received of expected the year before, in percent."""
        return self.last.share_received if self.last else None


@dataclass(frozen=True)
class NumberLine:
    """One numeric question: its sums, and last year's where it was asked alike."""

    question: Question
    numbers: Numbers
    last: Numbers | None

    @property
    def label(self) -> str:
        """The question in words."""
        return self.question.label(get_language())

    @property
    def query(self) -> str:
        """What asks for the agencies that answered."""
        return f"question={self.question.key}"

    @property
    def smallest_query(self) -> str:
        """What asks for those with the smallest answer."""
        return f"{self.query}&value={self.numbers.smallest}"

    @property
    def largest_query(self) -> str:
        """What asks for those with the largest answer."""
        return f"{self.query}&value={self.numbers.largest}"

    @property
    def is_percent(self) -> bool:
        """Whether a sum of the answers would mean nothing."""
        return self.question.type == "percent"

    @property
    def total(self) -> str:
        """The sum; "–" for percentages."""
        return NOTHING if self.is_percent or not self.numbers.count else self._show(self.numbers.total)

    @property
    def average(self) -> str:
        """Per agency that answered, two decimals."""
        return self._show(self.numbers.average)

    @property
    def smallest(self) -> str:
        """The smallest answer."""
        return self._show(self.numbers.smallest)

    @property
    def largest(self) -> str:
        """The largest answer."""
        return self._show(self.numbers.largest)

    @property
    def last_value(self) -> str:
        """Last year's sum, for percentages last year's average."""
        return self._show(_main(self.question, self.last))

    @property
    def change(self) -> str:
        """This year's sum less last year's, with its sign: "+12"; for percentages of the averages."""
        now, before = _main(self.question, self.numbers), _main(self.question, self.last)
        return NOTHING if now is None or before is None else signed(now - before, self._show)

    @property
    def change_share(self) -> str:
        """The change in percent of last year's sum; "–" where that is 0 or percentages are compared."""
        now, before = _main(self.question, self.numbers), _main(self.question, self.last)
        if self.is_percent or now is None or before is None:
            return NOTHING
        part = share(int(now - before), int(before))
        return NOTHING if part is None else signed(part, show_percent)

    def _show(self, value: Number | None) -> str:
        if value is None:
            return NOTHING
        return show_percent(Decimal(value)) if self.is_percent else show_number(value)


@dataclass(frozen=True)
class Part:
    """One value of a shared question: how often it was given, this year and last."""

    value: str
    label: str
    count: int
    whole: int
    last_count: int | None
    last_whole: int | None

    @property
    def share(self) -> Decimal | None:
        """Of those that answered, in percent."""
        return share(self.count, self.whole)

    @property
    def last_share(self) -> Decimal | None:
        """The same of last year."""
        return None if self.last_count is None else share(self.last_count, self.last_whole or 0)

    @property
    def change(self) -> str:
        """This year's count less last year's: "+4"."""
        return NOTHING if self.last_count is None else signed(self.count - self.last_count, show_number)


@dataclass(frozen=True)
class ShareLine:
    """One question with a choice or yes and no: how the answers divide."""

    question: Question
    count: int
    parts: Sequence[Part]

    @property
    def label(self) -> str:
        """The question in words."""
        return self.question.label(get_language())

    @property
    def query(self) -> str:
        """What asks for the agencies that answered."""
        return f"question={self.question.key}"

    def part(self, value: str) -> Part:
        """The part of one value."""
        return next(part for part in self.parts if part.value == value)


@dataclass(frozen=True)
class Chapter:
    """One section of the questionnaire with the sums of its questions."""

    title: str
    numbers: Sequence[NumberLine]
    shares: Sequence[ShareLine]

    @property
    def in_order(self) -> list[NumberLine | ShareLine]:
        """Both kinds as the questionnaire numbers them."""
        return sorted([*self.numbers, *self.shares], key=lambda line: line.question.number)


@dataclass(frozen=True)
class StateLine:
    """How the systems of one group or mandate stand: agencies expected, and how many are in each state."""

    label: str | Promise
    query: str
    expected: int
    cells: Sequence[tuple[str, str, int]]
    """Value and label of each state, and how many are in it."""
    declared: Decimal | None

    def in_state(self, state: str) -> int:
        """How many are in one state."""
        return sum(count for value, _label, count in self.cells if value == state)


@dataclass(frozen=True)
class Picture:
    """One cycle as its sums show it; `last` holds only what the year before asked alike."""

    this: Year
    last: Year | None
    questions: Questionnaire
    superiors: Mapping[int, str]

    @classmethod
    def of(cls, cycle: ReportCycle, last: ReportCycle | None, as_of: datetime) -> Self:
        """A cycle as it stands, beside the one before it; five statements for any number of reports."""
        before = None
        if last is not None:
            before = _counted(last, as_of).only(comparable(cycle.questions, last.questions))
        this = _counted(cycle, as_of)
        return cls(this, before, cycle.questions, names_on((stand[2] for stand in this.rates), day_of(as_of)))

    # How the reports stand

    @property
    def rates(self) -> Rates:
        """The whole cycle."""
        return self.this.total

    @property
    def last_rates(self) -> Rates | None:
        """The year before."""
        return self.last.total if self.last else None

    @property
    def last_share(self) -> Decimal | None:
        """Received of expected the year before, in percent."""
        return self.last.total.share_received if self.last else None

    @cached_property
    def groups(self) -> list[RateLine]:
        """The groups that owe reports, in the order of official lists."""
        return [
            self._line(one.label, f"group={one.value}", [one]) for one in Group if one.value in self._owing(0)
        ]

    @cached_property
    def levels(self) -> list[RateLine]:
        """The administrative levels; agencies counted in no group stand on none."""
        groups = {level: [one for one in Group if LEVELS.get(one) == level] for level in Level}
        return [
            self._line(level.label, f"level={level.value}", those)
            for level, those in groups.items()
            if self._owing(0) & {one.value for one in those}
        ]

    @cached_property
    def by_superior(self) -> list[RateLine]:
        """The superiors in protocol order; agencies without one last."""
        owing = self._owing(2)
        named = [(pk, name, f"superior={pk}") for pk, name in self.superiors.items() if pk in owing]
        none = [(None, _("Không có cấp trên"), f"superior={NO_SUPERIOR}")] if None in owing else []
        return [
            RateLine(name, query, self.this.of_superior(pk), self.last.of_superior(pk) if self.last else None)
            for pk, name, query in [*named, *none]
        ]

    def _owing(self, column: int) -> set[Any]:
        """The groups (0), mandates (1) or superiors (2) for which reports are owed."""
        return {stand[column] for stand in self.this.rates}

    def _line(self, label: str | Promise, query: str, groups: Sequence[Group]) -> RateLine:
        values = [group.value for group in groups]
        last = self.last.of_groups(values) if self.last else None
        return RateLine(label, query, self.this.of_groups(values), last)

    # What they say

    @cached_property
    def chapters(self) -> list[Chapter]:
        """The sections of the questionnaire that hold something to count."""
        found = [
            Chapter(section.title(get_language()), *self._lines(section.questions))
            for section in self.questions.sections
        ]
        return [chapter for chapter in found if chapter.numbers or chapter.shares]

    def number(self, key: str) -> NumberLine | None:
        """The sums of one numeric question; None where the questionnaire does not ask it."""
        question = self.questions.by_key.get(key)
        if question is None or question.type not in NUMERIC:
            return None
        numbers = self.this.tally.numbers.get(key, Numbers())
        return NumberLine(question, numbers, self.last.tally.numbers.get(key) if self.last else None)

    def shares(self, key: str) -> ShareLine | None:
        """How the answers to one question divide; None where the questionnaire does not ask it."""
        question = self.questions.by_key.get(key)
        if question is None or not values_of(question):
            return None
        last = self.last.tally.shares.get(key) if self.last else None
        return _share_line(question, self.this.tally.shares.get(key, {}), last)

    @property
    def state(self) -> ShareLine | None:
        """Agencies by the state of their system."""
        return self.shares(STATE)

    @property
    def standard(self) -> ShareLine | None:
        """Agencies by the version of the standard."""
        return self.shares(STANDARD)

    @property
    def audit(self) -> ShareLine | None:
        """Whether an internal audit was held in the year (QĐ 19/2014 Đ4 k4b)."""
        return self.shares(AUDIT)

    @property
    def review(self) -> ShareLine | None:
        """Whether the management reviewed the system in the year (QĐ 19/2014 Đ4 k4b)."""
        return self.shares(REVIEW)

    @property
    def coverage(self) -> Decimal | None:
        """Procedures in the systems of all procedures, in percent (QĐ 19/2014 Đ3 k1)."""
        return _coverage(self.this.tally)

    @property
    def last_coverage(self) -> Decimal | None:
        """The same of last year."""
        return _coverage(self.last.tally) if self.last else None

    @cached_property
    def states(self) -> list[StateLine]:
        """The state of the systems by group, then by mandate (QĐ 19/2014 Đ2)."""
        if self.state is None:
            return []
        mandates = [one for one in Mandate if one.value in self._owing(1)]
        return [
            *(self._states(line.label, line.query, line.rates) for line in self.groups),
            *(
                self._states(one.label, f"mandate={one.value}", self.this.of_mandate(one.value))
                for one in mandates
            ),
        ]

    @property
    def state_heads(self) -> list[tuple[str, str]]:
        """Value and label of each state."""
        return [(part.value, part.label) for part in self.state.parts] if self.state else []

    def _states(self, label: str | Promise, query: str, rates: Rates) -> StateLine:
        column, _equals, value = query.partition("=")
        counts = self.this.tally_of(**{column: value}).shares.get(STATE, {})
        shown = [(state, head, counts.get(state, 0)) for state, head in self.state_heads]
        return StateLine(label, query, rates.expected, shown, share(counts.get(DECLARED, 0), rates.expected))

    def _lines(self, questions: Sequence[Question]) -> tuple[list[NumberLine], list[ShareLine]]:
        numbers = [self.number(question.key) for question in questions]
        shares = [self.shares(question.key) for question in questions]
        return [one for one in numbers if one], [one for one in shares if one]

    # Plots

    @cached_property
    def groups_plot(self) -> Plot:
        """One bar a group: on time, late, missing, not due."""
        if self.rates.not_due == self.rates.expected:
            return Plot()
        return groups_plot([line.rates.bar(str(line.label)) for line in self.groups])

    @cached_property
    def declared_plot(self) -> Plot:
        """Declared agencies of those expected, by group."""
        rows = [
            Bar(str(line.label), line.in_state(DECLARED), line.expected)
            for line in self.states
            if line.query.startswith("group=")
        ]
        return bars(rows) if any(row.done for row in rows) else Plot()


def signed(value: Any, show: Any) -> str:
    """ "+12", "−3", "0"."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + str(show(abs(value)))


def _counted(cycle: ReportCycle, as_of: datetime) -> Year:
    """Two statements: how the reports stand, and what those say that were received."""
    rates = rates_of_by(cycle.reports.all(), "group", "mandate", "superior_id", as_of=as_of)
    received = cycle.reports.received(as_of).counted()
    return Year(cycle.year, rates, tally_in_database(received, cycle.questions))


def _main(question: Question, numbers: Numbers | None) -> Number | None:
    if numbers is None or not numbers.count:
        return None
    return numbers.average if question.type == "percent" else numbers.total


def _share_line(question: Question, given: Mapping[str, int], last: Mapping[str, int] | None) -> ShareLine:
    labels = {choice.value: choice.label(get_language()) for choice in question.choices}
    labels |= {"true": _("Có"), "false": _("Không")} if question.type == "boolean" else {}
    whole, last_whole = sum(given.values()), None if last is None else sum(last.values())
    parts = [
        Part(
            value=value,
            label=labels[value],
            count=given.get(value, 0),
            whole=whole,
            last_count=None if last is None else last.get(value, 0),
            last_whole=last_whole,
        )
        for value in values_of(question)
    ]
    return ShareLine(question, whole, parts)


def _coverage(tally: Tally) -> Decimal | None:
    part, whole = tally.numbers.get(IN_QMS), tally.numbers.get(PROCEDURES)
    return share(int(part.total), int(whole.total)) if part and whole else None


# As JSON values, for a snapshot


def year_as_json(year: Year) -> dict[str, Any]:
    """A year fit for a JSON column; decimals as text, so that no digit is lost."""
    return {
        "year": year.year,
        "rates": [[*stand, asdict(rates)] for stand, rates in year.rates.items()],
        "tallies": [
            [group, mandate, {"numbers": _plain_numbers(tally), "shares": dict(tally.shares)}]
            for (group, mandate), tally in year.tallies.items()
        ],
    }


def year_from_json(kept: Mapping[str, Any], questions: Questionnaire) -> Year:
    """The year as it was kept."""
    return Year(
        kept["year"],
        {(group, mandate, pk): Rates(**rates) for group, mandate, pk, rates in kept["rates"]},
        {(group, mandate): _tally(tally, questions) for group, mandate, tally in kept["tallies"]},
    )


def _plain_numbers(tally: Tally) -> dict[str, list[Any]]:
    return {
        key: [one.count, _plain(one.total), _plain(one.smallest), _plain(one.largest)]
        for key, one in tally.numbers.items()
    }


def _plain(value: Number | None) -> int | str | None:
    return str(value) if isinstance(value, Decimal) else value


def _tally(kept: Mapping[str, Any], questions: Questionnaire) -> Tally:
    numbers = {
        key: Numbers(count, *(_read(questions.by_key[key], value) for value in (total, low, high)))
        for key, (count, total, low, high) in kept["numbers"].items()
    }
    return Tally(numbers, kept["shares"])


def _read(question: Question, value: Any) -> Any:
    return None if value is None else exact(question, value)

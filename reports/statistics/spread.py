"""How the answers to one numeric question spread: quartiles, and how many lie in each of a few ranges."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from isotrack.kit.plots import Plot
from isotrack.kit.words import show_number, show_percent
from plans.bars import Bar, bars
from reports.models.report import ReportQuerySet
from reports.questions import Question, Questionnaire
from reports.statistics.rows import Row, Wanted
from reports.statistics.tally import numeric

FEW = 8  # different answers up to which each has a bar of its own
RANGES = 6  # at most, else
BOX = 100  # how wide the drawing of the quartiles is
STEPS = (1, 2, 5)  # a range is one of these times a power of ten wide


@dataclass(frozen=True)
class Quartiles:
    """Five numbers that tell how the answers to one question lie: a quarter of them between each two.

    `numbers` are the smallest, the lower quartile, the median, the upper quartile and the largest; a quartile
    that falls between two answers is taken between them (as in Excel's QUARTILE.INC).
    """

    question: Question
    count: int
    numbers: Sequence[Decimal]

    @classmethod
    def of(cls, question: Question, given: Iterable[Any]) -> Self | None:
        """None where nobody answered."""
        ordered = sorted(one for one in given if one is not None)
        return cls(question, len(ordered), [_quarter(ordered, n) for n in range(5)]) if ordered else None

    @classmethod
    def from_json(cls, question: Question, kept: Sequence[Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(question, kept[0], [Decimal(one) for one in kept[1:]])

    def as_json(self) -> list[Any]:
        """Number of answers, then the five numbers."""
        return [self.count, *map(str, self.numbers)]

    @property
    def label(self) -> str:
        """The question in words."""
        return self.question.label(get_language())

    @property
    def is_spread(self) -> bool:
        """Whether at least two answers differ."""
        return self.numbers[0] != self.numbers[-1]

    @property
    def shown(self) -> list[str]:
        """The five numbers in words."""
        return [shown(self.question, number) for number in self.numbers]

    @property
    def box(self) -> dict[str, float]:
        """Where the quartiles lie between the smallest (0) and the largest (BOX), for a drawing."""
        low, *middle, high = self.numbers
        places = [round(float((one - low) / (high - low) * BOX), 1) for one in middle]
        return dict(zip(("low", "median", "high"), places, strict=True)) | {
            "width": round(places[2] - places[0], 1)
        }


@dataclass(frozen=True)
class Spread:
    """The answers to one question in ascending order; at least two of them differ."""

    question: Question
    numbers: Sequence[Decimal]

    @classmethod
    def of(cls, question: Question, given: Iterable[Any]) -> Self | None:
        """None where nothing spreads: fewer than two different answers."""
        numbers = sorted(Decimal(str(one)) for one in given if one is not None)
        return cls(question, numbers) if len(set(numbers)) > 1 else None

    @property
    def marks(self) -> list[tuple[str, str]]:
        """Smallest, quartiles and largest in words."""
        names = (
            _("Nhỏ nhất"),
            _("Một phần tư không quá"),
            _("Trung vị"),
            _("Ba phần tư không quá"),
            _("Lớn nhất"),
        )
        numbers = [_quarter(self.numbers, n) for n in range(5)]
        return [(name, self._show(number)) for name, number in zip(names, numbers, strict=True)]

    @cached_property
    def bars(self) -> list[Bar]:
        """One a range, or one an answer where there are few: how many of all answers lie in it."""
        different = sorted(set(self.numbers))
        if len(different) <= FEW:
            counts = [(self._show(one), self.numbers.count(one)) for one in different]
        else:
            counts = [
                (f"{self._show(low)} – {self._show(last)}", sum(low <= one < high for one in self.numbers))
                for low, high, last in self._ranges()
            ]
        return [Bar(name, count, len(self.numbers)) for name, count in counts]

    @property
    def plot(self) -> Plot:
        """The same drawn."""
        return bars(self.bars)

    def _ranges(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """From, below, and the last number that still belongs to it."""
        smallest, largest = self.numbers[0], self.numbers[-1]
        step = _step((largest - smallest) / RANGES)
        bounds = [smallest // step * step]
        while bounds[-1] <= largest:
            bounds.append(bounds[-1] + step)
        least = Decimal("0.01") if self.question.type == "percent" else Decimal(1)
        return [(low, high, high - least) for low, high in pairwise(bounds)]

    def _show(self, number: Decimal) -> str:
        return shown(self.question, number)


def shown(question: Question, number: Decimal) -> str:
    """A number between answers as people read it: whole where it is."""
    if question.type == "percent":
        return show_percent(number)
    return show_number(number.quantize(Decimal(1)) if number == number.to_integral_value() else number)


def quartiles_of(questions: Questionnaire, rows: Iterable[Row]) -> dict[str, Quartiles]:
    """Question → how its answers lie, for every numeric question that these rows answer."""
    given: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for key, figure in row.figures.items():
            given[key].append(figure)
    found = {one.key: Quartiles.of(one, given[one.key]) for one in numeric(questions)}
    return {key: one for key, one in found.items() if one}


def spread_in_database(wanted: Wanted, asked: ReportQuerySet) -> Spread | None:
    """Of the reports behind a numeric figure; one statement, none for another figure."""
    if wanted.question is None or not wanted.is_number or wanted.value is not None:
        return None
    given = asked.order_by().values_list(f"figures__{wanted.question.key}", flat=True)
    return Spread.of(wanted.question, given)


def spread_of_rows(wanted: Wanted, rows: Iterable[Row]) -> Spread | None:
    """The same of kept rows."""
    if wanted.question is None or not wanted.is_number or wanted.value is not None:
        return None
    return Spread.of(wanted.question, [row.figures[wanted.question.key] for row in rows])


def _quarter(ordered: Sequence[Any], number: int) -> Decimal:
    """What `number` quarters of the answers do not exceed; between two answers in proportion."""
    place, part = divmod(number * (len(ordered) - 1), 4)
    low = Decimal(str(ordered[place]))
    return low + (Decimal(str(ordered[place + 1])) - low) * part / 4 if part else low


def _step(least: Decimal) -> Decimal:
    """The smallest round number that is not below `least`, at least 1."""
    power = Decimal(1)
    while True:
        for step in STEPS:
            if step * power >= least:
                return step * power
        power *= 10

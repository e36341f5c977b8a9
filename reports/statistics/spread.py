"""How the answers to one numeric question spread: quartiles, and how many lie in each of a few ranges."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from statistics import quantiles
from typing import Any, Self

from django.utils.translation import gettext as _

from isotrack.kit.plots import Plot
from isotrack.kit.words import show_number, show_percent
from plans.bars import Bar, bars
from reports.models.report import ReportQuerySet
from reports.questions import Question
from reports.statistics.rows import Row, Wanted

FEW = 8  # different answers up to which each has a bar of its own
RANGES = 6  # at most, else
STEPS = (1, 2, 5)  # a range is one of these times a power of ten wide


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
        low, middle, high = quantiles(self.numbers, n=4, method="inclusive")
        named = (
            (_("Nhỏ nhất"), self.numbers[0]),
            (_("Một phần tư không quá"), low),
            (_("Trung vị"), middle),
            (_("Ba phần tư không quá"), high),
            (_("Lớn nhất"), self.numbers[-1]),
        )
        return [(name, self._show(number)) for name, number in named]

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
        if self.question.type == "percent":
            return show_percent(number)
        whole = number.quantize(Decimal(1)) if number == number.to_integral_value() else number
        return show_number(whole)


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


def _step(least: Decimal) -> Decimal:
    """The smallest round number that is not below `least`, at least 1."""
    power = Decimal(1)
    while True:
        for step in STEPS:
            if step * power >= least:
                return step * power
        power *= 10

"""The questions the pages about cycles ask: how each stands, which opens next, what its switches mean."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Self

from django.db.models import QuerySet

from agencies.models import Agency, Holiday, User
from isotrack.journal.models import Entry
from isotrack.kit.deadlines import DAY, Deadline, last_day_before
from reports.actions.cycle import standings_owing
from reports.models import AnnualReport, ReportCycle
from reports.models.cycle import CycleQuerySet
from reports.rates import Rates, rates_of_by


@dataclass(frozen=True)
class CycleLine:
    """One cycle and how the reports stand that this person may see."""

    cycle: ReportCycle
    rates: Rates
    is_closed: bool
    is_locked: bool
    is_open: bool


def with_rates(cycles: CycleQuerySet, user: User, as_of: datetime) -> list[CycleLine]:
    """Every cycle with its rates, in two statements."""
    reports = AnnualReport.objects.visible_to(user)
    found = rates_of_by(reports, "cycle_id", as_of=as_of)
    return [
        CycleLine(
            cycle=cycle,
            rates=found.get(cycle.pk, Rates()),
            is_closed=cycle.closed_at is not None and cycle.closed_at <= as_of,
            is_locked=cycle.is_locked(as_of),
            is_open=cycle.opens_at <= as_of,
        )
        for cycle in cycles
    ]


@dataclass(frozen=True)
class CycleToOpen:
    """The cycle that comes next in a province, before it exists."""

    province: Agency
    year: int
    today: date
    owing: int

    @classmethod
    def find(cls, user: User, today: date) -> Self:
        """The year after the newest cycle; the first cycle of a province is about last year.

        Raises ValueError for somebody without a post: they stand for no province.
        """
        if user.agency is None or user.agency.province is None:
            raise ValueError(user)
        newest = ReportCycle.objects.kept_by(user).first()
        year = newest.year + 1 if newest else today.year - 1
        province = user.agency.province
        return cls(province, year, today, standings_owing(province.pk, date(year, 12, 31)).count())

    @property
    def expected_on(self) -> date:
        """The day that decides who owes a report."""
        return date(self.year, 12, 31)

    @property
    def opens_from(self) -> date:
        """The first day on which the list of those who owe one is certain."""
        return self.expected_on + DAY

    @property
    def can_open(self) -> bool:
        """Whether the reporting year is over: before that nobody knows who owes a report on its last day."""
        return self.today >= self.opens_from


@dataclass(frozen=True)
class Setting:
    """One position of the two switches, and the deadline it makes."""

    day_itself_counts: bool
    moves_to_working_day: bool
    in_words: str
    is_present: bool


def cutoffs_by_switch(cycle: ReportCycle) -> list[Setting]:
    """The four positions of the two switches, the default first."""
    is_working = Holiday.objects.working_days()
    return [
        Setting(
            counts,
            moves,
            Deadline(
                last_day_before(
                    cycle.due_before,
                    day_itself_counts=counts,
                    moves_to_working_day=moves,
                    is_working=is_working,
                )
            ).in_words(cycle.due_before),
            (counts, moves) == (cycle.day_itself_counts, cycle.moves_to_working_day),
        )
        for counts, moves in product((False, True), repeat=2)
    ]


def switch_history(cycle: ReportCycle) -> "QuerySet[Entry]":
    """Who turned the switches, when and why, newest first."""
    return Entry.objects.about("cycle", cycle.pk).filter(verb="cycle-switched")

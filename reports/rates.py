"""Reporting rates of a cycle as of an instant (after DHIS2): counts, and percentages as printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When

from isotrack.kit.plots import GroupRow
from isotrack.kit.statements import kept
from isotrack.kit.words import share, show_percent
from reports.models import AnnualReport, Punctuality, ReportCycle
from reports.models.report import URGENCY, ReportQuerySet, urgency_at


@dataclass(frozen=True)
class Rates:
    """on_time + late + missing + not_due + exempt = expected; nil and extended lie inside these five."""

    expected: int = 0
    on_time: int = 0
    late: int = 0
    missing: int = 0
    not_due: int = 0
    exempt: int = 0
    nil: int = 0
    extended: int = 0

    @property
    def received(self) -> int:
        """On time and late."""
        return self.on_time + self.late

    @property
    def share_received(self) -> Decimal | None:
        """Received of expected in percent; None for 0/0."""
        return share(self.received, self.expected)

    @property
    def share_on_time(self) -> Decimal | None:
        """Received on time of expected in percent; None for 0/0."""
        return share(self.on_time, self.expected)

    @property
    def rate(self) -> str:
        """Received of expected: "95,34", or "–" for 0/0."""
        return show_percent(self.share_received, sign=False)

    @property
    def rate_on_time(self) -> str:
        """Received on time of expected: "95,34", or "–" for 0/0."""
        return show_percent(self.share_on_time, sign=False)

    def bar(self, name: str) -> GroupRow:
        """As a bar of the plot by group."""
        return GroupRow(name, self.on_time, self.late, self.missing, self.not_due)


def rates(cycle: ReportCycle, as_of: datetime) -> Rates:
    """Count a whole cycle in one statement without joins."""
    return rates_of(cycle.reports.all(), as_of)


def rates_of(reports: ReportQuerySet, as_of: datetime) -> Rates:
    """Count the reports of any queryset, for example one superior's."""
    return total(rates_of_by(reports, as_of=as_of).values())


def rates_of_by(
    reports: ReportQuerySet, *columns: str, as_of: datetime, among: Q | None = None
) -> dict[Any, Rates]:
    """Count the reports of any queryset per value of report columns, in one statement.

    The keys are values, or tuples of them for several columns. With `among` only the rows that meet it are
    counted, but every value is there.
    """
    return added_up(counts_by(reports, *columns, as_of=as_of, among=among))


def rates_of_cycle_by(cycle: ReportCycle, *columns: str, as_of: datetime) -> dict[Any, Rates]:
    """The same of a whole cycle, for pages that are asked for often."""
    return added_up(_counts_of_cycle(cycle.pk, columns, as_of))


def counts_by(
    reports: ReportQuerySet, *columns: str, as_of: datetime, among: Q | None = None
) -> "QuerySet[Any, Any]":
    """What `added_up` makes rates of, as a values_list."""
    # One group a kind of punctuality: fewer conditions than a count of each, and `among` is asked once a row.
    fits = Case(When(among, then=Value(1)), default=Value(0)) if among else Value(1)
    judged = reports.order_by().annotate(urgency=urgency_at(as_of), fits=fits)
    return judged.values_list(*columns, "urgency", "fits").annotate(
        number=Count(Value(1)),
        nil=Count(Value(1), filter=Q(is_nil=True)),
        extended=Count(Value(1), filter=Q(extended_to__isnull=False)),
    )


@kept(100)  # composing it took as long as asking
def _counts_of_cycle(cycle: int, columns: tuple[str, ...], as_of: datetime) -> "QuerySet[Any, Any]":
    return counts_by(AnnualReport.objects.filter(cycle=cycle), *columns, as_of=as_of)


def added_up(rows: Iterable[Sequence[Any]]) -> dict[Any, Rates]:
    """The rows of `counts_by` as rates: value of the column, or tuple of several → rates."""
    found: dict[Any, list[Rates]] = {}
    for *key, urgency, is_wanted, number, nil, extended in rows:
        counted = found.setdefault(key[0] if len(key) == 1 else tuple(key), [])
        if is_wanted:
            counted.append(_rates_of_kind(URGENCY[urgency], number, nil, extended))
    return {key: total(parts) for key, parts in found.items()}


def _rates_of_kind(kind: Punctuality, number: int, nil: int, extended: int) -> Rates:
    """Reports of one kind of punctuality: only what was received can be nil, and the exempt owe nothing."""
    is_received = kind in (Punctuality.ON_TIME, Punctuality.LATE)
    return Rates(
        expected=number,
        nil=nil if is_received else 0,
        extended=0 if kind == Punctuality.EXEMPT else extended,
        **{kind.value: number},
    )


def total(parts: Iterable[Rates]) -> Rates:
    """Add up the rates of parts, for example of all superiors, without asking the database again."""
    counted = list(parts)
    if len(counted) == 1:
        return counted[0]
    return Rates(*map(sum, zip(*map(_NUMBERS, counted), strict=True)))


_NUMBERS = attrgetter(*(part.name for part in fields(Rates)))

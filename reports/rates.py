"""Reporting rates of a cycle as of an instant (after DHIS2): counts, and percentages as printed."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Value

from isotrack.kit.words import share, show_percent
from reports.models import Punctuality, ReportCycle
from reports.models.report import ReportQuerySet, punctuality_is


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


def rates(cycle: ReportCycle, as_of: datetime) -> Rates:
    """Count a whole cycle in one statement without joins."""
    return Rates(**cycle.reports.aggregate(**_counts(as_of)))


def rates_of(reports: ReportQuerySet, as_of: datetime) -> Rates:
    """Count the reports of any queryset, for example one superior's."""
    return Rates(**reports.aggregate(**_counts(as_of)))


def rates_by(cycle: ReportCycle, column: str, as_of: datetime) -> dict[object, Rates]:
    """Count per value of a report column ("group" or "superior_id"), in one statement."""
    return rates_of_by(cycle.reports.all(), column, as_of=as_of)


def rates_of_by(
    reports: ReportQuerySet, *columns: str, as_of: datetime, among: Q | None = None
) -> dict[Any, Rates]:
    """Count the reports of any queryset per value of report columns, in one statement.

    The keys are values, or tuples of them for several columns. With `among` only the rows that meet it are
    counted, but every value is there.
    """
    counts = _counts(as_of, among)
    rows = reports.order_by().values_list(*columns).annotate(**counts)
    width = len(columns)
    return {
        row[:width] if width > 1 else row[0]: Rates(**dict(zip(counts, row[width:], strict=True)))
        for row in rows
    }


def total(parts: Iterable[Rates]) -> Rates:
    """Add up the rates of parts, for example of all superiors, without asking the database again."""
    counted = list(parts)
    return Rates(**{part.name: sum(getattr(one, part.name) for one in counted) for part in fields(Rates)})


def _counts(as_of: datetime, among: Q | None = None) -> dict[str, Count]:
    kinds = punctuality_is(as_of)
    received = kinds[Punctuality.ON_TIME] | kinds[Punctuality.LATE]
    conditions = {
        **{kind.value: condition for kind, condition in kinds.items()},
        "nil": received & Q(is_nil=True),
        "extended": Q(extended_to__isnull=False, exempted_at__isnull=True),
    }
    only = among or Q()
    return {
        "expected": Count(Value(1), filter=among or None),
        **{name: Count(Value(1), filter=only & condition) for name, condition in conditions.items()},
    }

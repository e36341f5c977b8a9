"""Reporting rates of a cycle as of an instant (after DHIS2): counts, and percentages as printed."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

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
    return rates_of_by(cycle.reports.all(), column, as_of)


def rates_of_by(reports: ReportQuerySet, column: str, as_of: datetime) -> dict[object, Rates]:
    """Count the reports of any queryset per value of a report column, in one statement."""
    rows = reports.order_by().values_list(column).annotate(**_counts(as_of))
    names = list(_counts(as_of))
    return {row[0]: Rates(**dict(zip(names, row[1:], strict=True))) for row in rows}


def total(parts: Iterable[Rates]) -> Rates:
    """Add up the rates of parts, for example of all superiors, without asking the database again."""
    counted = list(parts)
    return Rates(**{part.name: sum(getattr(one, part.name) for one in counted) for part in fields(Rates)})


def _counts(as_of: datetime) -> dict[str, Count]:
    kinds = punctuality_is(as_of)
    received = kinds[Punctuality.ON_TIME] | kinds[Punctuality.LATE]
    return {
        "expected": Count(Value(1)),
        **{kind.value: Count(Value(1), filter=condition) for kind, condition in kinds.items()},
        "nil": Count(Value(1), filter=received & Q(is_nil=True)),
        "extended": Count(Value(1), filter=Q(extended_to__isnull=False, exempted_at__isnull=True)),
    }

"""The money of a plan summed, the same for the screen, the papers and the workbook; whole đồng."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum

from plans.models import FundingLine, LineKind
from plans.models.plan import EntryQuerySet

HIRED = (LineKind.HIRED, LineKind.INDEPENDENT, LineKind.SELF_BUILD)
OWN = (LineKind.OWN_WORK, LineKind.PER_PROCESS)


@dataclass
class Money:
    """Estimates by what they pay for, and what is approved of them."""

    hired: int = 0
    own: int = 0
    maintenance: int = 0
    other: int = 0
    approved: int = 0

    @property
    def estimate(self) -> int:
        """All estimates together."""
        return self.hired + self.own + self.maintenance + self.other

    def add(self, kind: str, estimate: int, approved: int) -> None:
        """Count lines of one kind."""
        self.approved += approved
        if kind in HIRED:
            self.hired += estimate
        elif kind in OWN:
            self.own += estimate
        elif kind == LineKind.MAINTENANCE:
            self.maintenance += estimate
        else:
            self.other += estimate


@dataclass(frozen=True)
class SourceSum:
    """What a plan takes from one source in one fiscal year."""

    name: str
    year: int
    estimate: int
    approved: int


def totals(entries: EntryQuerySet) -> Money:
    """The money of these entries together: one statement."""
    money = Money()
    for _entry, kind, estimate, approved in _summed(entries):
        money.add(kind, estimate, approved)
    return money


def by_entry(entries: EntryQuerySet) -> dict[int, Money]:
    """The money of each of these entries, by its key; an entry without lines has none: one statement."""
    found: dict[int, Money] = defaultdict(Money)
    for entry, kind, estimate, approved in _summed(entries):
        found[entry].add(kind, estimate, approved)
    return found


def by_source(entries: EntryQuerySet) -> list[SourceSum]:
    """What these entries take from each source, the oldest year first; "" for lines without one."""
    lines = FundingLine.objects.filter(entry__in=entries).order_by("fiscal_year", "source__name")
    rows = lines.values_list("source__name", "fiscal_year").annotate(Sum("estimate"), Sum("approved"))
    return [
        SourceSum(name or "", year, int(estimate), int(approved or 0))
        for name, year, estimate, approved in rows
    ]


def _summed(entries: EntryQuerySet) -> list[tuple[int, str, int, int]]:
    lines = FundingLine.objects.filter(entry__in=entries).order_by()
    rows = lines.values_list("entry_id", "kind").annotate(Sum("estimate"), Sum("approved"))
    # SUM of bigint is numeric: back to whole đồng.
    return [(entry, kind, int(estimate), int(approved or 0)) for entry, kind, estimate, approved in rows]

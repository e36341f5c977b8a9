"""The questions about ceilings: how much may be spent at most, on a day, and which clause says so.

All amounts are whole đồng and maxima; the head of the agency decides within them (Điều 4 TT 116/2015/TT-BTC).
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from isotrack.kit.words import show_date
from plans.models.funding import ANY, Ceiling, Line, Mode


class NoCeiling(LookupError):
    """No ceiling is in force; the message says for what and on which day."""


@dataclass(frozen=True)
class Ceilings:
    """The maxima for one tier and mode; `clauses` says under the same names where the law states each."""

    tier: str
    mode: str
    A: int
    """A hired consulting organisation."""
    B: int
    """The agency's own work, without model framework, maintenance and inspection."""
    per_process: int
    """For each work process written, inside B."""
    independent_consultant: int
    """All independent consultants together: a share of A (khoản 3)."""
    self_build: int
    """Consulting work done by the agency itself, where it does all of it: a share of A (khoản 5)."""
    maintenance_year: int
    """Maintenance and improvement of one agency in one year (khoản 6)."""
    clauses: dict[str, str]


def ceilings_for(tier: str, mode: str, on: date) -> Ceilings:
    """The maxima for a tier ("2c") and a mode ("first", "extension") in force on a day, in one query.

    Raises NoCeiling where the law of that day has none.
    """
    found = {row.line: row for row in Ceiling.objects.in_force(on).of_tier(tier).in_mode(mode)}
    try:
        rows = {name: found[line] for name, line in _LINES.items()}
    except KeyError:
        told = {"tier": tier, "mode": Mode(mode).label, "day": show_date(on)}
        raise NoCeiling(_("Không có mức chi %(tier)s (%(mode)s) có hiệu lực ngày %(day)s.") % told) from None
    amounts = {name: _amount(row, of=rows["A"]) for name, row in rows.items()}
    return Ceilings(tier, mode, **amounts, clauses={name: row.in_words for name, row in rows.items()})


def ceiling(clause: str, line: str, on: date) -> int | None:
    """The amount of a ceiling that asks neither tier nor mode, or None where none is in force."""
    row = Ceiling.objects.in_force(on).filter(clause=clause, line=line, tier=ANY).last()
    return row.amount if row else None


def maintenance_ceiling(on: date) -> int:
    """What one agency may spend a year on maintenance and improvement (khoản 6). Raises NoCeiling."""
    amount = ceiling("6", Line.MAINTENANCE_YEAR, on)
    if amount is None:
        raise NoCeiling(_("Không có mức chi duy trì có hiệu lực ngày %(day)s.") % {"day": show_date(on)})
    return amount


_LINES = {
    "A": Line.A,
    "B": Line.B,
    "per_process": Line.PER_PROCESS,
    "independent_consultant": Line.INDEPENDENT_SHARE,
    "self_build": Line.SELF_BUILD_SHARE,
    "maintenance_year": Line.MAINTENANCE_YEAR,
}


def _amount(row: Ceiling, of: Ceiling) -> int:
    """A share is rounded down to whole đồng: it is a maximum."""
    if row.amount is not None:
        return row.amount
    assert row.ratio is not None and of.amount is not None  # kept by the constraints and the lines asked for
    return int(of.amount * row.ratio)

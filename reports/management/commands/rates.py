"""Reporting rates of a year as of an instant."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from isotrack.kit import clock
from isotrack.kit.commands import HouseCommand
from reports.management.commands._cycle import the_cycle, the_province
from reports.rates import rates


class Command(HouseCommand):
    """on_time + late + missing + not_due + exempt = expected."""

    help = "Count who reported, on time or late, and who did not."
    takes_as_of = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="Reporting year, for example 2020.")
        parser.add_argument("--province", help="Code of the province; needed where there are several.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Count in one statement."""
        cycle = the_cycle(options["year"], the_province(options["province"]))
        counted = rates(cycle, options["as_of"])
        counts = (
            "expected",
            "received",
            "on_time",
            "late",
            "missing",
            "not_due",
            "nil",
            "exempt",
            "extended",
        )
        return {
            "year": cycle.year,
            "as_of": options["as_of"].astimezone(clock.ZONE).isoformat(),
            "cutoff": cycle.cutoff.astimezone(clock.ZONE).isoformat(),
            **{name: getattr(counted, name) for name in counts},
            "rate": counted.rate,
            "rate_on_time": counted.rate_on_time,
        }

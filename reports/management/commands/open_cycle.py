"""Open the report cycle of a year."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from isotrack.kit import clock
from isotrack.kit.commands import BadInput, HouseCommand
from reports.actions.cycle import open_cycle
from reports.management.commands._cycle import the_province


class Command(HouseCommand):
    """Idempotent: a second run creates 0."""

    help = "Open the cycle of a reporting year and create what every agency owes."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="Reporting year, for example 2020.")
        parser.add_argument("--province", help="Code of the province; needed where there are several.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Open and count."""
        province = the_province(options["province"])
        try:
            cycle, created = open_cycle(options["year"], province=province, by=None, at=clock.now())
        except (ValidationError, ValueError) as refused:
            raise BadInput(" ".join(getattr(refused, "messages", [str(refused)]))) from refused
        return {
            "cycle": cycle.year,
            "expected": cycle.reports.count(),
            "created": created,
            "cutoff": cycle.cutoff.astimezone(clock.ZONE).isoformat(),
        }

"""Write the registry as a workbook that imports back unchanged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agencies.models import Agency
from agencies.registry_sheet import registry_title, write_registry
from isotrack.kit.clock import day_of
from isotrack.kit.commands import BadInput, HouseCommand


class Command(HouseCommand):
    """The agencies that exist on the day, in protocol order."""

    help = "Write the registry into an .xlsx file."
    takes_as_of = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The .xlsx file to write.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Write and count."""
        agencies = Agency.objects.valid_on(day_of(options["as_of"])).for_workbook()
        try:
            with options["file"].open("wb") as out:
                return {"rows": write_registry(out, agencies, title=registry_title())}
        except OSError as failed:
            raise BadInput(f"Cannot write {options['file']}: {failed.strerror}.") from failed

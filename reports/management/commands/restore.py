"""Fill an empty database and file store from a backup."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError

from isotrack.kit.backups import Refused, restore
from isotrack.kit.commands import BadInput, HouseCommand
from reports.management.commands.backup import counted


class Command(HouseCommand):
    """Everything or nothing; what was restored is read again and compared before it counts."""

    help = "Fill an empty database and file store from a folder that `backup` wrote, and verify the result."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="What `backup` wrote.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Restore it, and count what stands in the database now."""
        try:
            return counted(restore(options["folder"]))
        except (Refused, OSError, DatabaseError) as refusal:
            raise BadInput(str(refusal)) from refusal

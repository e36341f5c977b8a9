"""Write all data and files into a folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError

from isotrack.kit import clock
from isotrack.kit.backups import Refused, Summary, take
from isotrack.kit.commands import BadInput, HouseCommand, RefusalsListed


class Command(HouseCommand):
    """Exit status 1 when a file that a row names is missing from the store."""

    help = "Write all data and files into a new folder, from which `restore` fills an empty installation."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="A folder that is new or empty.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Take it, and count."""
        try:
            taken = take(options["folder"], at=clock.real_now())
        except (Refused, OSError, DatabaseError) as refusal:
            raise BadInput(str(refusal)) from refusal
        if taken.missing:
            raise RefusalsListed(counted(taken) | {"missing": taken.missing})
        return counted(taken)


def counted(summary: Summary) -> dict[str, Any]:
    """Rows of each table, the number of files, one digest of everything."""
    tables = {name: told["rows"] for name, told in sorted(summary.tables.items())}
    return {"tables": tables, "files": summary.files, "sha256": summary.sha256}

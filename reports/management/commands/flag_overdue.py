"""Flag what has become late or missing."""

from collections.abc import Mapping
from typing import Any

from isotrack.kit import clock
from isotrack.kit.commands import HouseCommand
from reports.actions.overdue import flag_overdue


class Command(HouseCommand):
    """Idempotent: a second run flags 0."""

    help = "Flag the reports that have become late or missing by an instant."
    takes_as_of = True
    takes_dry_run = True

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Flag and count what is new."""
        flagged = flag_overdue(as_of=options["as_of"], dry_run=options["dry_run"])
        as_of = options["as_of"].astimezone(clock.ZONE).isoformat()
        return {"as_of": as_of, "late": flagged.late, "missing": flagged.missing, "duties": flagged.duties}

"""Settle posts that ended, let invitations run out, warn and lock accounts nobody uses."""

from collections.abc import Mapping
from typing import Any

from isotrack.kit.commands import HouseCommand
from reports.actions.people import keep_people


class Command(HouseCommand):
    """What the scheduler does for people every hour."""

    help = "Settle posts that ended, let invitations run out, warn and lock absent accounts."
    takes_as_of = True
    takes_dry_run = True

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Do it and count."""
        as_of = options["as_of"]
        return {"as_of": as_of} | keep_people(as_of=as_of, dry_run=options["dry_run"])

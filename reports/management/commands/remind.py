"""Plan and send the reminders that are owed."""

from collections.abc import Mapping
from typing import Any

from isotrack.kit import clock
from isotrack.kit.commands import HouseCommand
from reports.actions.corrective import remind_agencies
from reports.actions.directive import remind_superiors
from reports.actions.reminder import remind


class Command(HouseCommand):
    """Idempotent: a second run plans 0."""

    help = "Plan and send the reminders owed at an instant."
    takes_as_of = True
    takes_dry_run = True

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Remind agencies of reports and remedies, superiors of letters, and count."""
        letters = remind_superiors(as_of=options["as_of"], dry_run=options["dry_run"])
        remedies = remind_agencies(as_of=options["as_of"], dry_run=options["dry_run"])
        done = remind(as_of=options["as_of"], dry_run=options["dry_run"])
        return {
            "as_of": options["as_of"].astimezone(clock.ZONE).isoformat(),
            "planned": done.planned + letters + remedies,
            "delivered": done.delivered,
            "failed": done.failed,
            "skipped": {"already": done.already, "no_contact": done.no_contact, "stale": done.stale},
        }

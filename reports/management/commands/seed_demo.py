"""Build the An Giang demonstration."""

from collections.abc import Mapping
from typing import Any

from isotrack.kit.commands import HouseCommand
from reports.actions.demonstration import seed


class Command(HouseCommand):
    """Idempotent: a second run creates 0."""

    help = "Build the An Giang demonstration; a second run creates nothing."

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Seed and say what there is."""
        seeded = seed()
        return {
            "agencies": seeded.agencies,
            "people": seeded.people,
            "cycles": seeded.cycles,
            "created": seeded.created,
        }

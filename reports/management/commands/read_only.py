"""Let people read and change nothing while a new version is installed, and end that."""

from collections.abc import Mapping
from time import sleep
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from isotrack.journal import pauses
from isotrack.kit import clock
from isotrack.kit.commands import HouseCommand


class Command(HouseCommand):
    """Idempotent. It returns when every process knows."""

    help = "Switch read-only mode on or off for every web process and for the scheduler."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mode", choices=["on", "off", "status"])
        parser.add_argument("--reason", default="", help="What every page says meanwhile.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Begin or end it; answers what holds now."""
        changed = False
        if options["mode"] == "on":
            changed = pauses.begin(by=None, at=clock.now(), reason=options["reason"])
        elif options["mode"] == "off":
            changed = pauses.end(by=None, at=clock.now())
        if changed:
            sleep(settings.PAUSE_LOOK_EVERY + 0.1)
        pauses.forget()
        reason = pauses.reason()
        return {"read_only": bool(reason), "reason": reason, "changed": changed}

"""Say whether this installation is well."""

from collections.abc import Mapping
from typing import Any

from isotrack.kit.commands import HouseCommand, RefusalsListed
from reports.doctor import findings


class Command(HouseCommand):
    """Exit status 1 when anything is not well."""

    help = "Check database, migrations, broker, mail, storage, fonts, clock and translations."
    requires_system_checks = []  # it must answer where they fail

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Examine. Raises RefusalsListed when a check is not ok."""
        found = findings()
        if not all(check["ok"] for check in found["checks"]):
            raise RefusalsListed(found)
        return found

"""Print the accounts a visitor of the demonstration may use."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from isotrack.kit.commands import BadInput, HouseCommand
from reports.actions.demonstration import VISITORS


class Command(HouseCommand):
    """One line per role; refused where others can reach the installation."""

    help = "Print the demonstration's accounts and their password."

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Account name → role and agency, and the one password of all."""
        if settings.DEMO_PASSWORD is None:
            raise BadInput("ALLOWED_HOSTS is set: this installation has no demonstration accounts.")
        accounts = {one.username: f"{one.role.label} ({one.full_name})" for one in VISITORS}
        return accounts | {"mật khẩu": settings.DEMO_PASSWORD}

"""After a change of SECRET_KEY: seal the secrets of second factors under the new one."""

from collections.abc import Mapping
from typing import Any

from agencies.actions.second_factor import seal_again
from isotrack.kit.commands import BadInput, HouseCommand


class Command(HouseCommand):
    """Afterwards the earlier key need not stay named for them."""

    help = "Seal second factors under the present SECRET_KEY."

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Do it and count."""
        try:
            return {"sealed": seal_again()}
        except ValueError:
            raise BadInput(
                "A second factor was sealed under a key that SECRET_KEY_FALLBACKS does not name."
            ) from None

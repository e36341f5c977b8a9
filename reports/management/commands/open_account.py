"""Open an account from the command line: the first administrator of an installation has nobody to ask."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db import IntegrityError

from agencies.actions.person import open_account
from agencies.models import Agency, Role
from isotrack.kit import clock
from isotrack.kit.commands import BadInput, HouseCommand


class Command(HouseCommand):
    """The holder sets a password by mail: “Quên mật khẩu” on the page to sign in."""

    help = "Open an account with its post; the holder sets a password by mail."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="Name to sign in with.")
        parser.add_argument("--role", required=True, choices=Role.values, help="What the account may do.")
        parser.add_argument("--agency", required=True, help="Code of the agency the person stands for.")
        parser.add_argument("--full-name", required=True, help="Name of the person.")
        parser.add_argument("--email", required=True, help="Where the link to set a password goes.")
        parser.add_argument("--title", default="", help="Position, for example “Chuyên viên”.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Open it and say which."""
        at = clock.now()
        agency = Agency.objects.valid_on(clock.day_of(at)).filter(code=options["agency"]).first()
        if agency is None:
            raise BadInput(f"No agency bears the code {options['agency']} today.")
        try:
            user = open_account(
                by=None,
                at=at,
                username=options["username"],
                full_name=options["full_name"],
                email=options["email"],
                role=options["role"],
                agency=agency,
                title=options["title"],
                starts_on=clock.day_of(at),
            )
        except IntegrityError as taken:
            raise BadInput(f"There is already an account called {options['username']}.") from taken
        return {"account": user.username, "role": user.role, "agency": agency.code}

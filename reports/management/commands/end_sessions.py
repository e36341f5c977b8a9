"""Sign somebody out everywhere, or everybody: for the hour in which a password or a key has leaked."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from agencies.actions.sign_in import end_all_sessions
from agencies.models import SignIn, User
from isotrack.kit import clock
from isotrack.kit.commands import BadInput, HouseCommand


class Command(HouseCommand):
    """What is open meets the sign-in page at its next request."""

    help = "End the sessions of one account, or of all."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", default="", help="Whose sessions.")
        parser.add_argument("--all", action="store_true", help="Everybody's.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """End them and count."""
        if bool(options["username"]) == options["all"]:
            raise BadInput("Name an account, or --all.")
        people = User.objects.get_queryset()
        if options["username"]:
            people = people.filter(username=options["username"])
            if not people.exists():
                raise BadInput(f"There is no account {options['username']}.")
        now = clock.now()
        sessions = SignIn.objects.open().filter(user__in=people, lasts_until__gt=clock.real_now()).count()
        for user in people:
            end_all_sessions(user, by=None, at=now)
        return {"accounts": people.count(), "sessions": sessions}

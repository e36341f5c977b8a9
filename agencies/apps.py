"""The registry's place among the apps."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in

from isotrack.kit import clock


class AgenciesConfig(AppConfig):
    """Above the journal, below plans and reports."""

    name = "agencies"

    def ready(self) -> None:
        """Sign-ins are noted by the installation's clock: under this name Django would note the machine's."""
        user_logged_in.connect(note_sign_in, dispatch_uid="update_last_login")
        import_module("agencies.sign_ins").connect()  # only now are its models there


def note_sign_in(sender: Any, user: Any, **details: Any) -> None:
    """Keep when somebody was here last; absence is counted from it."""
    user.last_login = clock.now()
    user.save(update_fields=["last_login"])

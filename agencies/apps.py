"""The registry's place among the apps."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in

from isotrack.kit import clock, lifetime


class AgenciesConfig(AppConfig):
    """Above the journal, below plans and reports."""

    name = "agencies"

    def ready(self) -> None:
        """Sign-ins are noted by the installation's clock: under this name Django would note the machine's."""
        user_logged_in.connect(note_sign_in, dispatch_uid="update_last_login")
        user_logged_in.connect(lifetime.begin, dispatch_uid="session_begins")
        authentication_step_completed.connect(lifetime.renew_key, dispatch_uid="session_key_renewed")


def note_sign_in(sender: Any, user: Any, **details: Any) -> None:
    """Keep when somebody was here last; absence is counted from it."""
    user.last_login = clock.now()
    user.save(update_fields=["last_login"])

"""How long a session lasts: so long without a page being asked for, and so long in all.

Who signs in brings both (`session_limits`). The time of the last page is noted every few minutes only, so
that reading costs no writing. A session that is over is emptied where it is stored; what was typed in it is
kept as isotrack.kit.rescue says.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from isotrack.kit import clock

BEGAN, SEEN, LIMITS = "began", "seen", "limits"  # in a session: two instants and two spans, in seconds
NOTED_EVERY = 5 * 60  # seconds
seen = Signal()  # with the request, whenever it was noted that a session is in use


def begin(sender: Any, request: HttpRequest, user: Any, **details: Any) -> None:
    """Receiver of user_logged_in: from here both spans are counted."""
    idle, whole = user.session_limits
    session, now = request.session, _now()
    session[BEGAN], session[SEEN] = now, now
    session[LIMITS] = [int(idle.total_seconds()), int(whole.total_seconds())]
    session.set_expiry(min(session[LIMITS]))


class Lifetime:
    """Middleware, after the one that says who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Whose session is over is a stranger from here on."""
        session, now = request.session, _now()
        if BEGAN in session:
            idle, whole = session[LIMITS]
            left = min(session[SEEN] + idle, session[BEGAN] + whole) - now
            if left <= 0:
                request.is_session_over = True  # type: ignore[attr-defined]
                logout(request)
            elif now - session[SEEN] >= NOTED_EVERY:
                session[SEEN] = now
                session.set_expiry(min(idle, session[BEGAN] + whole - now))
                seen.send(type(self), request=request)
        return self.get_response(request)


def renew_key(sender: Any, request: HttpRequest, **details: Any) -> None:
    """Receiver of allauth's authentication_step_completed: who gave the password again gets a new key."""
    if details.get("reauthenticated"):
        request.session.cycle_key()


def drop_expired() -> None:
    """Remove what is left of sessions that nobody can use any more, and with them what was typed in them."""
    import_string(f"{settings.SESSION_ENGINE}.SessionStore").clear_expired()


def _now() -> int:
    return int(clock.real_now().timestamp())

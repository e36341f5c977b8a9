"""What somebody typed outlives the session it was typed in.

A form sent after the session has ended is kept in the new, still anonymous session; whoever signs in next
finds it on the page that RESCUED_URL names and sends it with one button. Kept are texts, never passwords and
never files. `who`, a hidden field of our forms, holds the key of the person the form was made for: anybody
else who signs in does not see it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url

from isotrack.kit import clock

KEY, UNTIL = "rescued", "until"
LARGEST = 200 * 1024  # bytes; the longest section of a report holds a tenth of it
FOR_STRANGERS = 2 * 60 * 60  # seconds that a session nobody has signed in to keeps it
# Carried by every form, or saying which button was pressed: nothing that was typed.
NOT_TYPED = ("csrfmiddlewaretoken", "who", "next", "do", "window", "shown", "told", KEY)


@dataclass(frozen=True)
class Kept:
    """One form as it was sent: where to, its fields in order, names of files to choose again, for whom."""

    url: str
    fields: list[list[str]]
    files: list[str]
    who: str = ""

    def belongs_to(self, key: object) -> bool:
        """Whether the person with this key may see it: theirs, or nobody's in particular."""
        return self.who in ("", str(key))

    @property
    def data(self) -> dict[str, str]:
        """The last value of each field."""
        return {pair[0]: pair[1] for pair in self.fields}


class LoginOrRescue(LoginRequiredMiddleware):
    """Asks for the login as Django does, and keeps what an expired session would have lost."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        """To the login page; from there to what was kept, where there is something."""
        kept = read(request)
        if kept is None or getattr(view_func, "keeps_nothing", False):
            return super().handle_no_permission(request, view_func)
        request.session[KEY] = asdict(kept)
        request.session.set_expiry(FOR_STRANGERS)
        return redirect_to_login(resolve_url(settings.RESCUED_URL), resolve_url(settings.LOGIN_URL))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """What was sent again and taken is kept no longer; a session that changes notes when it will end."""
        if request.method == "POST" and response.status_code < 400 and KEY in request.POST:
            drop(request)
        _note_the_end(request)
        return response


def keeps_nothing(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view whose forms are not worth keeping."""
    view.keeps_nothing = True  # type: ignore[attr-defined]
    return view


def read(request: HttpRequest) -> Kept | None:
    """The form of a request; None where nothing was typed, where a password was, or where it is too much.

    A script that asks for data and not for a page keeps what was typed itself.
    """
    if request.method != "POST" or not request.accepts("text/html"):
        return None
    fields = [[name, text] for name, texts in request.POST.lists() for text in texts]
    fields = [pair for pair in fields if pair[0] not in ("csrfmiddlewaretoken", KEY)]
    has_typed = any(text.strip() for name, text in fields if name not in NOT_TYPED)
    is_secret = any("password" in name for name, _text in fields)
    size = sum(len(part.encode("utf-8", "replace")) for pair in fields for part in pair)
    if not has_typed or is_secret or size > LARGEST:
        return None
    files = [upload.name or "" for _field, uploads in request.FILES.lists() for upload in uploads]
    return Kept(request.get_full_path(), fields, files, request.POST.get("who", ""))


def kept(request: HttpRequest) -> Kept | None:
    """What this session keeps for the person signed in; what is somebody else's is thrown away."""
    found = request.session.get(KEY)
    if found is None:
        return None
    rescued = Kept(**found)
    if rescued.belongs_to(request.user.pk):
        return rescued
    drop(request)
    return None


def drop(request: HttpRequest) -> None:
    """Keep it no longer."""
    request.session.pop(KEY, None)


def is_from_here(request: HttpRequest) -> bool:
    """Whether a page of this installation sent the request, as far as the browser says."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    return origin == f"{request.scheme}://{request.get_host()}"


def session_left(request: HttpRequest) -> timedelta | None:
    """How long the session still lasts; None where that was never noted."""
    until = request.session.get(UNTIL)
    return None if until is None else datetime.fromisoformat(until) - clock.real_now()


def _note_the_end(request: HttpRequest) -> None:
    """A session about to be stored lasts from now on: noted in it, so that a page knows without asking."""
    session = request.session
    if session.modified and not session.is_empty():
        session[UNTIL] = (clock.real_now() + timedelta(seconds=session.get_expiry_age())).isoformat()

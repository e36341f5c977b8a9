"""Read-only for a while: people read everything and change nothing, and what they typed is not lost.

Every process asks the database at most every settings.PAUSE_LOOK_EVERY seconds, so a pause that was begun
holds everywhere once that time is over. The cache carries its words to the top of every page. READ_ONLY in
the environment is a pause that only a restart ends.
"""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from isotrack.journal.models import Pause
from isotrack.journal.record import Actor, record
from isotrack.kit import rescue

CACHE_KEY = "isotrack-pause"
CACHED_FOR = 24 * 60 * 60  # seconds
RETRY_AFTER = "300"  # seconds
READING = ("GET", "HEAD", "OPTIONS")
_looked: dict[str, Any] = {"at": None, "reason": ""}


@transaction.atomic
def begin(*, by: Actor | None, at: datetime, reason: str = "") -> bool:
    """From now on nothing can be changed; False where that is so already."""
    reason = reason or _("Hệ thống đang được nâng cấp.")
    pause, is_new = Pause.objects.now().get_or_create(defaults={"began_at": at, "reason": reason[:300]})
    if is_new:
        record("pause-begun", ("pause", pause.pk, pause), by=by, at=at, reason=reason)
    transaction.on_commit(lambda: _tell(pause.reason))
    return is_new


@transaction.atomic
def end(*, by: Actor | None, at: datetime) -> bool:
    """Work goes on; False where nothing was paused."""
    pause = Pause.objects.now().select_for_update().first()
    if pause is not None:
        Pause.objects.filter(pk=pause.pk).update(ended_at=at)
        record("pause-ended", ("pause", pause.pk, pause), by=by, at=at)
    transaction.on_commit(lambda: _tell(""))
    return pause is not None


def reason() -> str:
    """Why nothing can be changed; nothing where it can."""
    if settings.READ_ONLY:
        return str(settings.READ_ONLY)
    at, now = _looked["at"], monotonic()
    if at is None or now - at >= settings.PAUSE_LOOK_EVERY:
        found = Pause.objects.now().values_list("reason", flat=True).first()
        _looked.update(at=now, reason=found or "")
    return str(_looked["reason"])


def banner() -> str:
    """The words for the top of a page, without asking the database."""
    return str(settings.READ_ONLY or cache.get(CACHE_KEY) or "")


def forget() -> None:
    """Ask the database the next time."""
    _looked.update(at=None, reason="")


def _tell(words: str) -> None:
    forget()
    if words:
        cache.set(CACHE_KEY, words, CACHED_FOR)
    else:
        cache.delete(CACHE_KEY)


class ReadOnly:
    """While paused, whatever would change something is met by a page that keeps what was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse it, unless it only reads or only signs somebody in or out."""
        place = request.resolver_match
        if request.method in READING or (place and place.view_name in settings.OPEN_WHILE_PAUSED):
            return None
        words = reason()
        return _refusal(request, words) if words else None


def _refusal(request: HttpRequest, words: str) -> HttpResponse:
    """503, with one button that sends the form again."""
    if not request.accepts("text/html"):
        response: HttpResponse = JsonResponse({"refused": words}, status=503)
    else:
        context = {"kept": rescue.read(request), "key": rescue.KEY, "reason": words}
        response = render(request, "paused.html", context, status=503)
    response.headers["Retry-After"] = RETRY_AFTER
    return response

"""A limit on what is dear to make: papers, workbooks, public look-ups. So many a minute and no more."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from redis.exceptions import RedisError

from isotrack.kit import clock

MINUTE = 60  # seconds

View = Callable[..., HttpResponseBase]


def costly(view: View) -> View:
    """Answer a person (a stranger: an address) at most COSTLY_PER_MINUTE times a minute, then with 429.

    Counted over all views that bear this mark together; 0 is no limit. While the cache is away nobody is
    refused.
    """

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        most = settings.COSTLY_PER_MINUTE
        if not most or not too_often("costly", who_asks(request), most, at=clock.real_now()):
            return view(request, *args, **kwargs)
        response = render(request, "429.html", status=429)
        response["Retry-After"] = str(MINUTE)
        return response

    limited.is_costly = True  # type: ignore[attr-defined]
    return limited


def who_asks(request: HttpRequest) -> str:
    """A person, or the address a question comes from: behind a proxy the one the proxy names."""
    if request.user.is_authenticated:
        return f"user-{request.user.pk}"
    return str(get_adapter(request).get_client_ip(request))


def too_often(what: str, who: str, most: int, *, at: datetime) -> bool:
    """Count that `who` asks for `what` in the minute of `at`; whether that is more than `most` times.

    A cache that is away keeps nobody out.
    """
    key = f"{what}:{who}:{int(at.timestamp()) // MINUTE}"
    try:
        cache.add(key, 0, timeout=2 * MINUTE)
        return bool(cache.incr(key) > most)
    except (RedisError, ValueError):  # ValueError: the counter vanished between the two
        return False

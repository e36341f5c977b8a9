"""A limit on what is dear to make: papers, workbooks, public look-ups. So many a minute and no more."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from isotrack.kit import clock

WINDOW = 60  # seconds

View = Callable[..., HttpResponseBase]


def costly(view: View) -> View:
    """Answer a person (a stranger: an address) at most COSTLY_PER_MINUTE times a minute, then with 429.

    Counted over all views that bear this mark together; 0 is no limit. While the cache is away nobody is
    refused.
    """

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _count(request) <= settings.COSTLY_PER_MINUTE or not settings.COSTLY_PER_MINUTE:
            return view(request, *args, **kwargs)
        response = render(request, "429.html", status=429)
        response["Retry-After"] = str(WINDOW)
        return response

    return limited


def _count(request: HttpRequest) -> int:
    """How often this one has asked in the present minute, this time included."""
    who = f"user:{request.user.pk}" if request.user.is_authenticated else get_adapter().get_client_ip(request)
    key = f"costly:{who}:{int(clock.real_now().timestamp()) // WINDOW}"
    return 1 if cache.add(key, 1, 2 * WINDOW) else int(cache.incr(key))

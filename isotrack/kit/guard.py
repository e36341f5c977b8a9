"""What every answer carries, and what is refused before anything else looks at it.

Django and django-csp say most of it for pages; this says it for every answer, also for those of machines,
of static files and of what went wrong early.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotAllowed

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
# An answer that is no page of ours loads nothing, whatever a browser takes it for.
NOTHING = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
# Only where nothing stricter or more fitting was said.
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": NOTHING,
    # What a person read is not to be read again by pressing Back after they signed out.
    "Cache-Control": "no-store",
}


class Guard:
    """The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers that every answer bears."""
        response = self.get_response(request)
        for name, value in EVERYWHERE.items():
            response.headers.setdefault(name, value)
        return response


class Refusals:
    """After the middleware that counts and logs requests: what is not answered at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse it, or pass it on."""
        return _refusal(request) or self.get_response(request)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    if settings.SECURE_SSL_REDIRECT and not request.is_secure() and _is_for_machines(request.path_info):
        # Led on to https, a calendar program would go on sending its secret in the clear, unnoticed.
        return HttpResponseForbidden("https only\n", content_type="text/plain")
    return None


def _is_for_machines(path: str) -> bool:
    return any(re.fullmatch(pattern, path) for pattern in settings.NEVER_IN_THE_CLEAR)

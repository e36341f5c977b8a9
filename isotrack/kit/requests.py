"""Around every request: its number, one log line, its share of the metrics; and probes that need no page.

The metrics are few and their labels bounded: requests and their duration by name of the page and by status.
prometheus_client alone, as django-prometheus would count every request in some twenty ways. With several
processes (PROMETHEUS_MULTIPROC_DIR, see deploy/gunicorn.py) they add up.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django_structlog.middlewares import RequestMiddleware
from prometheus_client import Counter, Histogram

from isotrack.kit import security

ANSWERED = Counter("isotrack_requests", "Requests answered.", ["page", "method", "status"])
SECONDS = Histogram(
    "isotrack_request_seconds",
    "How long answering took.",
    ["page"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
KNOWN_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
NOWHERE = "-"


class Requests(RequestMiddleware):
    """Gives each request a number, which also stands in its answer: X-Request-ID."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, measure, and say so in one line."""
        began = perf_counter()
        self.prepare(request)
        number = structlog.contextvars.get_contextvars().get("request_id", "")
        response: Any = self.get_response(request)
        took = perf_counter() - began
        page = page_of(request)
        ANSWERED.labels(page, _method(request), response.status_code).inc()
        SECONDS.labels(page).observe(took)
        structlog.contextvars.bind_contextvars(ms=round(took * 1000))
        security.note_answer(request, response, page=page)
        self.handle_response(request, response)
        response.headers["X-Request-ID"] = number
        answer: HttpResponse = response
        return answer

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """The route, not the address."""
        place = request.resolver_match
        return f"{_method(request)} {place.route if place else NOWHERE}"


class Storable:
    """Refuses, with 400, an address that holds NUL: no database stores it, and none finds anything by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what can be looked up."""
        if "\x00" in request.path_info:
            raise BadRequest("NUL in the address")
        return self.get_response(request)


def page_of(request: HttpRequest) -> str:
    """The name of the address that answered."""
    return (request.resolver_match and request.resolver_match.view_name) or NOWHERE


def _method(request: HttpRequest) -> str:
    return request.method if request.method in KNOWN_METHODS else "other"


class Probes:
    """Answers settings.PROBES before anything else has a say.

    Machines ask for these by an address of their own and over plain http, so neither the list of hosts nor
    the redirect to https holds for them; they need no session, and are not counted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on whatever is not a probe."""
        if request.path_info in settings.PROBES:
            view: Any = resolve(request.path_info).func
            answer: HttpResponse = view(request)
            return answer
        return self.get_response(request)

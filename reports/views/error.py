"""Pages for what went wrong, and for what a closed installation does not offer."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotFound,
    HttpResponseServerError,
)
from django.shortcuts import render
from django.template.loader import render_to_string

from isotrack.kit.object_store import StoreAway

RETRY_AFTER = 30  # seconds


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself cannot be read."""
    return HttpResponseBadRequest(render_to_string("400.html", request=request))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but this is not theirs to do."""
    return HttpResponseForbidden(render_to_string("403.html", request=request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or none that this person may know of."""
    return HttpResponseNotFound(render_to_string("404.html", request=request))


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database or the file store is away: what was accepted may be pressed again.

    Without the request, so that neither the database nor a context processor can fail again.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError | StoreAway):
        content = render_to_string("503.html")
        return HttpResponse(content, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponseServerError(render_to_string("500.html"))


def signup_closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs up: the department opens the accounts."""
    return render(request, "account/signup_closed.html")


def sso_cancelled(request: HttpRequest) -> HttpResponse:
    """The person stopped at the single sign-on; the way back to the login page."""
    return render(request, "socialaccount/authentication_error.html")


def inactive(request: HttpRequest) -> HttpResponse:
    """The account is closed; says whom to ask."""
    return render(request, "account/account_inactive.html")

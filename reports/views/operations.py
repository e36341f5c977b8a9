"""How the installation is doing, for administrators."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.models import Role, User
from isotrack.kit import clock
from reports.operations import Operations


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Schedule, queue, failed mails, storage, versions; nobody else knows of this page."""
    user = cast(User, request.user)
    if user.role != Role.ADMINISTRATOR:
        raise Http404
    return render(request, "reports/operations.html", {"operations": Operations(user, clock.real_now())})

"""What was typed before the session ended: read again in words, and sent with one button."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from isotrack.kit import rescue
from isotrack.kit.rescue import Kept
from reports.rescued import words_of
from reports.views.filling import person


@rescue.keeps_nothing
def rescued(request: HttpRequest) -> HttpResponse:
    """Offer to send it now, or to throw it away."""
    has_any = rescue.KEY in request.session
    kept = rescue.kept(request)
    if kept is None:
        if has_any:
            messages.info(
                request, _("Những gì nhập trước đó thuộc một tài khoản khác nên không hiện ra ở đây.")
            )
        return redirect("home")
    if request.method == "POST":
        rescue.drop(request)
        messages.info(request, _("Đã bỏ những gì nhập trước khi phiên hết."))
        return redirect("home")
    context = _context(kept) | {"words": words_of(kept, person(request))}
    return render(request, "reports/rescued_send.html", context)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the page was made for another session. Where it is one of ours, one button sends it again.

    A page of somebody else's gets nothing back that it sent, or its next press would be taken as meant.
    """
    kept = rescue.read(request) if rescue.is_from_here(request) else None
    user = request.user if request.user.is_authenticated else None
    if kept is not None and user is not None and not kept.belongs_to(user.pk):
        kept = None
    context: dict[str, Any] = _context(kept) if kept else {}
    return render(request, "403_csrf.html", context, status=403)


def _context(kept: Kept) -> dict[str, Any]:
    return {"kept": kept, "key": rescue.KEY}

"""The review queue: what waits for the department, and decisions on several reports at once."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from agencies.models import User
from isotrack.kit import clock
from reports.actions import review as act
from reports.board import ROWS_A_PAGE
from reports.forms.assign import AssignForm
from reports.models import AnnualReport
from reports.models.report import ReportQuerySet
from reports.review_queue import ReviewQueue, Wanted, Whose
from reports.views.dashboard import safe_next

REFUSALS_SHOWN = 5


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What needs a decision first; filters live in the address."""
    user, now = _clerk(request), clock.now()
    found = ReviewQueue(user, Wanted.read(request.GET), now)
    context = {
        "queue": found,
        "wanted": found.wanted,
        "page_obj": found.page(request.GET.get("page")),
        "superiors": found.superiors,
        "whose": [(one, found.counts[one.value]) for one in Whose],
        "assign": AssignForm(user=user, today=clock.day_of(now)),
        "here": request.get_full_path(),
    }
    return render(request, "reports/review_queue.html", context)


@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the clean ones among those chosen; the others are named and left as they are."""
    user, now = _clerk(request), clock.now()
    accepted, refused = act.accept_all(_chosen(request, user), by=user, at=now)
    if not accepted and not refused:
        messages.warning(request, _("Chưa chọn báo cáo nào."))
    if accepted:
        said = ngettext("Đã chấp nhận %(count)d báo cáo.", "Đã chấp nhận %(count)d báo cáo.", accepted)
        messages.success(request, said % {"count": accepted})
    _tell_refused(request, refused)
    return _back(request)


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen reports to a colleague, or to nobody in particular."""
    user, now = _clerk(request), clock.now()
    form = AssignForm(request.POST, user=user, today=clock.day_of(now))
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["to"])))
        return _back(request)
    to = form.cleaned_data["to"]
    count = act.assign_all(_chosen(request, user), by=user, at=now, to=to)
    if not count:
        messages.warning(request, _("Chưa chọn báo cáo nào."))
        return _back(request)
    said = ngettext("Đã giao %(count)d báo cáo: %(to)s.", "Đã giao %(count)d báo cáo: %(to)s.", count)
    messages.success(request, said % {"count": count, "to": to or _("không giao riêng ai")})
    return _back(request)


def _clerk(request: HttpRequest) -> User:
    """Who decides on reports; 404 for everybody else."""
    user = cast(User, request.user)
    if not user.is_reviewer or user.agency is None:
        raise Http404
    return user


def _chosen(request: HttpRequest, user: User) -> ReportQuerySet:
    """The ticked reports among those this person decides on; one page at most."""
    ticked = [int(key) for key in request.POST.getlist("report") if key.isascii() and key.isdigit()]
    keys = [key for key in ticked if key < 2**63][:ROWS_A_PAGE]
    reports: Any = AnnualReport.objects.reviewable_by(user).chosen(keys)
    return cast(ReportQuerySet, reports.select_related("cycle", "agency").order_by("submitted_at", "pk"))


def _tell_refused(request: HttpRequest, refused: list[str]) -> None:
    for why in refused[:REFUSALS_SHOWN]:
        messages.warning(request, why)
    more = len(refused) - REFUSALS_SHOWN
    if more > 0:
        said = ngettext(
            "%(count)d báo cáo nữa cũng được giữ nguyên.", "%(count)d báo cáo nữa cũng được giữ nguyên.", more
        )
        messages.warning(request, said % {"count": more})


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(safe_next(request, request.POST.get("next", "")) or reverse("reports:review-queue"))

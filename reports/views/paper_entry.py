"""A report that came on paper: the department takes it in and types it."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.models import User
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from reports.actions.review import can_take_paper, drop_paper, take_paper
from reports.forms.paper_entry import PaperForm
from reports.forms.review import DropPaperForm
from reports.models import AnnualReport

either_way = require_http_methods(["GET", "HEAD", "POST"])


@either_way
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Say when the paper came and attach its scan; then the form of the report opens."""
    user, report = _report(request, pk)
    now = clock.now()
    today = clock.day_of(now)
    form = PaperForm(request.POST or None, request.FILES or None, cycle=report.cycle, today=today)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        scan = form.cleaned_data["scan"]
        file = {"content": scan, "name": scan.name, "size": scan.size, "sha256": scan.sha256}
        received_on = form.cleaned_data["received_on"]
        try:
            take_paper(report, by=user, at=now, received_on=received_on, **file)
        except WrongState as refused:
            refusal = str(refused)
            form.add_error(None, refusal)
        else:
            return redirect("reports:report-fill", pk)
    context = {"report": report, "form": form, "is_open": can_take_paper(report)}
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "reports/paper_take.html", context, status=status)


@either_way
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop typing in: the paper belongs to somebody else, or the agency sends online after all."""
    user, report = _report(request, pk)
    form = DropPaperForm(request.POST or None)
    refusal = ""
    if form.is_valid():
        try:
            drop_paper(report, by=user, at=clock.now(), reason=form.cleaned_data["reason"])
        except WrongState as refused:
            refusal = str(refused)
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Đã thôi nhập bản giấy: %(report)s.") % {"report": report})
            return redirect("reports:report-detail", pk)
    context = {"report": report, "form": form}
    return render(request, "reports/paper_drop.html", context, status=409 if refusal else 200)


def _report(request: HttpRequest, pk: int) -> tuple[User, AnnualReport]:
    user = cast(User, request.user)
    reports = AnnualReport.objects.reviewable_by(user).select_related("cycle__questionnaire", "agency")
    return user, get_object_or_404(reports, pk=pk)

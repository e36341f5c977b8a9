"""What the department decides on one report: accept, return, extend, exempt."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import User
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from isotrack.kit.words import say_date
from reports.actions import review as act
from reports.forms.review import ExemptForm, ExtendForm, ReturnForm
from reports.models import AnnualReport
from reports.views.dashboard import safe_next

either_way = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a sent report; who was quicker, or what stands in the way, is said in a message."""
    user, report = _report(request, pk)
    try:
        act.accept(report, by=user, at=clock.now())
    except WrongState as refusal:
        messages.error(request, str(refusal))
        return redirect("reports:report-detail", pk)
    messages.success(request, _("Đã chấp nhận: %(report)s.") % {"report": report})
    return _onward(request, report)


@either_way
def return_(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a sent report with a comment and a day to correct it by."""
    user, report = _report(request, pk)
    at = clock.now()
    form = ReturnForm(request.POST or None, today=clock.day_of(at))
    if form.is_valid() and _done(form, act.return_for_correction, report, by=user, at=at):
        said = _("Đã trả lại: %(report)s. Đề nghị gửi lại đến hết ngày %(day)s.")
        messages.success(request, said % {"report": report, "day": say_date(form.cleaned_data["correct_by"])})
        return _onward(request, report)
    return _form_page(request, "reports/review_return.html", report, form)


@either_way
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one report a later last day, on the strength of a document."""
    user, report = _report(request, pk)
    form = ExtendForm(request.POST or None, report=report, user=user)
    if form.is_valid() and _done(form, act.extend, report, by=user, at=clock.now()):
        said = _("Đã gia hạn đến hết ngày %(day)s: %(report)s.")
        messages.success(request, said % {"report": report, "day": say_date(form.cleaned_data["until"])})
        return redirect("reports:report-detail", pk)
    return _form_page(request, "reports/review_extend.html", report, form)


@either_way
def exempt(request: HttpRequest, pk: int) -> HttpResponse:
    """Exempt an agency from one report, on the strength of a document."""
    user, report = _report(request, pk)
    form = ExemptForm(request.POST or None, report=report, user=user)
    if form.is_valid() and _done(form, act.exempt, report, by=user, at=clock.now()):
        messages.success(request, _("Đã ghi nhận miễn báo cáo: %(report)s.") % {"report": report})
        return redirect("reports:report-detail", pk)
    return _form_page(request, "reports/review_exempt.html", report, form)


def _report(request: HttpRequest, pk: int) -> tuple[User, AnnualReport]:
    user = cast(User, request.user)
    reports = AnnualReport.objects.reviewable_by(user).select_related("cycle", "agency")
    return user, get_object_or_404(reports, pk=pk)


def _done(form: Form, action: Callable[..., Any], report: AnnualReport, **who_and_when: Any) -> bool:
    """Do it; where the report has moved on meanwhile the form says so and keeps what was typed."""
    try:
        action(report, **who_and_when, **form.cleaned_data)
    except WrongState as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _form_page(request: HttpRequest, template: str, report: AnnualReport, form: Form) -> HttpResponse:
    refused = form.is_bound and not form.errors.keys() - {"__all__"}
    context = {"report": report, "form": form, "today": clock.today()}
    return render(request, template, context, status=409 if refused else 200)


def _onward(request: HttpRequest, report: AnnualReport) -> HttpResponse:
    """Back to where ?next= says, else to the next report that waits, else to the board."""
    if url := safe_next(request, request.POST.get("next", "")):
        return redirect(url)
    user = cast(User, request.user)
    waiting = report.cycle.reports.reviewable_by(user).awaiting_review()
    following = waiting.order_by("submitted_at", "pk").first()
    if following:
        return redirect("reports:report-detail", following.pk)
    return redirect("reports:cycle-board", report.cycle.year)

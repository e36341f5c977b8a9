"""What the department decides on one report: accept, return, comment, extend, exempt, reopen, withdraw."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import User
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from isotrack.kit.words import say_date
from reports.actions import review as act
from reports.actions.report import withdraw as take_back
from reports.comments import numbered_comments
from reports.forms.assign import AssignForm
from reports.forms.comment import CommentForm
from reports.forms.review import ExemptForm, ExtendForm, ReopenForm, ReturnForm, WithdrawForm
from reports.models import AnnualReport, ReviewComment
from reports.review_queue import ReviewQueue, Wanted
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
    comments = numbered_comments(report)
    form = ReturnForm(request.POST or None, today=clock.day_of(at), has_comments=bool(comments))
    if form.is_valid() and _done(form, act.return_for_correction, report, by=user, at=at):
        said = _("Đã trả lại: %(report)s. Đề nghị gửi lại đến hết ngày %(day)s.")
        messages.success(request, said % {"report": report, "day": say_date(form.cleaned_data["correct_by"])})
        return _onward(request, report)
    return _form_page(request, "reports/review_return.html", report, form, comments=comments)


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


@either_way
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an agency write again in an accepted or locked report, on the strength of a document."""
    user, report = _report(request, pk)
    at = clock.now()
    form = ReopenForm(request.POST or None, report=report, user=user, today=clock.day_of(at))
    if form.is_valid() and _done(form, act.reopen, report, by=user, at=at):
        said = _("Đã mở lại đến hết ngày %(day)s: %(report)s.")
        messages.success(request, said % {"report": report, "day": say_date(form.cleaned_data["until"])})
        return redirect("reports:report-detail", pk)
    return _form_page(request, "reports/review_reopen.html", report, form)


@either_way
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the latest sending for an agency that asked for it in writing."""
    user, report = _report(request, pk)
    form = WithdrawForm(request.POST or None, report=report, user=user)
    if form.is_valid() and _done(form, take_back, report, by=user, at=clock.now()):
        messages.success(request, _("Đã rút lại lần gửi mới nhất: %(report)s.") % {"report": report})
        return redirect("reports:report-detail", pk)
    latest = report.submissions.valid().last()
    return _form_page(request, "reports/review_withdraw.html", report, form, latest=latest)


@either_way
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a comment at one question (?question=); the agency reads it when the report is returned."""
    user, report = _report(request, pk)
    wanted = {"question": request.GET.get("question", "")}
    form = CommentForm(request.POST or None, questions=report.cycle.questions.questions, initial=wanted)
    if form.is_valid() and _done(form, act.comment, report, by=user, at=clock.now()):
        messages.success(request, _("Đã ghi góp ý. Cơ quan đọc được khi báo cáo được trả lại."))
        return redirect(_at_question(pk, form.cleaned_data["question"]))
    return _form_page(request, "reports/review_comment.html", report, form)


@require_POST
def settle(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
    """Mark a comment as answered, or take back one that was not sent yet."""
    user = cast(User, request.user)
    made = get_object_or_404(ReviewComment.objects.editable_by(user), pk=comment_pk, report=pk)
    try:
        act.settle(made, by=user, at=clock.now())
    except WrongState as refusal:
        messages.error(request, str(refusal))
    return redirect(_at_question(pk, made.question))


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one report to a colleague to look at."""
    user, report = _report(request, pk)
    at = clock.now()
    form = AssignForm(request.POST, user=user, today=clock.day_of(at))
    if form.is_valid():
        act.assign(report, by=user, at=at, to=form.cleaned_data["to"])
        messages.success(request, _("Đã giao xem xét: %(report)s.") % {"report": report})
    else:
        messages.error(request, " ".join(map(str, form.errors["to"])))
    return redirect("reports:report-detail", pk)


def _report(request: HttpRequest, pk: int) -> tuple[User, AnnualReport]:
    user = cast(User, request.user)
    wanted = ("cycle__questionnaire", "agency")
    reports = AnnualReport.objects.reviewable_by(user).select_related(*wanted)
    return user, get_object_or_404(reports, pk=pk)


def _done(form: Form, action: Callable[..., Any], report: AnnualReport, **who_and_when: Any) -> bool:
    """Do it; where the report has moved on meanwhile the form says so and keeps what was typed."""
    try:
        action(report, **who_and_when, **form.cleaned_data)
    except WrongState as refusal:
        form.add_error(None, str(refusal))
        return False
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def _at_question(pk: int, question: str) -> str:
    """The report's page at one of its answers."""
    return reverse("reports:report-detail", args=[pk]) + f"#a-{question}"


def _form_page(
    request: HttpRequest, template: str, report: AnnualReport, form: Form, **more: Any
) -> HttpResponse:
    refused = form.is_bound and not form.errors.keys() - {"__all__"}
    context = {"report": report, "form": form, "today": clock.today(), **more}
    return render(request, template, context, status=409 if refused else 200)


def _onward(request: HttpRequest, report: AnnualReport) -> HttpResponse:
    """Back to where ?next= says, else to the report that stands first in the queue, else to the board."""
    if url := safe_next(request, request.POST.get("next", "")):
        return redirect(url)
    queue = ReviewQueue(cast(User, request.user), Wanted(year=report.cycle.year), clock.now())
    if following := queue.first():
        return redirect("reports:report-detail", following)
    return redirect("reports:cycle-board", report.cycle.year)

"""Reminder rules: their line of time, adding and changing one, trying its words on a real agency."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.models import Agency, Role, User
from isotrack.kit import clock
from reports.actions.rule import add_rule, change_rule, switch_rule
from reports.forms.rule import RuleForm, TryOnForm
from reports.models import ReminderRule
from reports.reminder_words import placeholders_for
from reports.rules import cycle_of, reports_to_try, timeline, try_on


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every rule of the province, by audience, around the deadline of the cycle that runs."""
    province, at = _province(request), clock.now()
    rules = list(ReminderRule.objects.editable_by(cast(User, request.user)))
    cycle = cycle_of(province, at)
    context = {"audiences": timeline(rules, cycle, at), "cycle": cycle}
    return render(request, "reports/rule_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Remind at one more step."""
    province = _province(request)
    form = RuleForm(request.POST or None, province=province)
    if form.is_valid():
        rule = add_rule(province, form.cleaned_data, by=cast(User, request.user), at=clock.now())
        messages.success(request, _("Đã thêm mốc nhắc: %(rule)s.") % {"rule": rule})
        return redirect("reports:rule-list")
    return _show(request, form, province)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change when a rule speaks, to whom, and in which words."""
    rule, province = _own(request, pk), _province(request)
    form = RuleForm(request.POST or None, instance=rule, province=province)
    if form.is_valid():
        stored = ReminderRule.objects.get(pk=pk)
        change_rule(stored, form.cleaned_data, by=cast(User, request.user), at=clock.now())
        messages.success(request, _("Đã lưu mốc nhắc: %(rule)s.") % {"rule": form.instance})
        return redirect("reports:rule-list")
    return _show(request, form, province)


@require_POST
def preview(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show what was typed on a real agency; nothing is kept but on the page."""
    province = _province(request)
    rule = _own(request, pk) if pk else ReminderRule(province=province)
    form = RuleForm(request.POST, instance=rule, province=province)
    form.is_valid()
    return _show(request, form, province)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop reminding at a step, or begin again."""
    rule = _own(request, pk)
    rule = switch_rule(rule, by=cast(User, request.user), at=clock.now(), on="on" in request.POST)
    told = _("Lại nhắc ở mốc: %(rule)s.") if rule.is_active else _("Đã ngừng nhắc ở mốc: %(rule)s.")
    messages.success(request, told % {"rule": rule})
    return redirect("reports:rule-list")


def _province(request: HttpRequest) -> Agency:
    """The province whose rules this person keeps. Raises Http404."""
    user = cast(User, request.user)
    if user.role not in (Role.STAFF, Role.ADMINISTRATOR) or user.agency is None:
        raise Http404
    return cast(Agency, user.agency.province)


def _own(request: HttpRequest, pk: int) -> ReminderRule:
    return get_object_or_404(ReminderRule.objects.editable_by(cast(User, request.user)), pk=pk)


def _show(request: HttpRequest, form: RuleForm, province: Agency) -> HttpResponse:
    """The form with its words tried on a report: as typed where they can be sent, else as they were."""
    at = clock.now()
    cycle = cycle_of(province, at)
    trying = TryOnForm(request.POST or request.GET or None, reports=reports_to_try(cycle), as_of=at)
    rule = form.instance
    context: dict[str, Any] = {
        "form": form,
        "rule": rule if rule.pk else None,
        "trying": trying,
        "trial": _trial(form, trying, at),
        "has_moment": form.is_bound or rule.pk is not None,
        "placeholders": placeholders_for(rule.audience),
        "cycle": cycle,
    }
    wrong = request.method == "POST" and not form.is_valid()
    return render(request, "reports/rule_edit.html", context, status=422 if wrong else 200)


def _trial(form: RuleForm, trying: TryOnForm, at: datetime) -> Any:
    """None where there is no report to try it on, or what was typed cannot be sent."""
    report = trying.chosen
    if report is None or (form.is_bound and not form.is_valid()):
        return None
    rule = form.instance
    if rule.offset is None:
        rule.offset = report.deadline.offset(clock.day_of(at))  # nothing typed yet: as if it spoke today
    return try_on(rule, report, at, trying.reader)

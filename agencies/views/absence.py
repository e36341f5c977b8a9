"""After how long accounts nobody uses are locked: the administrator's page."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.actions.absence import rules_of, set_rule
from agencies.forms.absence import AbsenceRuleForm
from agencies.models import AbsenceRule, Agency
from agencies.views import SignedRequest
from isotrack.kit import clock


@require_safe
def rules(request: SignedRequest) -> HttpResponse:
    """What holds for each role."""
    return render(request, "agencies/absence_rules.html", {"rules": rules_of(_province(request))})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedRequest, role: str) -> HttpResponse:
    """Change the rule of one role."""
    rule = _rule(request, role)
    form = AbsenceRuleForm(request.POST or None, instance=rule)
    if form.is_valid():
        set_rule(_rule(request, role), by=request.user, at=clock.now(), **form.cleaned_data)
        messages.success(
            request, _("Đã lưu quy tắc của vai trò %(role)s.") % {"role": rule.get_role_display()}
        )
        return redirect("agencies:absence-rules")
    return render(request, "agencies/absence_edit.html", {"form": form, "rule": rule})


def _rule(request: SignedRequest, role: str) -> AbsenceRule:
    for rule in rules_of(_province(request)):
        if rule.role == role:
            return rule
    raise Http404


def _province(request: SignedRequest) -> Agency:
    if request.user.agency is None or not request.user.keeps_accounts:
        raise Http404
    return cast(Agency, request.user.agency.province)

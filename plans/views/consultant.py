"""Consultants: who may be hired, until when, and by whom they are."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.generic import ListView

from agencies.models import Role
from agencies.views import SignedRequest
from isotrack.kit import clock
from plans.actions import consultant as actions
from plans.consultants import consultants_seen_by, validity_of
from plans.forms.consultant import ConfirmationForm, ConsultantAddForm, ConsultantForm, ContractForm
from plans.forms.refusals import show_refusal
from plans.models import Consultant, PlanEntry
from plans.models.training import ConsultantQuerySet

BOTH = ["GET", "HEAD", "POST"]


class ConsultantList(ListView):
    """Every consultant with the newest confirmation and the contracts it has to carry."""

    request: SignedRequest
    template_name = "plans/consultant_list.html"
    paginate_by = 50

    def get_queryset(self) -> ConsultantQuerySet:
        user = self.request.user
        if user.agency is None or not user.sees_province or user.role == Role.ADMINISTRATOR:
            raise Http404
        return consultants_seen_by(user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today: date = clock.today()
        context = super().get_context_data(can_keep=self.request.user.is_reviewer, **kwargs)
        lines = [validity_of(one, today) for one in context["object_list"]]
        return context | {"lines": lines, "warned": [line for line in lines if line.needs_attention]}


@require_http_methods(BOTH)
def add(request: SignedRequest) -> HttpResponse:
    """Enter a consultant with the first confirmation."""
    if not request.user.is_reviewer or request.user.agency is None:
        raise Http404
    form = ConsultantAddForm(request.POST or None)
    form.cancel_url = reverse("plans:consultant-list")
    if form.is_valid():
        try:
            made = actions.add_consultant(by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi %(name)s.") % {"name": made})
            return redirect("plans:consultant-list")
    return render(request, "plans/consultant_add.html", {"form": form})


@require_http_methods(BOTH)
def edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Name and kind; beneath them the confirmations and contracts."""
    consultant = get_object_or_404(Consultant.objects.editable_by(request.user), pk=pk)
    name = str(consultant)
    form = ConsultantForm(request.POST or None, instance=consultant)
    form.cancel_url = reverse("plans:consultant-list")
    if form.is_valid():
        try:
            actions.change_consultant(consultant, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã lưu tư vấn."))
            return redirect("plans:consultant-list")
    shown = get_object_or_404(consultants_seen_by(request.user), pk=pk)
    context = {"form": form, "name": name, "line": validity_of(shown, clock.today())}
    return render(request, "plans/consultant_edit.html", context)


@require_http_methods(BOTH)
def confirmation_add(request: SignedRequest, pk: int) -> HttpResponse:
    """Enter a renewed confirmation."""
    consultant = get_object_or_404(Consultant.objects.editable_by(request.user), pk=pk)
    form = ConfirmationForm(request.POST or None)
    form.cancel_url = reverse("plans:consultant-edit", args=[pk])
    if form.is_valid():
        try:
            actions.confirm(consultant, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi Giấy xác nhận."))
            return redirect("plans:consultant-edit", pk)
    return render(request, "plans/consultant_confirm.html", {"form": form, "consultant": consultant})


@require_http_methods(BOTH)
def contract_add(request: SignedRequest, pk: int) -> HttpResponse:
    """Record a contract; refused where a day of it has no confirmation."""
    consultant = get_object_or_404(Consultant.objects.editable_by(request.user), pk=pk)
    entries = PlanEntry.objects.with_progress_by(request.user).select_related("plan", "agency")
    form = ContractForm(request.POST or None, entries=entries)
    form.cancel_url = reverse("plans:consultant-edit", args=[pk])
    if form.is_valid():
        try:
            actions.sign_contract(consultant, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi hợp đồng."))
            return redirect("plans:consultant-edit", pk)
    return render(request, "plans/consultant_contract.html", {"form": form, "consultant": consultant})

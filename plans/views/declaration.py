"""Declarations: who declared what, declaring, publishing, and the upkeep that follows."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.generic import DetailView, ListView

from agencies.models import Agency, Document, Role
from agencies.models.agency import AgencyQuerySet
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from plans.actions import declaration as actions
from plans.duties import DutyState, duties_of, progress_of, that_declare, with_current
from plans.forms.declaration import (
    DeclarationFilter,
    DeclarationForm,
    FinishForm,
    PublicationForm,
    UpkeepForm,
)
from plans.forms.refusals import show_refusal
from plans.models import Declaration, Upkeep
from plans.models.declaration import DeclarationQuerySet

BOTH = ["GET", "HEAD", "POST"]


class DeclarationList(ListView):
    """One line an agency: its current declaration, or none, and the duties that are overdue."""

    request: SignedRequest
    template_name = "plans/declaration_list.html"
    paginate_by = 50

    def get_queryset(self) -> AgencyQuerySet:
        user = self.request.user
        if user.agency is None or user.role == Role.ADMINISTRATOR:
            raise Http404
        self.today = clock.today()
        self.filters = DeclarationFilter(self.request.GET)
        self.visible = that_declare(Agency.objects.visible_to(user), self.today)
        return self.filters.narrow(with_current(self.visible)).in_protocol_order()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        agencies = list(context["object_list"])
        context["lines"] = _lines(agencies, self.request.user, self.today)
        context["progress"] = progress_of(self.visible)
        return context


class DeclarationDetail(DetailView):
    """One declaration; the current one with everything the agency owes from it."""

    request: SignedRequest
    template_name = "plans/declaration_detail.html"
    context_object_name = "declaration"

    def get_queryset(self) -> DeclarationQuerySet:
        visible = Declaration.objects.visible_to(self.request.user)
        return visible.select_related("agency", "standard", "document")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, declaration = self.request.user, self.object
        agency = declaration.agency
        history = list(agency.declarations.select_related("standard").newest_first())
        context = {
            "history": history,
            "is_current": history[0] == declaration,
            "current": history[0],
            "duties": duties_of([agency], clock.today()).get(agency.pk, []),
            "upkeep": agency.upkeep.select_related("document"),
            "can_write": Declaration.objects.writable_by(user).filter(pk=declaration.pk).exists(),
        }
        return super().get_context_data(**context, **kwargs)


@require_http_methods(BOTH)
def add(request: SignedRequest, pk: int) -> HttpResponse:
    """Declare for an agency; until audit, review and confirmation are there the page says what is missing."""
    agency = _writable_agency(request, pk)
    now = clock.now()
    documents = Document.objects.visible_to(request.user)
    form = DeclarationForm(request.POST or None, request.FILES or None, documents=documents)
    form.cancel_url = reverse("plans:declaration-list")
    readiness, status = actions.readiness_of(agency, clock.day_of(now)), 200
    if form.is_valid():
        try:
            made = actions.declare(agency, by=request.user, at=now, **form.values)
        except actions.NotReady as refusal:
            form.add_error(None, str(refusal))
            readiness, status = refusal.readiness, 409
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi bản công bố %(number)s.") % {"number": made.number})
            return redirect("plans:declaration-detail", made.pk)
    context = {"form": form, "agency": agency, "readiness": readiness, "mistakes": form.mistakes}
    return render(request, "plans/declaration_add.html", context, status=status)


@require_http_methods(BOTH)
def publish(request: SignedRequest, pk: int) -> HttpResponse:
    """Record the notice to the department, the posting and the web address."""
    declaration = get_object_or_404(Declaration.objects.writable_by(request.user), pk=pk)
    form = PublicationForm(request.POST or None, instance=declaration)
    form.cancel_url = reverse("plans:declaration-detail", args=[pk])
    if form.is_valid():
        try:
            actions.publish(declaration, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi thông báo, niêm yết."))
            return redirect("plans:declaration-detail", pk)
    return render(request, "plans/declaration_publish.html", {"form": form, "declaration": declaration})


@require_http_methods(BOTH)
def upkeep_add(request: SignedRequest, pk: int) -> HttpResponse:
    """Record an audit, a review, a legal document to take in, or a change of scope."""
    agency = _writable_agency(request, pk)
    documents = Document.objects.visible_to(request.user)
    form = UpkeepForm(request.POST or None, documents=documents)
    form.cancel_url = _page_of(agency)
    if form.is_valid():
        try:
            made = actions.record_upkeep(agency, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi: %(act)s.") % {"act": made.get_kind_display()})
            return redirect(_page_of(agency))
    return render(request, "plans/declaration_upkeep.html", {"form": form, "agency": agency})


@require_http_methods(BOTH)
def upkeep_finish(request: SignedRequest, pk: int) -> HttpResponse:
    """Record that a legal document has been taken in."""
    finishable = Upkeep.objects.finishable_by(request.user).select_related("agency")
    upkeep = get_object_or_404(finishable, pk=pk)
    form = FinishForm(request.POST or None)
    form.cancel_url = _page_of(upkeep.agency)
    status = 200
    if form.is_valid():
        try:
            actions.finish_upkeep(upkeep, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        except WrongState as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Đã ghi hoàn thành."))
            return redirect(_page_of(upkeep.agency))
    context = {"form": form, "upkeep": upkeep}
    return render(request, "plans/declaration_finish.html", context, status=status)


def _writable_agency(request: SignedRequest, pk: int) -> Agency:
    """The department writes for everybody, an officer for the own agency; 404 for all others."""
    existing = Agency.objects.contactable_by(request.user).valid_on(clock.today())
    return get_object_or_404(existing, pk=pk)


def _page_of(agency: Agency) -> str:
    """Where the agency's upkeep stands: its current declaration, or the page to declare on."""
    current = agency.declarations.newest_first().first()
    if current is None:
        return reverse("plans:declaration-add", args=[agency.pk])
    return reverse("plans:declaration-detail", args=[current.pk])


def _lines(agencies: list[Any], user: Any, today: date) -> list[dict[str, Any]]:
    """What the table shows of each agency of one page."""
    current = Declaration.objects.select_related("standard").in_bulk([one.current_id for one in agencies])
    duties = duties_of(agencies, today)
    writable = set(
        Agency.objects.contactable_by(user)
        .filter(pk__in=[one.pk for one in agencies])
        .values_list("pk", flat=True)
    )
    return [
        {
            "agency": one,
            "declaration": current.get(one.current_id),
            "overdue": sum(duty.state == DutyState.OVERDUE for duty in duties.get(one.pk, ())),
            "open": sum(duty.state == DutyState.OPEN for duty in duties.get(one.pk, ())),
            "can_declare": one.pk in writable,
        }
        for one in agencies
    ]

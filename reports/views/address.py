"""Addresses that mail comes back from, returned mail, and agencies that only paper reaches."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import ListView

from agencies.models import Agency, User
from isotrack.journal.actions import take_bounces, works_again
from isotrack.journal.models import DeadAddress
from isotrack.journal.models.notice import DeadAddressQuerySet
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.papers import pdf
from reports.forms.notice import BouncesForm
from reports.models import AnnualReport
from reports.rules import cycle_of
from reports.unreached import letter, unreached_in


class AddressList(ListView):
    """Dead addresses of the province, newest first, with the agencies whose mailbox they are."""

    template_name = "reports/address_list.html"
    context_object_name = "addresses"
    paginate_by = 50

    def get_queryset(self) -> DeadAddressQuerySet:
        return DeadAddress.objects.of_province(str(_province(self.request).pk))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        whose = _whose(_province(self.request), context["addresses"])
        lines = [(dead, whose.get(dead.address.lower(), [])) for dead in context["addresses"]]
        return context | {"lines": lines}


@require_POST
def revive(request: HttpRequest, pk: int) -> HttpResponse:
    """Let mail go there again."""
    dead = get_object_or_404(DeadAddress.objects.of_province(str(_province(request).pk)), pk=pk)
    works_again(dead, by=cast(User, request.user), at=clock.now())
    messages.success(request, _("Lại gửi thư đến %(address)s.") % {"address": dead.address})
    return redirect("reports:address-list")


@require_http_methods(["GET", "HEAD", "POST"])
def bounces(request: HttpRequest) -> HttpResponse:
    """Read a file of returned mail and say what became of each address in it."""
    province = _province(request)
    form = BouncesForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        by, at = cast(User, request.user), clock.now()
        outcomes = take_bounces(form.read.bounces, by=by, at=at, province=str(province.pk))
        context |= {"outcomes": outcomes, "mails": form.read.mails, "form": BouncesForm()}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "reports/address_bounces.html", context, status=status)


@require_safe
def unreached(request: HttpRequest) -> HttpResponse:
    """Agencies that still owe a report and that no mail reaches, with a letter to print for each."""
    at = clock.now()
    cycle = cycle_of(_province(request), at)
    agencies = unreached_in(cycle, at) if cycle else []
    return render(request, "reports/address_unreached.html", {"cycle": cycle, "agencies": agencies})


@require_safe
@costly
def reminder_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The reminder on paper: a drafted official letter to one agency."""
    wanted = AnnualReport.objects.reviewable_by(cast(User, request.user))
    wanted = wanted.select_related("cycle__province", "agency", "passed_to", "extension_document")
    report = get_object_or_404(wanted, pk=pk)
    if report.first_submitted_at is not None or report.exempted_at is not None:
        raise Http404  # there is nothing to remind of
    paper = pdf("print/reminder_letter.html", letter(report, clock.now()))
    name = f"nhac-bao-cao-{report.cycle.year}-{report.agency.code}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(paper, content_type="application/pdf", headers=headers)


def _province(request: HttpRequest) -> Agency:
    """The department's province. Raises Http404 for everybody else."""
    user = cast(User, request.user)
    if not user.is_reviewer or user.agency is None:
        raise Http404
    return cast(Agency, user.agency.province)


def _whose(province: Agency, addresses: list[DeadAddress]) -> dict[str, list[Agency]]:
    """Address in small letters → the agencies whose mailbox it is; one statement."""
    folded = [dead.address.lower() for dead in addresses]
    found: dict[str, list[Agency]] = {}
    for agency in Agency.objects.filter(province=province).with_mailbox(folded).in_protocol_order():
        found.setdefault(agency.contact_email.lower(), []).append(agency)
    return found

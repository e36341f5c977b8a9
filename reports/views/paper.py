"""The yearly report as a paper."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.papers import pdf
from reports.models import AnnualReport
from reports.papers import draft_for, paper_of


@require_safe
@costly
def report_paper(request: SignedRequest, pk: int) -> HttpResponse:
    """What was sent last and counts, as an official document; for who writes in it the draft."""
    readable = AnnualReport.objects.visible_to(request.user).select_related(
        "cycle__questionnaire", "cycle__province", "agency__province", "agency__superior", "superior"
    )
    report = get_object_or_404(readable, pk=pk)
    is_draft = draft_for(request.user, report)
    sent = None if is_draft else report.submissions.valid().last()
    if sent is None and not is_draft:
        raise Http404
    template, context = paper_of(report, sent, today=clock.today())
    response = HttpResponse(pdf(template, context), content_type="application/pdf")
    name = f"Bao-cao-{report.cycle.year}-{report.agency.code}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

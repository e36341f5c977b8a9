"""Following the link of a reminder: into the report for its own officers, nowhere for anybody else."""

from typing import cast

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from agencies.models import User
from isotrack.kit import clock
from reports.deep_link import read_link
from reports.models import AnnualReport


@require_safe
def go(request: HttpRequest, token: str) -> HttpResponse:
    """To the first section with something left to do; who is not signed in was sent to sign in first."""
    try:
        link = read_link(token)
    except BadSignature as foreign:
        raise Http404 from foreign
    own = AnnualReport.objects.editable_by(cast(User, request.user)).select_related("cycle")
    report = get_object_or_404(own, pk=link.report)
    if clock.now() >= link.ends_at:
        return render(request, "reports/deep_link_over.html", {"report": report, "link": link}, status=410)
    # The form itself sends on to the report's page where there is nothing to fill in.
    return redirect("reports:report-fill", report.pk)

"""The latest sending of a report beside the one before it, or beside last year's."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from agencies.models import User
from reports.compare import compare
from reports.models import AnnualReport, Submission
from reports.models.report import ReportQuerySet

VERSION, YEAR = "version", "year"


@require_safe
def beside(request: HttpRequest, pk: int) -> HttpResponse:
    """?with=version compares with the sending before, ?with=year with last year; else with what there is."""
    user = cast(User, request.user)
    visible = AnnualReport.objects.visible_to(user).select_related(
        "cycle__questionnaire", "cycle__province", "agency", "superior"
    )
    report = get_object_or_404(visible, pk=pk)
    now = _latest(report)
    earlier = {VERSION: _version_before(report, now), YEAR: _year_before(visible.of_year_before(report))}
    wanted = request.GET.get("with", "")
    chosen = wanted if wanted in earlier else next((name for name, found in earlier.items() if found), YEAR)
    found = earlier[chosen]
    parts = compare(report, now, found.report, found) if now and found else []
    context = {
        "report": report,
        "now": now,
        "chosen": chosen,
        "before": found,
        "has_version": earlier[VERSION] is not None,
        "has_year": earlier[YEAR] is not None,
        "parts": [part for part in parts if part.changed],
        "parts_alike": [part for part in parts if not part.changed],
    }
    return render(request, "reports/compare.html", context)


def _latest(report: AnnualReport) -> Submission | None:
    """The newest sending that counts, or the newest at all where every one was withdrawn."""
    return report.submissions.valid().last() or report.submissions.last()


def _version_before(report: AnnualReport, now: Submission | None) -> Submission | None:
    if now is None:
        return None
    before = report.submissions.before(now).last()
    if before is not None:
        before.report = report  # one copy, with everything loaded
    return before


def _year_before(reports: ReportQuerySet) -> Submission | None:
    before = reports.first()
    latest = before.submissions.valid().last() if before else None
    if before is not None and latest is not None:
        latest.report = before
    return latest

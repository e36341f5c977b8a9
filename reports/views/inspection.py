"""The file inspection of one report: thirteen items, filled in as far as they were looked at."""

from datetime import date
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.models import User
from isotrack.kit import clock
from isotrack.kit.states import WrongState
from reports.actions.inspection import inspect
from reports.forms.inspection import InspectionForm
from reports.inspections import hints, inspection_of
from reports.models import AnnualReport, ChecklistItem


@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the checklist with what the answers suggest; keep what is filled in, finished or not."""
    user = cast(User, request.user)
    reports = AnnualReport.objects.reviewable_by(user).select_related("cycle__questionnaire", "agency")
    report = get_object_or_404(reports, pk=pk)
    now = clock.now()
    form = _form(request, report, clock.day_of(now))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("inspected_on", "result", "remark")}
        try:
            inspect(report, by=user, at=now, found=form.found, **told)
        except WrongState as refusal:
            form.add_error(None, str(refusal))
            status = 409
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Đã lưu kiểm tra qua hồ sơ: %(report)s.") % {"report": report})
            return redirect("reports:report-detail", pk)
    suggested = hints(report)
    rows = [(row, suggested.get(row.item.code)) for row in form.rows]
    facts = [form["inspected_on"], form["result"], form["remark"]]
    context = {"report": report, "form": form, "rows": rows, "facts": facts}
    return render(request, "reports/inspection_form.html", context, status=status)


def _form(request: HttpRequest, report: AnnualReport, today: date) -> InspectionForm:
    kept = inspection_of(report)
    findings = {one.item.code: one for one in kept.findings.all()} if kept else {}
    initial = {
        "inspected_on": kept.inspected_on if kept else today,
        "result": kept.result if kept else "",
        "remark": kept.remark if kept else "",
    }
    items = list(ChecklistItem.objects.all())
    return InspectionForm(request.POST or None, items=items, findings=findings, today=today, initial=initial)

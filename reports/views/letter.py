"""Recording number, date and signer of the report as an official document."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from isotrack.kit import clock
from isotrack.kit.states import WrongState
from reports.actions.report import number_letter
from reports.forms.letter import LetterForm
from reports.models import AnnualReport
from reports.views.filling import own_report, person


def number(request: HttpRequest, pk: int) -> HttpResponse:
    """Until the report has its number its print says DỰ THẢO; accepted, the number stays."""
    report, now = own_report(request, pk), clock.now()
    if request.method != "POST" and report.state == AnnualReport.State.ACCEPTED:
        return redirect("reports:report-detail", pk)
    form = LetterForm(request.POST or None, report=report, today=clock.day_of(now))
    form.cancel_url = reverse("reports:report-detail", args=[pk])
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            number_letter(report, by=person(request), at=now, **form.cleaned_data)
        except WrongState as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Đã ghi số văn bản của báo cáo."))
            return redirect("reports:report-detail", pk)
    return render(request, "reports/report_letter.html", {"report": report, "form": form}, status=status)

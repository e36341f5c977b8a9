"""The officer takes a sent report back, as long as the department has not decided on it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from isotrack.kit import clock
from isotrack.kit.states import WrongState
from reports.actions import report as act
from reports.forms.withdraw import WithdrawForm
from reports.models import AnnualReport
from reports.views.filling import deadline_words, own_report, person, refuse


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what it does to punctuality, ask for the reason, take it back."""
    report, now = own_report(request, pk), clock.now()
    if request.method != "POST" and report.state != AnnualReport.State.SUBMITTED:
        return redirect("reports:report-detail", pk)
    form = WithdrawForm(request.POST or None, user=person(request))
    form.cancel_url = reverse("reports:report-detail", args=[pk])
    if form.is_valid():
        try:
            act.withdraw(report, by=person(request), at=now, **form.cleaned_data)
        except WrongState as refusal:
            return refuse(request, report, refusal, [(_("Lý do rút lại"), form.cleaned_data["reason"])])
        messages.success(request, _("Đã rút lại báo cáo: bản nháp mở lại với mọi câu trả lời."))
        return redirect("reports:report-fill", pk)
    sent = list(report.submissions.valid())
    context = {
        "report": report,
        "form": form,
        "latest": sent[-1] if sent else None,
        "keeps": sent[0] if len(sent) > 1 else None,
        "is_locked": report.is_locked(now),
        **deadline_words(report, now),
        "would_be_late": not report.deadline.met_by(now),
    }
    return render(request, "reports/report_withdraw.html", context, status=422 if form.errors else 200)

"""A report waits for the head of its agency: who may do what with it, and doing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from isotrack.kit import clock
from isotrack.kit.states import WrongState
from reports.actions import report as act
from reports.forms.confirm import SendBackForm
from reports.models import AnnualReport
from reports.views.filling import deadline_words, own_report, person, refuse, who_confirms


@require_safe
def pending(request: HttpRequest, pk: int) -> HttpResponse:
    """What happens now: for the head confirming, for everybody else of the agency waiting."""
    report = own_report(request, pk)
    if report.state != AnnualReport.State.PENDING:
        return redirect("reports:report-detail", pk)
    return _page(request, report, SendBackForm())


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The head confirms: the report is sent, as of the moment the officer handed it up."""
    report = _headed(request, pk)
    try:
        act.confirm(report, by=person(request), at=clock.now())
    except WrongState as refusal:
        return refuse(request, report, refusal)
    return redirect("reports:report-receipt", pk)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The head asks for changes."""
    report = _headed(request, pk)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _page(request, report, form, status=422)
    try:
        act.send_back(report, by=person(request), at=clock.now(), **form.cleaned_data)
    except WrongState as refusal:
        return refuse(request, report, refusal, [(_("Cần sửa gì"), form.cleaned_data["reason"])])
    messages.success(request, _("Đã trả lại để sửa: %(report)s.") % {"report": report})
    return redirect("reports:report-detail", pk)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer goes on writing before the head has confirmed."""
    report = own_report(request, pk)
    try:
        act.take_back(report, by=person(request), at=clock.now())
    except WrongState as refusal:
        return refuse(request, report, refusal)
    messages.success(request, _("Đã lấy lại báo cáo: bản nháp mở lại với mọi câu trả lời."))
    return redirect("reports:report-send", pk)


def _headed(request: HttpRequest, pk: int) -> AnnualReport:
    """The report for the head of its agency; 404 for anybody else."""
    wanted = AnnualReport.objects.headed_by(person(request))
    return get_object_or_404(wanted.select_related("cycle", "agency", "superior"), pk=pk)


def _page(request: HttpRequest, report: AnnualReport, form: SendBackForm, status: int = 200) -> HttpResponse:
    now = clock.now()
    in_time = report.pending_at is not None and report.deadline.met_by(report.pending_at)
    context = {
        "report": report,
        "form": form,
        "can_confirm": AnnualReport.objects.confirmable_by(person(request)).contains(report),
        "in_time": in_time,
        **deadline_words(report, now),
        **who_confirms(request, report, now),
    }
    return render(request, "reports/report_pending.html", context, status=status)

"""The report in Excel: fetch the form, send it back filled in, see what was taken and what was not."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.models import User
from agencies.views import SignedRequest
from isotrack.journal.jobs import ask
from isotrack.kit import clock
from isotrack.kit.forms import FileKind
from isotrack.kit.limits import costly
from isotrack.kit.sheets import SheetRefused, read_form
from isotrack.kit.states import WrongState
from reports.actions.workbook import Taken, take_workbook
from reports.filling import anchor, section_url
from reports.forms.workbook import WorkbookForm
from reports.models import AnnualReport, ReportCycle
from reports.questions import Question
from reports.workbook import FormRefused, Origin, draw, file_name, must_fit, origin_of, read_back
from reports.workbook.marked import keep_for_a_day, kept_copy, marked

COPIES = "workbooks"  # in the session: key of a report → the stored copy with marks


def _own(user: User) -> "QuerySet[AnnualReport]":
    """The reports this person fills in, with what their form shows."""
    wanted = AnnualReport.objects.editable_by(user).with_last_year()
    return wanted.select_related("cycle__questionnaire", "cycle__province", "agency")


@require_safe
@costly
def fetch(request: SignedRequest, pk: int) -> HttpResponse:
    """The form of a report as a workbook."""
    report = get_object_or_404(_own(request.user), pk=pk)
    if not report.is_editable(clock.now()):
        return redirect("reports:report-detail", pk)
    return _workbook(HttpResponse(draw(report)), file_name(report))


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a filled-in workbook into the draft."""
    report, now = get_object_or_404(_own(request.user), pk=pk), clock.now()
    is_sent = request.method == "POST"
    if not is_sent and not report.is_editable(now):
        return redirect("reports:report-detail", pk)
    form = WorkbookForm(request.POST, request.FILES) if is_sent else WorkbookForm()
    form.cancel_url = reverse("reports:report-detail", args=[pk])
    context: dict[str, Any] = {"report": report, "form": form}
    if not form.is_valid():
        return render(request, "reports/workbook_upload.html", context, status=422 if form.errors else 200)
    try:
        return _take(request, report, BytesIO(form.cleaned_data["file"].read()), now)
    except SheetRefused as refusal:
        form.add_error("file", str(refusal))
        return render(request, "reports/workbook_upload.html", context, status=422)
    except WrongState as refusal:
        refused = {"report": report, "refusal": str(refusal)}
        return render(request, "reports/workbook_refused.html", refused, status=409)


def _take(request: SignedRequest, report: AnnualReport, file: BytesIO, now: datetime) -> HttpResponse:
    """Read, save, mark. Raises SheetRefused and WrongState."""
    origin: Origin | None = None
    try:
        pages = read_form(file)
        origin = origin_of(pages)
        must_fit(origin, report)
        returned = read_back(pages, origin, report.cycle.questions)
    except FormRefused as refusal:
        return _refuse(request, report, origin, refusal, now)
    taken = take_workbook(report, returned, by=request.user, at=now)
    copies = request.session.get(COPIES, {})
    request.session[COPIES] = copies | {
        str(report.pk): keep_for_a_day(marked(file, taken.messages, now), now)
    }
    return _tell(request, report, taken)


def _refuse(
    request: SignedRequest, report: AnnualReport, origin: Origin | None, refusal: FormRefused, now: datetime
) -> HttpResponse:
    """Say why nothing was taken, and lead to the right form."""
    context: dict[str, Any] = {"report": report, "refusal": str(refusal)}
    context["can_fill"] = report.is_editable(now)
    if refusal.code == "other_year" and origin is not None:
        other = _own(request.user).filter(pk=origin.report).first()
        context["other"] = other if other is not None and other.is_editable(now) else None
    return render(request, "reports/workbook_refused.html", context, status=409)


def _tell(request: SignedRequest, report: AnnualReport, taken: Taken) -> HttpResponse:
    """What was taken, every message, and the copy with marks."""
    to_mend = [message for message in taken.messages if message.level != "info"]
    by_key = report.cycle.questions.by_key
    context = {
        "report": report,
        "taken": taken,
        "to_mend": [(message, _question_url(report, by_key[message.key])) for message in to_mend],
        "remarks": [message for message in taken.messages if message.level == "info"],
        "error_count": taken.count("error"),
        "warning_count": taken.count("warning"),
    }
    status = 422 if taken.count("error") else 200
    return render(request, "reports/workbook_result.html", context, status=status)


@require_safe
@costly
def marked_copy(request: SignedRequest, pk: int) -> HttpResponseBase:
    """The workbook last sent in, with its wrong cells coloured: for its sender only, for a day."""
    report = get_object_or_404(_own(request.user), pk=pk)
    name = request.session.get(COPIES, {}).get(str(pk))
    copy = kept_copy(name) if name else None
    if copy is None:
        raise Http404
    with copy:
        return _workbook(HttpResponse(copy.read()), f"danh-dau-{file_name(report)}")


@require_POST
def fetch_all(request: SignedRequest, year: int) -> HttpResponse:
    """Ask for the forms of every agency of a cycle, as one archive."""
    cycle = get_object_or_404(ReportCycle.objects.kept_by(request.user), year=year)
    job = ask(
        "report-forms",
        _("Biểu mẫu Excel của kỳ %(year)s") % {"year": year},
        by=request.user,
        at=clock.now(),
        province=cycle.province_id,
        arguments={"cycle": cycle.pk},
        back_url=reverse("reports:cycle-board", args=[year]),
    )
    return redirect("reports:job-detail", job.pk)


def _question_url(report: AnnualReport, question: Question) -> str:
    """Where a question is answered on the web."""
    return section_url(report, question.section, anchor(question))


def _workbook(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Type"] = FileKind.XLSX.media_type
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response

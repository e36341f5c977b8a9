"""One inspection: its facts, the team, the checklist at the seat, the minutes, its dossier."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.states import WrongState
from plans.forms.refusals import show_refusal
from reports.actions import site_inspection as act
from reports.actions.inspection_plan import CHANGEABLE, change_row, leave_out
from reports.forms.inspection_plan import LeaveOutForm, MinutesForm, PaperForm, RowForm, SiteForm, TeamForm
from reports.inspection_dossier import Dossier
from reports.inspection_papers import minutes_paper
from reports.models import AnnualReport, ChecklistItem, CorrectiveAction, Inspection
from reports.views.inspection_plan import pdf_of

either_way = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def detail(request: SignedRequest, pk: int) -> HttpResponse:
    """Everything about one inspection, and what may be done next."""
    user = request.user
    row = _get(Inspection.objects.visible_to(user), pk)
    report = AnnualReport.objects.visible_to(user).filter(
        agency=row.agency, cycle__year=row.plan.reported_year
    )
    actions = list(CorrectiveAction.objects.following(row).select_related("agency", "item"))
    context = {
        "row": row,
        "dossier": Dossier(row, report.first(), actions),
        "findings": list(row.findings.select_related("item")),
        "actions": actions,
        "today": clock.today(),
        "can_keep": user.is_reviewer,
        "can_inspect": user.is_reviewer and row.is_on_site and row.is_planned and row.plan.is_approved,
        "sees_plan": user.sees_province,
    }
    return render(request, "reports/inspection_detail.html", context)


@either_way
def edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Change units, days or cost of a row that is still to be held."""
    row = _kept(request, pk)
    initial = {name: getattr(row, name) for name in CHANGEABLE}
    form = RowForm(request.POST or None, initial=initial, is_approved=row.plan.is_approved)
    return _carry_out(request, row, form, _("Đổi lần kiểm tra"), lambda told: change_row(row, **told))


@either_way
def cancel(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a row out of a draft, or cancel it in an approved plan."""
    row = _kept(request, pk)
    form = LeaveOutForm(request.POST or None, is_approved=row.plan.is_approved)
    stays = None
    if request.method == "POST" and form.is_valid():
        stays = _try(form, lambda: leave_out(row, by=request.user, at=clock.now(), **form.cleaned_data))
    if stays is None:
        return _form_page(request, row, form, str(form.submit_label))
    messages.success(request, _("Đã bỏ %(agency)s khỏi kế hoạch.") % {"agency": row.agency.in_lists})
    if stays:
        return redirect("reports:inspection-detail", pk)
    return redirect("reports:inspectionplan-detail", row.plan.year)


@either_way
def team(request: SignedRequest, pk: int) -> HttpResponse:
    """The decision on an inspection at the seat, and who is in the team."""
    row = _kept(request, pk)
    initial = {name: getattr(row, name) for name in act.TEAM}
    form = TeamForm(request.POST or None, initial=initial)
    title = _("Quyết định và đoàn kiểm tra")
    return _carry_out(request, row, form, title, lambda told: act.keep_team(row, **told))


@either_way
def checklist(request: SignedRequest, pk: int) -> HttpResponse:
    """The thirteen items as they are found at the seat; what is filled in so far is kept."""
    row = _kept(request, pk)
    findings = {one.item.code: one for one in row.findings.select_related("item")}
    today = clock.today()
    initial = {"held_on": row.held_on or min(today, row.starts_on), "conclusion": row.conclusion}
    items = list(ChecklistItem.objects.all())
    form = SiteForm(request.POST or None, items=items, findings=findings, today=today, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("held_on", "conclusion")}
        told |= {"by": request.user, "at": clock.now(), "found": form.found}
        if _try(form, lambda: act.keep_findings(row, **told)):
            messages.success(request, _("Đã lưu kết quả kiểm tra."))
            return redirect("reports:inspection-detail", pk)
        status = _status(form)
    rows = [(one, None) for one in form.rows]
    context = {"row": row, "form": form, "rows": rows, "facts": [form["held_on"], form["conclusion"]]}
    return render(request, "reports/inspection_checklist.html", context, status=status)


@either_way
def minutes(request: SignedRequest, pk: int) -> HttpResponse:
    """Put down the signed minutes with their scan."""
    row = _kept(request, pk)
    form = MinutesForm(request.POST or None, request.FILES or None)
    title = _("Ghi biên bản đã ký")
    return _carry_out(request, row, form, title, lambda told: act.sign_minutes(row, **told))


@require_safe
@costly
def minutes_draft(request: SignedRequest, pk: int) -> HttpResponse:
    """The minutes, filled in as far as the checklist is, to be signed by hand."""
    row = _kept(request, pk)
    if not row.is_on_site:
        raise Http404
    return pdf_of(*minutes_paper(row), f"bien-ban-kiem-tra-{row.agency.code}-{row.plan.year}.pdf")


@either_way
def add_paper(request: SignedRequest, pk: int) -> HttpResponse:
    """Put a document into the dossier."""
    row = _kept(request, pk)
    form = PaperForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind")})
    title = _("Thêm tài liệu vào hồ sơ")
    return _carry_out(request, row, form, title, lambda told: act.attach_paper(row, **told))


@require_safe
def paper(request: SignedRequest, pk: int, paper_pk: int) -> FileResponse:
    """A document of the dossier, always as a download."""
    row = get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
    found = get_object_or_404(row.papers.all(), pk=paper_pk)
    return download(found.file, found.name)


@require_POST
def close(request: SignedRequest, pk: int) -> HttpResponse:
    """Nothing is left to settle."""
    row = _kept(request, pk)
    try:
        act.close_inspection(row, by=request.user, at=clock.now())
    except WrongState as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã kết thúc lần kiểm tra."))
    return redirect("reports:inspection-detail", pk)


def download(file: Any, name: str) -> FileResponse:
    """A kept file under its name. Raises Http404 where it is not in the store any more."""
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404(_("Tệp không còn trong kho.")) from None
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff"},
    )


def _carry_out(
    request: SignedRequest,
    row: Inspection,
    form: Any,
    title: str,
    action: Callable[[dict[str, Any]], Any],
) -> HttpResponse:
    """Show the form; what it says is done and the page of the inspection follows."""
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data | {"by": request.user, "at": clock.now()}
        if _try(form, lambda: action(told)):
            messages.success(request, _("Đã lưu: %(what)s.") % {"what": title})
            return redirect("reports:inspection-detail", row.pk)
    return _form_page(request, row, form, title)


def _form_page(request: SignedRequest, row: Inspection, form: Any, title: str) -> HttpResponse:
    form.cancel_url = reverse("reports:inspection-detail", args=[row.pk])
    context = {"row": row, "form": form, "title": title}
    return render(request, "reports/inspection_edit.html", context, status=_status(form))


def _try(form: BaseForm, action: Callable[[], Any]) -> Any:
    """Do it and return what came of it; None where something stands in the way, which the form then says."""
    try:
        return action()
    except WrongState as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as refusal:
        show_refusal(form, refusal)
    return None


def _status(form: BaseForm) -> int:
    """409 where the thing has moved on meanwhile, as no field is wrong."""
    return 409 if form.is_bound and form.errors and not form.errors.keys() - {"__all__"} else 200


def _kept(request: SignedRequest, pk: int) -> Inspection:
    return _get(Inspection.objects.kept_by(request.user), pk)


def _get(rows: Any, pk: int) -> Inspection:
    wanted = rows.select_related(
        "plan__province", "plan__decision", "agency__superior", "file_inspection__report__cycle"
    )
    row: Inspection = get_object_or_404(wanted, pk=pk)
    return row

"""The yearly plan of inspections: its page, its list, its approval, its papers, the summary."""

from datetime import date
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.models import Role
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.forms import FileKind
from isotrack.kit.limits import costly
from isotrack.kit.papers import pdf
from isotrack.kit.sheets import write_book
from isotrack.kit.states import WrongState
from plans.forms.refusals import show_refusal
from reports.actions import inspection_plan as act
from reports.board import ROWS_A_PAGE
from reports.forms.inspection_plan import AddForm, PlanApproveForm, RowFilter
from reports.inspection_papers import plan_paper, plan_sheet, summary_paper, summary_sheets
from reports.inspection_year import Summary, Year, offers, proposal
from reports.models import CorrectiveAction, Inspection, InspectionPlan

either_way = require_http_methods(["GET", "HEAD", "POST"])
DEPARTMENT = "Sở Khoa học và Công nghệ"
SEASON = ((8, 1), (8, 31))  # month and day offered for the visits: An Giang goes in August


@require_safe
def listing(request: SignedRequest) -> HttpResponse:
    """An officer's inspections and remedies; everybody else has the page of this year."""
    user, today = request.user, clock.today()
    if user.role == Role.ADMINISTRATOR:
        raise Http404
    if user.role != Role.OFFICER:
        newest = InspectionPlan.objects.visible_to(user).filter(year__lte=today.year).first()
        return redirect("reports:inspectionplan-detail", newest.year if newest else today.year)
    rows = Inspection.objects.visible_to(user).with_actions(today)
    rows = rows.select_related("agency__superior", "plan", "file_inspection__report")
    rows = rows.order_by("-plan__year", "agency__sort_order", "agency__name_sort", "pk")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    actions = CorrectiveAction.objects.visible_to(user).unsettled().select_related("agency", "item")
    context = {"page_obj": page, "actions": list(actions), "today": today}
    return render(request, "reports/inspection_list.html", context)


@require_safe
def detail(request: SignedRequest, year: int) -> HttpResponse:
    """The plan of one year: the third on site, who is left out, rows, remedies that are overdue."""
    if not request.user.sees_province or request.user.role == Role.ADMINISTRATOR:
        raise Http404
    today = clock.today()
    years = sorted(InspectionPlan.objects.visible_to(request.user).values_list("year", flat=True))
    context: dict[str, Any] = {"year": year, "years": years, "can_keep": request.user.is_reviewer}
    plan = InspectionPlan.objects.visible_to(request.user).filter(year=year)
    found = plan.select_related("province", "decision").first()
    if found is None:
        context["can_draft"] = request.user.is_reviewer and act.FIRST_YEAR <= year <= today.year + 1
        return render(request, "reports/inspectionplan_none.html", context)
    of_year, filters = Year(found, request.user, today), RowFilter(request.GET)
    page = Paginator(of_year.rows(filters), ROWS_A_PAGE).get_page(request.GET.get("page"))
    told = {"plan": found, "found": of_year, "filters": filters, "page_obj": page, "today": today}
    return render(request, "reports/inspectionplan_detail.html", context | told)


@require_POST
def draft(request: SignedRequest, year: int) -> HttpResponse:
    """Begin the plan of a year."""
    province = request.user.agency and request.user.agency.province
    if province is None or not request.user.is_reviewer:
        raise Http404
    try:
        act.draft_plan(province, year, by=request.user, at=clock.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("reports:inspectionplan-detail", year)


@either_way
def add(request: SignedRequest, year: int) -> HttpResponse:
    """Choose agencies from the proposal and put them into the plan."""
    plan = _kept(request, year)
    offered = proposal(plan, clock.today())
    initial: dict[str, Any] = {
        "unit": DEPARTMENT,
        "starts_on": date(year, *SEASON[0]),
        "ends_on": date(year, *SEASON[1]),
        "form": request.GET.get("form"),
    }
    if request.GET.get("tick") == "left":
        initial["agencies"] = [one.agency for one in offered if one.is_obliged and not one.is_in_plan]
    options: dict[str, Any] = {"offered": [one.agency for one in offered], "is_approved": plan.is_approved}
    form = AddForm(request.POST or None, initial=initial, **options)
    if form.is_valid():
        try:
            rows = act.add_rows(plan, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            said = ngettext(
                "Đã thêm %(n)d cơ quan vào kế hoạch.", "Đã thêm %(n)d cơ quan vào kế hoạch.", len(rows)
            )
            messages.success(request, said % {"n": len(rows)})
            return redirect("reports:inspectionplan-detail", year)
    context = {"plan": plan, "form": form, "offered": offers(offered), "ticked": form.ticked}
    return render(request, "reports/inspectionplan_add.html", context)


@either_way
def approve(request: SignedRequest, year: int) -> HttpResponse:
    """Put down the decision of the People's Committee, which freezes the list."""
    plan = _kept(request, year)
    form = PlanApproveForm(request.POST or None, request.FILES or None)
    form.cancel_url = reverse("reports:inspectionplan-detail", args=[year])
    status = 200
    if form.is_valid():
        try:
            act.approve_plan(plan, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        except WrongState as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Đã ghi phê duyệt; danh sách được giữ nguyên từ nay."))
            return redirect("reports:inspectionplan-detail", year)
    return render(request, "reports/inspectionplan_approve.html", {"plan": plan, "form": form}, status=status)


@require_safe
@costly
def export(request: SignedRequest, year: int) -> FileResponse:
    """The plan as a workbook."""
    return _book([plan_sheet(_year(request, year))], f"ke-hoach-kiem-tra-{year}.xlsx")


@require_safe
@costly
def paper(request: SignedRequest, year: int) -> HttpResponse:
    """The plan as an official paper."""
    template, context = plan_paper(_year(request, year))
    return pdf_of(template, context, f"ke-hoach-kiem-tra-{year}.pdf")


@require_safe
def summary(request: SignedRequest, year: int) -> HttpResponse:
    """Plan against what was held, findings by item, remedies (Đ38)."""
    found = Summary(_year(request, year))
    context = {"summary": found, "plan": found.year.plan, "meter": found.meter}
    return render(request, "reports/inspectionplan_summary.html", context)


@require_safe
@costly
def summary_file(request: SignedRequest, year: int, form: str) -> HttpResponse | FileResponse:
    """The summary as a drafted report or a workbook."""
    found, name = Summary(_year(request, year)), f"ket-qua-kiem-tra-{year}"
    if form == "xlsx":
        return _book(summary_sheets(found), f"{name}.xlsx")
    if form != "pdf":
        raise Http404
    return pdf_of(*summary_paper(found), f"{name}.pdf")


def pdf_of(template: str, context: dict[str, Any], name: str) -> HttpResponse:
    """A paper to keep."""
    response = HttpResponse(pdf(template, context), content_type=FileKind.PDF.media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _book(sheets: Any, name: str) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115  the response closes it
    write_book(file, sheets)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=FileKind.XLSX.media_type)


def _year(request: SignedRequest, year: int) -> Year:
    plans = InspectionPlan.objects.visible_to(request.user).select_related("province", "decision")
    return Year(get_object_or_404(plans, year=year), request.user, clock.today())


def _kept(request: SignedRequest, year: int) -> InspectionPlan:
    plans = InspectionPlan.objects.kept_by(request.user).select_related("province")
    return get_object_or_404(plans, year=year)

"""Letters to those that report late or not: duties of superiors, the department's page, closing a cycle."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.forms.day import DayForm
from agencies.models import Role
from agencies.views import SignedRequest
from isotrack.journal.jobs import ask
from isotrack.kit import clock
from isotrack.kit.forms import FileKind
from isotrack.kit.limits import costly
from isotrack.kit.states import WrongState
from isotrack.kit.words import say_date
from plans.forms.refusals import show_refusal
from reports.actions import directive as act
from reports.actions.cycle import close_cycle
from reports.board import ROWS_A_PAGE
from reports.directive import Discipline, DutyPage, closing_of, letters_of
from reports.directive_letters import Paper, letter, overdue_report
from reports.forms.directive import CancelForm, DueForm, LetterForm, OpenForm
from reports.models import DirectiveDuty, ReportCycle
from reports.models.directive import DutyQuerySet
from reports.rates import rates

either_way = require_http_methods(["GET", "HEAD", "POST"])
WRITERS: dict[str, tuple[FileKind, Callable[[Paper], bytes]]] = {
    "pdf": (FileKind.PDF, Paper.as_pdf),
    "docx": (FileKind.DOCX, Paper.as_docx),
}


# Lists


@require_safe
def duties(request: SignedRequest) -> HttpResponse:
    """An officer's duties and the letters written to her agency; everybody else has the page of a year."""
    user, at = request.user, clock.now()
    if user.role == Role.OFFICER:
        return render(request, "reports/directive_list.html", {"letters": letters_of(user, at)})
    if user.role == Role.ADMINISTRATOR:
        raise Http404
    cycle = ReportCycle.objects.readable_by(user).due_by(at).first()
    if cycle is None:
        return render(request, "reports/directive_none.html")
    return redirect("reports:discipline-board", cycle.year)


@require_safe
def board(request: SignedRequest, year: int) -> HttpResponse:
    """Late and missing of one cycle by superior, with what became of each duty; overdue ones first."""
    asked = DayForm(request.GET, today=clock.today())
    found = _discipline(request, year, asked)
    context = {
        "discipline": found,
        "asked": asked,
        "cycle": found.cycle,
        "page_obj": found.page(request.GET.get("page")),
        "cycles": ReportCycle.objects.readable_by(request.user).due_by(found.as_of),
        "can_keep": request.user.is_reviewer and not asked.is_past,
    }
    return render(request, "reports/directive_board.html", context)


def _discipline(request: SignedRequest, year: int, asked: DayForm | None = None) -> Discipline:
    if not request.user.sees_province:
        raise Http404
    cycles = ReportCycle.objects.readable_by(request.user).select_related("province")
    cycle, now = get_object_or_404(cycles, year=year), clock.now()
    if asked is None or not asked.is_past:
        return Discipline(cycle, request.user, now)
    return Discipline(cycle, request.user, asked.instant(now), looks_back=True)


# One duty


@either_way
def detail(request: SignedRequest, pk: int) -> HttpResponse:
    """A duty: its list, the drafted letter, and the form that puts down the signed one."""
    user, at = request.user, clock.now()
    mine = DirectiveDuty.objects.visible_to(user)
    duty = _get(mine.recordable_by(user) if request.method == "POST" else mine, pk)
    form = LetterForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (
        written := _tried(form, lambda: act.record_letter(duty, by=user, at=at, **form.letter))
    ):
        said = _("Đã ghi văn bản số %(code)s; các cơ quan được nhắc sẽ nhận văn bản này qua thư.")
        messages.success(request, said % {"code": written.letter_code})
        return redirect("reports:directive-detail", pk)
    page = DutyPage(duty, user, at)
    context = {"duty": duty, "page_of": page, "form": form, "letter": letter(duty, today=page.today)}
    return render(request, "reports/directive_detail.html", context, status=_status(form))


@require_safe
@costly
def paper(request: SignedRequest, pk: int, form: str) -> HttpResponse:
    """The drafted letter as PDF, or as a Word file to be edited."""
    duty = _get(DirectiveDuty.objects.visible_to(request.user), pk)
    name = f"nhac-nho-{duty.cycle.year}-{duty.superior.code}"
    return _download(letter(duty, today=clock.today()), form, name)


@require_safe
def letter_file(request: SignedRequest, pk: int) -> FileResponse:
    """The signed scan, for the superior, the department, and every agency the letter was written to."""
    duty = get_object_or_404(DirectiveDuty.objects.readable_by(request.user), pk=pk)
    try:
        content = duty.scan.open("rb")
    except FileNotFoundError:
        raise Http404(_("Tệp không còn trong kho.")) from None
    return FileResponse(
        content,
        as_attachment=True,
        filename=duty.scan_name,
        content_type=FileKind.PDF.media_type,
        headers={"X-Content-Type-Options": "nosniff"},
    )


@require_POST
def redraw(request: SignedRequest, pk: int) -> HttpResponse:
    """Draw the list anew as of now."""
    duty = _get(DirectiveDuty.objects.recordable_by(request.user), pk)
    try:
        act.redraw(duty, by=request.user, at=clock.now())
    except WrongState as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã lập lại danh sách và dự thảo theo tình hình lúc này."))
    return redirect("reports:directive-detail", pk)


@either_way
def cancel(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a duty back, with the reason."""
    duty = _get(DirectiveDuty.objects.kept_by(request.user), pk)
    form = CancelForm(request.POST or None)
    by: dict[str, Any] = {"by": request.user, "at": clock.now()}
    if form.is_valid() and _tried(form, lambda: act.cancel_duty(duty, **by, **form.cleaned_data)):
        messages.success(request, _("Đã bỏ nhiệm vụ: %(duty)s.") % {"duty": duty})
        return redirect("reports:directive-detail", pk)
    return _confirm(request, "reports/directive_cancel.html", duty, form, can_do=duty.is_open)


@either_way
def reopen(request: SignedRequest, pk: int) -> HttpResponse:
    """Give a duty that was taken back again, with a new last day."""
    duty = _get(DirectiveDuty.objects.kept_by(request.user), pk)
    at = clock.now()
    form = DueForm(request.POST or None, today=clock.day_of(at), submit_label=_("Giao lại nhiệm vụ"))
    if form.is_valid() and _tried(
        form, lambda: act.reopen_duty(duty, by=request.user, at=at, **form.cleaned_data)
    ):
        said = _("Đã giao lại nhiệm vụ, hạn ban hành hết ngày %(day)s.")
        messages.success(request, said % {"day": say_date(duty.due_on)})
        return redirect("reports:directive-detail", pk)
    return _confirm(request, "reports/directive_reopen.html", duty, form, can_do=duty.is_cancelled)


# The department


@either_way
def open_one(request: SignedRequest, year: int) -> HttpResponse:
    """Ask one superior to write before the cycle is closed."""
    found = _kept(request, year)
    chosen = {"superior": request.GET.get("superior")}
    form = OpenForm(request.POST or None, today=found.today, blocks=found.blocks, initial=chosen)
    given: dict[str, Any] = {"by": request.user, "at": found.as_of}
    if form.is_valid() and _tried(form, lambda: act.open_duty(found.cycle, **given, **form.cleaned_data)):
        said = _("Đã giao %(superior)s ban hành văn bản nhắc nhở, hạn hết ngày %(day)s.")
        told = {"superior": form.cleaned_data["superior"], "day": say_date(form.cleaned_data["due_on"])}
        messages.success(request, said % told)
        return redirect("reports:discipline-board", year)
    context = {"cycle": found.cycle, "discipline": found, "form": form}
    return render(request, "reports/directive_open.html", context, status=_status(form))


@require_POST
def letters(request: SignedRequest, year: int) -> HttpResponse:
    """Ask for every letter of the year in one file, made by the workers."""
    found = _kept(request, year)
    if not found.duties:
        messages.error(request, _("Kỳ này chưa có nhiệm vụ nào, chưa có văn bản để tải."))
        return redirect("reports:discipline-board", year)
    job = ask(
        "directive-letters",
        _("Văn bản nhắc nhở kỳ %(year)s") % {"year": year},
        by=request.user,
        at=found.as_of,
        province=found.cycle.province_id,
        arguments={"cycle": found.cycle.pk, "today": found.today.isoformat()},
        back_url=request.path.removesuffix("letters/"),
    )
    return redirect("reports:job-detail", job.pk)


@require_safe
@costly
def overdue(request: SignedRequest, year: int, form: str) -> HttpResponse:
    """The drafted report to the People's Committee: superiors that have not written in time."""
    found = _discipline(request, year)
    late = DirectiveDuty.objects.visible_to(request.user).in_cycle(found.cycle).overdue(found.today)
    listed = list(late.with_counts().select_related("superior", "cycle"))
    drafted = overdue_report(found.cycle, listed, at=found.as_of)
    return _download(drafted, form, f"chua-ban-hanh-nhac-nho-{year}")


@either_way
def close(request: SignedRequest, year: int) -> HttpResponse:
    """Close a cycle: what will happen is said first."""
    found = _kept(request, year)
    at, cycle = found.as_of, found.cycle
    form = DueForm(request.POST or None, today=found.today, submit_label=_("Kết thúc kỳ và giao nhiệm vụ"))
    if form.is_valid() and _tried(
        form, lambda: close_cycle(cycle, by=request.user, at=at, **form.cleaned_data)
    ):
        messages.success(request, _("Đã kết thúc kỳ %(year)s và chốt danh sách.") % {"year": year})
        return redirect("reports:closing-detail", year)
    context = {"cycle": cycle, "discipline": found, "form": form, "rates": rates(cycle, at)}
    return render(request, "reports/closing_confirm.html", context, status=_status(form))


@require_safe
def closing(request: SignedRequest, year: int) -> HttpResponse:
    """The list frozen when the cycle was closed, with its code."""
    frozen = closing_of(request.user, year)
    if frozen is None:
        raise Http404
    page = Paginator(frozen.rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"frozen": frozen, "cycle": frozen.cycle, "page_obj": page}
    return render(request, "reports/closing_detail.html", context)


def _kept(request: SignedRequest, year: int) -> Discipline:
    if not request.user.is_reviewer:
        raise Http404
    return _discipline(request, year)


# Shared


def _get(found: DutyQuerySet, pk: int) -> DirectiveDuty:
    wanted = found.select_related(
        "superior__superior", "superior__province", "cycle__province", "recorded_by"
    )
    return get_object_or_404(wanted, pk=pk)


def _tried(form: Form, action: Callable[[], Any]) -> Any:
    """Do it and return what came of it; None where something stands in the way, which the form then says."""
    try:
        return action()
    except WrongState as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as refusal:
        show_refusal(form, refusal)
    return None


def _status(form: Form) -> int:
    """409 where the thing has moved on meanwhile, as no field is wrong."""
    return 409 if form.is_bound and form.errors and not form.errors.keys() - {"__all__"} else 200


def _confirm(
    request: SignedRequest, template: str, duty: DirectiveDuty, form: Form, *, can_do: bool
) -> HttpResponse:
    context = {"duty": duty, "form": form, "can_do": can_do}
    return render(request, template, context, status=_status(form))


def _download(drafted: Paper, form: str, name: str) -> HttpResponse:
    if form not in WRITERS:
        raise Http404
    kind, write = WRITERS[form]
    response = HttpResponse(write(drafted), content_type=kind.media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response

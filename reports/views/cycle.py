"""Cycles: their list, opening the next one, their switches, the monitor board, its workbook."""

from tempfile import TemporaryFile
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import ListView

from agencies.forms.day import DayForm
from agencies.models import ListPage, Role, User
from agencies.models.agency import Group
from agencies.saved import SavedViews
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.limits import costly
from isotrack.kit.sheets import Sheet, write_book
from reports.actions.cycle import open_cycle, turn_switches
from reports.board import Board, Sort, Wanted
from reports.cycles import CycleToOpen, cutoffs_by_switch, switch_history, with_rates
from reports.forms.cycle import SwitchesForm
from reports.models import AnnualReport, ReportCycle
from reports.models.cycle import CycleQuerySet
from reports.sheets import BOARD, board_file_name, board_notes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CycleList(ListView):
    """Every cycle with its deadline and how it stands."""

    template_name = "reports/cycle_list.html"

    @cached_property
    def user(self) -> User:
        """Who is asking."""
        return cast(User, self.request.user)

    def get_queryset(self) -> CycleQuerySet:
        if self.user.role == Role.ADMINISTRATOR:
            raise Http404  # an empty list would say that there is no cycle
        return ReportCycle.objects.readable_by(self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = _day_asked(self.request)
        lines = with_rates(self.get_queryset(), self.user, asked.instant(clock.now()))
        can_keep = self.user.is_reviewer and not asked.is_past
        context: dict[str, Any] = {"lines": lines, "can_keep": can_keep, "asked": asked}
        return super().get_context_data(**context, **kwargs)


@require_http_methods(["GET", "HEAD", "POST"])
def open_next(request: HttpRequest) -> HttpResponse:
    """Show which cycle would open and how many agencies would owe a report; a POST opens it."""
    user, at = cast(User, request.user), clock.now()
    if not user.is_reviewer or user.agency is None:
        raise Http404
    upcoming = CycleToOpen.find(user, clock.day_of(at))
    if request.method != "POST" or not upcoming.can_open:
        status = 409 if request.method == "POST" else 200
        return render(request, "reports/cycle_open.html", {"upcoming": upcoming}, status=status)
    try:
        cycle, created = open_cycle(upcoming.year, province=upcoming.province, by=user, at=at)
    except ValidationError as refusal:
        context = {"upcoming": upcoming, "problems": refusal.messages}
        return render(request, "reports/cycle_open.html", context, status=409)
    said = _("Đã mở kỳ báo cáo năm %(year)s: %(count)s cơ quan phải báo cáo, %(deadline)s.")
    messages.success(request, said % {"year": cycle.year, "count": created, "deadline": cycle.in_words})
    return redirect("reports:cycle-board", cycle.year)


@require_http_methods(["GET", "HEAD", "POST"])
def switches(request: HttpRequest, year: int) -> HttpResponse:
    """Turn the four switches of a cycle, with a reason; the page shows what each setting would mean."""
    user = cast(User, request.user)
    cycles = ReportCycle.objects.kept_by(user).select_related("questionnaire")
    cycle = get_object_or_404(cycles, year=year)
    form = SwitchesForm(request.POST or None, instance=cycle)
    if form.is_valid():
        cycle = turn_switches(cycle, by=user, at=clock.now(), **form.cleaned_data)
        said = _("Đã đổi thiết lập kỳ. Hạn gửi là %(deadline)s.")
        messages.success(request, said % {"deadline": cycle.in_words})
        return redirect("reports:cycle-board", year)
    context = {
        "cycle": cycle,
        "form": form,
        "settings": cutoffs_by_switch(cycle),
        "history": switch_history(cycle),
    }
    return render(request, "reports/cycle_switches.html", context)


@require_safe
def board(request: HttpRequest, year: int) -> HttpResponse:
    """Who owes what: grouped by superior, missing and late first; filters live in the address."""
    asked = _day_asked(request)
    found = _board(request, year, asked)
    saved = SavedViews(cast(SignedRequest, request), ListPage.BOARD)
    if away := saved.away():
        return away
    page = found.page(request.GET.get("page"))
    context = {
        "board": found,
        "saved": saved,
        "asked": asked,
        "cycle": found.cycle,
        "wanted": found.wanted,
        "page_obj": page,
        "blocks": found.blocks(page),
        "groups": Group.choices,
        "states": AnnualReport.State.choices,
        "sorts": Sort.choices,
        "is_grouped": found.wanted.sort == Sort.SUPERIOR,
        "can_keep": found.user.is_reviewer and not found.looks_back,
        "can_survey": found.user.sees_province,
    }
    return render(request, "reports/cycle_board.html", context)


@require_safe
@costly
def export(request: HttpRequest, year: int) -> FileResponse:
    """The rows of the board, filtered as on the screen, as a workbook."""
    found = _board(request, year, _day_asked(request))
    file = TemporaryFile()  # noqa: SIM115  the response closes it
    write_book(file, [Sheet(str(found.cycle), BOARD, found.rows(), board_notes(found))])
    file.seek(0)
    name = board_file_name(found)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _board(request: HttpRequest, year: int, asked: DayForm) -> Board:
    user = cast(User, request.user)
    cycle = get_object_or_404(ReportCycle.objects.readable_by(user), year=year)
    return Board(cycle, user, Wanted.read(request.GET), asked.instant(clock.now()), asked.is_past)


def _day_asked(request: HttpRequest) -> DayForm:
    """The day of ?on=, at whose end rates and punctuality are judged; without it, now."""
    return DayForm(request.GET, today=clock.today())

"""The sums of one cycle as it stands, and the agencies behind each of them."""

from datetime import datetime
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.forms.day import DayForm
from agencies.models import User
from agencies.names import names_on
from isotrack.kit import clock
from reports.consolidated import picture_then, rows_then
from reports.models import ReportCycle
from reports.statistics.picture import Picture
from reports.statistics.rows import ROWS_A_PAGE, Wanted, as_values, read_rows, with_answers
from reports.statistics.spread import spread_in_database, spread_of_rows


@require_safe
def statistics(request: HttpRequest, year: int) -> HttpResponse:
    """How the reports of a cycle stand and what they say, beside the year before."""
    user, asked = cast(User, request.user), DayForm(request.GET, today=clock.today())
    at = asked.instant(clock.now())
    cycles = ReportCycle.objects.surveyed_by(user)
    cycle = get_object_or_404(cycles.select_related("questionnaire"), year=year)
    last = cycles.filter(year=year - 1).first()
    context = {
        "cycle": cycle,
        "last": last,
        "picture": (picture_then if asked.is_past else Picture.of)(cycle, last, at),
        "rows": reverse("reports:cycle-statistics-rows", args=[year]),
        "at": at,
        "can_keep": user.is_reviewer and not asked.is_past,
        "asked": asked,
        "carried": asked.carried,
    }
    return render(request, "reports/statistics_detail.html", context)


@require_safe
def rows(request: HttpRequest, year: int) -> HttpResponse:
    """The agencies behind one figure; what the figure asks lies in the address."""
    asked = DayForm(request.GET, today=clock.today())
    at = asked.instant(clock.now())
    cycle = get_object_or_404(ReportCycle.objects.surveyed_by(cast(User, request.user)), year=year)
    wanted = Wanted.read(request.GET, cycle.questions)
    found = (_then if asked.is_past else _now)(wanted, cycle, at, request.GET.get("page"))
    context = {
        "cycle": cycle,
        "wanted": wanted,
        "title": wanted.in_words(names_on([wanted.superior], clock.day_of(at))),
        "asked": asked,
        "at": at,
        **found,
    }
    return render(request, "reports/statistics_rows.html", context)


def _now(wanted: Wanted, cycle: ReportCycle, at: datetime, number: str | None) -> dict[str, Any]:
    """One page of rows, and how their answers spread, from the database."""
    asked = wanted.in_database(cycle.reports.all(), at)
    page = Paginator(as_values(asked, at), ROWS_A_PAGE).get_page(number)
    lines = with_answers(wanted, read_rows(page.object_list, at))
    return {"page_obj": page, "lines": lines, "spread": spread_in_database(wanted, asked)}


def _then(wanted: Wanted, cycle: ReportCycle, at: datetime, number: str | None) -> dict[str, Any]:
    """The same of a past instant: what was sent again since counts as it was."""
    found = wanted.among(rows_then(cycle, at))
    page = Paginator(found, ROWS_A_PAGE).get_page(number)
    lines = with_answers(wanted, page.object_list)
    return {"page_obj": page, "lines": lines, "spread": spread_of_rows(wanted, found)}

"""The sums of one cycle as it stands, and the agencies behind each of them."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.models import User
from isotrack.kit import clock
from reports.models import ReportCycle
from reports.statistics.picture import Picture, names_of
from reports.statistics.rows import ROWS_A_PAGE, Wanted, as_values, read_rows, with_answers
from reports.statistics.spread import spread_in_database


@require_safe
def statistics(request: HttpRequest, year: int) -> HttpResponse:
    """How the reports of a cycle stand and what they say, beside the year before."""
    user, at = cast(User, request.user), clock.now()
    cycles = ReportCycle.objects.surveyed_by(user)
    cycle = get_object_or_404(cycles.select_related("questionnaire"), year=year)
    last = cycles.filter(year=year - 1).first()
    context = {
        "cycle": cycle,
        "last": last,
        "picture": Picture.of(cycle, last, at),
        "rows": reverse("reports:cycle-statistics-rows", args=[year]),
        "at": at,
        "can_keep": user.is_reviewer,
    }
    return render(request, "reports/statistics_detail.html", context)


@require_safe
def rows(request: HttpRequest, year: int) -> HttpResponse:
    """The agencies behind one figure; what the figure asks lies in the address."""
    at = clock.now()
    cycle = get_object_or_404(ReportCycle.objects.surveyed_by(cast(User, request.user)), year=year)
    wanted = Wanted.read(request.GET, cycle.questions)
    asked = wanted.in_database(cycle.reports.all(), at)
    reports = as_values(asked, at)
    page = Paginator(reports, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "cycle": cycle,
        "wanted": wanted,
        "title": wanted.in_words(names_of([wanted.superior])),
        "page_obj": page,
        "lines": with_answers(wanted, read_rows(page.object_list, at)),
        "spread": spread_in_database(wanted, asked),
        "at": at,
    }
    return render(request, "reports/statistics_rows.html", context)

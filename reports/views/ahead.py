"""Who gets what in the next thirty days, as a calendar; nothing is written."""

from datetime import date
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.models import Agency, User
from isotrack.journal.models import Notice
from isotrack.kit import clock
from reports.models.reminder import step_in_words
from reports.notices_ahead import Ahead, by_day, coming, weeks
from reports.views.notice import WEEKDAYS, ledger_of


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A month from today: for each day which step goes to how many."""
    at = clock.now()
    mails = coming(_province(request), at)
    context = {
        "weeks": weeks(mails, clock.day_of(at)),
        "ahead": Ahead.of(mails, ledger_of(request.user).in_state(Notice.State.PLANNED).count()),
        "today": clock.day_of(at),
        "weekdays": WEEKDAYS,
    }
    return render(request, "reports/ahead_calendar.html", context)


@require_safe
def day(request: HttpRequest, day: str) -> HttpResponse:
    """Everybody who will get a mail on one of these days."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError as broken:
        raise Http404 from broken
    mails = by_day(coming(_province(request), clock.now())).get(wanted, [])
    steps = [(one, step_in_words(str(one.step))) for one in mails]
    return render(request, "reports/ahead_day.html", {"day": wanted, "steps": steps})


def _province(request: HttpRequest) -> Agency:
    """The department's province. Raises Http404 for everybody else."""
    user = cast(User, request.user)
    if not user.is_reviewer or user.agency is None:
        raise Http404
    return cast(Agency, user.agency.province)

"""A person's own dates: the page, and the feed that a calendar program reads without signing in."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agencies.actions.calendar import renew_calendar, revoke_calendar
from agencies.models import User
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.calendars import MEDIA_TYPE, calendar_file
from reports.calendar import HOST, dates_of, rows


@require_safe
def calendar(request: SignedRequest) -> HttpResponse:
    """The next ninety days, what is overdue, and the address for a calendar program."""
    user, now = request.user, clock.now()
    token = user.calendar_token
    context = {
        "rows": rows(dates_of(user, now), clock.day_of(now)),
        "today": clock.day_of(now),
        "address": request.build_absolute_uri(reverse("reports:calendar-feed", args=[token]))
        if token
        else "",
    }
    return render(request, "reports/calendar.html", context)


@require_POST
def renew(request: SignedRequest) -> HttpResponseRedirect:
    """Make the address, or a new one in its place."""
    had_one = request.user.calendar_token is not None
    renew_calendar(request.user, by=request.user, at=clock.now())
    said = _("Đã đổi địa chỉ lịch. Địa chỉ cũ thôi dùng được ngay.") if had_one else _("Đã lập địa chỉ lịch.")
    messages.success(request, said)
    return redirect("reports:calendar")


@require_POST
def revoke(request: SignedRequest) -> HttpResponseRedirect:
    """Take the address back."""
    revoke_calendar(request.user, by=request.user, at=clock.now())
    messages.success(request, _("Đã thu hồi địa chỉ lịch. Không ai đọc được lịch này nữa."))
    return redirect("reports:calendar")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The dates of the person whose secret this is, while they have an account and a post."""
    now = clock.now()
    holders = User.objects.get_queryset().in_use().holding_post_on(clock.day_of(now))
    user = get_object_or_404(holders, calendar_token=token)
    base = request.build_absolute_uri("/").rstrip("/")
    with translation.override(user.language):
        days = [replace(day, url=base + day.url) for day in dates_of(user, now)]
        name = _("Lịch ISO – %(agency)s") % {"agency": user.agency}
    response = HttpResponse(calendar_file(name, days, uid=f"calendar-{user.pk}@{HOST}"), MEDIA_TYPE)
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Disposition"] = 'inline; filename="isotrack.ics"'
    return response

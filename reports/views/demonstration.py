"""The demonstration's clock: moved forward, it lets everything happen that falls in between."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from isotrack.kit import clock as clocks
from isotrack.kit.words import say_time
from reports.forms.demonstration import ClockForm
from reports.tasks import play_days


@require_http_methods(["GET", "HEAD", "POST"])
def clock(request: HttpRequest) -> HttpResponse:
    """Show the clock, or move it; every signed-in visitor may, and only a demonstration has one."""
    if not clocks.is_demonstration():
        raise Http404
    now = clocks.now()
    typed = request.POST if request.method == "POST" else None
    form = ClockForm(typed, now=now, initial={"as_of": now, "next": request.GET.get("next", "")})
    if form.is_valid() and _move(form):
        _play(request, since=now, until=form.cleaned_data["as_of"])
        return redirect(_way_back(request, form.cleaned_data["next"]))
    return render(request, "reports/demo_clock.html", {"form": form, "now": now})


def _move(form: ClockForm) -> bool:
    """Move the clock; another visitor may have moved it further since the form was checked."""
    try:
        clocks.move_to(form.cleaned_data["as_of"])
    except clocks.ClockGoesForward as refusal:
        form.add_error("as_of", str(refusal))
        return False
    return True


def _play(request: HttpRequest, *, since: datetime, until: datetime) -> None:
    """Let the worker play what is due in between; say so when there is no queue to tell it."""
    day = {"time": say_time(until)}
    try:
        play_days.delay(since.isoformat(), until.isoformat())
    except OperationalError:
        told = _("Đồng hồ đã đặt đến %(time)s nhưng hàng đợi không chạy, các việc đến hạn chưa được làm.")
        messages.warning(request, told % day)
    else:
        told = _("Đồng hồ đã đặt đến %(time)s. Các việc đến hạn đang được làm; tải lại trang sau ít giây.")
        messages.success(request, told % day)


def _way_back(request: HttpRequest, address: str) -> str:
    """The page the visitor came from, if it is one of ours."""
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else reverse("home")

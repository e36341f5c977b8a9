"""The public page on which whoever holds a paper checks it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from isotrack.kit import clock
from isotrack.kit.limits import who_asks
from reports.forms.verify import VerifyForm
from reports.verify import SentPaper, asks_too_often, find


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Say whether ?code= and ?check= belong together, and what we know of the paper.

    A check that fails is answered with 200 like one that succeeds: that the codes do not belong together is
    the answer, and a proxy would put a page of its own in the place of a 404.
    """
    is_asked = "code" in request.GET or "check" in request.GET
    form = VerifyForm(request.GET if is_asked else None)
    if is_asked and asks_too_often(who_asks(request), at=clock.real_now()):
        return _wait(request)
    found = find(**form.cleaned_data) if is_asked and form.is_valid() else None
    context = {
        "form": form,
        "paper": found,
        "is_receipt": isinstance(found, SentPaper),
        "is_wrong": is_asked and form.is_valid() and found is None,
    }
    return render(request, "reports/verify.html", context)


def _wait(request: HttpRequest) -> HttpResponse:
    answer = render(request, "reports/verify_wait.html", status=429)
    answer["Retry-After"] = "60"
    return answer

"""One's own account, and the second factor of somebody who lost theirs."""

from allauth.account.decorators import reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.actions.second_factor import reset_second_factor
from agencies.forms.second_factor import ResetForm
from agencies.models import User
from agencies.second_factor import must_have_one
from agencies.views import SignedRequest
from agencies.views.session import here, sessions_of
from isotrack.kit import clock


@require_safe
def account(request: SignedRequest) -> HttpResponse:
    """Who I am here, what I hold, and how I sign in."""
    user = request.user
    context = {
        "posts": user.posts.select_related("agency"),
        "has_second_factor": is_mfa_enabled(user),
        "must_have_second_factor": must_have_one(user),
        "sessions": sessions_of(user, here=here(request)),
    }
    return render(request, "agencies/account_own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: SignedRequest, pk: int) -> HttpResponse:
    """Take away the second factor of somebody who lost theirs; they set up another one."""
    user = get_object_or_404(User.objects.editable_by(request.user).exclude(pk=request.user.pk), pk=pk)
    form = ResetForm(request.POST or None)
    form.cancel_url = reverse("agencies:account-edit", args=[pk])
    if form.is_valid():
        return _reset(request, user, form.cleaned_data["reason"])
    return render(request, "agencies/account_second_factor.html", {"form": form, "account": user})


@reauthentication_required
def _reset(request: SignedRequest, user: User, reason: str) -> HttpResponse:
    """How somebody signs in is not changed by whoever finds a page left open."""
    reset_second_factor(user, by=request.user, at=clock.now(), reason=reason)
    words = _("Đã xóa lớp xác thực thứ hai của %(name)s; các phiên đang mở đã kết thúc.")
    messages.success(request, words % {"name": user})
    return redirect("agencies:account-edit", user.pk)

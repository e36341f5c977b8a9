"""Letting a colleague act in one's place for a time: by whoever is away, or by an administrator for them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agencies.actions.delegation import delegate, end_delegation
from agencies.forms.delegation import DelegationForm
from agencies.models import Post, User
from agencies.models.person import PostQuerySet
from agencies.views import SignedRequest
from isotrack.kit import clock


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: SignedRequest) -> HttpResponse:
    """One's own delegations, given and received, and the form for another one."""
    if request.user.agency is None:
        raise Http404
    return _page(request, request.user, "agencies:delegation-own")


@require_http_methods(["GET", "HEAD", "POST"])
def of_account(request: SignedRequest, pk: int) -> HttpResponse:
    """The same for somebody who is away already: an administrator's page."""
    user = get_object_or_404(User.objects.editable_by(request.user), pk=pk)
    return _page(request, user, "agencies:account-delegation")


@require_POST
def end(request: SignedRequest, pk: int) -> HttpResponse:
    """End a delegation before its time: by either of the two, or by an administrator."""
    delegation = get_object_or_404(
        _endable_by(request.user).select_related("acting_for__user", "user"), pk=pk
    )
    end_delegation(delegation, by=request.user, at=clock.now())
    messages.success(request, _("Đã kết thúc ủy quyền cho %(name)s.") % {"name": delegation.user})
    assert delegation.acting_for is not None
    theirs = delegation.acting_for.user_id
    if request.user.pk in (theirs, delegation.user_id):
        return redirect("agencies:delegation-own")
    return redirect("agencies:account-delegation", theirs)


def _page(request: SignedRequest, user: User, name: str) -> HttpResponse:
    now = clock.now()
    today = clock.day_of(now)
    form = DelegationForm(request.POST or None, user=user, today=today, initial={"starts_on": today})
    where = reverse(name, args=[user.pk] if name.endswith("account-delegation") else [])
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            delegate(values.pop("post"), by=request.user, at=now, **values)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            words = _("%(name)s thay mặt từ ngày đã chọn; ủy quyền tự kết thúc.")
            messages.success(request, words % {"name": values["to"]})
            return redirect(where)
    shown = (
        Post.objects.delegated()
        .filter(ends_on__gte=today)
        .select_related("user", "agency", "acting_for__user")
    )
    context = {
        "form": form,
        "account": user,
        "is_own": user == request.user,
        "given": shown.filter(acting_for__user=user).order_by("starts_on"),
        "received": shown.filter(user=user).order_by("starts_on"),
    }
    return render(request, "agencies/delegation_page.html", context)


def _endable_by(user: User) -> PostQuerySet:
    """Delegations that still run, of this person's own or of accounts this person keeps."""
    running = Post.objects.delegated().filter(ends_on__gte=clock.today())
    kept = User.objects.editable_by(user).values("pk")
    return running.filter(Q(user=user) | Q(acting_for__user=user) | Q(acting_for__user__in=kept))

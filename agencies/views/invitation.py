"""Invitations: sent by an administrator or the department, taken up by whoever reads the mail."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import ListView

from agencies.actions import invitation as action
from agencies.forms.invitation import AcceptForm, InvitationFilter, InvitationForm
from agencies.models import Agency, Invitation
from agencies.models.invitation import InvitationQuerySet, roles_to_invite
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.rescue import keeps_nothing
from isotrack.kit.states import WrongState


class InvitationList(ListView):
    """Everybody who was invited in the province, newest first."""

    request: SignedRequest
    template_name = "agencies/invitation_list.html"
    context_object_name = "invitations"
    paginate_by = 50

    def get_queryset(self) -> InvitationQuerySet:
        if not self.request.user.reads_accounts:
            raise Http404
        self.filters = InvitationFilter(self.request.GET)
        found = Invitation.objects.visible_to(self.request.user).select_related(
            "agency", "invited_by", "account"
        )
        return self.filters.narrow(found)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        roles = roles_to_invite(self.request.user)
        return super().get_context_data(filters=self.filters, roles=roles, **kwargs)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedRequest) -> HttpResponse:
    """Invite somebody to a post; ?agency= chooses it beforehand."""
    if not roles_to_invite(request.user) or request.user.agency is None:
        raise Http404
    now = clock.now()
    agencies = Agency.objects.visible_to(request.user).valid_on(clock.day_of(now)).in_protocol_order()
    asked = {"starts_on": clock.day_of(now), "role": "officer", "agency": request.GET.get("agency")}
    form = InvitationForm(request.POST or None, by=request.user, agencies=agencies, initial=asked)
    form.cancel_url = reverse("agencies:invitation-list")
    if form.is_valid():
        try:
            sent = action.invite(by=request.user, at=now, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("email", refusal.messages)
        else:
            words = _("Thư mời %(name)s đang được gửi đến %(email)s.")
            messages.success(request, words % {"name": sent.full_name, "email": sent.email})
            return redirect("agencies:invitation-list")
    return render(request, "agencies/invitation_add.html", {"form": form})


@require_POST
def again(request: SignedRequest, pk: int) -> HttpResponse:
    """Send an invitation anew; its earlier mail opens nothing any more."""
    invitation = get_object_or_404(Invitation.objects.editable_by(request.user), pk=pk)
    try:
        action.send_again(invitation, by=request.user, at=clock.now())
    except WrongState as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("Thư mời %(name)s đang được gửi lại. Đường dẫn trong thư trước không dùng được nữa.")
        messages.success(request, words % {"name": invitation.full_name})
    return redirect("agencies:invitation-list")


@require_POST
def withdraw(request: SignedRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(Invitation.objects.editable_by(request.user), pk=pk)
    try:
        action.withdraw(invitation, by=request.user, at=clock.now())
    except WrongState as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã rút lời mời %(name)s.") % {"name": invitation.full_name})
    return redirect("agencies:invitation-list")


@login_not_required
@keeps_nothing
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Open the account an invitation is for; whatever opens nothing looks the same to everybody."""
    now = clock.now()
    invitation = Invitation.behind(token)
    if invitation is None or not invitation.is_open_at(now, clock.day_of(now)):
        return render(request, "agencies/invitation_void.html", status=410)
    form = AcceptForm(request.POST or None, invitation=invitation)
    if form.is_valid():
        try:
            user = action.accept(invitation, password=form.cleaned_data["password1"], at=now)
        except WrongState:
            return render(request, "agencies/invitation_void.html", status=410)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            words = _("Đã mở tài khoản. Tên đăng nhập là %(name)s.")
            messages.success(request, words % {"name": user.username})
            return redirect("account_login")
    return render(request, "agencies/invitation_accept.html", {"form": form, "invitation": invitation})

"""Accounts and posts: the administrator keeps them, the department may look."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import ListView

from agencies.actions import person
from agencies.forms.account import mail_password_link
from agencies.forms.person import AccountFilter, AccountForm, OpenAccountForm, PostForm
from agencies.models import Agency, Post, User
from agencies.models.person import UserQuerySet
from agencies.views import SignedRequest
from agencies.views.session import here, sessions_of
from isotrack.kit import clock
from isotrack.kit.security import sign_of


class AccountList(ListView):
    """Everybody who has or had a post in the province."""

    request: SignedRequest
    template_name = "agencies/account_list.html"
    context_object_name = "accounts"
    paginate_by = 50

    def get_queryset(self) -> UserQuerySet:
        if not self.request.user.reads_accounts:
            raise Http404
        today = clock.today()
        agencies = Agency.objects.visible_to(self.request.user).in_protocol_order()
        self.filters = AccountFilter(self.request.GET, agencies=agencies)
        users = User.objects.visible_to(self.request.user).with_post_on(today)
        return self.filters.narrow(users, today=today).order_by("username")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        can_edit = self.request.user.keeps_accounts
        return super().get_context_data(filters=self.filters, can_edit=can_edit, **kwargs)


@require_safe
def detail(request: SignedRequest, pk: int) -> HttpResponse:
    """Everything about one person: posts over time, delegations, sign-ins, what was done to the account."""
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    posts = user.posts.select_related("agency", "acting_for__user", "follows__user")
    can_edit = request.user.keeps_accounts
    context = {
        "account": user,
        "posts": posts.order_by("-starts_on", "-pk"),
        "today": clock.today(),
        "can_edit": can_edit,
        "sessions": sessions_of(user, here=here(request)) if can_edit else None,
        "log_sign": sign_of(user.pk),
    }
    return render(request, "agencies/account_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedRequest) -> HttpResponse:
    """Open an account; the person sets a password of their own by mail."""
    if not request.user.keeps_accounts:
        raise Http404
    now = clock.now()
    agencies = Agency.objects.visible_to(request.user).valid_on(clock.day_of(now)).in_protocol_order()
    form = OpenAccountForm(request.POST or None, agencies=agencies, initial={"starts_on": clock.day_of(now)})
    form.cancel_url = reverse("agencies:account-list")
    if form.is_valid():
        user = person.open_account(by=request.user, at=now, **form.cleaned_data)
        if mail_password_link(request, user.email):
            words = _("Đã lập tài khoản %(name)s. Thư đặt mật khẩu đã gửi đến %(email)s.")
            messages.success(request, words % {"name": user.username, "email": user.email})
        else:
            words = _("Đã lập tài khoản %(name)s nhưng thư đặt mật khẩu chưa gửi được. ")
            words += _("Nhờ người này chọn “Quên mật khẩu” ở trang đăng nhập.")
            messages.warning(request, words % {"name": user.username})
        return redirect("agencies:account-list")
    return render(request, "agencies/account_add.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Change name, mailbox or role, or lock the account."""
    user = get_object_or_404(User.objects.editable_by(request.user), pk=pk)
    name, now = str(user), clock.now()
    form = AccountForm(request.POST or None, instance=user, by=request.user)
    form.cancel_url = reverse("agencies:account-list")
    if form.is_valid():
        return _change(request, User.objects.get_queryset().get(pk=pk), form.cleaned_data, now)
    posts = user.posts.select_related("agency")
    context = {"form": form, "account": user, "name": name, "posts": posts}
    return render(request, "agencies/account_edit.html", context)


@reauthentication_required
def _change(request: SignedRequest, user: User, values: dict[str, Any], now: datetime) -> HttpResponse:
    """A mailbox opens an account: it is not changed by whoever finds a page left open."""
    person.change_account(user, by=request.user, at=now, **values)
    messages.success(request, _("Đã lưu tài khoản của %(name)s.") % {"name": user})
    return redirect("agencies:account-list")


@require_http_methods(["GET", "HEAD", "POST"])
def post(request: SignedRequest, pk: int) -> HttpResponse:
    """End a person's post and hand it over, or give the person another one."""
    user = get_object_or_404(User.objects.editable_by(request.user), pk=pk)
    now = clock.now()
    form = _post_form(request, user, clock.day_of(now))
    if form.is_valid():
        try:
            invited = form.save(by=request.user, at=now)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            _tell_done(request, user, invited)
            return redirect("agencies:account-detail", pk)
    waiting: Callable[[Post, datetime], list[Any]] = import_string(settings.HANDOVER["waiting"])
    held = form.posts[0] if form.posts else None
    context = {
        "form": form,
        "account": user,
        "posts": user.posts.select_related("agency", "acting_for__user"),
        "waiting": waiting(held, now) if held else [],
    }
    return render(request, "agencies/account_post.html", context)


def _tell_done(request: SignedRequest, user: User, invited: str) -> None:
    messages.success(request, _("Đã ghi nhiệm vụ của %(name)s.") % {"name": user})
    if invited:
        messages.success(
            request, _("Thư mời nhận bàn giao đang được gửi đến %(email)s.") % {"email": invited}
        )


def _post_form(request: SignedRequest, user: User, today: date) -> PostForm:
    others = User.objects.visible_to(request.user).in_use().exclude(pk=user.pk).order_by("full_name")
    agencies = Agency.objects.visible_to(request.user).valid_on(today).in_protocol_order()
    form = PostForm(request.POST or None, user=user, today=today, successors=others, agencies=agencies)
    form.cancel_url = reverse("agencies:account-edit", args=[user.pk])
    return form

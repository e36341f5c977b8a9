"""The second factor: who must have one, how its secrets are kept, and who is told when it changes.

Whoever sees a whole province (department, finance, leaders, administrators) signs in with something they know
and something they have. django-allauth does the ceremony; this module says for whom it is a duty, seals its
secrets in the database, and lets nobody past who still has to set it up.
"""

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import sealing
from agencies.models import User

HAS_ONE = "second_factor"  # in a session: the person was seen to have a second factor
# What must work before there is one: setting it up, signing out, changing the language.
OPEN_NAMES = {"look", "demo-clock", "account_reauthenticate", "account_logout"}
OPEN_PREFIX = "mfa_"


def must_have_one(user: User) -> bool:
    """Whether this person may only work with a second factor (OWASP ASVS 5.0 V6.3.3)."""
    return bool(settings.SECOND_FACTOR_REQUIRED) and user.sees_province


class SecondFactor:
    """Middleware: who must have a second factor and has none sets it up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_arguments: Any
    ) -> HttpResponse | None:
        """To the set-up page, unless the address is needed for it or is open to everybody."""
        if not settings.SECOND_FACTOR_REQUIRED or not getattr(view, "login_required", True):
            return None
        user, name = request.user, (request.resolver_match.url_name or "") if request.resolver_match else ""
        if not isinstance(user, User) or not must_have_one(user) or _is_open(name) or _has_one(request, user):
            return None
        words = _("Tài khoản này phải có lớp xác thực thứ hai. Thiết lập một lần ở đây rồi làm việc tiếp.")
        messages.warning(request, words)
        return redirect("mfa_index")


def _is_open(name: str) -> bool:
    return name in OPEN_NAMES or name.startswith(OPEN_PREFIX)


def _has_one(request: HttpRequest, user: User) -> bool:
    """Asked of the database once a session; the last factor of such a person cannot be removed in it."""
    if not request.session.get(HAS_ONE) and is_mfa_enabled(user):
        request.session[HAS_ONE] = True
    return bool(request.session.get(HAS_ONE))


class SecondFactorAdapter(DefaultMFAAdapter):
    """What this installation does otherwise than django-allauth: Vietnamese words, sealed secrets."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy(
            "Vai trò này phải có lớp xác thực thứ hai: thêm cách khác trước rồi mới bỏ cách này."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Thiết lập ứng dụng xác thực hoặc khóa bảo mật trước rồi mới lấy mã dự phòng."
        ),
        "incorrect_code": gettext_lazy("Mã chưa đúng. Xem mã mới nhất trong ứng dụng rồi nhập lại."),
    }

    def get_totp_issuer(self) -> str:
        return "IsoTrack"

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Khóa bảo mật %(number)d") % {"number": number}

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody who must have one."""
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        is_last = not others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return not (is_last and must_have_one(authenticator.user))

"""What a closed installation does otherwise than django-allauth: nobody signs up, nothing is said twice."""

import logging
import smtplib
from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ResetPasswordForm
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agencies.actions.person import end_sessions
from agencies.actions.second_factor import note_change
from agencies.actions.sign_in import keep_only
from agencies.models import FailedSignIn, User
from agencies.sign_ins import account_of, failed
from isotrack.kit import clock
from isotrack.kit.words import show_time

logger = logging.getLogger(__name__)

# What changes how a person signs in: the verb of the journal, and the sentence mailed to that person.
CHANGES = {
    "account/email/password_changed": ("password-changed", _("Mật khẩu đã được đổi.")),
    "account/email/password_set": ("password-changed", _("Mật khẩu đã được đặt.")),
    "account/email/password_reset": ("password-changed", _("Mật khẩu đã được đặt lại bằng thư.")),
    "mfa/email/totp_activated": ("second-factor-added", _("Đã thêm ứng dụng xác thực.")),
    "mfa/email/totp_deactivated": ("second-factor-removed", _("Đã bỏ ứng dụng xác thực.")),
    "mfa/email/webauthn_added": ("second-factor-added", _("Đã thêm khóa bảo mật.")),
    "mfa/email/webauthn_removed": ("second-factor-removed", _("Đã bỏ khóa bảo mật.")),
    "mfa/email/recovery_codes_generated": ("second-factor-added", _("Đã tạo mã dự phòng mới.")),
}

# The next page shows by itself that a person has come in or gone.
SELF_EVIDENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class ClosedAdapter(DefaultAccountAdapter):
    """Accounts are opened by an administrator; mails leave under the installation's own name."""

    # django-allauth has no Vietnamese for these. One wording for a wrong name and a wrong password.
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Tài khoản này đã khóa. Liên hệ người quản trị của Sở."),
        "email_password_mismatch": _("Tên đăng nhập hoặc mật khẩu chưa đúng."),
        "username_password_mismatch": _("Tên đăng nhập hoặc mật khẩu chưa đúng."),
        "invalid_login": _("Tên đăng nhập hoặc mật khẩu chưa đúng."),
        "too_many_login_attempts": _("Đã thử sai quá nhiều lần. Chờ vài phút rồi thử lại."),
        "rate_limited": _("Đã thử quá nhiều lần. Chờ vài phút rồi thử lại."),
        "enter_current_password": _("Mật khẩu hiện tại chưa đúng."),
        "incorrect_password": _("Mật khẩu chưa đúng."),
        "invalid_password_reset": _("Đường dẫn này đã dùng rồi hoặc đã hết hạn."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_from_email(self) -> str:
        return str(settings.DEFAULT_FROM_EMAIL)

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        if message_template not in SELF_EVIDENT:
            super().add_message(request, level, message_template, *args, **options)

    def _end_other_sessions(self, user: User, now: datetime) -> None:
        """Whoever came in by the way that was changed is out; who changed it goes on."""
        if self.request.user == user:
            keep_only(self.request, user, at=now)
        else:
            end_sessions(user, at=now)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses who failed too often, and counts that somebody goes on trying."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            failed(account_of(credentials), FailedSignIn.Step.THROTTLED)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count it with the account that was tried; what was typed goes no further."""
        failed(account_of(credentials), FailedSignIn.Step.PASSWORD)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away must not tell a stranger which addresses exist: the log says it."""
        try:
            super().send_mail(template_prefix, email, context)
        except (smtplib.SMTPException, OSError) as trouble:
            logger.error("Mail %s could not be sent: %s", template_prefix, trouble)
            self.request.allauth.mail_failed = True

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Whose way of signing in changed is told, and the journal keeps it (OWASP ASVS 5.0 V6.3.7)."""
        if template_prefix not in CHANGES:
            return
        verb, sentence = CHANGES[template_prefix]
        now = clock.now()
        note_change(user, verb, by=user, at=now, what=str(sentence))
        self._end_other_sessions(user, now)
        if user.email:
            told = {"sentence": sentence, "user": user, "at": show_time(now)}
            self.send_mail("account/email/changed", user.email, told)


def mail_password_link(request: HttpRequest, email: str) -> bool:
    """Mail the link by which the reader of `email` sets their own password; False where no mail left."""
    form = ResetPasswordForm({"email": email})
    if not form.is_valid():
        return False
    form.save(request)
    return not getattr(request.allauth, "mail_failed", False)  # type: ignore[attr-defined]

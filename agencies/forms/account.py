"""What a closed installation does otherwise than django-allauth: nobody signs up, nothing is said twice."""

import logging
import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ResetPasswordForm
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away must not tell a stranger which addresses exist: the log says it."""
        try:
            super().send_mail(template_prefix, email, context)
        except (smtplib.SMTPException, OSError) as trouble:
            logger.error("Mail %s could not be sent: %s", template_prefix, trouble)
            self.request.allauth.mail_failed = True


def mail_password_link(request: HttpRequest, email: str) -> bool:
    """Mail the link by which the reader of `email` sets their own password; False where no mail left."""
    form = ResetPasswordForm({"email": email})
    if not form.is_valid():
        return False
    form.save(request)
    return not getattr(request.allauth, "mail_failed", False)  # type: ignore[attr-defined]

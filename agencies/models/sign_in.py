"""What is kept of signing in: each session of a person, and how often somebody failed at it.

Neither holds an address, a key of a session or anything that was typed. Failed attempts are counted by the
hour, so that whoever goes on trying adds nothing but a number to a row.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models.person import User

MEANS = {
    "password": _("mật khẩu"),
    "totp": _("ứng dụng xác thực"),
    "webauthn": _("khóa bảo mật"),
    "recovery_codes": _("mã dự phòng"),
    "socialaccount": _("đăng nhập một lần"),
}


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Sentences about sessions."""

    def open(self) -> Self:
        """Those nobody has ended; some of them may have run out."""
        return self.filter(ended_at__isnull=True)

    def older_than(self, moment: datetime) -> Self:
        """Those that began before `moment`."""
        return self.filter(at__lt=moment)


class SignIn(models.Model):
    """One session of a person, from signing in to its end."""

    class Ended(models.TextChoices):
        """How a session came to its end; one that ran out has none."""

        OUT = "out", _("đã đăng xuất")
        OVER = "over", _("hết thời hạn")
        TAKEN = "taken", _("bị kết thúc từ xa hoặc vì đổi cách đăng nhập")

    user = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="sign_ins",
        verbose_name=_("người"),
        help_text=_("Người đã đăng nhập."),
    )
    at = models.DateTimeField(_("lúc"), help_text=_("Lúc đăng nhập."))
    means = models.CharField(
        _("bằng"), max_length=60, blank=True, help_text=_("Các cách đã dùng, ví dụ password totp.")
    )
    device = models.CharField(
        _("thiết bị"),
        max_length=60,
        blank=True,
        help_text=_("Trình duyệt và hệ điều hành."),
    )
    seen_at = models.DateTimeField(
        _("thấy lần cuối"), help_text=_("Lần cuối mở một trang, ghi vài phút một lần.")
    )
    lasts_until = models.DateTimeField(
        _("hết hạn lúc"), help_text=_("Lúc phiên tự hết nếu không mở trang nào nữa, theo giờ máy.")
    )
    ended_at = models.DateTimeField(
        _("kết thúc lúc"), null=True, blank=True, help_text=_("Trống khi chưa ai kết thúc.")
    )
    ended = models.CharField(
        _("kết thúc vì"), max_length=8, choices=Ended, blank=True, help_text=_("Vì sao phiên kết thúc.")
    )

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("lần đăng nhập")
        verbose_name_plural = _("các lần đăng nhập")
        indexes = [models.Index(fields=["user", "-at"], name="sign_in_of_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.device}"

    @property
    def in_words(self) -> str:
        """By what means, in words."""
        return ", ".join(str(MEANS.get(name, name)) for name in self.means.split())

    def is_live(self, real_now: datetime) -> bool:
        """Whether the session can still be used at `real_now`, an instant of the machine's clock."""
        return self.ended_at is None and self.lasts_until > real_now


class FailedSignIn(models.Model):
    """How often somebody failed within one hour; without a person: with names that nobody has."""

    class Step(models.TextChoices):
        """Where it failed."""

        PASSWORD = "password", _("sai mật khẩu")
        CODE = "code", _("sai mã xác thực thứ hai")
        THROTTLED = "throttled", _("bị chặn vì thử quá nhiều lần")

    user = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="failed_sign_ins",
        verbose_name=_("người"),
        help_text=_("Tài khoản bị thử; trống khi tên không có trong hệ thống."),
    )
    step = models.CharField(_("bước"), max_length=10, choices=Step, help_text=_("Sai ở bước nào."))
    hour = models.DateTimeField(_("giờ"), help_text=_("Giờ đầu của khoảng một tiếng được đếm."))
    last_at = models.DateTimeField(_("lần cuối"), help_text=_("Lần thử cuối trong giờ ấy."))
    number = models.PositiveIntegerField(_("số lần"), default=1, help_text=_("Số lần trong giờ ấy."))

    class Meta:
        ordering = ["-hour", "step"]
        verbose_name = _("đăng nhập không thành")
        verbose_name_plural = _("các lần đăng nhập không thành")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "step", "hour"],
                name="failed_sign_in_once",
                violation_error_message=_("Giờ này đã có một dòng đếm cho tài khoản và bước này."),
            ),
            models.UniqueConstraint(
                fields=["step", "hour"],
                condition=models.Q(user__isnull=True),
                name="failed_sign_in_of_nobody_once",
                violation_error_message=_("Giờ này đã có một dòng đếm cho bước này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.number}"

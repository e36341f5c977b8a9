"""After how long an account that nobody uses is locked, and when its holder is warned: rows, not code.

An officer comes once a year, so the rule of officers is longer than a year; the others' is half of one.
"""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import Agency
from agencies.models.person import Role

LOCKS_AFTER = 180  # days
OFFICER_LOCKS_AFTER = 425  # a year and two months: from one report to the end of the next one's season


class AbsenceRule(models.Model):
    """What holds for the accounts of one role in one province."""

    province = models.ForeignKey(
        Agency,
        models.CASCADE,
        related_name="absence_rules",
        verbose_name=_("tỉnh"),
        help_text=_("Tỉnh áp dụng."),
    )
    role = models.CharField(_("vai trò"), max_length=14, choices=Role, help_text=_("Vai trò áp dụng."))
    locks_after = models.PositiveSmallIntegerField(
        _("khóa sau (ngày)"),
        validators=[MinValueValidator(30), MaxValueValidator(3650)],
        help_text=_("Số ngày không đăng nhập; từ 30 đến 3650."),
    )
    first_warning = models.PositiveSmallIntegerField(
        _("báo trước lần đầu (ngày)"),
        default=30,
        validators=[MinValueValidator(2), MaxValueValidator(180)],
        help_text=_("Số ngày trước khi khóa; ví dụ 30."),
    )
    last_warning = models.PositiveSmallIntegerField(
        _("báo trước lần cuối (ngày)"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("Số ngày trước khi khóa, ít hơn lần đầu; ví dụ 7."),
    )
    is_on = models.BooleanField(
        _("áp dụng"), default=True, help_text=_("Bỏ chọn để không khóa tài khoản của vai trò này.")
    )

    class Meta:
        ordering = ["province", "pk"]
        verbose_name = _("quy tắc vắng mặt")
        verbose_name_plural = _("quy tắc vắng mặt")
        constraints = [
            models.UniqueConstraint(
                fields=["province", "role"],
                name="absence_rule_once",
                violation_error_message=_("Vai trò này đã có quy tắc."),
            ),
            models.CheckConstraint(
                name="absence_rule_in_order",
                condition=Q(first_warning__gt=F("last_warning")) & Q(locks_after__gt=F("first_warning")),
                violation_error_message=_(
                    "Lần báo cuối phải gần ngày khóa hơn lần đầu, và cả hai trước ngày khóa."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.locks_after}"

    @property
    def warnings(self) -> tuple[timedelta, timedelta]:
        """How long before the lock somebody is warned, the first one first."""
        return timedelta(days=self.first_warning), timedelta(days=self.last_warning)


def usual_days(role: str) -> int:
    """After how many days accounts of a role are locked where nobody says otherwise."""
    return OFFICER_LOCKS_AFTER if role == Role.OFFICER else LOCKS_AFTER

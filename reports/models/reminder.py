"""Reminder rules: rows that say how many days from the deadline, at what time, to whom."""

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency


class Audience(models.TextChoices):
    """Who is written to."""

    OFFICER = "officer", _("Cơ quan phải báo cáo")
    SUPERIOR = "superior", _("Cơ quan cấp trên")
    STAFF = "staff", _("Bản tin cho Sở")


class ReminderRule(models.Model):
    """One step: so many days before (−) or after (+) the last day, at a Vietnamese time of day."""

    province = models.ForeignKey(
        Agency, models.CASCADE, related_name="+", verbose_name=_("tỉnh"), help_text=_("Tỉnh áp dụng quy tắc.")
    )
    offset = models.SmallIntegerField(
        _("số ngày"), help_text=_("Âm là trước, dương là sau ngày cuối cùng của hạn: −7, −1, 1, 15.")
    )
    at = models.TimeField(_("giờ gửi"), default=time(7), help_text=_("Giờ Việt Nam, ví dụ 07:00."))
    audience = models.CharField(
        _("người nhận"),
        max_length=10,
        choices=Audience,
        default=Audience.OFFICER,
        help_text=_("Ai nhận thư."),
    )
    is_active = models.BooleanField(
        _("đang dùng"), default=True, help_text=_("Bỏ chọn để ngừng nhắc ở mốc này.")
    )

    class Meta:
        ordering = ["audience", "offset"]
        verbose_name = _("quy tắc nhắc")
        verbose_name_plural = _("quy tắc nhắc")
        constraints = [
            models.UniqueConstraint(
                fields=["province", "audience", "offset"],
                name="rule_once",
                violation_error_message=_("Đã có quy tắc cho người nhận này ở mốc này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.at:%H:%M}"

    @property
    def step(self) -> str:
        """The name its notices carry, for example "officer-7" or "superior+1"."""
        return f"{self.audience}{self.offset:+d}"

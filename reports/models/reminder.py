"""Reminder rules: rows that say how many days from the deadline, at what time, to whom."""

import re
from datetime import date, time

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from isotrack.kit.words import say_date


class Audience(models.TextChoices):
    """Who is written to."""

    OFFICER = "officer", _("Cơ quan phải báo cáo")
    HEAD = "head", _("Người đứng đầu cơ quan")
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
    working_days_only = models.BooleanField(
        _("chỉ ngày làm việc"),
        default=False,
        help_text=_("Rơi vào ngày nghỉ thì gửi vào ngày làm việc kế tiếp, với số ngày còn lại của hôm đó."),
    )
    subject_vi = models.CharField(
        _("tiêu đề"),
        max_length=200,
        blank=True,
        help_text=_("Để trống thì dùng tiêu đề thường lệ. Chèn được {co_quan}, {nam}, {han}, {so_ngay} …"),
    )
    text_vi = models.TextField(
        _("nội dung"), blank=True, help_text=_("Để trống thì dùng lời thường lệ. Mỗi dòng trống là một đoạn.")
    )
    subject_en = models.CharField(
        _("tiêu đề tiếng Anh"), max_length=200, blank=True, help_text=_("Cho người chọn đọc tiếng Anh.")
    )
    text_en = models.TextField(
        _("nội dung tiếng Anh"), blank=True, help_text=_("Cho người chọn đọc tiếng Anh.")
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


def step_in_words(step: str) -> str:
    """What a ledger says for the step of a notice: "officer-7" → "còn 7 ngày".

    Knows the steps of rules, those of an extended deadline ("officer-7@2021-07-20") and the digest that
    follows flagging ("digest-2021-06-30"); anything else stays as it is.
    """
    if digest := re.fullmatch(r"digest-(\d{4}-\d\d-\d\d)", step):
        return gettext("bản tin ngày %(date)s") % {"date": say_date(date.fromisoformat(digest[1]))}
    parts = re.fullmatch(r"(officer|head|superior|staff)([+-]\d+)(?:@(\d{4}-\d\d-\d\d))?", step)
    if parts is None:
        return step
    days = _offset_in_words(int(parts[2]))
    if parts[3]:
        extended = {"date": say_date(date.fromisoformat(parts[3])), "days": days}
        return gettext("gia hạn đến hết ngày %(date)s, %(days)s") % extended
    return str(_STEPS[Audience(parts[1])]) % {"days": days}


_STEPS = {
    Audience.OFFICER: "%(days)s",
    Audience.HEAD: _("người đứng đầu, %(days)s"),
    Audience.SUPERIOR: _("cấp trên, %(days)s"),
    Audience.STAFF: _("bản tin, %(days)s"),
}


def _offset_in_words(offset: int) -> str:
    if offset == 0:
        return gettext("ngày cuối của hạn")
    if offset < 0:
        return ngettext("còn %(days)d ngày", "còn %(days)d ngày", -offset) % {"days": -offset}
    return ngettext("trễ %(days)d ngày", "trễ %(days)d ngày", offset) % {"days": offset}

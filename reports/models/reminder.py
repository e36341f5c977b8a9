"""Reminder rules: rows that say how many days from the deadline, at what time, to whom."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Role
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.deadlines import Deadline, IsWorking, next_working
from isotrack.kit.words import say_date

if TYPE_CHECKING:
    from agencies.models import User


class Audience(models.TextChoices):
    """Who is written to."""

    OFFICER = "officer", _("Cơ quan phải báo cáo")
    HEAD = "head", _("Người đứng đầu cơ quan")
    SUPERIOR = "superior", _("Cơ quan cấp trên")
    STAFF = "staff", _("Bản tin cho Sở")


class RuleQuerySet(models.QuerySet["ReminderRule"]):
    """Sentences about rules."""

    def editable_by(self, user: "User") -> Self:
        """Those of the person's province: the department's, and the administrator's who sets it up."""
        keeps = user.agency is not None and user.role in (Role.STAFF, Role.ADMINISTRATOR)
        return self.filter(province_id=user.agency.province_id) if keeps and user.agency else self.none()

    def in_force(self, province: int) -> Self:
        """Those a province reminds by."""
        return self.filter(province_id=province, is_active=True)

    def with_own_words(self) -> Self:
        """Those with a text of their own in some language."""
        blank = models.Q(subject_vi="", text_vi="", subject_en="", text_en="")
        return self.exclude(blank)


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

    objects = RuleQuerySet.as_manager()

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
        return f"{self.get_audience_display()}, {self.when}, {self.at:%H:%M}"

    @property
    def step(self) -> str:
        """The name its notices carry, for example "officer-7" or "superior+1"."""
        return f"{self.audience}{self.offset:+d}"

    @property
    def when(self) -> str:
        """ "còn 7 ngày", "ngày cuối của hạn", "trễ 1 ngày"."""
        return _offset_in_words(self.offset)

    @property
    def has_own_words(self) -> bool:
        """Whether it says anything but the usual words."""
        return any((self.subject_vi, self.text_vi, self.subject_en, self.text_en))

    def moment(self, deadline: Deadline, is_working: IsWorking) -> datetime:
        """When it speaks: on its day, or on the next working day where it speaks on working days only."""
        moment = deadline.moment(self.offset, self.at)
        if not self.working_days_only:
            return moment
        return datetime.combine(next_working(day_of(moment), is_working), self.at, ZONE)

    def words(self, language: str) -> tuple[str, str, str]:
        """Its own subject and text, "" where there is none, and the language they are in.

        Who reads English gets English where the rule has an English text, else Vietnamese like everybody.
        """
        if language == "en" and (self.subject_en or self.text_en):
            return self.subject_en, self.text_en, "en"
        return self.subject_vi, self.text_vi, "vi"


@dataclass(frozen=True)
class Step:
    """What the step of a notice names: whose rule, at which offset, of which extended last day."""

    audience: Audience
    offset: int
    extended_to: date | None = None

    def __str__(self) -> str:
        own = f"@{self.extended_to}" if self.extended_to else ""
        return f"{self.audience}{self.offset:+d}{own}"

    @property
    def when(self) -> str:
        """ "còn 7 ngày", with the extended last day that is meant, if one is."""
        if self.extended_to is None:
            return _offset_in_words(self.offset)
        extended = {"date": say_date(self.extended_to), "days": _offset_in_words(self.offset)}
        return gettext("gia hạn đến hết ngày %(date)s, %(days)s") % extended

    @classmethod
    def read(cls, written: str) -> "Step | None":
        """Read "officer-7" or "officer-7@2021-07-20"; None for the step of another kind of notice."""
        parts = re.fullmatch(r"(officer|head|superior|staff)([+-]\d+)(?:@(\d{4}-\d\d-\d\d))?", written)
        if parts is None:
            return None
        return cls(Audience(parts[1]), int(parts[2]), date.fromisoformat(parts[3]) if parts[3] else None)


def step_in_words(step: str) -> str:
    """What a ledger says for the step of a notice: "officer-7" → "còn 7 ngày".

    Knows the steps of rules, those of an extended deadline ("officer-7@2021-07-20"), the digest that follows
    flagging ("digest-2021-06-30") and what follows a decision ("returned-1", "pending-…"); anything else
    stays as it is.
    """
    if digest := re.fullmatch(r"digest-(\d{4}-\d\d-\d\d)", step):
        return gettext("bản tin ngày %(date)s") % {"date": say_date(date.fromisoformat(digest[1]))}
    if returned := re.fullmatch(r"returned-(\d+)", step):
        return gettext("trả lại lần gửi %(number)s") % {"number": returned[1]}
    if step.startswith("pending-"):
        return gettext("chờ người đứng đầu xác nhận")
    if step == "post-begun":
        return gettext("nhận nhiệm vụ, việc đang chờ")
    if invited := re.fullmatch(r"invitation-(\d+)", step):
        return gettext("lời mời, lần gửi %(number)s") % {"number": invited[1]}
    if absent := re.fullmatch(r"absence-\d{8}-(\w+)", step):
        return str(_ABSENCE.get(absent[1], step))
    if step == "letter":
        return gettext("văn bản nhắc nhở của cấp trên")
    if duty := re.fullmatch(r"duty[+-]\d+@(\d{4}-\d\d-\d\d)", step):
        day = {"date": say_date(date.fromisoformat(duty[1]))}
        return gettext("văn bản nhắc nhở, hạn hết ngày %(date)s") % day
    if action := re.fullmatch(r"action[+-]\d+@(\d{4}-\d\d-\d\d)", step):
        day = {"date": say_date(date.fromisoformat(action[1]))}
        return gettext("khắc phục sau kiểm tra, hạn hết ngày %(date)s") % day
    known = Step.read(step)
    return step if known is None else str(_STEPS[known.audience]) % {"days": known.when}


_ABSENCE = {
    "1": _("báo trước khóa tài khoản, lần đầu"),
    "2": _("báo trước khóa tài khoản, lần cuối"),
    "kept": _("lâu không đăng nhập, chưa khóa"),
}
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

"""How the installation itself is doing: who leads the schedule, how each scheduled task went, and a pause.

All instants are the machine's own, whatever a demonstration's clock says.
"""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lease(models.Model):
    """A place that one process holds at a time, for a while; whoever is silent loses it."""

    name = models.CharField(_("vai trò"), max_length=40, unique=True, help_text=_("Ví dụ beat."))
    holder = models.CharField(
        _("ai giữ"), max_length=200, blank=True, help_text=_("Máy và tiến trình đang giữ.")
    )
    until = models.DateTimeField(
        _("giữ đến"), null=True, blank=True, help_text=_("Quá lúc này thì tiến trình khác được giữ.")
    )
    ticked_at = models.DateTimeField(
        _("chạy lần cuối"), help_text=_("Lúc gần nhất còn chạy; lúc bắt đầu theo dõi nếu chưa từng chạy.")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("vai trò một tiến trình")
        verbose_name_plural = _("vai trò một tiến trình")

    def __str__(self) -> str:
        return f"{self.name}: {self.holder or '–'}"


class TaskRun(models.Model):
    """The last run of one scheduled task."""

    name = models.CharField(_("việc"), max_length=120, unique=True, help_text=_("Tên việc định kỳ."))
    began_at = models.DateTimeField(_("bắt đầu lúc"), help_text=_("Lần chạy gần nhất."))
    ended_at = models.DateTimeField(
        _("kết thúc lúc"), null=True, blank=True, help_text=_("Trống khi đang chạy.")
    )
    succeeded_at = models.DateTimeField(
        _("thành công lúc"), null=True, blank=True, help_text=_("Lần gần nhất chạy trọn.")
    )
    message = models.CharField(
        _("lỗi"), max_length=200, blank=True, help_text=_("Loại lỗi của lần chạy gần nhất, nếu có.")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("lần chạy")
        verbose_name_plural = _("lần chạy")

    def __str__(self) -> str:
        return self.name


class PauseQuerySet(models.QuerySet["Pause"]):
    """Times in which nothing can be changed."""

    def now(self) -> Self:
        """The one that lasts, if any."""
        return self.filter(ended_at__isnull=True)


class Pause(models.Model):
    """A time in which people read and change nothing, for example while a new version is installed."""

    began_at = models.DateTimeField(_("từ lúc"), help_text=_("Từ lúc này chỉ đọc."))
    ended_at = models.DateTimeField(
        _("đến lúc"), null=True, blank=True, help_text=_("Trống khi chưa kết thúc.")
    )
    reason = models.CharField(
        _("lý do"), max_length=300, blank=True, help_text=_("Lời báo trên đầu mỗi trang.")
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at"]
        verbose_name = _("thời gian chỉ đọc")
        verbose_name_plural = _("thời gian chỉ đọc")
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(ended_at__isnull=True),
                name="pause_one_at_a_time",
                violation_error_message=_("Đang ở chế độ chỉ đọc."),
            ),
        ]

    def __str__(self) -> str:
        return self.reason or str(self.began_at)

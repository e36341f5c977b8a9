"""The working calendar of state agencies: weekends, public holidays and swapped days."""

from collections.abc import Callable
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _


class HolidayQuerySet(models.QuerySet["Holiday"]):
    """Sentences about days."""

    def working_days(self) -> Callable[[date], bool]:
        """Return a test for working days that reads the whole table once (about 15 rows a year)."""
        special = dict(self.values_list("day", "is_working_day"))

        def is_working(day: date) -> bool:
            return special.get(day, day.weekday() < 5)

        return is_working


class Holiday(models.Model):
    """A day that differs from its weekday: off (BLLĐ 2019 Đ112), or a Saturday worked in exchange."""

    day = models.DateField(_("ngày"), unique=True, help_text=_("Ngày nghỉ, hoặc ngày làm bù."))
    name = models.CharField(_("tên"), max_length=200, help_text=_("Tên ngày nghỉ."))
    is_working_day = models.BooleanField(
        _("là ngày làm việc"), default=False, help_text=_("Chọn khi đây là ngày làm bù.")
    )

    objects = HolidayQuerySet.as_manager()

    class Meta:
        ordering = ["day"]
        verbose_name = _("ngày nghỉ")
        verbose_name_plural = _("ngày nghỉ")

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"

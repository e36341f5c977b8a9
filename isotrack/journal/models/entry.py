"""Entry: who did what to which thing. Written once: triggers refuse UPDATE, DELETE and TRUNCATE."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries, newest first."""

    def of_province(self, *provinces: str) -> Self:
        """Those of one province, or of several that followed one another, named by their keys as text."""
        return self.filter(province__in=provinces)

    def about(self, kind: str, key: object) -> Self:
        """The history of one thing."""
        return self.filter(about_kind=kind, about_key=str(key))


class Entry(models.Model):
    """One thing that was done: append-only."""

    at = models.DateTimeField(_("thời điểm"), help_text=_("Lúc việc được làm, giờ Việt Nam khi hiển thị."))
    province = models.CharField(
        _("tỉnh"), max_length=40, blank=True, help_text=_("Khóa của tỉnh mà việc này thuộc về.")
    )
    actor = models.CharField(
        _("người làm"), max_length=200, help_text=_("Họ tên người làm, hoặc “Hệ thống”.")
    )
    actor_key = models.CharField(
        _("khóa người làm"), max_length=40, blank=True, help_text=_("Khóa tài khoản.")
    )
    verb = models.CharField(_("việc"), max_length=60, help_text=_("Tên việc, ví dụ report-submitted."))
    about_kind = models.CharField(_("loại"), max_length=40, help_text=_("Loại đối tượng, ví dụ report."))
    about_key = models.CharField(_("khóa"), max_length=40, help_text=_("Khóa của đối tượng."))
    about_label = models.CharField(_("đối tượng"), max_length=300, help_text=_("Tên đối tượng lúc đó."))
    changes = models.JSONField(
        _("thay đổi"), default=dict, blank=True, help_text=_("Trường → [giá trị cũ, giá trị mới].")
    )
    reason = models.TextField(_("lý do"), blank=True, help_text=_("Lý do người làm đã ghi."))

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("mục nhật ký")
        verbose_name_plural = _("nhật ký")
        indexes = [
            models.Index(fields=["about_kind", "about_key", "-at"], name="entry_of_thing"),
            models.Index(fields=["province", "-at", "-id"], name="entry_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.verb} {self.about_label}"

"""The words of a consolidated report: what the department writes itself, chapter by chapter."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.cycle import ReportCycle
from reports.models.snapshot import Snapshot

if TYPE_CHECKING:
    from agencies.models import User


class Chapter(models.TextChoices):
    """What a chapter speaks of; which ones a report has, and in which order, `reports.narratives` knows."""

    DIRECTION = "direction", _("Công tác chỉ đạo, ban hành kế hoạch")
    RECEIVED = "received", _("Tình hình gửi báo cáo")
    RESULTS = "results", _("Kết quả xây dựng, áp dụng")
    UPKEEP = "upkeep", _("Kết quả duy trì, cải tiến")
    TRAINING = "training", _("Đào tạo, tuyên truyền")
    INSPECTION = "inspection", _("Kiểm tra")
    MONEY = "money", _("Kinh phí")
    ASSESSMENT = "assessment", _("Đánh giá chung")
    PROPOSALS = "proposals", _("Kiến nghị")
    NEXT_YEAR = "next_year", _("Nhiệm vụ năm sau")


class NarrativeQuerySet(models.QuerySet["Narrative"]):
    """Sentences about narratives."""

    def editable_by(self, user: "User") -> Self:
        """Those of the cycles that this person's department keeps."""
        return self.filter(cycle__in=ReportCycle.objects.kept_by(user))

    def about(self, cycle: ReportCycle, kind: str) -> Self:
        """What was written for one report of one cycle."""
        return self.filter(cycle=cycle, kind=kind)


class Narrative(models.Model):
    """One chapter in somebody's words. A chapter without a row is drafted anew from the figures each time."""

    cycle = models.ForeignKey(
        ReportCycle,
        models.CASCADE,
        related_name="narratives",
        verbose_name=_("kỳ"),
        help_text=_("Kỳ báo cáo."),
    )
    kind = models.CharField(
        _("loại"), max_length=10, choices=Snapshot.Kind, help_text=_("Báo cáo gửi UBND tỉnh hay gửi Bộ.")
    )
    chapter = models.CharField(
        _("chương"), max_length=12, choices=Chapter, help_text=_("Chương của báo cáo.")
    )
    text = models.TextField(_("lời văn"), blank=True, help_text=_("Mỗi dòng là một đoạn của văn bản."))
    drafted = models.TextField(
        _("bản soạn sẵn"),
        blank=True,
        help_text=_("Bản soạn từ số liệu lúc sửa, để biết số liệu đã đổi chưa."),
    )
    changed_at = models.DateTimeField(_("sửa lúc"), help_text=_("Lần mới nhất."))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("người sửa"),
        help_text=_("Người sửa lần mới nhất."),
    )

    objects = NarrativeQuerySet.as_manager()

    class Meta:
        ordering = ["cycle", "kind", "chapter"]
        verbose_name = _("lời văn báo cáo tổng hợp")
        verbose_name_plural = _("lời văn báo cáo tổng hợp")
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "kind", "chapter"],
                name="narrative_once_a_chapter",
                violation_error_message=_("Chương này đã có lời văn."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_chapter_display()}"

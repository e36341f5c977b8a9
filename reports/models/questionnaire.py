"""A version of the questionnaire: a definition as data that never changes once it is published."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from plans.models import CostItem
from reports.questions import Choice, Questionnaire


class QuestionnaireQuerySet(models.QuerySet["QuestionnaireVersion"]):
    """Sentences about versions."""

    def published(self) -> Self:
        """Those that cycles may use; they never change again."""
        return self.filter(published_at__isnull=False)

    def drafts(self) -> Self:
        """Those still being written."""
        return self.filter(published_at__isnull=True)

    def for_year(self, year: int) -> Self:
        """Published ones that a cycle of this year may open with, the newest first."""
        return self.published().filter(from_year__lte=year).order_by("-from_year", "-version")


class QuestionnaireVersion(models.Model):
    """One version; cycles point at it, and their reports keep it for good."""

    code = models.CharField(_("mã biểu mẫu"), max_length=40, help_text=_("Ví dụ BC-HTQLCL-NAM."))
    version = models.PositiveSmallIntegerField(
        _("phiên bản"), help_text=_("1, 2, 3 … trong cùng một biểu mẫu.")
    )
    title = models.CharField(_("tên biểu mẫu"), max_length=300, help_text=_("Tên in trên báo cáo."))
    definition = models.JSONField(
        _("định nghĩa"), help_text=_("Phần, câu hỏi, điều kiện và quy tắc, dạng dữ liệu.")
    )
    from_year = models.PositiveSmallIntegerField(
        _("dùng từ năm báo cáo"),
        default=2000,
        help_text=_("Kỳ của năm này và các năm sau mở ra với phiên bản này, nếu không có bản mới hơn."),
    )
    based_on = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chép từ"),
        help_text=_("Phiên bản mà bản này được chép ra để sửa."),
    )
    published_at = models.DateTimeField(
        _("phát hành lúc"), null=True, blank=True, help_text=_("Sau khi phát hành, phiên bản không đổi nữa.")
    )

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        verbose_name = _("phiên bản biểu mẫu")
        verbose_name_plural = _("phiên bản biểu mẫu")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="questionnaire_version_once",
                violation_error_message=_("Biểu mẫu đã có phiên bản này."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(code)s, phiên bản %(version)s") % {"code": self.code, "version": self.version}

    @cached_property
    def questions(self) -> Questionnaire:
        """The definition made ready to ask, with the lists that live elsewhere (cost items of TT 116 Đ3)."""
        return Questionnaire.from_definition(self.definition, choices={"cost_item": _cost_items()})


@lru_cache(maxsize=32)
def questions_of(version_pk: int) -> Questionnaire:
    """The questions of a published version: it never changes, so each process reads it once."""
    return QuestionnaireVersion.objects.get(pk=version_pk, published_at__isnull=False).questions


def _cost_items() -> Sequence[Choice]:
    return [
        Choice(value=item.identifier, label_vi=item.name_vi, label_en=item.name_en)
        for item in CostItem.objects.all()
    ]

"""What the department writes at a question of a sent report."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.report import AnnualReport

if TYPE_CHECKING:
    from agencies.models import User


class CommentQuerySet(models.QuerySet["ReviewComment"]):
    """Sentences about comments."""

    def open(self) -> Self:
        """Those that still have to be answered by a mended report."""
        return self.filter(settled_at__isnull=True)

    def sent(self) -> Self:
        """Those that its agency may read: they went with a return."""
        return self.filter(sent_at__isnull=False)

    def unsent(self) -> Self:
        """Those that only the department has read so far."""
        return self.filter(sent_at__isnull=True)

    def editable_by(self, user: "User") -> Self:
        """Those on reports that this person decides on."""
        return self.filter(report__in=AnnualReport.objects.reviewable_by(user))


class ReviewComment(models.Model):
    """One comment at one question: written while a report is looked at, sent when it is returned."""

    report = models.ForeignKey(
        AnnualReport,
        models.CASCADE,
        related_name="comments",
        verbose_name=_("báo cáo"),
        help_text=_("Của báo cáo."),
    )
    question = models.CharField(_("câu"), max_length=63, help_text=_("Khóa của câu hỏi."))
    text = models.TextField(_("góp ý"), help_text=_("Cần sửa, bổ sung gì ở câu này."))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("người góp ý"),
        help_text=_("Cán bộ của Sở."),
    )
    made_at = models.DateTimeField(_("góp ý lúc"), help_text=_("Lúc ghi góp ý."))
    sent_at = models.DateTimeField(
        _("gửi cơ quan lúc"),
        null=True,
        blank=True,
        help_text=_("Cơ quan đọc được từ khi báo cáo bị trả lại."),
    )
    settled_at = models.DateTimeField(
        _("xong lúc"), null=True, blank=True, help_text=_("Lúc Sở thấy đã sửa, hoặc chấp nhận báo cáo.")
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["report", "made_at"]
        verbose_name = _("góp ý")
        verbose_name_plural = _("góp ý")

    def __str__(self) -> str:
        return self.text[:60]

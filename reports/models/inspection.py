"""The file inspection: a checklist of thirteen items, filled in during the review (TT 26/2014 Đ36)."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reports.models.report import AnnualReport


class ChecklistItem(models.Model):
    """One thing an inspection looks at."""

    class Part(models.TextChoices):
        """Which half of the article it belongs to."""

        ISO = "ISO", _("Sự phù hợp với TCVN ISO 9001")
        DECISION_19 = "QD19", _("Việc tuân thủ Quyết định 19/2014/QĐ-TTg")

    code = models.CharField(_("mã"), max_length=10, unique=True, help_text=_("Ví dụ ISO-a."))
    part = models.CharField(_("phần"), max_length=5, choices=Part, help_text=_("Phần của Điều 36."))
    place = models.PositiveSmallIntegerField(_("thứ tự"), help_text=_("Thứ tự trong danh mục."))
    text_vi = models.CharField(_("nội dung"), max_length=300, help_text=_("Nội dung kiểm tra."))
    text_en = models.CharField(
        _("nội dung tiếng Anh"), max_length=300, blank=True, help_text=_("Nội dung bằng tiếng Anh.")
    )
    legal_basis = models.CharField(_("căn cứ"), max_length=100, help_text=_("Điều khoản."))

    class Meta:
        ordering = ["place"]
        verbose_name = _("nội dung kiểm tra")
        verbose_name_plural = _("nội dung kiểm tra")

    def __str__(self) -> str:
        return self.text

    @property
    def basis(self) -> str:
        """ "ISO-a" → "điểm a Điều 36 TT 26/2014/TT-BKHCN"; which half it belongs to is said by its part."""
        return f"điểm {self.code.rpartition('-')[2]} Điều 36 TT 26/2014/TT-BKHCN"

    @property
    def text(self) -> str:
        """In the language of the page, where it has one."""
        return self.text_en if self.text_en and get_language() == "en" else self.text_vi


class FileInspection(models.Model):
    """One report inspected by dossier (TT 26/2014 Đ37 k1); its result asks in writing for what is missing."""

    class Result(models.TextChoices):
        """How the dossier stands."""

        PASSED = "passed", _("Đạt")
        PASSED_WITH_RECOMMENDATIONS = "passed_with_recommendations", _("Đạt có khuyến nghị")
        NOT_PASSED = "not_passed", _("Chưa đạt")

    report = models.OneToOneField(
        AnnualReport,
        models.CASCADE,
        related_name="inspection",
        verbose_name=_("báo cáo"),
        help_text=_("Hồ sơ được kiểm tra."),
    )
    inspected_on = models.DateField(_("ngày kiểm tra"), help_text=_("Ngày xem hồ sơ."))
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("người kiểm tra"),
        help_text=_("Cán bộ của Sở."),
    )
    result = models.CharField(
        _("kết luận"), max_length=30, choices=Result, help_text=_("Kết luận qua hồ sơ.")
    )
    remark = models.TextField(
        _("yêu cầu khắc phục"), blank=True, help_text=_("Nêu rõ cần khắc phục gì, đến bao giờ.")
    )

    class Meta:
        verbose_name = _("kiểm tra qua hồ sơ")
        verbose_name_plural = _("kiểm tra qua hồ sơ")

    def __str__(self) -> str:
        return _("Kiểm tra qua hồ sơ: %(report)s") % {"report": self.report}


class FileFinding(models.Model):
    """What the dossier shows about one item."""

    class Answer(models.TextChoices):
        """Whether the item is fulfilled."""

        YES = "yes", _("Đạt")
        NO = "no", _("Chưa đạt")
        NOT_APPLICABLE = "na", _("Không áp dụng")

    inspection = models.ForeignKey(
        FileInspection,
        models.CASCADE,
        related_name="findings",
        verbose_name=_("lần kiểm tra"),
        help_text=_("Của lần kiểm tra."),
    )
    item = models.ForeignKey(
        ChecklistItem,
        models.PROTECT,
        related_name="+",
        verbose_name=_("nội dung"),
        help_text=_("Nội dung kiểm tra."),
    )
    answer = models.CharField(_("kết quả"), max_length=3, choices=Answer, help_text=_("Kết quả."))
    remark = models.CharField(
        _("ghi chú"), max_length=500, blank=True, help_text=_("Bằng chứng hoặc điều còn thiếu.")
    )

    class Meta:
        ordering = ["item__place"]
        verbose_name = _("kết quả kiểm tra")
        verbose_name_plural = _("kết quả kiểm tra")
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "item"],
                name="file_finding_once",
                violation_error_message=_("Nội dung này đã có kết quả."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.code}: {self.get_answer_display()}"

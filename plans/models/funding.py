"""What the law lets an agency spend: maxima (Điều 4 TT 116/2015/TT-BTC) and items (Điều 3).

Ceilings are rows with dates, never numbers in code: a new circular closes the old rows and adds its own.
Line A is a hired consulting organisation, line B the agency's own work; the two add up for one agency.
"""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import CeilingTier

ANY = "any"  # a ceiling that asks neither the tier of the agency nor the mode of the work


class Mode(models.TextChoices):
    """Whether the system is built for the first time or its scope is extended."""

    FIRST = "first", _("Xây dựng lần đầu")
    EXTENSION = "extension", _("Mở rộng phạm vi")


class Line(models.TextChoices):
    """What a ceiling limits."""

    A = "A", _("Thuê tổ chức tư vấn")
    B = "B", _("Cơ quan tự thực hiện")
    PER_PROCESS = "per_process", _("Mỗi quy trình")
    CONSULTANT_MONTH_MIN = "consultant_month_min", _("Chuyên gia độc lập, thấp nhất một tháng")
    CONSULTANT_MONTH_MAX = "consultant_month_max", _("Chuyên gia độc lập, cao nhất một tháng")
    INDEPENDENT_SHARE = "independent_share", _("Chuyên gia độc lập, so với dòng A")
    SELF_BUILD_SHARE = "self_build_share", _("Tự xây dựng, so với dòng A")
    MAINTENANCE_YEAR = "maintenance_year", _("Duy trì, cải tiến trong một năm")
    MODEL_FRAMEWORK = "model_framework", _("Mô hình khung")
    CERTIFIER = "certifier", _("Tổ chức chứng nhận phối hợp kiểm tra")


class Unit(models.TextChoices):
    """What a ceiling is counted per."""

    AGENCY = "agency", _("cơ quan")
    PROCESS = "process", _("quy trình")
    PERSON_MONTH = "person_month", _("người/tháng")
    SHARE_OF_A = "share_of_A", _("phần của dòng A")
    AGENCY_YEAR = "agency_year", _("cơ quan/năm")
    FRAMEWORK = "framework", _("mô hình khung")
    AGENCY_INSPECTED = "agency_inspected", _("cơ quan được kiểm tra")


class CeilingQuerySet(models.QuerySet["Ceiling"]):
    """Sentences about ceilings."""

    def in_force(self, on: date) -> Self:
        """Those in force on a day, the newest last."""
        ended = Q(effective_to__isnull=False, effective_to__lt=on)
        return self.filter(effective_from__lte=on).exclude(ended).order_by("effective_from")

    def of_tier(self, tier: str) -> Self:
        """Those for one tier of agencies, with those that ask no tier."""
        return self.filter(tier__in=[tier, ANY])

    def in_mode(self, mode: str) -> Self:
        """Those for one mode of work, with those that ask no mode."""
        return self.filter(mode__in=[mode, ANY])


class Ceiling(models.Model):
    """One maximum of the law: an amount in whole đồng, a share of another one, or both (80 % of tier 2c)."""

    clause = models.CharField(_("khoản"), max_length=4, help_text=_("Khoản của điều quy định mức chi."))
    tier = models.CharField(
        _("mức"),
        max_length=3,
        choices=[(ANY, _("Mọi cơ quan")), *CeilingTier.choices],
        help_text=_("Khoản và điểm xếp cơ quan, hoặc mọi cơ quan."),
    )
    line = models.CharField(_("nội dung"), max_length=24, choices=Line, help_text=_("Khoản chi bị giới hạn."))
    mode = models.CharField(
        _("hình thức"),
        max_length=9,
        choices=[(ANY, _("Mọi hình thức")), *Mode.choices],
        help_text=_("Xây dựng lần đầu hay mở rộng phạm vi."),
    )
    unit = models.CharField(
        _("đơn vị tính"), max_length=16, choices=Unit, help_text=_("Mức tối đa cho mỗi …")
    )
    amount = models.BigIntegerField(_("mức tối đa"), null=True, blank=True, help_text=_("Nguyên đồng."))
    ratio = models.DecimalField(
        _("tỷ lệ"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Phần, ví dụ 0,8 là 80 %."),
    )
    effective_from = models.DateField(_("có hiệu lực từ"), help_text=_("Ngày đầu tiên áp dụng."))
    effective_to = models.DateField(
        _("có hiệu lực đến"), null=True, blank=True, help_text=_("Ngày cuối cùng; để trống khi còn hiệu lực.")
    )
    note = models.CharField(_("ghi chú"), max_length=300, blank=True, help_text=_("Phạm vi và cách tính."))
    source = models.CharField(_("căn cứ"), max_length=100, help_text=_("Ví dụ Điều 4 TT 116/2015/TT-BTC."))

    objects = CeilingQuerySet.as_manager()

    class Meta:
        ordering = ["effective_from", "clause", "tier", "line", "mode"]
        verbose_name = _("mức chi tối đa")
        verbose_name_plural = _("mức chi tối đa")
        constraints = [
            models.UniqueConstraint(
                fields=["tier", "line", "mode", "effective_from"],
                name="ceiling_once",
                violation_error_message=_("Đã có mức chi cho nội dung này từ ngày này."),
            ),
            models.CheckConstraint(
                name="ceiling_limits_something",
                condition=Q(amount__isnull=False) | Q(ratio__isnull=False),
                violation_error_message=_("Ghi số tiền tối đa hoặc tỷ lệ."),
            ),
            models.CheckConstraint(
                name="ceiling_amount_positive",
                condition=Q(amount__isnull=True) | Q(amount__gt=0),
                violation_error_message=_("Mức tối đa phải lớn hơn 0."),
            ),
            models.CheckConstraint(
                name="ceiling_ratio_is_share",
                condition=Q(ratio__isnull=True) | Q(ratio__gt=0, ratio__lte=1),
                violation_error_message=_("Tỷ lệ phải lớn hơn 0 và không quá 1."),
            ),
            models.CheckConstraint(
                name="ceiling_dates_in_order",
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                violation_error_message=_("Ngày hết hiệu lực không được trước ngày có hiệu lực."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_line_display()} – {self.in_words}"

    @property
    def in_words(self) -> str:
        """Where the law says it, smallest unit first: "điểm c khoản 2 Điều 4 TT 116/2015/TT-BTC"."""
        place = f"khoản {self.clause} {self.source}"
        return place if self.tier == ANY else f"điểm {self.tier[-1]} {place}"


class CostItemQuerySet(models.QuerySet["CostItem"]):
    """Sentences about cost items."""

    def local(self) -> Self:
        """Those a province may pay; the ministry's own work is not among them."""
        return self.filter(is_local=True)


class CostItem(models.Model):
    """One item that may be paid for (Điều 3 TT 116/2015/TT-BTC)."""

    order = models.PositiveSmallIntegerField(_("thứ tự"), help_text=_("Thứ tự trong văn bản."))
    code = models.CharField(
        _("điểm"), max_length=10, unique=True, help_text=_("Điều, khoản, điểm, ví dụ 3.1.g.")
    )
    identifier = models.CharField(
        _("ký hiệu"),
        max_length=30,
        unique=True,
        help_text=_("Tên dùng trong tệp và câu hỏi, ví dụ MAINTENANCE."),
    )
    name_vi = models.CharField(_("nội dung chi"), max_length=200, help_text=_("Rút gọn từ văn bản."))
    name_en = models.CharField(_("tiếng Anh"), max_length=200, help_text=_("Tên bằng tiếng Anh."))
    is_local = models.BooleanField(
        _("của địa phương"), default=True, help_text=_("Không đánh dấu với khoản chi của trung ương.")
    )
    note = models.CharField(
        _("ghi chú"), max_length=300, blank=True, help_text=_("Mức chi hoặc chế độ áp dụng.")
    )
    source = models.CharField(_("căn cứ"), max_length=100, help_text=_("Ví dụ Điều 3 TT 116/2015/TT-BTC."))

    objects = CostItemQuerySet.as_manager()

    class Meta:
        ordering = ["order"]
        verbose_name = _("nội dung chi")
        verbose_name_plural = _("nội dung chi")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_vi

    @property
    def in_words(self) -> str:
        """Where the law names it: "điểm g khoản 1 Điều 3 TT 116/2015/TT-BTC"."""
        _article, clause, point = self.code.split(".")
        return f"điểm {point} khoản {clause} {self.source}"

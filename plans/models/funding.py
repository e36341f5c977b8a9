"""What the law lets an agency spend: maxima (Điều 4 TT 116/2015/TT-BTC) and items (Điều 3).

Ceilings are rows with dates, never numbers in code: a new circular closes the old rows and adds its own.
Line A is a hired consulting organisation, line B the agency's own work; the two add up for one agency.
"""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Document
from agencies.models.agency import CeilingTier, within

if TYPE_CHECKING:
    from agencies.models import User
    from plans.models.plan import RolloutPlan

ANY = "any"  # a ceiling that asks neither the tier of the agency nor the mode of the work
# States of a plan (RolloutPlan.State): the first promise money, the second also take it from a source.
BINDING = ("cleared", "approved", "running", "closed")
COMMITTED = ("approved", "running", "closed")


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


class LineKind(models.TextChoices):
    """Under which rule of Điều 4 TT 116/2015/TT-BTC a line is judged."""

    HIRED = "A", _("A – thuê tổ chức tư vấn")
    OWN_WORK = "B", _("B – cơ quan tự thực hiện")
    INDEPENDENT = "independent", _("Chuyên gia tư vấn độc lập")
    SELF_BUILD = "self_build", _("Tự xây dựng (giao khoán)")
    PER_PROCESS = "per_process", _("Biên soạn quy trình (trong B)")
    MAINTENANCE = "maintenance", _("Duy trì, cải tiến")
    FRAMEWORK = "framework", _("Mô hình khung")
    CERTIFIER = "certifier", _("Tổ chức chứng nhận phối hợp kiểm tra")
    OTHER = "other", _("Theo quy định khác")


class SourceKind(models.TextChoices):
    """Where money comes from (TT 116/2015 Đ2, Đ5 k1)."""

    CENTRAL_BUDGET = "central_budget", _("Ngân sách trung ương")
    LOCAL_BUDGET = "local_budget", _("Ngân sách địa phương")
    AID = "aid", _("Tài trợ, viện trợ")
    OTHER_LEGAL = "other_legal", _("Nguồn thu hợp pháp khác")


class SourceQuerySet(models.QuerySet["FundingSource"]):
    """Sentences about sources."""

    def visible_to(self, user: "User") -> Self:
        """The province's, for the roles that handle money."""
        own = user.agency
        if own is None or user.role not in ("staff", "finance", "leader"):
            return self.none()
        return self.filter(province_id__in=own.realm)

    def editable_by(self, user: "User") -> Self:
        """The province's, for the Department of Finance, which sets them."""
        return self.visible_to(user) if user.role == "finance" else self.none()

    def with_commitments(self, *, besides: "RolloutPlan | None" = None) -> Self:
        """Annotate `committed`, what approved plans take from the source, and the `balance` left.

        What finance has put beside an estimate of a plan that is not approved yet commits nothing. `besides`
        leaves one plan out.
        """
        taken = Q(lines__entry__plan__state__in=COMMITTED)
        if besides is not None:
            taken &= ~Q(lines__entry__plan=besides)
        # SUM of bigint is numeric: back to whole đồng.
        summed = Cast(Sum("lines__approved", filter=taken), models.BigIntegerField())
        committed = Coalesce(summed, Value(0), output_field=models.BigIntegerField())
        found = self.annotate(committed=committed, balance=F("amount") - F("committed"))
        return found.order_by("-fiscal_year", "name")  # grouping drops the model's own order


class FundingSource(models.Model):
    """Money available from one source in one fiscal year, entered by the Department of Finance."""

    province = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("tỉnh"), help_text=_("Tỉnh có nguồn này.")
    )
    fiscal_year = models.PositiveSmallIntegerField(_("năm ngân sách"), help_text=_("Ví dụ 2020."))
    kind = models.CharField(
        _("loại nguồn"), max_length=16, choices=SourceKind, help_text=_("Theo Điều 5 TT 116/2015.")
    )
    name = models.CharField(
        _("tên nguồn"), max_length=200, help_text=_("Ví dụ Sự nghiệp khoa học và công nghệ 2020.")
    )
    amount = models.BigIntegerField(_("số có thể dùng"), help_text=_("Nguyên đồng."))
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản giao"),
        help_text=_("Văn bản giao dự toán."),
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["-fiscal_year", "name"]
        verbose_name = _("nguồn kinh phí")
        verbose_name_plural = _("nguồn kinh phí")
        constraints = [
            models.UniqueConstraint(
                fields=["province", "fiscal_year", "name"],
                name="source_once",
                violation_error_message=_("Nguồn này đã có trong năm."),
            ),
            models.CheckConstraint(
                name="source_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message=_("Số tiền không được âm."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.fiscal_year})"


class LineQuerySet(models.QuerySet["FundingLine"]):
    """Sentences about funding lines."""

    def visible_to(self, user: "User") -> Self:
        """The province's by role; for an officer those of their own agency and of those below it."""
        own = user.agency
        if own is None or user.role == "administrator":
            return self.none()
        if user.sees_province:
            return self.filter(entry__plan__province_id__in=own.realm)
        return self.filter(within(own, "entry__agency__"))

    def of_plan(self, plan: "RolloutPlan") -> Self:
        """The lines of one plan as its table shows them: agencies in protocol order, then as entered."""
        order = ("entry__agency__sort_order", "entry__agency__name_sort", "entry_id", "pk")
        return self.filter(entry__plan=plan).order_by(*order)

    def binding(self) -> Self:
        """Those of plans that are cleared, approved, running or closed."""
        return self.filter(entry__plan__state__in=BINDING)

    def with_amount(self) -> Self:
        """Annotate `amount`, what counts: the approved amount where there is one, else the estimate."""
        return self.annotate(amount=Coalesce("approved", "estimate"))


class FundingLine(models.Model):
    """One amount of one agency: estimate, approved, allocated, spent, settled; none above the one before."""

    entry = models.ForeignKey(
        "plans.PlanEntry",
        models.CASCADE,
        related_name="lines",
        verbose_name=_("cơ quan"),
        help_text=_("Của cơ quan."),
    )
    item = models.ForeignKey(
        CostItem,
        models.PROTECT,
        related_name="+",
        verbose_name=_("nội dung chi"),
        help_text=_("Theo Điều 3 TT 116/2015."),
    )
    kind = models.CharField(
        _("dòng"), max_length=12, choices=LineKind, help_text=_("Quy tắc của Điều 4 TT 116/2015.")
    )
    quantity = models.DecimalField(
        _("số lượng"),
        max_digits=9,
        decimal_places=2,
        default=1,
        help_text=_("Số người/tháng, số quy trình; với tự xây dựng là phần trăm công việc tư vấn đã làm."),
    )
    fiscal_year = models.PositiveSmallIntegerField(_("năm"), help_text=_("Năm chi."))
    source = models.ForeignKey(
        FundingSource,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("nguồn"),
        help_text=_("Nguồn kinh phí của dòng này."),
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản"),
        help_text=_("Bắt buộc khi chi theo quy định khác."),
    )
    estimate = models.BigIntegerField(_("dự toán"), help_text=_("Nguyên đồng."))
    approved = models.BigIntegerField(_("phê duyệt"), null=True, blank=True, help_text=_("Nguyên đồng."))
    allocated = models.BigIntegerField(_("phân bổ"), null=True, blank=True, help_text=_("Nguyên đồng."))
    spent = models.BigIntegerField(_("đã chi"), null=True, blank=True, help_text=_("Nguyên đồng."))
    settled = models.BigIntegerField(_("quyết toán"), null=True, blank=True, help_text=_("Nguyên đồng."))
    note = models.CharField(_("ghi chú"), max_length=300, blank=True, help_text=_("Cách tính, hợp đồng."))

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["entry", "pk"]
        verbose_name = _("dòng kinh phí")
        verbose_name_plural = _("dòng kinh phí")
        constraints = [
            models.CheckConstraint(
                name="line_not_negative",
                condition=Q(estimate__gte=0)
                & (Q(approved__isnull=True) | Q(approved__gte=0))
                & (Q(allocated__isnull=True) | Q(allocated__gte=0))
                & (Q(spent__isnull=True) | Q(spent__gte=0))
                & (Q(settled__isnull=True) | Q(settled__gte=0)),
                violation_error_message=_("Số tiền không được âm."),
            ),
            models.CheckConstraint(
                name="line_approved_within_estimate",
                condition=Q(approved__isnull=True) | Q(approved__lte=F("estimate")),
                violation_error_message=_("Số phê duyệt không được lớn hơn dự toán."),
            ),
            models.CheckConstraint(
                name="line_allocated_within_approved",
                condition=Q(allocated__isnull=True) | Q(approved__isnull=False, allocated__lte=F("approved")),
                violation_error_message=_("Số phân bổ không được lớn hơn số phê duyệt."),
            ),
            models.CheckConstraint(
                name="line_spent_within_allocated",
                condition=Q(spent__isnull=True) | Q(allocated__isnull=False, spent__lte=F("allocated")),
                violation_error_message=_("Số đã chi không được lớn hơn số phân bổ."),
            ),
            models.CheckConstraint(
                name="line_settled_within_spent",
                condition=Q(settled__isnull=True) | Q(spent__isnull=False, settled__lte=F("spent")),
                violation_error_message=_("Số quyết toán không được lớn hơn số đã chi."),
            ),
            models.CheckConstraint(
                name="line_other_by_document",
                condition=~Q(kind="other") | Q(document__isnull=False),
                violation_error_message=_("Chi theo quy định khác phải ghi văn bản."),
            ),
            models.CheckConstraint(
                name="line_quantity_positive",
                condition=Q(quantity__gt=0),
                violation_error_message=_("Số lượng phải lớn hơn 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} – {self.item}"

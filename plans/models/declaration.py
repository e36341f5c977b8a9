"""Declarations of conformity, and what keeps a declared system alive every year (QĐ 19/2014 Đ4)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Document, Role
from agencies.models.agency import within
from plans.models.plan import StandardVersion

if TYPE_CHECKING:
    from agencies.models import User


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    """Sentences about declarations."""

    def visible_to(self, user: "User") -> Self:
        """The province's by role, else one's own agency's and those below."""
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(agency__province_id__in=own.realm)
        return self.filter(within(own, "agency__"))

    def writable_by(self, user: "User") -> Self:
        """Whose notice and posting this person records: the department everybody's, an officer their own."""
        visible = self.visible_to(user)
        if user.role == Role.STAFF:
            return visible
        return visible.filter(agency=user.agency) if user.role == Role.OFFICER else self.none()

    def current(self) -> Self:
        """The newest one of each agency."""
        newest = Declaration.objects.filter(agency=OuterRef("agency")).order_by("-declared_on", "-pk")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))

    def unpublished(self) -> Self:
        """Those without notice to the department or without posting (QĐ 19/2014 Đ4 k3)."""
        return self.filter(Q(notified_on__isnull=True) | Q(posted_on__isnull=True))

    def newest_first(self) -> Self:
        """The current one of each agency comes first."""
        return self.order_by("agency", "-declared_on", "-pk")


class Declaration(models.Model):
    """The agency declares that its system conforms; the newest one is current (QĐ 19/2014 Đ4 k3)."""

    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="declarations",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan công bố."),
    )
    standard = models.ForeignKey(
        StandardVersion,
        models.PROTECT,
        verbose_name=_("tiêu chuẩn"),
        help_text=_("Phiên bản công bố phù hợp."),
    )
    number = models.CharField(_("số, ký hiệu"), max_length=60, help_text=_("Ví dụ 125/QĐ-UBND."))
    confirmed_on = models.DateField(
        _("xác nhận hiệu lực ngày"), help_text=_("Ngày người đứng đầu xác nhận hiệu lực.")
    )
    declared_on = models.DateField(_("công bố ngày"), help_text=_("Ngày ký bản công bố."))
    signer = models.CharField(_("người ký"), max_length=200, help_text=_("Họ tên người ký."))
    position = models.CharField(_("chức vụ"), max_length=100, help_text=_("Ví dụ Chủ tịch, KT. Giám đốc."))
    scope = models.TextField(_("phạm vi"), help_text=_("Phạm vi áp dụng, như ghi trong bản công bố."))
    procedures = models.JSONField(
        _("danh mục TTHC"), default=list, blank=True, help_text=_("Tên các thủ tục hành chính trong phạm vi.")
    )
    notified_on = models.DateField(
        _("thông báo cho Sở ngày"), null=True, blank=True, help_text=_("Ngày văn bản thông báo gửi Sở KH&CN.")
    )
    notice_number = models.CharField(
        _("số văn bản thông báo"), max_length=60, blank=True, help_text=_("Số, ký hiệu văn bản thông báo.")
    )
    posted_on = models.DateField(
        _("niêm yết ngày"), null=True, blank=True, help_text=_("Ngày niêm yết tại trụ sở.")
    )
    url = models.URLField(
        _("địa chỉ đăng tải"), blank=True, help_text=_("Nơi đăng trên trang thông tin điện tử.")
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản"),
        help_text=_("Bản công bố trong sổ văn bản."),
    )

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        ordering = ["-declared_on"]
        verbose_name = _("công bố")
        verbose_name_plural = _("công bố")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "number", "declared_on"],
                name="declaration_once",
                violation_error_message=_("Bản công bố này đã có."),
            ),
            models.CheckConstraint(
                name="declaration_after_confirmation",
                condition=Q(declared_on__gte=F("confirmed_on")),
                violation_error_message=_("Ngày công bố không được trước ngày xác nhận hiệu lực."),
            ),
            models.CheckConstraint(
                name="declaration_notified_after",
                condition=Q(notified_on__isnull=True) | Q(notified_on__gte=F("declared_on")),
                violation_error_message=_("Ngày thông báo không được trước ngày công bố."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.agency}"

    @property
    def is_complete(self) -> bool:
        """Declared, notified and posted; the web address only where there is a site (QĐ 19/2014 Đ4 k3)."""
        return self.notified_on is not None and self.posted_on is not None


class UpkeepKind(models.TextChoices):
    """What a declared system needs (QĐ 19/2014 Đ4 k4)."""

    INTERNAL_AUDIT = "internal_audit", _("Đánh giá nội bộ")
    MANAGEMENT_REVIEW = "management_review", _("Xem xét của lãnh đạo")
    LEGAL_UPDATE = "legal_update", _("Cập nhật văn bản pháp luật")
    SCOPE_CHANGE = "scope_change", _("Thay đổi phạm vi")


class UpkeepQuerySet(models.QuerySet["Upkeep"]):
    """Sentences about upkeep."""

    def visible_to(self, user: "User") -> Self:
        """The province's by role, else one's own agency's and those below."""
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(agency__province_id__in=own.realm)
        return self.filter(within(own, "agency__"))

    def finishable_by(self, user: "User") -> Self:
        """Legal updates this person may finish: the department everybody's, an officer their own."""
        unfinished = self.visible_to(user).filter(kind=UpkeepKind.LEGAL_UPDATE, done_on__isnull=True)
        if user.role == Role.STAFF:
            return unfinished
        return unfinished.filter(agency=user.agency) if user.role == Role.OFFICER else self.none()


class Upkeep(models.Model):
    """One act of upkeep: an audit, a review, a legal update, a change of scope."""

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="upkeep", verbose_name=_("cơ quan"), help_text=_("Của cơ quan.")
    )
    kind = models.CharField(
        _("việc"), max_length=20, choices=UpkeepKind, help_text=_("Theo khoản 4 Điều 4 QĐ 19/2014.")
    )
    happened_on = models.DateField(
        _("ngày"), help_text=_("Ngày đánh giá, xem xét, thay đổi; với văn bản là ngày có hiệu lực.")
    )
    due_on = models.DateField(
        _("hạn"),
        null=True,
        blank=True,
        help_text=_("Cập nhật văn bản: trong 3 tháng kể từ ngày có hiệu lực."),
    )
    done_on = models.DateField(_("xong ngày"), null=True, blank=True, help_text=_("Ngày hoàn thành."))
    about = models.CharField(
        _("nội dung"), max_length=300, help_text=_("Văn bản nào, kết luận gì, thay đổi gì.")
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản"),
        help_text=_("Biên bản, văn bản pháp luật liên quan."),
    )

    objects = UpkeepQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on"]
        verbose_name = _("việc duy trì")
        verbose_name_plural = _("các việc duy trì")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.agency}"

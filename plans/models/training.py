"""Yearly training, because officers rotate and the law changes (QĐ 19/2014 Đ12 k4b; letter 1141)."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Document, Role
from agencies.models.agency import within

if TYPE_CHECKING:
    from agencies.models import User


class ClassQuerySet(models.QuerySet["TrainingClass"]):
    """Sentences about classes."""

    def visible_to(self, user: "User") -> Self:
        """The classes of the person's province; an administrator keeps accounts only."""
        if user.agency is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        return self.filter(province_id__in=user.agency.realm)

    def organised_by(self, user: "User") -> Self:
        """Those the department keeps."""
        return self.visible_to(user) if user.role == Role.STAFF else self.none()

    def open_for_registration(self, today: date) -> Self:
        """Not begun yet, the nearest first."""
        return self.filter(starts_on__gt=today).order_by("starts_on", "pk")

    def of_year(self, year: int) -> Self:
        """Those of one year's plan."""
        return self.filter(year=year)

    def with_numbers(self) -> Self:
        """Annotate `taken` (registered) and `came` (attended)."""
        came = Count("participants", filter=Q(participants__attended=True))
        return self.annotate(taken=Count("participants"), came=came)


class TrainingClass(models.Model):
    """One class: topic, legal documents covered, dates, place, how many it holds."""

    province = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("tỉnh"), help_text=_("Tỉnh tổ chức.")
    )
    year = models.PositiveSmallIntegerField(_("năm"), help_text=_("Thuộc kế hoạch tập huấn năm nào."))
    topic = models.CharField(_("chủ đề"), max_length=300, help_text=_("Nội dung chính của lớp."))
    documents = models.ManyToManyField(
        Document,
        blank=True,
        related_name="classes",
        verbose_name=_("văn bản"),
        help_text=_("Văn bản được phổ biến."),
    )
    starts_on = models.DateField(_("từ ngày"), help_text=_("Ngày khai giảng."))
    ends_on = models.DateField(_("đến ngày"), help_text=_("Ngày bế giảng."))
    place = models.CharField(_("địa điểm"), max_length=200, help_text=_("Nơi học."))
    capacity = models.PositiveSmallIntegerField(_("số chỗ"), help_text=_("Số học viên nhiều nhất."))

    objects = ClassQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        verbose_name = _("lớp tập huấn")
        verbose_name_plural = _("lớp tập huấn")
        constraints = [
            models.CheckConstraint(
                name="class_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Ngày bế giảng không được trước ngày khai giảng."),
            ),
            models.CheckConstraint(
                name="class_holds_somebody",
                condition=Q(capacity__gt=0),
                violation_error_message=_("Số chỗ phải lớn hơn 0."),
            ),
        ]

    def __str__(self) -> str:
        return self.topic

    def has_begun(self, today: date) -> bool:
        """Whether the first day of the class has come."""
        return self.starts_on <= today


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Sentences about who is in a class."""

    def visible_to(self, user: "User") -> Self:
        """The province's by role; for an officer their own and those of agencies they may see."""
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(training__province_id__in=own.realm)
        return self.filter(Q(user=user) | within(own, "agency__"))

    def removable_by(self, user: "User") -> Self:
        """Registrations this person may take back: the department's all, else one's own."""
        visible = self.visible_to(user)
        return visible if user.role == Role.STAFF else visible.filter(user=user)

    def who_came(self) -> Self:
        """Those that attended."""
        return self.filter(attended=True)

    def marked(self) -> Self:
        """Those of whom is recorded whether they came."""
        return self.filter(attended__isnull=False)

    def unmarked(self) -> Self:
        """Those of whom nothing is recorded yet."""
        return self.filter(attended__isnull=True)

    def with_certificate(self) -> Self:
        """Those that have a certificate."""
        return self.exclude(certificate="")


class Participant(models.Model):
    """One person in one class: registered, then attended or not, then certified."""

    training = models.ForeignKey(
        TrainingClass,
        models.CASCADE,
        related_name="participants",
        verbose_name=_("lớp"),
        help_text=_("Của lớp."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="trainings",
        verbose_name=_("học viên"),
        help_text=_("Người dự lớp."),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="+",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan khi đăng ký."),
    )
    registered_at = models.DateTimeField(_("đăng ký lúc"), help_text=_("Lúc đăng ký."))
    attended = models.BooleanField(
        _("có dự"), null=True, blank=True, help_text=_("Để trống khi chưa điểm danh.")
    )
    certificate = models.CharField(
        _("số chứng nhận"), max_length=40, blank=True, help_text=_("Số giấy chứng nhận.")
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["training", "agency__sort_order", "agency__name_sort"]
        verbose_name = _("học viên")
        verbose_name_plural = _("học viên")
        constraints = [
            models.UniqueConstraint(
                fields=["training", "user"],
                name="participant_once",
                violation_error_message=_("Người này đã đăng ký lớp."),
            ),
            models.CheckConstraint(
                name="certificate_for_attendance",
                condition=Q(certificate="") | Q(attended=True),
                violation_error_message=_("Chỉ người có dự mới được cấp chứng nhận."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.training}"


class ConsultantQuerySet(models.QuerySet["Consultant"]):
    """Sentences about consultants, whom all provinces share: confirmations are national (QĐ 19/2014 Đ7)."""

    def visible_to(self, user: "User") -> Self:
        """Department, finance and leader."""
        return self if user.sees_province and user.role != Role.ADMINISTRATOR else self.none()

    def editable_by(self, user: "User") -> Self:
        """The department keeps them."""
        return self if user.role == Role.STAFF else self.none()


class Consultant(models.Model):
    """A consulting organisation or an independent consultant (QĐ 19/2014 Đ7)."""

    name = models.CharField(_("tên"), max_length=200, help_text=_("Đúng tên trên Giấy xác nhận."))
    is_independent = models.BooleanField(
        _("chuyên gia độc lập"), default=False, help_text=_("Cá nhân hành nghề độc lập.")
    )

    objects = ConsultantQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("tư vấn")
        verbose_name_plural = _("tư vấn")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="consultant_once", violation_error_message=_("Tư vấn này đã có.")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_confirmed_throughout(self, first: date, last: date) -> bool:
        """Whether confirmations cover every day from `first` to `last` (TT 26/2014 Đ41)."""
        return self.first_day_unconfirmed(first, last) is None

    def first_day_unconfirmed(self, first: date, last: date) -> date | None:
        """The first day from `first` to `last` without a confirmation in force; None when there is none.

        A renewal that begins the day after the one before it ends leaves no gap.
        """
        day = first
        for paper in sorted(self.confirmations.all(), key=lambda each: each.valid_from):
            if paper.valid_from <= day <= paper.valid_to:
                day = paper.valid_to + timedelta(days=1)
        return day if day <= last else None


class Confirmation(models.Model):
    """A Giấy xác nhận đủ điều kiện tư vấn, valid between two days."""

    consultant = models.ForeignKey(
        Consultant,
        models.CASCADE,
        related_name="confirmations",
        verbose_name=_("tư vấn"),
        help_text=_("Của tư vấn."),
    )
    number = models.CharField(_("số"), max_length=60, help_text=_("Số Giấy xác nhận."))
    valid_from = models.DateField(_("từ ngày"), help_text=_("Ngày đầu tiên có giá trị."))
    valid_to = models.DateField(_("đến ngày"), help_text=_("Ngày cuối cùng có giá trị."))

    class Meta:
        ordering = ["consultant", "valid_from"]
        verbose_name = _("giấy xác nhận")
        verbose_name_plural = _("giấy xác nhận")
        constraints = [
            models.CheckConstraint(
                name="confirmation_in_order",
                condition=Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("Ngày hết giá trị không được trước ngày cấp."),
            ),
            models.UniqueConstraint(
                fields=["consultant", "number"],
                name="confirmation_once",
                violation_error_message=_("Giấy xác nhận này đã có."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ContractQuerySet(models.QuerySet["Contract"]):
    """Sentences about contracts."""

    def visible_to(self, user: "User") -> Self:
        """Those for agencies of the person's province."""
        own = user.agency
        if own is None or not user.sees_province or user.role == Role.ADMINISTRATOR:
            return self.none()
        return self.filter(entry__plan__province_id__in=own.realm)

    def not_over_on(self, day: date) -> Self:
        """Those that run on `day` or later."""
        return self.filter(ends_on__gte=day)


class Contract(models.Model):
    """A consultant hired for an entry; the confirmation must hold on every day of it (TT 26/2014 Đ41)."""

    entry = models.ForeignKey(
        "plans.PlanEntry",
        models.CASCADE,
        related_name="contracts",
        verbose_name=_("cơ quan"),
        help_text=_("Của cơ quan."),
    )
    consultant = models.ForeignKey(
        Consultant,
        models.PROTECT,
        related_name="contracts",
        verbose_name=_("tư vấn"),
        help_text=_("Bên được thuê."),
    )
    number = models.CharField(_("số hợp đồng"), max_length=60, help_text=_("Số hợp đồng."))
    starts_on = models.DateField(_("từ ngày"), help_text=_("Ngày hợp đồng có hiệu lực."))
    ends_on = models.DateField(_("đến ngày"), help_text=_("Ngày kết thúc hợp đồng."))

    objects = ContractQuerySet.as_manager()

    class Meta:
        ordering = ["entry", "starts_on"]
        verbose_name = _("hợp đồng tư vấn")
        verbose_name_plural = _("hợp đồng tư vấn")
        constraints = [
            models.CheckConstraint(
                name="contract_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Ngày kết thúc hợp đồng không được trước ngày bắt đầu."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

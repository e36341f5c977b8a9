"""A frozen picture of a cycle: the figures a report to higher levels was written from."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Role
from reports.models.cycle import ReportCycle

if TYPE_CHECKING:
    from agencies.models import User


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Sentences about snapshots."""

    def visible_to(self, user: "User") -> Self:
        """Those of the person's province: department, finance and leader read them."""
        if user.agency is None or not user.sees_province or user.role == Role.ADMINISTRATOR:
            return self.none()
        return self.filter(cycle__province_id__in=user.agency.realm)

    def kept_by(self, user: "User") -> Self:
        """Those the person's department makes and numbers."""
        return self.visible_to(user) if user.is_reviewer else self.none()

    def consolidated(self) -> Self:
        """Those from which a report to a higher level is written."""
        return self.filter(kind__in=[Snapshot.Kind.COMMITTEE, Snapshot.Kind.MINISTRY])

    def of_year(self, year: int | None) -> Self:
        """Those made from the cycle of a year, and those that speak of it; of every year for None."""
        return self if year is None else self.filter(Q(cycle__year=year) | Q(figures__period__year=year))

    def without_content(self) -> Self:
        """Without the figures and rows, which a list does not show."""
        return self.defer("figures", "rows")


class Snapshot(models.Model):
    """What a cycle looked like at an instant. `figures` and `rows` never change; the paper gets a number."""

    class Kind(models.TextChoices):
        """What the picture was taken for."""

        COMMITTEE = "committee", _("Báo cáo tổng hợp gửi UBND tỉnh")
        MINISTRY = "ministry", _("Báo cáo gửi Bộ Khoa học và Công nghệ")
        CLOSING = "closing", _("Danh sách trễ hạn và chưa gửi khi kết thúc kỳ")

    cycle = models.ForeignKey(
        ReportCycle,
        models.PROTECT,
        related_name="snapshots",
        verbose_name=_("kỳ"),
        help_text=_("Kỳ báo cáo."),
    )
    kind = models.CharField(_("loại"), max_length=10, choices=Kind, help_text=_("Lập để làm gì."))
    code = models.CharField(
        _("mã số liệu"), max_length=40, unique=True, help_text=_("Ví dụ TH-89-2020-1; in trên báo cáo.")
    )
    as_of = models.DateTimeField(_("số liệu tính đến"), help_text=_("Thời điểm của mọi con số."))
    made_at = models.DateTimeField(_("lập lúc"), help_text=_("Lúc chốt."))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người lập"),
        help_text=_("Người chốt số liệu."),
    )
    figures = models.JSONField(_("số liệu"), help_text=_("Mọi con số của báo cáo, như lúc chốt."))
    rows = models.JSONField(_("các dòng"), help_text=_("Mỗi cơ quan một dòng, để truy về từ từng con số."))
    digest = models.CharField(
        _("dấu vân tay"), max_length=64, help_text=_("SHA-256 của số liệu và các dòng.")
    )
    check_code = models.CharField(
        _("mã kiểm tra"), max_length=19, help_text=_("Trang kiểm tra văn bản hỏi mã này.")
    )
    letter_number = models.PositiveIntegerField(
        _("số văn bản"), null=True, blank=True, help_text=_("Để trống thì bản in mang chữ DỰ THẢO.")
    )
    letter_symbol = models.CharField(
        _("ký hiệu"), max_length=40, blank=True, help_text=_("Sau số, ví dụ BC-SKHCN.")
    )
    letter_dated = models.DateField(_("ngày văn bản"), null=True, blank=True, help_text=_("Ngày ký."))
    letter_signer = models.CharField(
        _("người ký"), max_length=200, blank=True, help_text=_("Họ và tên người ký.")
    )
    letter_position = models.CharField(
        _("chức vụ người ký"), max_length=100, blank=True, help_text=_("Ví dụ Giám đốc.")
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("số liệu đã chốt")
        verbose_name_plural = _("số liệu đã chốt")
        constraints = [
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(kind="closing"),
                name="snapshot_one_closing",
                violation_error_message=_("Kỳ này đã chốt danh sách."),
            ),
            models.CheckConstraint(
                name="snapshot_letter_is_whole",
                condition=Q(letter_number__isnull=True)
                | (Q(letter_dated__isnull=False) & ~Q(letter_symbol="") & ~Q(letter_signer="")),
                violation_error_message=_("Đã có số văn bản thì phải có ký hiệu, ngày và người ký."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def year(self) -> int:
        """The year the report speaks of: its cycle's, but for the December one that keeps another."""
        return int(self.figures.get("period", {}).get("year", self.cycle.year))

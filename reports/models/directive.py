"""Directive duties: a superior writes to those below it that reported late or not (letter 1141)."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Role
from isotrack.kit.deadlines import Deadline
from reports.models.cycle import ReportCycle
from reports.models.report import AnnualReport

if TYPE_CHECKING:
    from agencies.models import User


class DutyQuerySet(models.QuerySet["DirectiveDuty"]):
    """Sentences about duties."""

    def visible_to(self, user: "User") -> Self:
        """The province's for department, finance and leader; an officer's own agency's."""
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(cycle__province_id__in=own.realm)
        return self.filter(Q(superior=own) | Q(passed_to=own))

    def kept_by(self, user: "User") -> Self:
        """Those the department opens, cancels and reports on."""
        return self.visible_to(user) if user.is_reviewer else self.none()

    def recordable_by(self, user: "User") -> Self:
        """Those whose letter the person may record: the superior's officer, or the department for it."""
        return self.kept_by(user) if user.is_reviewer else self._of_own_agency(user)

    def _of_own_agency(self, user: "User") -> Self:
        if user.role != Role.OFFICER or user.agency is None:
            return self.none()
        return self.owed_by(user.agency.pk)

    def owed_by(self, agency_key: object) -> Self:
        """Those this agency has to write: its own that were not passed on, and those passed on to it."""
        own = Q(superior_id=agency_key, passed_to__isnull=True)
        return self.filter(own | Q(passed_to_id=agency_key))

    def readable_by(self, user: "User") -> Self:
        """Those whose recorded letter the person may open: the above, and the agencies it was written to."""
        own = user.agency
        if own is None or user.role != Role.OFFICER:
            return self.visible_to(user).done()
        named = DirectiveItem.objects.naming(own).filter(duty=OuterRef("pk"))
        return self.done().filter(Q(superior=own) | Q(passed_to=own) | Exists(named))

    def concerning(self, agency: Agency) -> Self:
        """Those it has to write a letter for, and those whose recorded letter names it."""
        named = DirectiveItem.objects.naming(agency).filter(duty=OuterRef("pk"))
        mine = Q(superior=agency) | Q(passed_to=agency)
        return self.filter(mine | Q(Exists(named), state=DirectiveDuty.State.DONE))

    def in_cycle(self, cycle: ReportCycle) -> Self:
        """Those of one cycle."""
        return self.filter(cycle=cycle)

    def of_superior(self, superior: Agency) -> Self:
        """Those of one superior."""
        return self.filter(superior=superior)

    def done(self) -> Self:
        """Their letter is recorded."""
        return self.filter(state=DirectiveDuty.State.DONE)

    def with_counts(self) -> Self:
        """Annotate `late` and `missing`: how many agencies stand in the two tables of the letter."""
        kinds = DirectiveItem.Kind
        return self.annotate(
            late=Count("items", filter=Q(items__kind=kinds.LATE)),
            missing=Count("items", filter=Q(items__kind=kinds.MISSING)),
        )

    def open(self) -> Self:
        """No letter recorded yet."""
        return self.filter(state=DirectiveDuty.State.OPEN)

    def overdue(self, today: date) -> Self:
        """Open although their last day has passed."""
        return self.open().filter(due_on__lt=today)

    def unflagged(self) -> Self:
        """Not yet put down as overdue."""
        return self.filter(flagged_overdue_at__isnull=True)


class DirectiveDuty(models.Model):
    """One superior's duty in one cycle: write, then record number, date, signer and the signed scan."""

    class State(models.TextChoices):
        """Open until the letter is recorded, or the department cancels with a reason."""

        OPEN = "open", _("Chưa ban hành")
        DONE = "done", _("Đã ban hành")
        CANCELLED = "cancelled", _("Không phải ban hành")

    FROM = {State.DONE: [State.OPEN], State.CANCELLED: [State.OPEN], State.OPEN: [State.CANCELLED]}

    cycle = models.ForeignKey(
        ReportCycle, models.PROTECT, related_name="duties", verbose_name=_("kỳ"), help_text=_("Kỳ báo cáo.")
    )
    superior = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="directive_duties",
        verbose_name=_("cơ quan cấp trên"),
        help_text=_("Cơ quan phải ban hành văn bản; là cấp trên vào ngày hết hạn."),
    )
    passed_to = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chuyển cho"),
        help_text=_("Cơ quan kế thừa ban hành thay cơ quan cấp trên đã kết thúc."),
    )
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=State, default=State.OPEN, help_text=_("Đang ở bước nào.")
    )
    opened_at = models.DateTimeField(_("giao lúc"), help_text=_("Lúc giao nhiệm vụ."))
    listed_at = models.DateTimeField(
        _("chốt danh sách lúc"), help_text=_("Thời điểm của danh sách trễ hạn và chưa gửi trong văn bản.")
    )
    due_on = models.DateField(_("hạn ban hành"), help_text=_("Ngày cuối cùng để ban hành văn bản."))
    letter_number = models.PositiveIntegerField(
        _("số văn bản"), null=True, blank=True, help_text=_("Số của văn bản đã ban hành.")
    )
    letter_symbol = models.CharField(
        _("ký hiệu"), max_length=40, blank=True, help_text=_("Sau số, ví dụ UBND-VX.")
    )
    letter_dated = models.DateField(_("ngày văn bản"), null=True, blank=True, help_text=_("Ngày ký."))
    letter_signer = models.CharField(
        _("người ký"), max_length=200, blank=True, help_text=_("Họ và tên người ký.")
    )
    letter_position = models.CharField(
        _("chức vụ người ký"), max_length=100, blank=True, help_text=_("Ví dụ Chủ tịch.")
    )
    scan = models.FileField(
        _("bản quét đã ký"), upload_to="directives/%Y/%m/", blank=True, help_text=_("Tệp PDF có chữ ký, dấu.")
    )
    scan_name = models.CharField(
        _("tên tệp"), max_length=200, blank=True, help_text=_("Tên lúc tải lên, đã làm sạch.")
    )
    scan_sha256 = models.CharField(
        _("SHA-256"), max_length=64, blank=True, help_text=_("Dấu vân tay của bản quét.")
    )
    recorded_at = models.DateTimeField(
        _("ghi lúc"), null=True, blank=True, help_text=_("Lúc ghi số văn bản.")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người ghi"),
        help_text=_("Tài khoản đã ghi."),
    )
    flagged_overdue_at = models.DateTimeField(
        _("ghi quá hạn lúc"), null=True, blank=True, help_text=_("Lúc hệ thống ghi nhận quá hạn ban hành.")
    )
    cancel_reason = models.TextField(
        _("lý do không phải ban hành"), blank=True, help_text=_("Vì sao bỏ nhiệm vụ này.")
    )

    objects = DutyQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "superior__sort_order", "superior__name_sort"]
        verbose_name = _("nhiệm vụ nhắc nhở")
        verbose_name_plural = _("nhiệm vụ nhắc nhở")
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "superior"],
                name="duty_once_a_cycle",
                violation_error_message=_("Cơ quan này đã có nhiệm vụ trong kỳ này."),
            ),
            models.CheckConstraint(
                name="duty_done_has_letter",
                condition=~Q(state="done")
                | (
                    Q(letter_number__isnull=False, letter_dated__isnull=False, recorded_at__isnull=False)
                    & ~Q(letter_symbol="")
                    & ~Q(letter_signer="")
                    & ~Q(scan="")
                ),
                violation_error_message=_("Hoàn thành phải có số, ký hiệu, ngày, người ký và bản quét."),
            ),
            models.CheckConstraint(
                name="duty_cancelled_says_why",
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                violation_error_message=_("Bỏ nhiệm vụ phải nêu lý do."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(superior)s nhắc nhở việc báo cáo năm %(year)s") % {
            "superior": self.superior.in_lists,
            "year": self.cycle.year,
        }

    @property
    def deadline(self) -> Deadline:
        """Until when the letter is due."""
        return Deadline(self.due_on)

    @property
    def writer(self) -> Agency:
        """Who has to write: the superior, or the one its duty was passed on to."""
        return self.passed_to or self.superior

    @property
    def is_open(self) -> bool:
        """Whether the letter is still to be written."""
        return self.state == self.State.OPEN

    @property
    def is_done(self) -> bool:
        """Whether the letter is recorded."""
        return self.state == self.State.DONE

    @property
    def is_cancelled(self) -> bool:
        """Whether the department took the duty back."""
        return self.state == self.State.CANCELLED

    @property
    def drawing(self) -> str:
        """The workflow state whose icon stands for this one."""
        return {"open": "draft", "done": "accepted", "cancelled": "skipped"}[self.state]

    @property
    def letter_code(self) -> str:
        """ "812/SNV-VP"; numbers under 10 begin with 0, as on the paper (NĐ 30/2020/NĐ-CP)."""
        return f"{self.letter_number:02}/{self.letter_symbol}" if self.letter_number else ""

    def is_overdue(self, today: date) -> bool:
        """The same rule as the queryset's `overdue`."""
        return self.is_open and self.due_on < today

    def days_over(self, today: date) -> int:
        """Calendar days since the last day; 0 until then."""
        return max(0, self.deadline.offset(today))


class ItemQuerySet(models.QuerySet["DirectiveItem"]):
    """Sentences about the agencies that letters name."""

    def naming(self, agency: Agency) -> Self:
        """Those about its own report, or about one it took over."""
        return self.filter(Q(report__agency=agency) | Q(report__passed_to=agency))


class DirectiveItem(models.Model):
    """One agency a letter names, as it stood when the list was drawn."""

    class Kind(models.TextChoices):
        """In which of the letter's two tables it stands."""

        LATE = "late", _("Gửi trễ hạn")
        MISSING = "missing", _("Chưa gửi")

    duty = models.ForeignKey(
        DirectiveDuty,
        models.CASCADE,
        related_name="items",
        verbose_name=_("nhiệm vụ"),
        help_text=_("Của nhiệm vụ nào."),
    )
    report = models.ForeignKey(
        AnnualReport,
        models.PROTECT,
        related_name="directive_items",
        verbose_name=_("báo cáo"),
        help_text=_("Báo cáo trễ hoặc thiếu."),
    )
    kind = models.CharField(_("bảng"), max_length=10, choices=Kind, help_text=_("Trễ hạn hay chưa gửi."))
    days_late = models.PositiveSmallIntegerField(
        _("số ngày trễ"), help_text=_("Đến lúc gửi; chưa gửi thì đến ngày chốt danh sách.")
    )
    contact = models.CharField(
        _("đầu mối"), max_length=300, blank=True, help_text=_("Người phụ trách và thư điện tử lúc đó.")
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["duty", "kind", "report__agency__sort_order", "report__agency__name_sort"]
        verbose_name = _("cơ quan được nhắc")
        verbose_name_plural = _("cơ quan được nhắc")
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "report"],
                name="directive_item_once",
                violation_error_message=_("Cơ quan này đã có trong văn bản."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report.name_in_lists}: {self.get_kind_display()}"

    @property
    def sent_on(self) -> date:
        """The day on which a late one came, which follows from its last day and the days it was late by."""
        return self.report.deadline.last_day + timedelta(days=self.days_late)

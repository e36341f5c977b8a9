"""A report cycle: one reporting year of one province, its deadline and its questionnaire."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, F, Q, Value
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Document, Holiday, Role
from isotrack.kit.deadlines import Deadline, last_day_before
from reports.models.questionnaire import QuestionnaireVersion, questions_of
from reports.questions import Questionnaire

if TYPE_CHECKING:
    from agencies.models import User


class CycleQuerySet(models.QuerySet["ReportCycle"]):
    """Sentences about cycles."""

    def visible_to(self, user: "User") -> Self:
        """The cycles of the person's province."""
        return self.none() if user.agency is None else self.filter(province_id__in=user.agency.realm)

    def readable_by(self, user: "User") -> Self:
        """Those whose reports the person may read: an administrator sees no report content."""
        return self.none() if user.role == Role.ADMINISTRATOR else self.visible_to(user)

    def surveyed_by(self, user: "User") -> Self:
        """Those whose sums the person may read: department, finance and leader."""
        return self.readable_by(user) if user.sees_province else self.none()

    def kept_by(self, user: "User") -> Self:
        """Those the person's department opens and sets."""
        return self.visible_to(user) if user.is_reviewer else self.none()

    def due_by(self, as_of: datetime) -> Self:
        """Those whose cut-off has passed."""
        return self.filter(cutoff__lte=as_of)

    def asking(self, version: QuestionnaireVersion) -> Self:
        """Those that use this version of the questionnaire."""
        return self.filter(questionnaire=version)

    def with_begun(self) -> Self:
        """Annotate `begun`: how many of its reports somebody has begun to write."""
        begun = Q(reports__isnull=False) & ~Q(reports__state="not_started")
        return self.annotate(begun=Count(Value(1), filter=begun))

    def running(self, as_of: datetime) -> Self:
        """Opened, and neither closed nor locked: those whose agencies are still reminded."""
        return self.filter(opens_at__lte=as_of, locks_at__gt=as_of, closed_at__isnull=True)


class ReportCycle(models.Model):
    """One reporting year: who owes a report is fixed when it opens, until when is said in words."""

    province = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("tỉnh"), help_text=_("UBND tỉnh của kỳ này.")
    )
    year = models.PositiveSmallIntegerField(
        _("năm báo cáo"), help_text=_("Năm mà báo cáo nói về, ví dụ 2020.")
    )
    expected_on = models.DateField(
        _("chốt danh sách ngày"),
        help_text=_("Cơ quan phải báo cáo vào ngày này thì có trong kỳ; thường là 31/12."),
    )
    opens_at = models.DateTimeField(_("mở từ"), help_text=_("Từ lúc này cơ quan điền được báo cáo."))
    due_before = models.DateField(
        _("gửi trước ngày"), help_text=_("Như ghi trong văn bản, ví dụ 30/06/2021.")
    )
    locks_at = models.DateTimeField(_("khóa từ"), help_text=_("Từ lúc này chỉ Sở mở lại được."))
    day_itself_counts = models.BooleanField(
        _("tính cả ngày ghi trong hạn"),
        default=False,
        help_text=_("Khi bật, “trước ngày 30/6” nhận đúng hạn đến hết ngày 30/6."),
    )
    moves_to_working_day = models.BooleanField(
        _("dời sang ngày làm việc"),
        default=False,
        help_text=_(
            "Khi bật, ngày cuối rơi vào ngày nghỉ được dời sang ngày làm việc tiếp theo (Điều 148 BLDS)."
        ),
    )
    scan_required = models.BooleanField(
        _("phải kèm bản đã ký"),
        default=False,
        help_text=_("Khi bật, báo cáo chỉ gửi được khi có bản ký số hoặc bản quét có chữ ký và dấu."),
    )
    head_confirms = models.BooleanField(
        _("người đứng đầu xác nhận"),
        default=False,
        help_text=_(
            "Khi bật, báo cáo có giá trị khi người đứng đầu xác nhận bằng tài khoản của mình; "
            "đúng hạn hay trễ tính theo lúc công chức bấm gửi."
        ),
    )
    cutoff = models.DateTimeField(
        _("thời điểm hết hạn"), editable=False, help_text=_("Thời điểm đầu tiên bị tính là trễ.")
    )
    questionnaire = models.ForeignKey(
        QuestionnaireVersion,
        models.PROTECT,
        related_name="cycles",
        verbose_name=_("biểu mẫu"),
        help_text=_("Phiên bản biểu mẫu của kỳ."),
    )
    documents = models.ManyToManyField(
        Document,
        blank=True,
        related_name="cycles",
        verbose_name=_("căn cứ"),
        help_text=_("Văn bản yêu cầu báo cáo."),
    )
    closed_at = models.DateTimeField(
        _("kết thúc lúc"), null=True, blank=True, help_text=_("Sau đó không nhắc nữa; số liệu giữ nguyên.")
    )

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ["-year"]
        verbose_name = _("kỳ báo cáo")
        verbose_name_plural = _("kỳ báo cáo")
        constraints = [
            models.UniqueConstraint(
                fields=["province", "year"],
                name="cycle_once_a_year",
                violation_error_message=_("Kỳ báo cáo của năm này đã có."),
            ),
            models.CheckConstraint(
                name="cycle_due_after_year",
                condition=Q(due_before__gt=F("expected_on")),
                violation_error_message=_("Hạn gửi phải sau ngày chốt danh sách."),
            ),
            models.CheckConstraint(
                name="cycle_in_order",
                condition=Q(opens_at__lt=F("cutoff"), locks_at__gte=F("cutoff")),
                violation_error_message=_("Kỳ phải mở trước hạn gửi và khóa sau hạn gửi."),
            ),
        ]

    def __str__(self) -> str:
        return _("Kỳ báo cáo năm %(year)s") % {"year": self.year}

    def set_cutoff(self) -> None:
        """Work out the cut-off from the due date and the two switches (kept, not saved)."""
        last = last_day_before(
            self.due_before,
            day_itself_counts=self.day_itself_counts,
            moves_to_working_day=self.moves_to_working_day,
            is_working=Holiday.objects.working_days(),
        )
        self.cutoff = Deadline(last).cutoff

    @property
    def deadline(self) -> Deadline:
        """The cycle's own deadline; a single report may have an extended one."""
        return Deadline.ending_at(self.cutoff)

    @property
    def in_words(self) -> str:
        """ "trước ngày 30/6/2021 (hết ngày 29/6/2021)"."""
        return self.deadline.in_words(self.due_before)

    @property
    def questions(self) -> Questionnaire:
        """The questions its reports answer."""
        return questions_of(self.questionnaire_id)

    def is_running(self, as_of: datetime) -> bool:
        """The same rule as the queryset's `running`."""
        return self.opens_at <= as_of < self.locks_at and self.closed_at is None

    def is_locked(self, as_of: datetime) -> bool:
        """Whether only the department can still change reports."""
        return as_of >= self.locks_at

    def last_day_of_year(self) -> date:
        """31/12 of the reporting year."""
        return date(self.year, 12, 31)

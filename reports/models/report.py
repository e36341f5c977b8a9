"""The annual report: one obligation of one agency in one cycle, and how punctual it was.

What counts later is kept on the row when the cycle opens (name, group, superior, mandate, cut-off): the
superior in force then is the one that counts, and rates need no join.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Document, Role
from agencies.models.agency import Group, Mandate, in_lists, within
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from reports.models.cycle import ReportCycle
from reports.models.whole_numbers import WholeNumbersField

if TYPE_CHECKING:
    from agencies.models import User


NEEDED_FOR_SAVING = (
    "state",
    "mandate",
    "agency_name",
    "answers",
    "saves",
    "notes",
    "saved_at",
    "exempted_at",
    "paper_received_on",
    "reopened_until",
)


class Punctuality(models.TextChoices):
    """Judged by the first valid submission against the effective cut-off."""

    ON_TIME = "on_time", _("Đúng hạn")
    LATE = "late", _("Trễ hạn")
    MISSING = "missing", _("Chưa gửi")
    NOT_DUE = "not_due", _("Chưa đến hạn")
    EXEMPT = "exempt", _("Được miễn")


class ReportQuerySet(models.QuerySet["AnnualReport"]):
    """Sentences about reports."""

    def visible_to(self, user: "User") -> Self:
        """The province's for department, finance and leader; an officer's own and those of agencies below."""
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(cycle__province_id__in=own.realm)
        # A superior goes on reading what it was the superior for, and whoever took over what it took over.
        return self.filter(within(own, "agency__") | Q(superior=own) | Q(passed_to=own))

    def visible_in(self, cycle: ReportCycle, user: "User") -> Self:
        """Those of one cycle that a person may see: as `visible_to`, but asks no more whose it is."""
        of_cycle = self.in_cycle(cycle)
        return of_cycle if sees_whole(cycle, user) else of_cycle.visible_to(user)

    def editable_by(self, user: "User") -> Self:
        """Those whose agency this officer stands for; the department types in what came on paper."""
        if user.role == Role.OFFICER:
            return self.owed_by(user.agency_key)
        return self.reviewable_by(user).filter(paper_received_on__isnull=False)

    def owed_by(self, agency_key: object) -> Self:
        """Those this agency answers for: its own that were not passed on, and those passed on to it."""
        own = Q(agency_id=agency_key, passed_to__isnull=True)
        return self.filter(own | Q(passed_to_id=agency_key))

    def held_for_saving(self) -> Self:
        """Lock the rows, with what saving an answer needs to know of them and no more."""
        cycle = ("year", "opens_at", "locks_at", "questionnaire_id", "province_id", "scan_required")
        needed = (*NEEDED_FOR_SAVING, *(f"cycle__{name}" for name in cycle))
        return self.select_related("cycle").only(*needed).select_for_update(of=("self",))

    def confirmable_by(self, user: "User") -> Self:
        """Those that wait for this head of their agency; not what the head sent in person."""
        return self.headed_by(user).filter(state=AnnualReport.State.PENDING).exclude(pending_by=user)

    def headed_by(self, user: "User") -> Self:
        """Those of the agency whose head this is, in whatever state."""
        post = user.post
        if user.role != Role.OFFICER or post is None or not post.is_head:
            return self.none()
        return self.owed_by(post.agency_id)

    def reviewable_by(self, user: "User") -> Self:
        """Those the department decides on."""
        return self.visible_to(user) if user.is_reviewer else self.none()

    def received(self, as_of: datetime) -> Self:
        """Validly sent at `as_of` or before."""
        return self.filter(first_submitted_at__lte=as_of)

    def open(self, as_of: datetime) -> Self:
        """Still owed at `as_of`: neither received nor exempt."""
        unsent = Q(first_submitted_at__isnull=True) | Q(first_submitted_at__gt=as_of)
        return self.filter(unsent, Q(exempted_at__isnull=True) | Q(exempted_at__gt=as_of))

    def overdue(self, as_of: datetime) -> Self:
        """Still owed although their effective cut-off has passed."""
        return self.open(as_of).filter(cutoff__lte=as_of)

    def received_late(self, as_of: datetime) -> Self:
        """Received, but not before their effective cut-off."""
        return self.received(as_of).filter(first_submitted_at__gte=F("cutoff"), exempted_at__isnull=True)

    def counted(self) -> Self:
        """Those that count when sendings are added up: all but the exempt."""
        return self.filter(exempted_at__isnull=True)

    def awaiting_review(self) -> Self:
        """Sent and neither accepted nor returned."""
        return self.filter(state=AnnualReport.State.SUBMITTED)

    def begun(self) -> Self:
        """Those in which something was written: their questions can no longer be exchanged."""
        return self.exclude(state=AnnualReport.State.NOT_STARTED)

    def to_be_corrected(self) -> Self:
        """Returned by the department and not sent again."""
        return self.filter(state=AnnualReport.State.RETURNED)

    def chosen(self, keys: Iterable[int]) -> Self:
        """Those with these keys."""
        return self.filter(pk__in=list(keys))

    def numbered(self) -> Self:
        """Those recorded as an official document."""
        return self.filter(letter_number__isnull=False)

    def of_agency(self, report: "AnnualReport") -> Self:
        """Those of the same agency, whatever the year."""
        return self.filter(agency=report.agency_id)

    def of_year_before(self, report: "AnnualReport") -> Self:
        """What the same agency sent in the cycle before the one of `report`."""
        year = report.cycle.year - 1
        return self.filter(agency=report.agency_id, cycle__year=year, first_submitted_at__isnull=False)

    def being_punctual(self, kind: str, as_of: datetime) -> Self:
        """Those of one punctuality as of an instant."""
        return self.filter(punctuality_is(as_of)[Punctuality(kind)])

    def below(self, user: "User") -> Self:
        """Those that other agencies than the person's own answer for."""
        own = user.agency
        return self if own is None else self.exclude(pk__in=self.model.objects.owed_by(own.pk))

    def in_cycle(self, cycle: ReportCycle) -> Self:
        """Those of one cycle."""
        return self.filter(cycle=cycle)

    def most_urgent_first(self, as_of: datetime) -> Self:
        """Missing, late, not yet due, on time, exempt; each in protocol order."""
        return self.order_by(urgency_at(as_of), "agency__sort_order", "agency__name_sort", "pk")

    def with_last_year(self) -> Self:
        """Annotate `last_year`: the answers the same agency sent the year before, None where it sent none."""
        before = AnnualReport.objects.filter(
            first_submitted_at__isnull=False,
            agency=OuterRef("agency"),
            cycle__year=OuterRef("cycle__year") - 1,
        )
        return self.annotate(last_year=Subquery(before.values("answers")[:1]))

    def with_punctuality(self, as_of: datetime) -> Self:
        """Annotate `punctuality` as of an instant."""
        whens = [When(condition, then=Value(kind.value)) for kind, condition in punctuality_is(as_of).items()]
        return self.annotate(punctuality=Case(*whens, output_field=models.CharField()))


# The most urgent first: the order of lists, and what `urgency_at` counts from 0.
URGENCY = (
    Punctuality.MISSING,
    Punctuality.LATE,
    Punctuality.NOT_DUE,
    Punctuality.ON_TIME,
    Punctuality.EXEMPT,
)


def sees_whole(cycle: ReportCycle, user: "User") -> bool:
    """Whether a person may see every report of a cycle."""
    own = user.agency
    if own is None or user.role == Role.ADMINISTRATOR:
        return False
    return user.sees_province and cycle.province_id in own.realm


def urgency_at(as_of: datetime) -> "Urgency":
    """The place in URGENCY of a report row as of an instant: the same rule as `punctuality_is`, as one CASE.

    Each condition leaves out what the ones before it have settled, so it costs half as much to ask.
    """
    instant = Value(as_of, models.DateTimeField())
    return Urgency(F("exempted_at"), F("first_submitted_at"), F("cutoff"), instant)


class Urgency(models.Func):
    """That CASE, written out: composing it of conditions took a tenth of the time of a board (measured)."""

    output_field = models.IntegerField()

    def as_sql(  # type: ignore[override]  # what a Func is written with otherwise has no part in it
        self, compiler: Any, connection: Any, **_options: Any
    ) -> tuple[str, list[Any]]:
        """Of the columns of the report, wherever it stands in the statement."""
        exempted, sent, cutoff, now = (compiler.compile(one) for one in self.get_source_expressions())
        places = {kind: place for place, kind in enumerate(URGENCY)}
        sql = (
            f"CASE WHEN {exempted[0]} <= {now[0]} THEN {places[Punctuality.EXEMPT]} "
            f"WHEN {sent[0]} <= {now[0]} THEN CASE WHEN {sent[0]} < {cutoff[0]} "
            f"THEN {places[Punctuality.ON_TIME]} ELSE {places[Punctuality.LATE]} END "
            f"WHEN {cutoff[0]} <= {now[0]} THEN {places[Punctuality.MISSING]} "
            f"ELSE {places[Punctuality.NOT_DUE]} END"
        )
        return sql, [*now[1], *now[1], *now[1]]


def punctuality_is(as_of: datetime) -> dict[Punctuality, Q]:
    """The five kinds as conditions over report rows; each row meets exactly one."""
    received, counted = received_by(as_of), _counted_on(as_of)
    owed = Q(first_submitted_at__isnull=True) | Q(first_submitted_at__gt=as_of)
    return {
        Punctuality.EXEMPT: Q(exempted_at__lte=as_of),
        Punctuality.ON_TIME: received & Q(first_submitted_at__lt=F("cutoff")),
        Punctuality.LATE: received & Q(first_submitted_at__gte=F("cutoff")),
        Punctuality.MISSING: counted & owed & Q(cutoff__lte=as_of),
        Punctuality.NOT_DUE: counted & owed & Q(cutoff__gt=as_of),
    }


def received_by(as_of: datetime) -> Q:
    """On time or late: received at `as_of`, and not exempt."""
    return Q(first_submitted_at__lte=as_of) & _counted_on(as_of)


def _counted_on(as_of: datetime) -> Q:
    """Before the exemption was given nobody was exempt: no figure of an earlier instant moves."""
    return Q(exempted_at__isnull=True) | Q(exempted_at__gt=as_of)


def waits_for_head(as_of: datetime) -> Q:
    """Handed to the head of the agency for confirmation at `as_of` or before."""
    return Q(state=AnnualReport.State.PENDING, pending_at__lte=as_of)


class AnnualReport(models.Model):
    """What one agency owes in one cycle, from the day the cycle opens."""

    class State(models.TextChoices):
        """The way through the department; punctuality is another matter."""

        NOT_STARTED = "not_started", _("Chưa bắt đầu")
        DRAFT = "draft", _("Bản nháp")
        PENDING = "pending", _("Chờ người đứng đầu xác nhận")
        SUBMITTED = "submitted", _("Đã gửi")
        RETURNED = "returned", _("Đã trả lại")
        ACCEPTED = "accepted", _("Đã chấp nhận")

    FROM = {
        State.DRAFT: [State.NOT_STARTED, State.PENDING, State.SUBMITTED],
        State.PENDING: [State.NOT_STARTED, State.DRAFT, State.RETURNED],
        State.SUBMITTED: [State.NOT_STARTED, State.DRAFT, State.RETURNED, State.PENDING, State.ACCEPTED],
        State.RETURNED: [State.SUBMITTED, State.PENDING],
        State.ACCEPTED: [State.SUBMITTED],
    }
    EDITABLE = (State.NOT_STARTED, State.DRAFT, State.RETURNED)

    cycle = models.ForeignKey(
        ReportCycle, models.CASCADE, related_name="reports", verbose_name=_("kỳ"), help_text=_("Kỳ báo cáo.")
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="reports",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan báo cáo."),
    )
    # As they stood when the cycle opened.
    agency_name = models.CharField(_("tên khi đó"), max_length=200, help_text=_("Tên cơ quan khi mở kỳ."))
    group = models.CharField(_("nhóm"), max_length=20, choices=Group, help_text=_("Nhóm khi mở kỳ."))
    mandate = models.CharField(_("áp dụng ISO"), max_length=12, choices=Mandate, help_text=_("Khi mở kỳ."))
    superior = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cơ quan cấp trên"),
        help_text=_("Cơ quan cấp trên khi mở kỳ, có trách nhiệm nhắc nhở."),
    )
    passed_to = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chuyển cho"),
        help_text=_("Cơ quan kế thừa làm báo cáo này thay cơ quan đã kết thúc; vẫn tính cho cơ quan cũ."),
    )
    cutoff = models.DateTimeField(_("hết hạn"), help_text=_("Thời điểm hết hạn thực tế, kể cả gia hạn."))
    extended_to = models.DateField(
        _("gia hạn đến hết ngày"), null=True, blank=True, help_text=_("Ngày cuối cùng được tính là đúng hạn.")
    )
    extended_at = models.DateTimeField(
        _("gia hạn lúc"),
        null=True,
        blank=True,
        help_text=_("Lúc ghi gia hạn; các mốc nhắc trước đó không gửi nữa."),
    )
    extension_document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản gia hạn"),
        help_text=_("Văn bản cho gia hạn."),
    )
    exempted_at = models.DateTimeField(
        _("được miễn lúc"), null=True, blank=True, help_text=_("Lúc ghi miễn.")
    )
    exemption_document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản miễn"),
        help_text=_("Văn bản cho miễn báo cáo."),
    )
    state = models.CharField(
        _("trạng thái"), max_length=12, choices=State, default=State.NOT_STARTED, help_text=_("Bước xử lý.")
    )
    answers = models.JSONField(_("câu trả lời"), default=dict, blank=True, help_text=_("Khóa câu → giá trị."))
    figures = models.JSONField(
        _("số liệu"),
        default=dict,
        blank=True,
        editable=False,
        help_text=_("Các số, có/không và lựa chọn của lần gửi hợp lệ mới nhất, để thống kê."),
    )
    coded = WholeNumbersField(
        _("số liệu dạng mã"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Các số liệu trên theo thứ tự câu hỏi, để cộng nhanh; xem reports.statistics.coded."),
    )
    saves = models.JSONField(
        _("lần lưu"),
        default=dict,
        blank=True,
        help_text=_("Khóa câu → [lúc lưu, người lưu], để báo khi hai người sửa."),
    )
    notes = models.JSONField(
        _("giải trình"), default=dict, blank=True, help_text=_("Quy tắc → câu giải trình.")
    )
    is_nil = models.BooleanField(
        _("không phát sinh"), default=False, help_text=_("Báo không phát sinh thay cho trả lời các câu.")
    )
    nil_reason = models.TextField(
        _("lý do không phát sinh"), blank=True, help_text=_("Vì sao không có gì để báo.")
    )
    saved_at = models.DateTimeField(
        _("lưu lúc"), null=True, blank=True, help_text=_("Lần lưu nháp mới nhất.")
    )
    pending_at = models.DateTimeField(
        _("trình người đứng đầu lúc"),
        null=True,
        blank=True,
        help_text=_("Lúc công chức bấm gửi; khi được xác nhận thì đây là lúc gửi."),
    )
    pending_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người trình"),
        help_text=_("Không tự xác nhận báo cáo của mình."),
    )
    paper_received_on = models.DateField(
        _("nhận bản giấy ngày"),
        null=True,
        blank=True,
        help_text=_("Ngày trên dấu công văn đến; báo cáo do Sở nhập thay."),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người xem xét"),
        help_text=_("Cán bộ của Sở được giao xem xét."),
    )
    reopened_until = models.DateField(
        _("mở lại đến hết ngày"),
        null=True,
        blank=True,
        help_text=_("Sau khi kỳ khóa, cơ quan còn sửa được đến hết ngày này."),
    )
    reopening_document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản mở lại"),
        help_text=_("Văn bản cho mở lại."),
    )
    letter_number = models.PositiveIntegerField(
        _("số văn bản"), null=True, blank=True, help_text=_("Số của báo cáo trong sổ văn bản đi của cơ quan.")
    )
    letter_symbol = models.CharField(
        _("ký hiệu"), max_length=40, blank=True, help_text=_("Sau số, ví dụ BC-UBND.")
    )
    letter_dated = models.DateField(
        _("ngày văn bản"), null=True, blank=True, help_text=_("Ngày ký báo cáo giấy.")
    )
    letter_signer = models.CharField(
        _("người ký"), max_length=200, blank=True, help_text=_("Họ và tên người ký báo cáo.")
    )
    letter_position = models.CharField(
        _("chức vụ người ký"), max_length=100, blank=True, help_text=_("Ví dụ Chủ tịch.")
    )
    first_submitted_at = models.DateTimeField(
        _("gửi lần đầu"),
        null=True,
        blank=True,
        help_text=_("Lần gửi hợp lệ đầu tiên; tính hạn theo lần này."),
    )
    submitted_at = models.DateTimeField(
        _("gửi mới nhất"), null=True, blank=True, help_text=_("Lần gửi mới nhất.")
    )
    accepted_at = models.DateTimeField(
        _("chấp nhận lúc"), null=True, blank=True, help_text=_("Lúc Sở chấp nhận.")
    )
    returned_at = models.DateTimeField(
        _("trả lại lúc"), null=True, blank=True, help_text=_("Lúc Sở trả lại.")
    )
    return_comment = models.TextField(_("góp ý"), blank=True, help_text=_("Nêu rõ cần sửa, bổ sung gì."))
    correct_by = models.DateField(
        _("sửa trước hết ngày"),
        null=True,
        blank=True,
        help_text=_("Ngày đề nghị gửi lại; không làm thành trễ hạn."),
    )
    flagged_missing_at = models.DateTimeField(
        _("ghi chưa gửi lúc"), null=True, blank=True, help_text=_("Lúc hệ thống ghi chưa gửi khi quá hạn.")
    )
    flagged_late_at = models.DateTimeField(
        _("ghi trễ lúc"), null=True, blank=True, help_text=_("Lúc hệ thống ghi trễ hạn.")
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("báo cáo năm")
        verbose_name_plural = _("báo cáo năm")
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "agency"],
                name="report_once_a_cycle",
                violation_error_message=_("Cơ quan đã có báo cáo trong kỳ này."),
            ),
            models.CheckConstraint(
                name="report_sent_has_time",
                condition=~Q(state__in=["submitted", "returned", "accepted"])
                | Q(submitted_at__isnull=False, first_submitted_at__isnull=False),
                violation_error_message=_("Báo cáo đã gửi phải có thời điểm gửi."),
            ),
            models.CheckConstraint(
                name="report_pending_has_time",
                condition=~Q(state="pending") | Q(pending_at__isnull=False),
                violation_error_message=_("Báo cáo chờ xác nhận phải có thời điểm trình."),
            ),
            models.CheckConstraint(
                name="report_reopened_by_document",
                condition=Q(reopened_until__isnull=True) | Q(reopening_document__isnull=False),
                violation_error_message=_("Mở lại báo cáo phải có văn bản."),
            ),
            models.CheckConstraint(
                name="report_letter_is_whole",
                condition=Q(letter_number__isnull=True)
                | (Q(letter_dated__isnull=False) & ~Q(letter_symbol="") & ~Q(letter_signer="")),
                violation_error_message=_("Đã có số văn bản thì phải có ký hiệu, ngày và người ký."),
            ),
            models.CheckConstraint(
                name="report_accepted_has_time",
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False),
                violation_error_message=_("Báo cáo được chấp nhận phải có thời điểm chấp nhận."),
            ),
            models.CheckConstraint(
                name="report_returned_says_why",
                condition=~Q(state="returned") | (Q(returned_at__isnull=False) & ~Q(return_comment="")),
                violation_error_message=_("Trả lại báo cáo phải kèm góp ý."),
            ),
            models.CheckConstraint(
                name="report_nil_says_why",
                condition=Q(is_nil=False) | ~Q(nil_reason=""),
                violation_error_message=_("Báo không phát sinh phải nêu lý do."),
            ),
            models.CheckConstraint(
                name="report_extended_by_document",
                condition=Q(extended_to__isnull=True, extended_at__isnull=True)
                | Q(extended_to__isnull=False, extended_at__isnull=False, extension_document__isnull=False),
                violation_error_message=_("Gia hạn phải có văn bản."),
            ),
            models.CheckConstraint(
                name="report_exempted_by_document",
                condition=Q(exempted_at__isnull=True) | Q(exemption_document__isnull=False),
                violation_error_message=_("Miễn báo cáo phải có văn bản."),
            ),
        ]
        indexes = [
            models.Index(fields=["cycle", "superior"], name="report_by_superior"),
            models.Index(fields=["cycle", "state"], name="report_by_state"),
        ]

    def __str__(self) -> str:
        return _("Báo cáo năm %(year)s – %(agency)s") % {
            "year": self.cycle.year,
            "agency": self.name_in_lists,
        }

    @property
    def name_in_lists(self) -> str:
        """The agency's name at the time, as lists show it."""
        return in_lists(self.agency_name)

    @property
    def answering(self) -> Agency:
        """Who writes it: its agency, or the one it was passed on to."""
        return self.passed_to or self.agency

    @property
    def deadline(self) -> Deadline:
        """The effective deadline, extension included."""
        return Deadline.ending_at(self.cutoff)

    @property
    def in_words(self) -> str:
        """The effective deadline in words; the cycle's own wording where it is not extended."""
        return self.deadline.in_words() if self.extended_to else self.cycle.in_words

    def punctuality_at(self, as_of: datetime) -> Punctuality:
        """How punctual this report is, seen from `as_of` (the same rule as the queryset's)."""
        if self.exempted_at is not None and self.exempted_at <= as_of:
            return Punctuality.EXEMPT
        if self.first_submitted_at is not None and self.first_submitted_at <= as_of:
            return Punctuality.ON_TIME if self.first_submitted_at < self.cutoff else Punctuality.LATE
        return Punctuality.MISSING if self.cutoff <= as_of else Punctuality.NOT_DUE

    def days_late(self, today: date) -> int:
        """Calendar days after the last day: of the first submission, or of `today` while there is none."""
        sent = self.first_submitted_at
        day = today if sent is None else day_of(sent)
        return max(0, self.deadline.offset(day))

    @property
    def waits_for_head(self) -> bool:
        """Whether a sending waits for the head's confirmation; paper bears the head's signature already."""
        return self.cycle.head_confirms and self.paper_received_on is None

    def awaits(self, user: "User") -> bool:
        """The same rule as the queryset's `confirmable_by`."""
        post = user.post
        is_head = user.role == Role.OFFICER and post is not None and post.is_head
        owing = self.passed_to_id or self.agency_id
        is_theirs = post is not None and post.agency_id == owing and self.pending_by_id != user.pk
        return self.state == self.State.PENDING and is_head and is_theirs

    def is_editable(self, as_of: datetime) -> bool:
        """Whether it can still be written in (the form stays open after the deadline).

        What came on paper in time may be typed in after the cycle has locked.
        """
        return (
            self.state in self.EDITABLE
            and self.cycle.opens_at <= as_of
            and (not self.is_locked(as_of) or self.paper_received_on is not None)
            and self.exempted_at is None
        )

    def is_locked(self, as_of: datetime) -> bool:
        """Whether the cycle has locked and the department has not reopened this report, or no longer."""
        until = self.reopened_until
        return self.cycle.is_locked(as_of) and (until is None or as_of >= Deadline(until).cutoff)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Sentences about sendings."""

    def valid(self) -> Self:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def withdrawn(self) -> Self:
        """Those that do not count any more."""
        return self.filter(withdrawn_at__isnull=False)

    def on_paper(self, arrived_at: datetime | None) -> Self:
        """Those that came on paper at that instant."""
        return self.filter(is_paper=True, sent_at=arrived_at)

    def holding(self, file: "Attachment") -> Self:
        """Those of a file's report that were made when it was there."""
        fixed = Coalesce("entered_at", "sent_at")
        return self.alias(fixed=fixed).filter(report=file.report_id, fixed__gte=file.uploaded_at)

    def before(self, submission: "Submission") -> Self:
        """The earlier sendings of the same report."""
        return self.filter(report=submission.report_id, number__lt=submission.number)

    def coded(self, code: str) -> Self:
        """Those with this code: one, unless two provinces gave agencies the same code."""
        return self.filter(code=code)


class Submission(models.Model):
    """One sending: what was sent, by whom, when; of it nothing changes but that it can be withdrawn."""

    report = models.ForeignKey(
        AnnualReport,
        models.CASCADE,
        related_name="submissions",
        verbose_name=_("báo cáo"),
        help_text=_("Của báo cáo."),
    )
    number = models.PositiveSmallIntegerField(_("lần"), help_text=_("1 là lần gửi đầu."))
    code = models.CharField(_("mã biên nhận"), max_length=60, help_text=_("Ví dụ BC-2020-30340-1."))
    sent_at = models.DateTimeField(_("gửi lúc"), help_text=_("Thời điểm hệ thống nhận."))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("người gửi"),
        help_text=_("Tài khoản đã gửi."),
    )
    answers = models.JSONField(_("câu trả lời"), help_text=_("Bản chụp lúc gửi."))
    notes = models.JSONField(_("giải trình"), default=dict, blank=True, help_text=_("Bản chụp lúc gửi."))
    is_nil = models.BooleanField(_("không phát sinh"), default=False, help_text=_("Báo không phát sinh."))
    check_code = models.CharField(
        _("mã kiểm tra"),
        max_length=19,
        blank=True,
        help_text=_("Mười sáu chữ số thập lục phân; trang kiểm tra biên nhận hỏi mã này."),
    )
    warnings = models.PositiveSmallIntegerField(
        _("số cảnh báo"), default=0, help_text=_("Số cảnh báo đã giải trình lúc gửi.")
    )
    is_paper = models.BooleanField(
        _("nhập từ bản giấy"), default=False, help_text=_("Sở nhập thay; lúc gửi là ngày trên dấu đến.")
    )
    entered_at = models.DateTimeField(
        _("nhập lúc"), null=True, blank=True, help_text=_("Lúc Sở nhập xong bản giấy.")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người xác nhận"),
        help_text=_("Người đứng đầu đã xác nhận."),
    )
    confirmed_at = models.DateTimeField(
        _("xác nhận lúc"), null=True, blank=True, help_text=_("Lúc người đứng đầu xác nhận.")
    )
    withdrawn_at = models.DateTimeField(
        _("rút lại lúc"), null=True, blank=True, help_text=_("Lần gửi đã rút lại không được tính.")
    )
    withdrawal_reason = models.TextField(_("lý do rút lại"), blank=True, help_text=_("Vì sao rút lại."))
    withdrawal_document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản rút lại"),
        help_text=_("Văn bản đề nghị rút lại, nếu có."),
    )

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["report", "number"]
        verbose_name = _("lần gửi")
        verbose_name_plural = _("các lần gửi")
        constraints = [
            models.CheckConstraint(
                name="submission_withdrawn_says_why",
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal_reason=""),
                violation_error_message=_("Rút lại báo cáo phải nêu lý do."),
            ),
            models.UniqueConstraint(
                fields=["report", "number"],
                name="submission_number_once",
                violation_error_message=_("Lần gửi này đã có."),
            ),
        ]
        indexes = [models.Index(fields=["code"], name="submission_by_code")]

    def __str__(self) -> str:
        return self.code

    @property
    def fixed_at(self) -> datetime:
        """When its content was fixed: what came on paper is typed in after the day that counts."""
        return self.entered_at or self.sent_at


def make_check_code(code: str, at: datetime) -> str:
    """Sixteen hexadecimal digits that only this installation can make; kept, so a new secret harms none."""
    said = f"{code} {at.isoformat()}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest().upper()[:16]
    return " ".join(digest[start : start + 4] for start in range(0, 16, 4))


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Sentences about attached files."""

    def current(self) -> Self:
        """Those that no newer file has replaced."""
        return self.filter(replaced_at__isnull=True)

    def as_sent_at(self, instant: datetime) -> Self:
        """Those that were current at that instant."""
        standing = Q(replaced_at__isnull=True) | Q(replaced_at__gt=instant)
        return self.filter(standing, uploaded_at__lte=instant)


class Attachment(models.Model):
    """A file that answers a question; a newer one replaces it, nothing is overwritten."""

    report = models.ForeignKey(
        AnnualReport,
        models.CASCADE,
        related_name="attachments",
        verbose_name=_("báo cáo"),
        help_text=_("Của báo cáo."),
    )
    question = models.CharField(_("câu"), max_length=60, help_text=_("Khóa của câu hỏi."))
    file = models.FileField(_("tệp"), upload_to="reports/%Y/%m/", help_text=_("Lưu ngoài thư mục web."))
    name = models.CharField(_("tên tệp"), max_length=200, help_text=_("Tên lúc tải lên, đã làm sạch."))
    size = models.PositiveIntegerField(_("cỡ"), help_text=_("Byte."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, help_text=_("Dấu vân tay của nội dung."))
    uploaded_at = models.DateTimeField(_("tải lên lúc"), help_text=_("Lúc tải lên."))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("người tải lên"),
        help_text=_("Tài khoản đã tải lên."),
    )
    replaced_at = models.DateTimeField(
        _("được thay lúc"), null=True, blank=True, help_text=_("Để trống khi là bản hiện hành.")
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["report", "question", "-uploaded_at"]
        verbose_name = _("tệp kèm theo")
        verbose_name_plural = _("tệp kèm theo")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "question"],
                condition=Q(replaced_at__isnull=True),
                name="attachment_one_current",
                violation_error_message=_("Câu này đã có tệp hiện hành."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

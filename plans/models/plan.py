"""Rollout plans: which agencies build their system, in which legal steps, until when.

A supplement extends an approved plan and leaves it as it was approved. Steps are those of Điều 7 TT
26/2014/TT-BKHCN; a step that the law gives to the agency itself cannot be given to a consultant.
"""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Document, Role
from agencies.models.agency import within
from isotrack.kit.clock import day_of
from plans.models.funding import FundingLine, Mode

if TYPE_CHECKING:
    from agencies.models import User

DECLARED = "DECLARED"
EVERY_YEAR = "MAINTAINED"  # the twelfth step, which has no last day (QĐ 19/2014 Đ4 k4)


class StandardVersion(models.Model):
    """A version of the national standard, and until when agencies may stay on it."""

    code = models.CharField(
        _("mã"), max_length=10, unique=True, help_text=_("Năm của phiên bản, ví dụ 2015.")
    )
    name = models.CharField(_("tên"), max_length=100, help_text=_("Ví dụ TCVN ISO 9001:2015."))
    announced_on = models.DateField(
        _("công bố ngày"), null=True, blank=True, help_text=_("Ngày công bố tiêu chuẩn.")
    )
    apply_until = models.DateField(
        _("áp dụng đến"), null=True, blank=True, help_text=_("Hạn chuyển đổi; để trống khi chưa có hạn.")
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("phiên bản tiêu chuẩn")
        verbose_name_plural = _("phiên bản tiêu chuẩn")

    def __str__(self) -> str:
        return self.name


class BuildStep(models.Model):
    """One of the legal steps of building a system (TT 26/2014 Đ7)."""

    order = models.PositiveSmallIntegerField(_("thứ tự"), unique=True, help_text=_("Thứ tự của bước."))
    code = models.CharField(_("mã"), max_length=40, unique=True, help_text=_("Ví dụ INTERNAL_AUDIT."))
    name_vi = models.CharField(_("tên"), max_length=200, help_text=_("Tên bước."))
    name_en = models.CharField(_("tên tiếng Anh"), max_length=200, help_text=_("Tên bước bằng tiếng Anh."))
    may_hire = models.BooleanField(
        _("được thuê tư vấn"), help_text=_("Tư vấn được hướng dẫn, hỗ trợ bước này.")
    )
    own_work = models.BooleanField(_("cơ quan tự làm"), help_text=_("Cơ quan phải tự thực hiện bước này."))
    legal_basis = models.CharField(
        _("căn cứ"), max_length=100, help_text=_("Điểm, khoản, điều quy định bước này.")
    )

    class Meta:
        ordering = ["order"]
        verbose_name = _("bước xây dựng")
        verbose_name_plural = _("các bước xây dựng")

    def __str__(self) -> str:
        return f"{self.order}. {self.name_vi}"

    @property
    def name(self) -> str:
        """In the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_vi

    @property
    def in_words(self) -> str:
        """Where the law says it, smallest unit first: "điểm b khoản 1, điểm a khoản 2 Điều 7 TT 26/2014"."""
        return "; ".join(_place(part) for part in self.legal_basis.split("; "))


def _one(grouped: "models.QuerySet[Any, Any]", figure: Any) -> Coalesce:
    """A figure about one plan's rows as a sub-select; 0 where there are none."""
    return Coalesce(Subquery(grouped.annotate(figure=figure).values("figure")), 0)


def _place(short: str) -> str:
    """ "TT 26/2014 Đ7 k1b, k2a" in words; what is written otherwise stays as it is."""
    found = re.fullmatch(r"(.+) Đ(\d+) (k\d.*)", short)
    if found is None:
        return short
    clauses: dict[str, list[str]] = {}
    clause = ""
    for token in found[3].split(", "):
        named = re.fullmatch(r"k(\d+)(\w?)", token)
        clause = named[1] if named else clause
        clauses.setdefault(clause, []).append(named[2] if named else token)
    said = [
        f"điểm {', '.join(points)} khoản {number}" if any(points) else f"khoản {number}"
        for number, points in clauses.items()
    ]
    return f"{', '.join(said)} Điều {found[2]} {found[1]}"


class PlanQuerySet(models.QuerySet["RolloutPlan"]):
    """Sentences about plans."""

    def visible_to(self, user: "User") -> Self:
        """The province's by role; for an officer those with an entry they may see."""
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(province_id__in=own.realm)
        return self.filter(within(own, "entries__agency__")).distinct()

    def editable_by(self, user: "User") -> Self:
        """Those the department still writes: drafts and returned ones."""
        if user.role != Role.STAFF:
            return self.none()
        return self.visible_to(user).filter(state__in=RolloutPlan.EDITABLE)

    def kept_by(self, user: "User") -> Self:
        """Those this person writes and carries out, whatever their state: the department's."""
        return self.visible_to(user) if user.role == Role.STAFF else self.none()

    def reviewable_by(self, user: "User") -> Self:
        """Those this person decides on for the Department of Finance, whatever their state."""
        return self.visible_to(user) if user.role == Role.FINANCE else self.none()

    def approvable_by(self, user: "User") -> Self:
        """Those this person decides on for the People's Committee, whatever their state."""
        return self.visible_to(user) if user.role == Role.LEADER else self.none()

    def with_counts(self, today: date, *, then: datetime | None = None) -> Self:
        """Annotate `agencies`, `estimate` in whole đồng, and `overdue`, the number of overdue steps.

        With `then`, the end of the past day `today`, the steps that were overdue at that instant.
        """
        money = FundingLine.objects.filter(entry__plan=OuterRef("pk")).order_by()
        steps = EntryStep.objects.overdue_at(then) if then else EntryStep.objects.overdue(today)
        late = steps.filter(entry__plan=OuterRef("pk")).order_by()
        here = PlanEntry.objects.filter(plan=OuterRef("pk")).order_by()
        return self.annotate(
            agencies=_one(here.values("plan"), Count(Value(1))),
            estimate=_one(money.values("entry__plan"), Cast(Sum("estimate"), models.BigIntegerField())),
            overdue=_one(late.values("entry__plan"), Count(Value(1))),
        )

    def with_progress(self) -> Self:
        """Annotate `agencies` and `declared`: how many of them have declared their system."""
        here = PlanEntry.objects.filter(plan=OuterRef("pk")).order_by()
        return self.annotate(
            agencies=_one(here.values("plan"), Count(Value(1))),
            declared=_one(here.declared().values("plan"), Count(Value(1))),
        )

    def not_closed(self) -> Self:
        """Those with which something is still to be done."""
        return self.exclude(state=RolloutPlan.State.CLOSED)

    def approved(self) -> Self:
        """Those with a decision: they can be extended, and their amounts are committed."""
        return self.filter(state__in=RolloutPlan.APPROVED_STATES)

    def under_way(self) -> Self:
        """Approved, and not closed yet."""
        return self.filter(state__in=[RolloutPlan.State.APPROVED, RolloutPlan.State.RUNNING])

    def in_finance_review(self) -> Self:
        """Waiting for the Department of Finance."""
        return self.filter(state=RolloutPlan.State.FINANCE_REVIEW)

    def awaiting_approval(self) -> Self:
        """Cleared, waiting for the decision of the People's Committee."""
        return self.filter(state=RolloutPlan.State.CLEARED)


class RolloutPlan(models.Model):
    """A rollout plan or its supplement, from draft to closed (QĐ 19/2014 Đ6, Đ12 k4)."""

    class State(models.TextChoices):
        """Each is reached by one guarded move."""

        DRAFT = "draft", _("Bản nháp")
        FINANCE_REVIEW = "finance_review", _("Đang thẩm định")
        RETURNED = "returned", _("Đã trả lại")
        CLEARED = "cleared", _("Đã thẩm định")
        APPROVED = "approved", _("Đã phê duyệt")
        RUNNING = "running", _("Đang thực hiện")
        CLOSED = "closed", _("Đã kết thúc")

    FROM = {
        State.FINANCE_REVIEW: [State.DRAFT, State.RETURNED],
        State.RETURNED: [State.FINANCE_REVIEW],
        State.CLEARED: [State.FINANCE_REVIEW],
        State.APPROVED: [State.CLEARED],
        State.RUNNING: [State.APPROVED],
        State.CLOSED: [State.RUNNING],
    }
    EDITABLE = (State.DRAFT, State.RETURNED)
    APPROVED_STATES = (State.APPROVED, State.RUNNING, State.CLOSED)

    province = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("tỉnh"), help_text=_("UBND tỉnh phê duyệt.")
    )
    code = models.CharField(_("mã"), max_length=30, help_text=_("Mã ngắn của kế hoạch, ví dụ KH-2020-BS1."))
    title = models.CharField(_("tên"), max_length=300, help_text=_("Tên kế hoạch, như ghi trong tờ trình."))
    extends = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supplements",
        verbose_name=_("bổ sung cho"),
        help_text=_("Kế hoạch đã phê duyệt mà bản này bổ sung; để trống khi là kế hoạch gốc."),
    )
    standard = models.ForeignKey(
        StandardVersion, models.PROTECT, verbose_name=_("tiêu chuẩn"), help_text=_("Phiên bản phải áp dụng.")
    )
    starts_on = models.DateField(_("từ ngày"), help_text=_("Ngày bắt đầu thực hiện."))
    ends_on = models.DateField(_("đến ngày"), help_text=_("Ngày phải xong."))
    state = models.CharField(
        _("trạng thái"),
        max_length=16,
        choices=State,
        default=State.DRAFT,
        help_text=_("Bước xử lý của kế hoạch."),
    )
    consent = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản chủ trương"),
        help_text=_("Văn bản đồng ý chủ trương, ví dụ 1141/UBND-TH."),
    )
    decision = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("quyết định phê duyệt"),
        help_text=_("Số và ngày quyết định của UBND tỉnh."),
    )
    submitted_at = models.DateTimeField(
        _("trình thẩm định lúc"), null=True, blank=True, help_text=_("Lần mới nhất.")
    )
    cleared_at = models.DateTimeField(
        _("thẩm định xong lúc"), null=True, blank=True, help_text=_("Sở Tài chính.")
    )
    approved_at = models.DateTimeField(_("phê duyệt lúc"), null=True, blank=True, help_text=_("UBND tỉnh."))
    closed_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True, help_text=_("Lúc kết thúc."))

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "code"]
        verbose_name = _("kế hoạch triển khai")
        verbose_name_plural = _("kế hoạch triển khai")
        constraints = [
            models.UniqueConstraint(
                fields=["province", "code"],
                name="plan_code_once",
                violation_error_message=_("Mã này đã dùng."),
            ),
            models.CheckConstraint(
                name="plan_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Ngày kết thúc không được trước ngày bắt đầu."),
            ),
            models.CheckConstraint(
                name="plan_approved_by_decision",
                condition=~Q(state__in=["approved", "running", "closed"])
                | Q(decision__isnull=False, approved_at__isnull=False),
                violation_error_message=_("Phê duyệt phải có số và ngày quyết định."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.title}"

    @property
    def is_editable(self) -> bool:
        """Whether the department may still change entries and lines."""
        return self.state in self.EDITABLE

    @property
    def is_approved(self) -> bool:
        """Whether the People's Committee has decided on it."""
        return self.state in self.APPROVED_STATES

    @property
    def is_under_way(self) -> bool:
        """Whether the steps of its agencies are being done and recorded."""
        return self.state in (self.State.APPROVED, self.State.RUNNING)


class PlanVersion(models.Model):
    """What was submitted, kept as it was: entries, dates and lines as data."""

    plan = models.ForeignKey(
        RolloutPlan,
        models.CASCADE,
        related_name="versions",
        verbose_name=_("kế hoạch"),
        help_text=_("Của kế hoạch."),
    )
    number = models.PositiveSmallIntegerField(_("lần"), help_text=_("1 là lần trình đầu."))
    submitted_at = models.DateTimeField(_("trình lúc"), help_text=_("Lúc trình thẩm định."))
    submitted_by = models.CharField(_("người trình"), max_length=200, help_text=_("Họ tên người trình."))
    content = models.JSONField(_("nội dung"), help_text=_("Bản chụp cơ quan, tiến độ và dòng kinh phí."))

    class Meta:
        ordering = ["plan", "number"]
        verbose_name = _("lần trình")
        verbose_name_plural = _("các lần trình")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="plan_version_once",
                violation_error_message=_("Lần trình này đã có."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.code}, lần {self.number}"


class EntryQuerySet(models.QuerySet["PlanEntry"]):
    """Sentences about entries."""

    def visible_to(self, user: "User") -> Self:
        """Entries of plans one may see; an officer only their own agency's and those below."""
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(plan__province_id__in=own.realm)
        return self.filter(within(own, "agency__") | Q(passed_to=own))

    def in_family_of(self, plan: RolloutPlan) -> Self:
        """Those of the plan that `plan` extends, and of that plan's other supplements."""
        family = Q(plan=plan.extends_id) | Q(plan__extends=plan.extends_id)
        return self.filter(family).exclude(plan=plan)

    def built_for_the_first_time(self) -> Self:
        """Those whose system is new, not extended."""
        return self.filter(mode=Mode.FIRST)

    def with_steps(self) -> Self:
        """Load what a matrix shows of each agency: itself, its superior, its steps in order."""
        steps = EntryStep.objects.select_related("step").order_by("step__order")
        return self.select_related("agency__superior").prefetch_related(Prefetch("steps", steps))

    def in_protocol_order(self) -> Self:
        """As official lists order agencies."""
        return self.order_by("agency__sort_order", "agency__name_sort", "pk")

    def overdue(self, today: date) -> Self:
        """Those with at least one overdue step."""
        return self.filter(Exists(EntryStep.objects.overdue(today).filter(entry=OuterRef("pk"))))

    def declared(self) -> Self:
        """Those whose system is declared."""
        return self.filter(Exists(EntryStep.objects.done().filter(entry=OuterRef("pk"), step__code=DECLARED)))

    def matching(self, words: str) -> Self:
        """Those whose agency is named by every word typed, whatever its marks and case."""
        return self.filter(agency__in=Agency.objects.matching(words)) if words else self

    def with_progress_by(self, user: "User") -> Self:
        """Those whose steps this person records: the department's, and an officer's own agency."""
        running = self.visible_to(user).filter(plan__state__in=["approved", "running"])
        if user.role == Role.STAFF:
            return running
        if user.role != Role.OFFICER or user.agency is None:
            return self.none()
        own = Q(agency=user.agency, passed_to__isnull=True)
        return running.filter(own | Q(passed_to=user.agency))


class PlanEntry(models.Model):
    """One agency in one plan."""

    plan = models.ForeignKey(
        RolloutPlan,
        models.CASCADE,
        related_name="entries",
        verbose_name=_("kế hoạch"),
        help_text=_("Của kế hoạch."),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="entries",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan xây dựng."),
    )
    passed_to = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chuyển cho"),
        help_text=_("Cơ quan kế thừa làm tiếp các bước thay cơ quan đã kết thúc."),
    )
    dropped_on = models.DateField(
        _("thôi thực hiện từ"),
        null=True,
        blank=True,
        help_text=_("Từ ngày này các bước còn lại không làm nữa."),
    )
    drop_reason = models.CharField(
        _("lý do thôi thực hiện"), max_length=500, blank=True, help_text=_("Vì sao không làm tiếp.")
    )
    mode = models.CharField(
        _("hình thức"),
        max_length=9,
        choices=Mode,
        default=Mode.FIRST,
        help_text=_("Lần đầu hay mở rộng phạm vi."),
    )
    processes = models.PositiveSmallIntegerField(
        _("số quy trình"), default=0, help_text=_("Số quy trình sẽ ban hành; giới hạn chi theo quy trình.")
    )
    note = models.CharField(
        _("ghi chú"), max_length=300, blank=True, help_text=_("Điều cần biết về cơ quan này.")
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "agency__sort_order", "agency__name_sort"]
        verbose_name = _("cơ quan trong kế hoạch")
        verbose_name_plural = _("cơ quan trong kế hoạch")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "agency"],
                name="entry_once_a_plan",
                violation_error_message=_("Cơ quan này đã có trong kế hoạch."),
            ),
            models.CheckConstraint(
                name="entry_dropped_says_why",
                condition=Q(dropped_on__isnull=True) | ~Q(drop_reason=""),
                violation_error_message=_("Thôi thực hiện phải nêu lý do."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.code}: {self.agency}"


class StepQuerySet(models.QuerySet["EntryStep"]):
    """Sentences about steps."""

    def under_way(self) -> Self:
        """Those of plans that are approved and not closed, of agencies that go on: only they can be late."""
        return self.filter(entry__plan__in=RolloutPlan.objects.under_way(), entry__dropped_on__isnull=True)

    def overdue(self, today: date) -> Self:
        """Of a plan under way, planned for a day before today and not done."""
        return self.open().under_way().filter(planned_on__lt=today)

    def overdue_at(self, then: datetime) -> Self:
        """The same at the end of a past day, by when plans were approved and closed and steps were done."""
        day = day_of(then)
        running = RolloutPlan.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=then))
        going_on = Q(entry__dropped_on__isnull=True) | Q(entry__dropped_on__gt=day)
        undone = Q(done_on__isnull=True) | Q(done_on__gt=day)
        found = self.filter(going_on, undone, entry__plan__in=running.filter(approved_at__lte=then))
        return found.exclude(step__code=EVERY_YEAR).filter(planned_on__lt=day)

    def of_plan(self, plan: RolloutPlan) -> Self:
        """Those of every agency of a plan."""
        return self.filter(entry__plan=plan)

    def done(self) -> Self:
        """Finished."""
        return self.filter(done_on__isnull=False)

    def open(self) -> Self:
        """Not finished; to maintain and improve is a duty of every year and never finished."""
        return self.filter(done_on__isnull=True).exclude(step__code=EVERY_YEAR)

    def outside(self, first: date, last: date) -> Self:
        """Planned for a day outside a period."""
        return self.exclude(planned_on__range=(first, last))

    def due_next(self, today: date) -> Self:
        """Of a plan under way, not done, planned for today or later, the nearest first."""
        return self.open().under_way().filter(planned_on__gte=today).order_by("planned_on")


class EntryStep(models.Model):
    """One legal step of one agency: planned, done, by whom, with which evidence."""

    entry = models.ForeignKey(
        PlanEntry,
        models.CASCADE,
        related_name="steps",
        verbose_name=_("cơ quan"),
        help_text=_("Của cơ quan."),
    )
    step = models.ForeignKey(
        BuildStep,
        models.PROTECT,
        related_name="+",
        verbose_name=_("bước"),
        help_text=_("Bước theo Điều 7 TT 26/2014."),
    )
    planned_on = models.DateField(_("dự kiến xong"), help_text=_("Ngày phải xong bước này."))
    done_on = models.DateField(_("xong ngày"), null=True, blank=True, help_text=_("Ngày thực tế hoàn thành."))
    responsible = models.CharField(
        _("người thực hiện"), max_length=200, blank=True, help_text=_("Người hoặc bộ phận chịu trách nhiệm.")
    )
    is_hired = models.BooleanField(
        _("thuê tư vấn"), default=False, help_text=_("Chỉ với bước mà Điều 7 TT 26/2014 cho thuê.")
    )
    may_hire = models.BooleanField(
        editable=False
    )  # as the law says of the step, so that the database can refuse
    consultant = models.ForeignKey(
        "plans.Consultant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tư vấn"),
        help_text=_("Tổ chức hoặc chuyên gia có Giấy xác nhận còn giá trị."),
    )
    evidence = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("minh chứng"),
        help_text=_("Văn bản chứng minh bước đã xong."),
    )
    note = models.CharField(_("ghi chú"), max_length=300, blank=True, help_text=_("Vướng mắc, lý do chậm."))

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["entry", "step__order"]
        verbose_name = _("bước của cơ quan")
        verbose_name_plural = _("các bước của cơ quan")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "step"], name="step_once", violation_error_message=_("Bước này đã có.")
            ),
            models.CheckConstraint(
                name="step_own_work",
                condition=Q(is_hired=False) | Q(may_hire=True),
                violation_error_message=_(
                    "Bước này cơ quan phải tự làm, không giao cho tư vấn (Điều 7 TT 26/2014)."
                ),
            ),
            models.CheckConstraint(
                name="step_consultant_when_hired",
                condition=Q(consultant__isnull=True) | Q(is_hired=True),
                violation_error_message=_("Chọn “thuê tư vấn” khi ghi tên tư vấn."),
            ),
        ]
        indexes = [models.Index(fields=["planned_on"], condition=Q(done_on__isnull=True), name="step_open")]

    def __str__(self) -> str:
        return f"{self.entry} – {self.step}"


class CommentQuerySet(models.QuerySet["LineComment"]):
    """Sentences about comments."""

    def unanswered(self) -> Self:
        """Those the department has not said to have mended."""
        return self.filter(mended_at__isnull=True)


class LineComment(models.Model):
    """What the Department of Finance asks to mend before it clears a plan."""

    plan = models.ForeignKey(
        RolloutPlan,
        models.CASCADE,
        related_name="comments",
        verbose_name=_("kế hoạch"),
        help_text=_("Của kế hoạch."),
    )
    line = models.ForeignKey(
        "plans.FundingLine",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="comments",
        verbose_name=_("dòng kinh phí"),
        help_text=_("Để trống khi góp ý chung."),
    )
    text = models.TextField(_("góp ý"), help_text=_("Cần sửa gì, vì sao."))
    written_at = models.DateTimeField(_("lúc"), help_text=_("Lúc góp ý."))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("người góp ý"),
        help_text=_("Ai góp ý."),
    )
    mended_at = models.DateTimeField(
        _("đã sửa lúc"), null=True, blank=True, help_text=_("Lúc Sở báo đã sửa.")
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "written_at"]
        verbose_name = _("góp ý")
        verbose_name_plural = _("góp ý")

    def __str__(self) -> str:
        return self.text[:60]

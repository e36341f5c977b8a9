"""The yearly plan of inspections and its rows, by dossier or at the seat (TT 26/2014 Đ33-39)."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Document, Role
from agencies.models.agency import within
from reports.models.inspection import ChecklistItem, FileFinding, FileInspection

if TYPE_CHECKING:
    from agencies.models import User

REPORTED_YEARS_BEFORE = 1  # the dossier looked at in 2021 is the report about 2020


class InspectionPlanQuerySet(models.QuerySet["InspectionPlan"]):
    """Sentences about plans."""

    def visible_to(self, user: "User") -> Self:
        """The province's for department, finance and leader."""
        own = user.agency
        if own is None or not user.sees_province or user.role == Role.ADMINISTRATOR:
            return self.none()
        return self.filter(province_id__in=own.realm)

    def kept_by(self, user: "User") -> Self:
        """Those the department draws up."""
        return self.visible_to(user) if user.is_reviewer else self.none()


class InspectionPlan(models.Model):
    """One province's plan for one year; approved by the People's Committee, its list is frozen."""

    class State(models.TextChoices):
        """A draft until the decision is recorded."""

        DRAFT = "draft", _("Dự thảo")
        APPROVED = "approved", _("Đã phê duyệt")

    FROM = {State.APPROVED: [State.DRAFT]}

    province = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("tỉnh"), help_text=_("Của tỉnh nào.")
    )
    year = models.PositiveSmallIntegerField(_("năm"), help_text=_("Năm kiểm tra."))
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=State, default=State.DRAFT, help_text=_("Đang ở bước nào.")
    )
    decision = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản phê duyệt"),
        help_text=_("Văn bản của UBND tỉnh phê duyệt kế hoạch."),
    )
    approved_at = models.DateTimeField(
        _("ghi phê duyệt lúc"), null=True, blank=True, help_text=_("Lúc ghi văn bản phê duyệt.")
    )

    objects = InspectionPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year"]
        verbose_name = _("kế hoạch kiểm tra")
        verbose_name_plural = _("kế hoạch kiểm tra")
        constraints = [
            models.UniqueConstraint(
                fields=["province", "year"],
                name="inspection_plan_once_a_year",
                violation_error_message=_("Năm này đã có kế hoạch kiểm tra."),
            ),
            models.CheckConstraint(
                name="inspection_plan_approved_by_document",
                condition=~Q(state="approved") | Q(decision__isnull=False, approved_at__isnull=False),
                violation_error_message=_("Kế hoạch đã phê duyệt phải có văn bản phê duyệt."),
            ),
        ]

    def __str__(self) -> str:
        return _("Kế hoạch kiểm tra năm %(year)s") % {"year": self.year}

    @property
    def is_approved(self) -> bool:
        """Whether its list is frozen."""
        return self.state == self.State.APPROVED

    @property
    def drawing(self) -> str:
        """The workflow state whose icon stands for this one."""
        return "accepted" if self.is_approved else "draft"

    @property
    def reported_year(self) -> int:
        """The year whose reports are the dossiers of this plan."""
        return self.year - REPORTED_YEARS_BEFORE

    def day(self, today: date) -> date:
        """The day on which agencies count as obliged: today, or the nearest day of the year."""
        return min(max(today, date(self.year, 1, 1)), date(self.year, 12, 31))


class InspectionQuerySet(models.QuerySet["Inspection"]):
    """Sentences about rows of plans."""

    def visible_to(self, user: "User") -> Self:
        """The province's for department, finance and leader; an officer's own agency's and those below.

        Whoever does not draw the plan up sees its rows once it is approved.
        """
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(plan__province_id__in=own.realm)
        approved = InspectionPlan.State.APPROVED
        return self.filter(within(own, "agency__"), plan__state=approved)

    def kept_by(self, user: "User") -> Self:
        """Those the department carries out."""
        return self.visible_to(user) if user.is_reviewer else self.none()

    def standing(self) -> Self:
        """Not cancelled."""
        return self.exclude(state=Inspection.State.CANCELLED)

    def on_site(self) -> Self:
        """At the agency's seat."""
        return self.filter(form=Inspection.Form.ON_SITE)

    def by_dossier(self) -> Self:
        """By the review of the report."""
        return self.filter(form=Inspection.Form.DOSSIER)

    def took_place(self) -> Self:
        """Held, whether or not everything that followed is settled."""
        return self.filter(state__in=(Inspection.State.HELD, Inspection.State.CLOSED))

    def in_protocol_order(self) -> Self:
        """On site first, each form in the order of official lists."""
        return self.order_by("-form", "agency__sort_order", "agency__name_sort", "pk")

    def with_actions(self, today: date) -> Self:
        """Annotate `open_actions` and `overdue_actions`: what the agency has still to remedy."""
        return self.annotate(
            open_actions=_number(CorrectiveAction.objects.unsettled()),
            overdue_actions=_number(CorrectiveAction.objects.overdue(today)),
        )


def _number(actions: "ActionQuerySet") -> Coalesce:
    """How many of `actions` follow from the outer row, directly or through its file inspection."""
    from_it = Q(inspection=OuterRef("pk")) | Q(file_inspection=OuterRef("file_inspection"))
    counted = actions.filter(from_it).order_by().annotate(whole=Value(1)).values("whole")
    return Coalesce(models.Subquery(counted.annotate(number=Count(Value(1))).values("number")), Value(0))


class Inspection(models.Model):
    """One agency in the plan: how, by whom and when it is inspected, and what became of it."""

    class Form(models.TextChoices):
        """The two forms of Điều 33 khoản 2."""

        DOSSIER = "dossier", _("Qua hồ sơ, báo cáo")
        ON_SITE = "on_site", _("Tại trụ sở")

    class State(models.TextChoices):
        """Planned until it is held; closed when nothing is left to remedy."""

        PLANNED = "planned", _("Theo kế hoạch")
        HELD = "held", _("Đã kiểm tra")
        CLOSED = "closed", _("Đã kết thúc")
        CANCELLED = "cancelled", _("Không kiểm tra")

    FROM = {
        State.HELD: [State.PLANNED],
        State.CLOSED: [State.HELD],
        State.CANCELLED: [State.PLANNED],
        State.PLANNED: [State.HELD],
    }

    plan = models.ForeignKey(
        InspectionPlan,
        models.CASCADE,
        related_name="rows",
        verbose_name=_("kế hoạch"),
        help_text=_("Của kế hoạch nào."),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="inspections",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan được kiểm tra."),
    )
    form = models.CharField(
        _("hình thức"),
        max_length=10,
        choices=Form,
        help_text=_("Qua hồ sơ, báo cáo thì kết quả lấy từ lần xem xét báo cáo; tại trụ sở thì có biên bản."),
    )
    unit = models.CharField(
        _("đơn vị kiểm tra"), max_length=200, help_text=_("Ví dụ Sở Khoa học và Công nghệ.")
    )
    partner = models.CharField(
        _("đơn vị phối hợp"),
        max_length=200,
        blank=True,
        help_text=_("Ví dụ Sở Nội vụ; để trống nếu không có."),
    )
    starts_on = models.DateField(_("dự kiến từ ngày"), help_text=_("Ngày đầu dự kiến kiểm tra."))
    ends_on = models.DateField(_("dự kiến đến ngày"), help_text=_("Ngày cuối dự kiến kiểm tra."))
    cost = models.PositiveBigIntegerField(
        _("kinh phí (đồng)"),
        null=True,
        blank=True,
        help_text=_("Số đồng, không có phần lẻ; có thể để trống."),
    )
    state = models.CharField(
        _("trạng thái"),
        max_length=10,
        choices=State,
        default=State.PLANNED,
        help_text=_("Đang ở bước nào."),
    )
    cancel_reason = models.TextField(
        _("lý do không kiểm tra"), blank=True, help_text=_("Vì sao không kiểm tra cơ quan này.")
    )
    file_inspection = models.ForeignKey(
        FileInspection,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="planned",
        verbose_name=_("kiểm tra qua hồ sơ"),
        help_text=_("Lần xem xét báo cáo là lần kiểm tra này."),
    )
    decision_number = models.CharField(
        _("số quyết định kiểm tra"), max_length=60, blank=True, help_text=_("Ví dụ 633/QĐ-UBND.")
    )
    decision_dated = models.DateField(
        _("ngày quyết định"), null=True, blank=True, help_text=_("Ngày ký quyết định kiểm tra.")
    )
    team_lead = models.CharField(
        _("trưởng đoàn"), max_length=200, blank=True, help_text=_("Họ và tên, chức vụ của trưởng đoàn.")
    )
    team_members = models.TextField(
        _("thành viên đoàn"), blank=True, help_text=_("Mỗi dòng một người: họ và tên, đơn vị.")
    )
    held_on = models.DateField(
        _("ngày kiểm tra"), null=True, blank=True, help_text=_("Ngày kiểm tra tại trụ sở.")
    )
    conclusion = models.TextField(
        _("kết luận"), blank=True, help_text=_("Nhận xét chung và kiến nghị, như ghi trong biên bản.")
    )
    signed_on = models.DateField(
        _("ngày ký biên bản"),
        null=True,
        blank=True,
        help_text=_("Thời hạn khắc phục hai tháng tính từ ngày này."),
    )

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "-form", "agency__sort_order", "agency__name_sort"]
        verbose_name = _("cơ quan được kiểm tra")
        verbose_name_plural = _("cơ quan được kiểm tra")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "agency", "form"],
                condition=~Q(state="cancelled"),
                name="inspection_once_a_plan",
                violation_error_message=_("Cơ quan này đã có trong kế hoạch với hình thức đó."),
            ),
            models.CheckConstraint(
                name="inspection_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Ngày cuối không được trước ngày đầu."),
            ),
            models.CheckConstraint(
                name="inspection_cancelled_says_why",
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                violation_error_message=_("Không kiểm tra thì phải nêu lý do."),
            ),
            models.CheckConstraint(
                name="inspection_on_site_held_has_minutes",
                condition=Q(form="dossier")
                | ~Q(state__in=["held", "closed"])
                | Q(held_on__isnull=False, signed_on__isnull=False),
                violation_error_message=_(
                    "Đã kiểm tra tại trụ sở thì phải có ngày kiểm tra và ngày ký biên bản."
                ),
            ),
        ]

    def __str__(self) -> str:
        return _("Kiểm tra %(agency)s năm %(year)s (%(form)s)") % {
            "agency": self.agency.in_lists,
            "year": self.plan.year,
            "form": str(self.get_form_display()).lower(),
        }

    @property
    def is_on_site(self) -> bool:
        """Whether it is held at the agency's seat."""
        return self.form == self.Form.ON_SITE

    @property
    def is_planned(self) -> bool:
        """Whether it is still to be held."""
        return self.state == self.State.PLANNED

    @property
    def is_held(self) -> bool:
        """Whether it took place and may still have something to settle."""
        return self.state == self.State.HELD

    @property
    def is_cancelled(self) -> bool:
        """Whether it will not be held."""
        return self.state == self.State.CANCELLED

    @property
    def took_place(self) -> bool:
        """Held or closed."""
        return self.state in (self.State.HELD, self.State.CLOSED)

    @property
    def drawing(self) -> str:
        """The workflow state whose icon stands for this one."""
        return {"planned": "draft", "held": "submitted", "closed": "accepted", "cancelled": "skipped"}[
            self.state
        ]


class SiteFinding(models.Model):
    """What was seen at one item of the checklist at the agency's seat."""

    inspection = models.ForeignKey(
        Inspection,
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
    answer = models.CharField(_("kết quả"), max_length=3, choices=FileFinding.Answer, help_text=_("Kết quả."))
    remark = models.CharField(
        _("ghi chú"), max_length=500, blank=True, help_text=_("Bằng chứng hoặc điều còn thiếu.")
    )

    class Meta:
        ordering = ["item__place"]
        verbose_name = _("kết quả kiểm tra tại trụ sở")
        verbose_name_plural = _("kết quả kiểm tra tại trụ sở")
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "item"],
                name="site_finding_once",
                violation_error_message=_("Nội dung này đã có kết quả."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.code}: {self.get_answer_display()}"


class InspectionPaper(models.Model):
    """One document of an inspection's dossier, kept under its kind (TT 26/2014 Đ39)."""

    class Kind(models.TextChoices):
        """The ten kinds of documents that a dossier holds."""

        PLAN = "plan", _("Kế hoạch kiểm tra đã phê duyệt")
        REQUEST = "request", _("Văn bản yêu cầu báo cáo, cung cấp hồ sơ")
        REPORT = "report", _("Báo cáo của cơ quan kèm bằng chứng")
        REMEDY = "remedy", _("Văn bản yêu cầu khắc phục")
        DECISION = "decision", _("Quyết định kiểm tra")
        MINUTES = "minutes", _("Biên bản kiểm tra")
        CORRECTION = "correction", _("Hồ sơ khắc phục của cơ quan")
        TEAM_REPORT = "team_report", _("Báo cáo của đoàn kiểm tra")
        UNIT_REPORT = "unit_report", _("Báo cáo của đơn vị kiểm tra gửi UBND tỉnh")
        OTHER = "other", _("Tài liệu khác có liên quan")

    inspection = models.ForeignKey(
        Inspection,
        models.CASCADE,
        related_name="papers",
        verbose_name=_("lần kiểm tra"),
        help_text=_("Của lần kiểm tra."),
    )
    kind = models.CharField(
        _("loại tài liệu"), max_length=12, choices=Kind, help_text=_("Theo Điều 39 TT 26/2014/TT-BKHCN.")
    )
    file = models.FileField(_("tệp"), upload_to="inspections/%Y/%m/", help_text=_("Lưu ngoài thư mục web."))
    name = models.CharField(_("tên tệp"), max_length=200, help_text=_("Tên lúc tải lên, đã làm sạch."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, help_text=_("Dấu vân tay của nội dung."))
    added_at = models.DateTimeField(_("tải lên lúc"), help_text=_("Lúc tải lên."))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("người tải lên"),
        help_text=_("Tài khoản đã tải lên."),
    )

    class Meta:
        ordering = ["added_at", "pk"]
        verbose_name = _("tài liệu hồ sơ kiểm tra")
        verbose_name_plural = _("tài liệu hồ sơ kiểm tra")

    def __str__(self) -> str:
        return self.name


class ActionQuerySet(models.QuerySet["CorrectiveAction"]):
    """Sentences about corrective actions."""

    def visible_to(self, user: "User") -> Self:
        """The province's for department, finance and leader; an officer's own agency's and those below."""
        own = user.agency
        if own is None or user.role == Role.ADMINISTRATOR:
            return self.none()
        if user.sees_province:
            return self.filter(agency__province_id__in=own.realm)
        return self.filter(within(own, "agency__") | Q(agency__heir=own))

    def kept_by(self, user: "User") -> Self:
        """Those the department decides on."""
        return self.visible_to(user) if user.is_reviewer else self.none()

    def answerable_by(self, user: "User") -> Self:
        """Those of the officer's own agency; the department enters what came on paper."""
        if user.role == Role.OFFICER:
            return self.owed_by(user.agency_key)
        return self.kept_by(user)

    def owed_by(self, agency_key: object) -> Self:
        """Those this agency has to remedy: its own, and those of agencies whose heir it is."""
        own = Q(agency_id=agency_key, agency__heir__isnull=True)
        return self.filter(own | Q(agency__heir_id=agency_key))

    def unsettled(self) -> Self:
        """Neither accepted nor dropped."""
        return self.filter(state__in=(CorrectiveAction.State.OPEN, CorrectiveAction.State.ANSWERED))

    def open(self) -> Self:
        """Not answered yet, or answered and refused."""
        return self.filter(state=CorrectiveAction.State.OPEN)

    def awaiting_decision(self) -> Self:
        """Answered, and nobody has said whether that will do."""
        return self.filter(state=CorrectiveAction.State.ANSWERED)

    def overdue(self, today: date) -> Self:
        """Not answered although the last day has passed."""
        return self.open().filter(due_on__lt=today)

    def unflagged(self) -> Self:
        """Not yet put down as overdue."""
        return self.filter(flagged_overdue_at__isnull=True)

    def following(self, inspection: Inspection) -> Self:
        """Those that an inspection led to."""
        own = Q(inspection=inspection)
        if inspection.file_inspection_id:
            own |= Q(file_inspection=inspection.file_inspection_id)
        return self.filter(own)


class CorrectiveAction(models.Model):
    """What an agency has to remedy after an inspection, and how that went (TT 26/2014 Đ37)."""

    class State(models.TextChoices):
        """Open until answered; a refused answer opens it again."""

        OPEN = "open", _("Phải khắc phục")
        ANSWERED = "answered", _("Đã báo cáo, chờ xem xét")
        ACCEPTED = "accepted", _("Được chấp nhận")
        DROPPED = "dropped", _("Không phải khắc phục nữa")

    FROM = {
        State.ANSWERED: [State.OPEN],
        State.OPEN: [State.ANSWERED],
        State.ACCEPTED: [State.ANSWERED],
        State.DROPPED: [State.OPEN, State.ANSWERED],
    }

    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="corrective_actions",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan phải khắc phục."),
    )
    inspection = models.ForeignKey(
        Inspection,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("kiểm tra tại trụ sở"),
        help_text=_("Từ lần kiểm tra tại trụ sở."),
    )
    file_inspection = models.ForeignKey(
        FileInspection,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("kiểm tra qua hồ sơ"),
        help_text=_("Từ lần kiểm tra qua hồ sơ chưa đạt."),
    )
    item = models.ForeignKey(
        ChecklistItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nội dung"),
        help_text=_("Nội dung chưa đạt; để trống khi yêu cầu chung."),
    )
    text = models.TextField(_("phải khắc phục"), help_text=_("Điều còn thiếu, như ghi khi kiểm tra."))
    opened_at = models.DateTimeField(_("mở lúc"), help_text=_("Lúc ghi yêu cầu khắc phục."))
    due_on = models.DateField(_("hạn khắc phục"), help_text=_("Ngày cuối cùng báo cáo việc khắc phục."))
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=State, default=State.OPEN, help_text=_("Đang ở bước nào.")
    )
    answer = models.TextField(
        _("báo cáo khắc phục"), blank=True, help_text=_("Cơ quan đã làm gì, từ khi nào.")
    )
    answer_file = models.FileField(
        _("tệp kèm theo"),
        upload_to="inspections/%Y/%m/",
        blank=True,
        help_text=_("Bằng chứng khắc phục, lưu ngoài thư mục web."),
    )
    answer_name = models.CharField(
        _("tên tệp"), max_length=200, blank=True, help_text=_("Tên lúc tải lên, đã làm sạch.")
    )
    answer_sha256 = models.CharField(
        _("SHA-256"), max_length=64, blank=True, help_text=_("Dấu vân tay của tệp.")
    )
    answered_at = models.DateTimeField(
        _("báo cáo lúc"), null=True, blank=True, help_text=_("Lúc cơ quan báo cáo khắc phục.")
    )
    verdict = models.TextField(
        _("ý kiến của Sở"), blank=True, help_text=_("Vì sao chấp nhận hoặc không chấp nhận.")
    )
    decided_at = models.DateTimeField(
        _("xem xét lúc"), null=True, blank=True, help_text=_("Lúc Sở xem xét báo cáo khắc phục.")
    )
    flagged_overdue_at = models.DateTimeField(
        _("ghi quá hạn lúc"), null=True, blank=True, help_text=_("Lúc hệ thống ghi nhận quá hạn khắc phục.")
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "agency__sort_order", "agency__name_sort", "item__place", "pk"]
        verbose_name = _("hành động khắc phục")
        verbose_name_plural = _("hành động khắc phục")
        constraints = [
            models.CheckConstraint(
                name="corrective_action_of_one_inspection",
                condition=Q(inspection__isnull=True, file_inspection__isnull=False)
                | Q(inspection__isnull=False, file_inspection__isnull=True),
                violation_error_message=_("Hành động khắc phục thuộc đúng một lần kiểm tra."),
            ),
            models.UniqueConstraint(
                fields=["inspection", "item"],
                name="corrective_action_once_an_item",
                violation_error_message=_("Nội dung này đã có yêu cầu khắc phục."),
            ),
            models.CheckConstraint(
                name="corrective_action_answered_says_what",
                condition=~Q(state__in=["answered", "accepted"]) | ~Q(answer=""),
                violation_error_message=_("Báo cáo khắc phục phải nói đã làm gì."),
            ),
        ]

    def __str__(self) -> str:
        said = _("Khắc phục sau kiểm tra: %(agency)s") % {"agency": self.agency.in_lists}
        return f"{said}, {self.item.code}" if self.item else said

    @property
    def is_open(self) -> bool:
        """Whether the agency has to act."""
        return self.state == self.State.OPEN

    @property
    def is_answered(self) -> bool:
        """Whether the department has to decide."""
        return self.state == self.State.ANSWERED

    @property
    def drawing(self) -> str:
        """The workflow state whose icon stands for this one."""
        return {"open": "draft", "answered": "submitted", "accepted": "accepted", "dropped": "skipped"}[
            self.state
        ]

    def is_overdue(self, today: date) -> bool:
        """The same rule as the queryset's `overdue`."""
        return self.is_open and self.due_on < today


def is_in(plan: InspectionPlan) -> Exists:
    """Whether the outer agency stands in a row of the plan."""
    return Exists(plan.rows.standing().filter(agency=OuterRef("pk")))

"""Successions: what becomes of agencies on a day, by which legal document, and what they left open.

A succession is planned by a person (or a file), carried out once on or after its day, or cancelled before.
Nothing is deleted: whoever ends gets a last day, whoever begins a first one. A change of name, kind or
superior of the same legal entity (`RENAMED`, `MOVED`) ends nobody and begins a new standing.

A predecessor that the registry does not hold (the communes of old Kiên Giang) is kept by name and code on
the link: nothing is known of it but these, and a made-up row would count where it never stood.
"""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import Agency, in_lists
from agencies.models.document import Document

if TYPE_CHECKING:
    from agencies.models.person import User


class SuccessionQuerySet(models.QuerySet["Succession"]):
    """Sentences about successions."""

    def visible_to(self, user: "User") -> Self:
        """The province's, for the roles that see it."""
        own = user.agency
        if own is None or not user.sees_province:
            return self.none()
        return self.filter(province_id__in=own.realm)

    def kept_by(self, user: "User") -> Self:
        """Those the department plans, cancels and decides on."""
        return self.visible_to(user) if user.is_reviewer else self.none()

    def planned(self) -> Self:
        """Neither carried out nor cancelled."""
        return self.filter(state=Succession.State.PLANNED)

    def due(self, day: date) -> Self:
        """Planned, and their day has come."""
        return self.planned().filter(effective_on__lte=day)

    def undecided(self) -> Self:
        """What becomes of the agency is not known: a person has to find out and decide."""
        return self.planned().filter(kind=Succession.Kind.UNKNOWN)

    def of_agency(self, agency: Agency) -> Self:
        """Those an agency takes part in, on either side."""
        return self.filter(Q(links__predecessor=agency) | Q(links__successor=agency)).distinct()

    def newest_first(self) -> Self:
        """Planned ones without a day first, then by day."""
        return self.order_by(models.F("effective_on").desc(nulls_first=True), "-pk")


class Succession(models.Model):
    """One event: who is followed by whom, from which day, by which document."""

    class Kind(models.TextChoices):
        """What happens; the words of the reference data."""

        MERGED = "merged", _("Sáp nhập, hợp nhất")
        SPLIT = "split_part", _("Chia tách")
        DISSOLVED_INTO = "dissolved_into", _("Giải thể, nhập vào cơ quan khác")
        DISSOLVED = "dissolved", _("Giải thể, không có cơ quan kế thừa")
        RENAMED = "renamed", _("Đổi tên, đổi loại")
        MOVED = "unchanged", _("Giữ nguyên, đổi cấp trên")
        UNKNOWN = "unknown", _("Chưa rõ, chờ quyết định")

    class State(models.TextChoices):
        """Planned until its day; then carried out, unless somebody cancels it before."""

        PLANNED = "planned", _("Đã ghi, chờ đến ngày")
        DONE = "done", _("Đã thực hiện")
        CANCELLED = "cancelled", _("Đã hủy")

    FROM = {State.DONE: [State.PLANNED], State.CANCELLED: [State.PLANNED]}
    # The same legal entity goes on.
    OF_ONE = (Kind.RENAMED, Kind.MOVED)

    province = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("tỉnh"), help_text=_("Tỉnh khi ghi.")
    )
    kind = models.CharField(_("hình thức"), max_length=20, choices=Kind, help_text=_("Việc gì xảy ra."))
    effective_on = models.DateField(
        _("có hiệu lực từ"), null=True, blank=True, help_text=_("Ngày đầu tiên theo tổ chức mới.")
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản"),
        help_text=_("Nghị quyết, quyết định về việc này, trong sổ văn bản."),
    )
    basis = models.CharField(
        _("căn cứ ghi trong nguồn"),
        max_length=300,
        blank=True,
        help_text=_("Khi văn bản chưa có trong sổ: ghi như nguồn đã nêu."),
    )
    reason = models.CharField(_("ghi chú"), max_length=500, blank=True, help_text=_("Điều cần biết thêm."))
    founding = models.JSONField(
        _("cơ quan mới"),
        default=list,
        blank=True,
        help_text=_("Thông tin của các cơ quan được lập vào ngày hiệu lực; trống khi không lập mới."),
    )
    changes = models.JSONField(
        _("thông tin mới"),
        default=dict,
        blank=True,
        help_text=_("Với cơ quan giữ nguyên tư cách: tên, loại, cấp trên (mã) từ ngày hiệu lực."),
    )
    passes_posts = models.BooleanField(
        _("chuyển người sang cơ quan kế thừa"),
        default=True,
        help_text=_("Khi bỏ chọn, nhiệm vụ của mọi người kết thúc cùng cơ quan."),
    )
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=State, default=State.PLANNED, help_text=_("Đang ở bước nào.")
    )
    planned_at = models.DateTimeField(_("ghi lúc"), help_text=_("Lúc ghi việc này."))
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người ghi"),
        help_text=_("Ai ghi."),
    )
    done_at = models.DateTimeField(
        _("thực hiện lúc"), null=True, blank=True, help_text=_("Lúc hệ thống thực hiện.")
    )
    cancelled_at = models.DateTimeField(
        _("hủy lúc"), null=True, blank=True, help_text=_("Lúc hủy, trước ngày hiệu lực.")
    )
    cancel_reason = models.CharField(
        _("lý do hủy"), max_length=500, blank=True, help_text=_("Vì sao không thực hiện nữa.")
    )

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        ordering = ["effective_on", "pk"]
        verbose_name = _("việc sắp xếp cơ quan")
        verbose_name_plural = _("các việc sắp xếp cơ quan")
        constraints = [
            models.CheckConstraint(
                name="succession_has_basis",
                condition=Q(document__isnull=False) | ~Q(basis=""),
                violation_error_message=_("Phải có văn bản trong sổ, hoặc ghi căn cứ mà nguồn đã nêu."),
            ),
            models.CheckConstraint(
                name="succession_done_has_day",
                condition=~Q(state="done") | Q(effective_on__isnull=False, done_at__isnull=False),
                violation_error_message=_("Đã thực hiện thì phải có ngày hiệu lực và lúc thực hiện."),
            ),
            models.CheckConstraint(
                name="succession_unknown_has_no_day",
                condition=Q(kind="unknown") | Q(effective_on__isnull=False),
                violation_error_message=_("Chỉ việc chưa rõ mới để trống ngày hiệu lực."),
            ),
            models.CheckConstraint(
                name="succession_cancelled_says_why",
                condition=~Q(state="cancelled") | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                violation_error_message=_("Hủy phải nêu lý do."),
            ),
        ]
        indexes = [models.Index(fields=["state", "effective_on"], name="succession_due")]

    def __str__(self) -> str:
        links = list({link.before: link for link in self.all_links}.values())
        before = ", ".join(link.before for link in links[:3])
        more = "…" if len(links) > 3 else ""
        return f"{self.get_kind_display()}: {before}{more}"

    @property
    def all_links(self) -> "list[SuccessionLink]":
        """Its links, from what was loaded with it where it was."""
        return list(self.links.all())

    @property
    def afters(self) -> list[str]:
        """The successors as lists name them, each once."""
        return list(dict.fromkeys(link.after for link in self.all_links if link.after))

    @property
    def is_planned(self) -> bool:
        """Whether it still waits for its day or for a decision."""
        return self.state == self.State.PLANNED

    @property
    def is_done(self) -> bool:
        """Whether it was carried out."""
        return self.state == self.State.DONE

    @property
    def is_undecided(self) -> bool:
        """Whether a person has to find out first what becomes of the agency."""
        return self.is_planned and self.kind == self.Kind.UNKNOWN

    @property
    def keeps_entity(self) -> bool:
        """Whether the same legal entity goes on: nobody ends."""
        return self.kind in self.OF_ONE

    @property
    def why(self) -> str:
        """The document, or what the source says of it."""
        return str(self.document) if self.document else self.basis


class SuccessionLink(models.Model):
    """One predecessor and one successor of a succession; either may be missing."""

    succession = models.ForeignKey(
        Succession,
        models.CASCADE,
        related_name="links",
        verbose_name=_("việc sắp xếp"),
        help_text=_("Của việc nào."),
    )
    predecessor = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="links_after",
        verbose_name=_("cơ quan trước"),
        help_text=_("Cơ quan kết thúc, tách hoặc đổi tên; trống khi không có trong danh bạ."),
    )
    predecessor_code = models.CharField(_("mã cũ"), max_length=20, help_text=_("Mã của cơ quan trước."))
    predecessor_name = models.CharField(_("tên cũ"), max_length=200, help_text=_("Tên của cơ quan trước."))
    place = models.CharField(
        _("nơi cũ"),
        max_length=200,
        blank=True,
        help_text=_("Huyện, tỉnh trước đây của cơ quan ngoài danh bạ."),
    )
    successor = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="links_before",
        verbose_name=_("cơ quan sau"),
        help_text=_("Cơ quan kế thừa; trống khi chưa lập hoặc không có."),
    )
    successor_code = models.CharField(
        _("mã mới"), max_length=20, blank=True, help_text=_("Mã của cơ quan kế thừa từ ngày hiệu lực.")
    )
    successor_name = models.CharField(
        _("tên mới"), max_length=200, blank=True, help_text=_("Tên của cơ quan kế thừa.")
    )
    is_whole = models.BooleanField(
        _("toàn bộ"), default=True, help_text=_("Bỏ chọn khi chỉ một phần chuyển sang cơ quan này.")
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("quan hệ trước sau")
        verbose_name_plural = _("các quan hệ trước sau")
        constraints = [
            models.UniqueConstraint(
                fields=["succession", "predecessor_code", "predecessor_name", "successor_code"],
                name="succession_link_once",
                violation_error_message=_("Quan hệ này đã ghi."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after or '–'}"

    @property
    def before(self) -> str:
        """The predecessor as lists name it."""
        return in_lists(self.predecessor_name)

    @property
    def after(self) -> str:
        """The successor as lists name it; empty where there is none."""
        return in_lists(self.successor_name)


class LeftOpenQuerySet(models.QuerySet["SuccessionDuty"]):
    """Sentences about what was left open."""

    def undecided(self) -> Self:
        """Those a person still has to decide on."""
        return self.filter(choice=SuccessionDuty.Choice.UNDECIDED, succession__state=Succession.State.DONE)

    def visible_to(self, user: "User") -> Self:
        """Those of successions this person may see."""
        return self.filter(succession__in=Succession.objects.visible_to(user))

    def decidable_by(self, user: "User") -> Self:
        """Those the department still has to decide on."""
        return self.visible_to(user).undecided() if user.is_reviewer else self.none()


class SuccessionDuty(models.Model):
    """One thing a predecessor left open, and what was decided about it. Kept for good."""

    class Choice(models.TextChoices):
        """Where an open duty ends."""

        UNDECIDED = "undecided", _("Chờ quyết định")
        BEFORE = "before", _("Cơ quan cũ làm xong trước ngày kết thúc")
        PASSED = "passed", _("Chuyển cho cơ quan kế thừa")
        CANCELLED = "cancelled", _("Thôi, có lý do")

    succession = models.ForeignKey(
        Succession,
        models.CASCADE,
        related_name="duties",
        verbose_name=_("việc sắp xếp"),
        help_text=_("Của việc nào."),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="+",
        verbose_name=_("cơ quan trước"),
        help_text=_("Ai để lại việc này."),
    )
    about_kind = models.CharField(_("loại"), max_length=40, help_text=_("Loại việc, ví dụ report."))
    about_key = models.CharField(_("khóa"), max_length=40, help_text=_("Khóa của việc."))
    label = models.CharField(_("việc còn mở"), max_length=300, help_text=_("Tên việc lúc đó."))
    choice = models.CharField(
        _("quyết định"),
        max_length=10,
        choices=Choice,
        default=Choice.UNDECIDED,
        help_text=_("Việc này đi đâu."),
    )
    heir = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chuyển cho"),
        help_text=_("Cơ quan làm tiếp."),
    )
    heir_code = models.CharField(
        _("mã cơ quan làm tiếp"),
        max_length=20,
        blank=True,
        default="",
        db_default="",  # the version before this one fills in nothing
        help_text=_("Khi cơ quan làm tiếp đến ngày hiệu lực mới được lập."),
    )
    reason = models.CharField(_("lý do"), max_length=500, blank=True, help_text=_("Vì sao thôi không làm."))
    settled_at = models.DateTimeField(
        _("xong lúc"), null=True, blank=True, help_text=_("Lúc quyết định này được thực hiện.")
    )

    objects = LeftOpenQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("việc còn mở")
        verbose_name_plural = _("các việc còn mở")
        constraints = [
            models.UniqueConstraint(
                fields=["succession", "about_kind", "about_key"],
                name="succession_duty_once",
                violation_error_message=_("Việc này đã có quyết định."),
            ),
            models.CheckConstraint(
                name="succession_duty_cancelled_says_why",
                condition=~Q(choice="cancelled") | ~Q(reason=""),
                violation_error_message=_("Thôi không làm phải nêu lý do."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def goes_to(self) -> str:
        """Who does it from then on, also where the day founds them first; empty where nobody was chosen."""
        if self.heir:
            return str(self.heir)
        links = self.succession.all_links if self.heir_code else []
        return next((link.after for link in links if link.successor_code == self.heir_code), "")

    @property
    def is_undecided(self) -> bool:
        """Whether nobody has said yet where it goes."""
        return self.choice == self.Choice.UNDECIDED

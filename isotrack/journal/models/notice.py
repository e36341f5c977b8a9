"""Notice: one message about one thing to one address at one step. DeadAddress: where none arrives."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from isotrack.kit.deadlines import DAY, start_of


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, newest first."""

    def of_province(self, province: str) -> Self:
        """Those of one province, named by its key as text."""
        return self.filter(province=province)

    def owed(self, as_of: datetime) -> Self:
        """Planned ones whose moment has come."""
        return self.filter(state=Notice.State.PLANNED, planned_for__lte=as_of)

    def about_thing(self, about: str) -> Self:
        """Those about one thing, for example "report:17"."""
        return self.filter(about=about)

    def of_voice(self, voice: str) -> Self:
        """Those one voice finds the words for."""
        return self.filter(voice=voice)

    def in_state(self, state: str) -> Self:
        """Those with one result."""
        return self.filter(state=state)

    def in_ledger_order(self) -> Self:
        """What is still to come first, then by the `moment` it was sent or owed; without the long texts."""
        to_come = Case(When(state=Notice.State.PLANNED, then=Value(0)), default=Value(1))
        dated = self.annotate(moment=Coalesce("sent_at", "planned_for"))
        return dated.order_by(to_come, "-moment", "-pk").defer("body_text", "body_html")

    def between(self, first: date | None, last: date | None) -> Self:
        """Those sent, or owed, on the Vietnamese days from `first` to `last`; None leaves a side open."""
        rows = self.annotate(_moment=Coalesce("sent_at", "planned_for")) if first or last else self
        if first:
            rows = rows.filter(_moment__gte=start_of(first))
        return rows.filter(_moment__lt=start_of(last + DAY)) if last else rows

    def failed(self) -> Self:
        """Those given up, or returned by the receiver's server."""
        return self.in_state(Notice.State.FAILED)

    def to_living(self) -> Self:
        """Those whose address is not known to be dead."""
        return self.exclude(is_dead(OuterRef("recipient"), OuterRef("province")))

    def to_address(self, address: str) -> Self:
        """Those to one address, whatever its case."""
        return self.filter(recipient__iexact=address)

    def counts_by_state(self) -> dict[str, int]:
        """How many have each result, in one statement."""
        counted = dict(self.order_by().values_list("state").annotate(rows=Count(Value(1))))
        return {state: counted.get(state, 0) for state in Notice.State.values}


class Notice(models.Model):
    """A row first, then a mail: what was said about what, at which step, to which address."""

    class State(models.TextChoices):
        """Planned → sent, failed (why) or skipped (why)."""

        PLANNED = "planned", _("Sắp gửi")
        SENT = "sent", pgettext_lazy("notice", "Đã gửi")
        FAILED = "failed", _("Gửi không được")
        SKIPPED = "skipped", _("Bỏ qua")

    FROM = {
        State.SENT: [State.PLANNED],
        State.FAILED: [State.PLANNED, State.SENT],  # what was sent comes back
        State.SKIPPED: [State.PLANNED],
        State.PLANNED: [State.FAILED],
    }

    voice = models.CharField(
        _("loại"), max_length=40, help_text=_("Ai soạn lời, ví dụ report-reminder; xem journal.voices.")
    )
    about = models.CharField(_("về"), max_length=80, help_text=_("Đối tượng, ví dụ report:17."))
    about_label = models.CharField(_("tên"), max_length=300, help_text=_("Tên đối tượng lúc lập."))
    step = models.CharField(_("mốc"), max_length=40, help_text=_("Mốc, ví dụ officer-7: bảy ngày trước hạn."))
    recipient = models.EmailField(_("địa chỉ"), help_text=_("Địa chỉ nhận thư."))
    recipient_label = models.CharField(_("người nhận"), max_length=300, help_text=_("Tên nơi nhận."))
    province = models.CharField(_("tỉnh"), max_length=40, help_text=_("Khóa của tỉnh."))
    planned_for = models.DateTimeField(_("gửi từ"), help_text=_("Không gửi trước thời điểm này."))
    state = models.CharField(
        _("kết quả"),
        max_length=10,
        choices=State,
        default=State.PLANNED,
        help_text=_("Kết quả của thông báo."),
    )
    sent_at = models.DateTimeField(
        _("gửi lúc"), null=True, blank=True, help_text=_("Máy chủ thư đã nhận lúc.")
    )
    reason = models.CharField(
        _("lý do"), max_length=500, blank=True, help_text=_("Vì sao gửi không được hoặc bỏ qua.")
    )
    tries = models.PositiveSmallIntegerField(_("số lần thử"), default=0, help_text=_("Số lần đã thử gửi."))
    claimed_at = models.DateTimeField(
        _("giữ lúc"),
        null=True,
        blank=True,
        help_text=_("Giờ máy khi một tiến trình nhận gửi; hết hạn thì nhả."),
    )
    next_try_at = models.DateTimeField(
        _("thử lại từ"),
        null=True,
        blank=True,
        help_text=_("Giờ máy; sau mỗi lần máy chủ từ chối thì chờ lâu hơn."),
    )
    message_id = models.CharField(
        _("Message-ID"), max_length=200, blank=True, help_text=_("Không đổi giữa các lần thử.")
    )
    subject = models.CharField(_("tiêu đề"), max_length=300, blank=True, help_text=_("Tiêu đề đã gửi."))
    body_text = models.TextField(_("nội dung"), blank=True, help_text=_("Nội dung đã gửi, dạng chữ."))
    body_html = models.TextField(_("nội dung HTML"), blank=True, help_text=_("Nội dung đã gửi, dạng HTML."))

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_for", "-pk"]
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        constraints = [
            models.UniqueConstraint(
                fields=["about", "step", "recipient"],
                name="notice_once",
                violation_error_message=_("Thông báo này đã có cho địa chỉ này ở mốc này."),
            ),
            models.CheckConstraint(
                name="notice_sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                violation_error_message=_("Thông báo đã gửi phải có thời điểm gửi."),
            ),
            models.CheckConstraint(
                name="notice_says_why",
                condition=~Q(state__in=["failed", "skipped"]) | ~Q(reason=""),
                violation_error_message=_("Thông báo gửi không được hoặc bỏ qua phải có lý do."),
            ),
        ]
        indexes = [
            models.Index(fields=["planned_for", "id"], condition=Q(state="planned"), name="notice_owed"),
            models.Index(fields=["province", "-planned_for", "-id"], name="notice_newest"),
            models.Index(fields=["province"], condition=Q(state="failed"), name="notice_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.about_label}, {self.step} → {self.recipient}"

    def mail_headers(self) -> dict[str, Any]:
        """Headers every mail of this notice carries, whichever try it is."""
        return {"Message-ID": self.message_id, "Auto-Submitted": "auto-generated"}


class DeadAddressQuerySet(models.QuerySet["DeadAddress"]):
    """Addresses that mail comes back from."""

    def of_province(self, province: str) -> Self:
        """Those of one province, named by its key as text."""
        return self.filter(province=province)

    def at(self, address: str) -> Self:
        """The one at this address, whatever its case."""
        return self.filter(address__iexact=address)


class DeadAddress(models.Model):
    """An address that mail comes back from; nothing is sent there until somebody says that it works again."""

    class Source(models.TextChoices):
        """How it became known."""

        TYPED = "typed", _("Người dùng ghi")
        BOUNCE = "bounce", _("Thư báo không phát được")
        REFUSED = "refused", _("Máy chủ thư từ chối")

    address = models.EmailField(_("địa chỉ"), help_text=_("Địa chỉ thư không nhận được."))
    province = models.CharField(_("tỉnh"), max_length=40, help_text=_("Khóa của tỉnh."))
    since = models.DateTimeField(_("từ lúc"), help_text=_("Lúc ghi nhận."))
    reason = models.CharField(
        _("lý do"), max_length=500, help_text=_("Lời của máy chủ thư hoặc của người ghi.")
    )
    source = models.CharField(
        _("nguồn"), max_length=10, choices=Source, default=Source.TYPED, help_text=_("Biết được từ đâu.")
    )

    objects = DeadAddressQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "address"]
        verbose_name = _("địa chỉ không nhận thư")
        verbose_name_plural = _("địa chỉ không nhận thư")
        constraints = [
            models.UniqueConstraint(
                "province",
                Lower("address"),
                name="dead_address_once",
                violation_error_message=_("Địa chỉ này đã được ghi nhận."),
            ),
        ]

    def __str__(self) -> str:
        return self.address


def is_dead(address: Any, province: Any) -> Exists:
    """Condition over the rows of a query: mail to their address comes back.

    `address` and `province` are values or OuterRefs; case decides nothing.
    """
    folded = DeadAddress.objects.annotate(folded=Lower("address"))
    return Exists(folded.filter(province=province, folded=Lower(address)))

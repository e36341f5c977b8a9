"""An invitation: somebody who has no account yet is asked by mail to open one for a post.

The address of the mail is signed and names the invitation and its round; sending again begins a new round, so
an older mail opens nothing. Nothing tells a stranger whether an address, an account or an invitation exists.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.models.agency import Agency
from agencies.models.person import Post, Role, User

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNER = Signer(salt="agencies.invitation", sep=".")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Sentences about invitations."""

    def visible_to(self, user: User) -> Self:
        """Those of the province, for who may look at accounts."""
        if user.agency is None or not user.reads_accounts:
            return self.none()
        return self.filter(agency__province_id=user.agency.province_id)

    def editable_by(self, user: User) -> Self:
        """Those this person may send again or withdraw: of roles they may invite for."""
        return self.visible_to(user).filter(role__in=roles_to_invite(user))

    def open(self) -> Self:
        """Sent, and neither taken up nor withdrawn nor run out."""
        return self.filter(state=Invitation.State.OPEN)

    def run_out(self, as_of: datetime) -> Self:
        """Open ones whose time is over."""
        return self.open().filter(expires_at__lte=as_of)

    def with_mailbox(self, email: str) -> Self:
        """Those to this address, whatever its case."""
        return self.filter(email__iexact=email)

    def after_post(self, post: Post) -> Self:
        """Those of somebody who is to follow the holder of `post`."""
        return self.filter(follows=post)


class Invitation(models.Model):
    """Who is asked to open an account, for which post, by whom, until when, and what became of it."""

    class State(models.TextChoices):
        """Open → accepted, withdrawn or run out; what has run out may be sent again or withdrawn."""

        OPEN = "open", _("Đang chờ nhận")
        ACCEPTED = "accepted", _("Đã nhận")
        WITHDRAWN = "withdrawn", pgettext_lazy("invitation", "Đã rút")
        EXPIRED = "expired", _("Đã hết hạn")

    FROM: "dict[State, Sequence[State]]" = {
        State.OPEN: [State.OPEN, State.EXPIRED],  # sent again
        State.ACCEPTED: [State.OPEN],
        State.WITHDRAWN: [State.OPEN, State.EXPIRED],
        State.EXPIRED: [State.OPEN],
    }

    full_name = models.CharField(
        _("họ và tên"), max_length=200, help_text=_("Họ, tên đệm và tên của người được mời.")
    )
    email = models.EmailField(_("thư điện tử"), help_text=_("Hộp thư riêng của người được mời."))
    role = models.CharField(
        _("vai trò"), max_length=14, choices=Role, help_text=_("Tài khoản được làm những gì.")
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="invitations",
        verbose_name=_("cơ quan"),
        help_text=_("Cơ quan giao nhiệm vụ."),
    )
    title = models.CharField(_("chức vụ"), max_length=100, blank=True, help_text=_("Ví dụ thư ký ISO."))
    is_head = models.BooleanField(
        _("người đứng đầu"), default=False, help_text=_("Xác nhận báo cáo của cơ quan.")
    )
    starts_on = models.DateField(_("nhận nhiệm vụ từ ngày"), help_text=_("Ngày ghi trong quyết định."))
    follows = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nhận bàn giao từ"),
        help_text=_("Nhiệm vụ của người bàn giao."),
    )
    state = models.CharField(
        _("tình trạng"), max_length=10, choices=State, default=State.OPEN, help_text=_("Kết quả lời mời.")
    )
    round = models.PositiveSmallIntegerField(
        _("lần gửi"), default=1, help_text=_("Chỉ đường dẫn của lần gửi cuối còn dùng được.")
    )
    invited_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người mời"),
        help_text=_("Để trống khi mời bằng lệnh."),
    )
    sent_at = models.DateTimeField(_("gửi lúc"), help_text=_("Lúc gửi lần cuối."))
    expires_at = models.DateTimeField(_("hết hạn lúc"), help_text=_("Sau lúc này đường dẫn không dùng được."))
    account = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("tài khoản"),
        help_text=_("Tài khoản đã mở từ lời mời này."),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("lời mời")
        verbose_name_plural = _("lời mời")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "agency",
                name="invitation_open_once",
                condition=Q(state="open"),
                violation_error_message=_("Người này đã có lời mời đang chờ ở cơ quan này."),
            ),
            models.CheckConstraint(
                name="invitation_accepted_has_account",
                condition=Q(state="accepted", account__isnull=False)
                | (~Q(state="accepted") & Q(account__isnull=True)),
                violation_error_message=_("Lời mời đã nhận phải có tài khoản."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name}, {self.agency}"

    @property
    def token(self) -> str:
        """The signed form that stands in the address of the mail."""
        return _SIGNER.sign_object([self.pk, self.round])

    @property
    def link(self) -> str:
        """The whole address, as it goes into the mail and nowhere else."""
        return settings.SITE_URL + reverse("agencies:invitation-accept", args=[self.token])

    def is_open_at(self, as_of: datetime, today: date) -> bool:
        """Whether it can still be taken up: open, in time, and its agency still there."""
        closed_on = self.agency.valid_to
        in_time = self.expires_at > as_of and (closed_on is None or closed_on >= today)
        return self.state == self.State.OPEN and in_time

    @classmethod
    def behind(cls, token: str) -> "Invitation | None":
        """The invitation of an address; None for one that is not ours or of an earlier round."""
        try:
            pk, number = _SIGNER.unsign_object(token)
            return cls.objects.select_related("agency").filter(pk=int(pk), round=int(number)).first()
        except (BadSignature, TypeError, ValueError):
            return None


def roles_to_invite(user: User) -> list[str]:
    """Who may ask whom in: an administrator everybody, the department those responsible in agencies."""
    if user.keeps_accounts:
        return list(Role.values)
    return [Role.OFFICER.value] if user.is_reviewer else []

"""Accounts and posts: looking for them, opening, changing, handing over."""

from datetime import date, datetime
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.actions.invitation import invite
from agencies.actions.person import DAY, begin_post, hand_over
from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL, AgencyChoiceField
from agencies.forms.filters import FilterForm, SearchField
from agencies.forms.invitation import why_not_invite
from agencies.forms.named import NamedAgencyField, meant_in
from agencies.models import Agency, Invitation, Post, Role, User
from agencies.models.agency import AgencyQuerySet
from agencies.models.person import UserQuerySet
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.text import clean
from isotrack.kit.words import say_date

# Letters that every keyboard has: a user name is told over the telephone.
plain_name = RegexValidator(
    r"^[A-Za-z0-9._@-]+$", gettext_lazy("Chỉ dùng chữ không dấu, chữ số và các dấu . _ @ -")
)


IS_HEAD = gettext_lazy("Là người đứng đầu cơ quan hoặc cấp phó được giao")
WHAT_A_HEAD_DOES = gettext_lazy(
    "Người này xác nhận báo cáo năm do công chức trình, không phải người lập báo cáo."
)


class AccountFilter(FilterForm):
    """Search and filters of the list of accounts."""

    q = SearchField(label=gettext_lazy("Tìm họ tên, tên đăng nhập, thư (gõ không dấu được)"))
    role = forms.ChoiceField(label=gettext_lazy("Vai trò"), choices=[ALL, *Role.choices])
    agency = NamedAgencyField(
        label=gettext_lazy("Nhiệm vụ ở cơ quan (tên hoặc mã)"),
        typed="at",
        suggest=reverse_lazy("agencies:agency-names"),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Tình trạng"),
        choices=[
            ALL,
            ("in_use", gettext_lazy("Đang dùng")),
            ("locked", gettext_lazy("Đã khóa")),
            ("without_post", gettext_lazy("Không giữ nhiệm vụ")),
            ("acting", gettext_lazy("Đang thay mặt người khác")),
            ("never", gettext_lazy("Chưa đăng nhập lần nào")),
        ],
    )

    def __init__(self, data: QueryDict, *, agencies: AgencyQuerySet) -> None:
        super().__init__(data)
        self.fields["agency"].offered = agencies.all  # type: ignore[attr-defined]

    @property
    def meant(self) -> list[tuple[str, str]]:
        """Where what was typed fits several agencies: each with the address that chooses it."""
        return meant_in(self, "agency")

    def narrow(self, users: UserQuerySet, *, today: date) -> UserQuerySet:
        """Those of `users` that were asked for."""
        values = self.values
        users = users.matching(values.get("q", ""))
        if "role" in values:
            users = users.filter(role=values["role"])
        if "agency" in values:
            users = users.with_post_in(values["agency"])
        match values.get("state"):
            case "in_use":
                return users.in_use()
            case "locked":
                return users.locked()
            case "without_post":
                return users.in_use().without_post_on(today)
            case "acting":
                return users.acting_on(today)
            case "never":
                return users.in_use().filter(last_login__isnull=True)
        return users


class _PersonForm(HouseFormMixin, forms.ModelForm):
    """What opening and changing an account have in common."""

    full_name = forms.CharField(
        label=gettext_lazy("Họ và tên"), max_length=200, help_text=gettext_lazy("Họ, tên đệm và tên.")
    )
    email = forms.EmailField(
        label=gettext_lazy("Thư điện tử"),
        help_text=gettext_lazy("Hộp thư của riêng người này: nhận thư đặt mật khẩu và bản tin."),
    )

    def clean_full_name(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["full_name"])

    def clean_email(self) -> str:
        """One mailbox opens one account: whoever reads it can set the password."""
        email: str = self.cleaned_data["email"]
        others = User.objects.get_queryset().in_use().filter(email__iexact=email)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                _(
                    "Hộp thư này đã thuộc một tài khoản đang dùng. "
                    "Khóa tài khoản cũ trước, hoặc dùng thư khác."
                ),
                code="taken",
            )
        return email


class OpenAccountForm(_PersonForm):
    """A new account with its first post."""

    username = forms.CharField(
        label=gettext_lazy("Tên đăng nhập"),
        max_length=60,
        validators=[plain_name],
        help_text=gettext_lazy("Thường là mã cơ quan hoặc thư công vụ; chữ thường không dấu."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Vai trò"),
        choices=[("", gettext_lazy("Chọn vai trò")), *Role.choices],
        help_text=gettext_lazy("Quyết định người này được làm những gì."),
    )
    agency = AgencyChoiceField(
        Agency.objects.none(),
        empty_label=gettext_lazy("Chọn cơ quan"),
        label=gettext_lazy("Cơ quan"),
        help_text=gettext_lazy("Cơ quan giao nhiệm vụ; quyết định người này thấy gì."),
    )
    title = forms.CharField(
        label=gettext_lazy("Chức vụ"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Ví dụ thư ký ISO, chuyên viên."),
    )
    starts_on = VietnameseDateField(
        label=gettext_lazy("Nhận nhiệm vụ từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày ghi trong quyết định phân công."),
    )
    is_head = forms.BooleanField(label=IS_HEAD, required=False, help_text=WHAT_A_HEAD_DOES)
    layout = ("full_name", "username", "email", "role", "agency", "title", "is_head", "starts_on")
    submit_label = gettext_lazy("Lập tài khoản")

    class Meta:
        model = User
        fields = ["full_name", "username", "email", "role"]

    def __init__(self, *args: Any, agencies: AgencyQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        """Capital letters make no other account."""
        return clean(self.cleaned_data["username"]).lower()


class AccountForm(_PersonForm):
    """An account that exists; `by` is who changes it."""

    layout = ("full_name", "email", "role", "is_active")
    submit_label = gettext_lazy("Lưu tài khoản")

    class Meta:
        model = User
        fields = ["full_name", "email", "role", "is_active"]

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.is_own = self.instance == by

    def clean_role(self) -> str:
        """Nobody shuts themselves out."""
        role: str = self.cleaned_data["role"]
        if self.is_own and role != Role.ADMINISTRATOR:
            raise ValidationError(
                _("Không tự đổi vai trò của mình: nhờ một người quản trị khác."), code="own"
            )
        return role

    def clean_is_active(self) -> bool:
        """Nobody shuts themselves out."""
        is_active: bool = self.cleaned_data["is_active"]
        if self.is_own and not is_active:
            raise ValidationError(
                _("Không tự khóa tài khoản của mình: nhờ một người quản trị khác."), code="own"
            )
        return is_active


class PostForm(HouseFormMixin, forms.Form):
    """The end of a post with its handover, or the beginning of another one; `user` is whose post it is.

    Whoever ends a post says who follows: somebody with an account, somebody who is invited, or nobody yet.
    """

    class Act(models.TextChoices):
        """What happens on the day."""

        END = "end", gettext_lazy("Thôi giữ nhiệm vụ và bàn giao")
        BEGIN = "begin", gettext_lazy("Nhận nhiệm vụ mới")

    act = forms.ChoiceField(
        label=gettext_lazy("Việc"),
        choices=Act,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Nhận nhiệm vụ mới thì nhiệm vụ đang giữ kết thúc vào ngày hôm trước."),
    )
    post = forms.ModelChoiceField(
        Post.objects.none(),
        required=False,
        label=gettext_lazy("Nhiệm vụ bàn giao"),
        empty_label=gettext_lazy("Chọn nhiệm vụ"),
        help_text=gettext_lazy("Người này giữ nhiều nhiệm vụ: chọn nhiệm vụ thôi giữ."),
    )
    day = VietnameseDateField(
        label=gettext_lazy("Ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy(
            "Thôi giữ: ngày cuối cùng; ngày đã qua thì mọi phiên đang mở bị đăng xuất ngay. "
            "Nhận mới: ngày đầu tiên."
        ),
    )
    successor = forms.ModelChoiceField(
        User.objects.get_queryset().none(),
        required=False,
        label=gettext_lazy("Bàn giao cho"),
        empty_label=gettext_lazy("Chọn người đã có tài khoản"),
        help_text=gettext_lazy(
            "Khi thôi giữ: người này nhận nhiệm vụ từ ngày hôm sau, kể cả báo cáo đang soạn."
        ),
    )
    invite_name = forms.CharField(
        label=gettext_lazy("Hoặc mời người chưa có tài khoản: họ và tên"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Họ, tên đệm và tên của người được mời."),
    )
    invite_email = forms.EmailField(
        label=gettext_lazy("Thư điện tử của người được mời"),
        required=False,
        help_text=gettext_lazy("Thư mời gửi đến đây; người nhận tự đặt mật khẩu rồi nhận nhiệm vụ."),
    )
    nobody = forms.BooleanField(
        label=gettext_lazy("Chưa có người nhận"),
        required=False,
        help_text=gettext_lazy("Cơ quan nằm trong danh sách chưa liên hệ được cho đến khi có người."),
    )
    agency = AgencyChoiceField(
        Agency.objects.none(),
        required=False,
        label=gettext_lazy("Cơ quan mới"),
        empty_label=gettext_lazy("Chọn cơ quan"),
        help_text=gettext_lazy("Chỉ cần khi nhận nhiệm vụ mới."),
    )
    title = forms.CharField(
        label=gettext_lazy("Chức vụ"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Chức vụ của người nhận, ví dụ thư ký ISO."),
    )
    is_head = forms.BooleanField(
        label=IS_HEAD,
        required=False,
        help_text=gettext_lazy(
            "Chỉ dùng khi nhận nhiệm vụ mới; bàn giao thì người nhận giữ đúng vai của người thôi giữ."
        ),
    )
    takes_over = forms.BooleanField(
        label=gettext_lazy("Là người phụ trách chính"),
        required=False,
        help_text=gettext_lazy(
            "Chỉ dùng khi nhận nhiệm vụ mới; người đang phụ trách chính trở thành người cùng làm."
        ),
    )
    submit_label = gettext_lazy("Bàn giao nhiệm vụ")

    def __init__(
        self,
        *args: Any,
        user: User,
        today: date,
        successors: UserQuerySet,
        agencies: AgencyQuerySet,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.layout = (
            "act",
            "post",
            "day",
            Fieldset(
                _("Khi thôi giữ: một trong ba cách"), "successor", "invite_name", "invite_email", "nobody"
            ),
            Fieldset(_("Khi nhận nhiệm vụ mới"), "agency", "is_head", "takes_over"),
            "title",
        )
        held = user.posts.own().after_day(today - DAY).select_related("agency", "user")
        self.posts = list(held.order_by("-is_responsible", "-starts_on"))
        if len(self.posts) > 1:
            self.fields["post"].queryset = held  # type: ignore[attr-defined]
        else:
            del self.fields["post"]
            self.layout = tuple(part for part in self.layout if part != "post")
        self.fields["successor"].queryset = successors  # type: ignore[attr-defined]
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    @property
    def held(self) -> Post | None:
        """The post that ends: the one that was chosen, or the only one."""
        if len(self.posts) == 1:
            return self.posts[0]
        chosen: Post | None = self.cleaned_data.get("post")
        return chosen

    def save(self, *, by: User, at: datetime) -> str:
        """Do what was chosen; returns the address an invitation goes to, "" without one."""
        values = self.cleaned_data
        if values["act"] == self.Act.BEGIN:
            begun = {name: values[name] for name in ("agency", "title", "is_head", "takes_over")}
            begin_post(self.user, by=by, at=at, starts_on=values["day"], **begun)
            return ""
        assert self.held is not None
        with transaction.atomic():
            to = {"successor": values["successor"], "title": values["title"]}
            hand_over(self.held, by=by, at=at, last_day=values["day"], **to)
            return self._invite(by=by, at=at).email if values["invite_email"] else ""

    def _invite(self, *, by: User, at: datetime) -> Invitation:
        """Ask the newcomer in for the very post that ends."""
        values, post = self.cleaned_data, self.held
        assert post is not None
        return invite(
            by=by,
            at=at,
            full_name=clean(values["invite_name"]),
            email=values["invite_email"],
            role=self.user.role,
            agency=post.agency,
            title=values["title"],
            is_head=post.is_head,
            starts_on=values["day"] + DAY,
            follows=post,
        )

    def clean(self) -> dict[str, Any]:
        """Each of the two acts asks for something of its own."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("act") == self.Act.BEGIN:
            self._check_begin(cleaned)
        elif cleaned.get("act") == self.Act.END:
            self._check_end(cleaned)
            self._check_who_follows(cleaned)
        return cleaned

    def _check_begin(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("agency") and "agency" not in self.errors:
            self.add_error("agency", _("Chọn cơ quan của nhiệm vụ mới."))
        if cleaned.get("is_head") and cleaned.get("takes_over"):
            self.add_error("takes_over", _("Người đứng đầu xác nhận báo cáo, không phụ trách lập báo cáo."))
        self._check_after(self.user, cleaned.get("day"))

    def _check_end(self, cleaned: dict[str, Any]) -> None:
        day, successor, held = cleaned.get("day"), cleaned.get("successor"), self.held
        if not self.posts:
            self.add_error("act", _("Người này không giữ nhiệm vụ nào đang mở."))
        elif held is None:
            self.add_error("post", _("Chọn nhiệm vụ thôi giữ."))
        elif day and day < held.starts_on:
            told = {"date": say_date(held.starts_on)}
            said = _("Nhiệm vụ bắt đầu ngày %(date)s: ngày cuối cùng không thể sớm hơn.") % told
            self.add_error("day", said)
        if successor and held and not _holds_like(successor, held):
            self._check_after(successor, day)

    def _check_who_follows(self, cleaned: dict[str, Any]) -> None:
        """Exactly one of: somebody there, somebody invited, nobody yet."""
        email, name = cleaned.get("invite_email"), cleaned.get("invite_name")
        if "invite_email" in self.errors or "successor" in self.errors:
            return
        chosen = [bool(cleaned.get("successor")), bool(email or name), bool(cleaned.get("nobody"))]
        if not any(chosen):
            said = _("Chọn người nhận, mời người chưa có tài khoản, hoặc đánh dấu “Chưa có người nhận”.")
            self.add_error("successor", said)
        elif sum(chosen) > 1:
            self.add_error("successor", _("Chỉ chọn một trong ba cách bàn giao."))
        elif email or name:
            self._check_invited(email, name)

    def _check_invited(self, email: str | None, name: str | None) -> None:
        if not name:
            self.add_error("invite_name", _("Ghi họ và tên của người được mời."))
        if not email:
            self.add_error("invite_email", _("Ghi thư điện tử của người được mời."))
        elif self.held is not None and (told := why_not_invite(email, self.held.agency)):
            self.add_error("invite_email", told)

    def _check_after(self, person: User, day: date | None) -> None:
        """Begun posts end the day before the new one, so it must lie after their first day."""
        newest = person.posts.own().order_by("-starts_on").first()
        if newest and day and day <= newest.starts_on:
            self.add_error(
                "day",
                _("%(person)s đã nhận nhiệm vụ từ ngày %(date)s: chọn ngày sau ngày đó.")
                % {"person": person, "date": say_date(newest.starts_on)},
            )


def _holds_like(person: User, post: Post) -> bool:
    """Whether somebody already holds such a post of the same agency."""
    same = person.posts.own().without_end().filter(agency=post.agency, is_head=post.is_head)
    return same.exists()

"""Accounts and posts: looking for them, opening, changing, handing over."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.actions.person import begin_post, hand_over
from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL, AgencyChoiceField
from agencies.forms.filters import FilterForm, SearchField
from agencies.models import Agency, Post, Role, User
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
    state = forms.ChoiceField(
        label=gettext_lazy("Tình trạng"),
        choices=[
            ALL,
            ("in_use", gettext_lazy("Đang dùng")),
            ("locked", gettext_lazy("Đã khóa")),
            ("without_post", gettext_lazy("Không giữ nhiệm vụ")),
        ],
    )

    def narrow(self, users: UserQuerySet, *, today: date) -> UserQuerySet:
        """Those of `users` that were asked for."""
        values = self.values
        users = users.matching(values.get("q", ""))
        if "role" in values:
            users = users.filter(role=values["role"])
        match values.get("state"):
            case "in_use":
                return users.in_use()
            case "locked":
                return users.locked()
            case "without_post":
                return users.in_use().without_post_on(today)
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
    """The end of a post with its handover, or the beginning of another one; `user` is whose post it is."""

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
    day = VietnameseDateField(
        label=gettext_lazy("Ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Thôi giữ: ngày cuối cùng. Nhận mới: ngày đầu tiên."),
    )
    successor = forms.ModelChoiceField(
        User.objects.get_queryset().none(),
        required=False,
        label=gettext_lazy("Bàn giao cho"),
        empty_label=gettext_lazy("Chưa có người nhận"),
        help_text=gettext_lazy(
            "Khi thôi giữ: người này nhận nhiệm vụ từ ngày hôm sau, kể cả báo cáo đang soạn. "
            "Người chưa có tài khoản thì lập tài khoản trước."
        ),
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
        self.held = user.posts.on(today).without_end().order_by("-is_responsible", "-starts_on").first()
        self.fields["successor"].queryset = successors  # type: ignore[attr-defined]
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    def save(self, *, by: User, at: datetime) -> None:
        """Do what was chosen."""
        values = self.cleaned_data
        if values["act"] == self.Act.BEGIN:
            begun = {"agency": values["agency"], "title": values["title"], "starts_on": values["day"]}
            begin_post(self.user, by=by, at=at, is_head=values["is_head"], **begun)
        elif self.held is not None:
            to = {"successor": values["successor"], "title": values["title"]}
            hand_over(self.held, by=by, at=at, last_day=values["day"], **to)

    def clean(self) -> dict[str, Any]:
        """Each of the two acts asks for something of its own."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("act") == self.Act.BEGIN:
            self._check_begin(cleaned)
        elif cleaned.get("act") == self.Act.END:
            self._check_end(cleaned)
        return cleaned

    def _check_begin(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("agency") and "agency" not in self.errors:
            self.add_error("agency", _("Chọn cơ quan của nhiệm vụ mới."))
        self._check_after(self.user, cleaned.get("day"))

    def _check_end(self, cleaned: dict[str, Any]) -> None:
        day, successor = cleaned.get("day"), cleaned.get("successor")
        if self.held is None:
            self.add_error("act", _("Người này không giữ nhiệm vụ nào đang mở."))
        elif day and day < self.held.starts_on:
            started = say_date(self.held.starts_on)
            self.add_error(
                "day",
                _("Nhiệm vụ bắt đầu ngày %(date)s: ngày cuối cùng không thể sớm hơn.") % {"date": started},
            )
        if (
            successor
            and self.held
            and not successor.posts.without_end()
            .filter(agency=self.held.agency, is_head=self.held.is_head)
            .exists()
        ):
            self._check_after(successor, day)

    def _check_after(self, person: User, day: date | None) -> None:
        """Begun posts end the day before the new one, so it must lie after their first day."""
        newest = Post.objects.filter(user=person).order_by("-starts_on").first()
        if newest and day and day <= newest.starts_on:
            self.add_error(
                "day",
                _("%(person)s đã nhận nhiệm vụ từ ngày %(date)s: chọn ngày sau ngày đó.")
                % {"person": person, "date": say_date(newest.starts_on)},
            )

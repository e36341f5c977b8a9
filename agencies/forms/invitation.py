"""Inviting somebody, and what the invited person fills in; the filter of the list."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL, AgencyChoiceField
from agencies.forms.filters import FilterForm, SearchField
from agencies.models import Agency, Invitation, Role, User
from agencies.models.agency import AgencyQuerySet
from agencies.models.invitation import InvitationQuerySet, roles_to_invite
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.text import clean, fold


def why_not_invite(email: str, agency: Agency) -> str:
    """Why nobody can be invited at this address, as far as this province may know; "" where it can."""
    own = User.objects.get_queryset().in_use().with_mailbox(email)
    if own.filter(posts__agency__province=agency.province_id).exists():
        return _("Hộp thư này đã thuộc một tài khoản đang dùng: giao nhiệm vụ cho tài khoản đó.")
    if Invitation.objects.open().with_mailbox(email).filter(agency__province=agency.province_id).exists():
        return _("Đã có lời mời đang chờ gửi đến hộp thư này: gửi lại hoặc rút lời mời đó.")
    return ""


class InvitationFilter(FilterForm):
    """Search and filter of the list of invitations."""

    q = SearchField(label=gettext_lazy("Tìm họ tên, thư, cơ quan (gõ không dấu được)"))
    state = forms.ChoiceField(label=gettext_lazy("Tình trạng"), choices=[ALL, *Invitation.State.choices])

    def narrow(self, invitations: InvitationQuerySet) -> InvitationQuerySet:
        """Those of `invitations` that were asked for."""
        values = self.values
        if "state" in values:
            invitations = invitations.filter(state=values["state"])
        if typed := fold(values.get("q", "")).split():
            rows = invitations.values_list("pk", "full_name", "email", "agency__name")
            found = [pk for pk, *texts in rows if all(word in fold(" ".join(texts)) for word in typed)]
            invitations = invitations.filter(pk__in=found)
        return invitations


class InvitationForm(HouseFormMixin, forms.Form):
    """Who is invited, for which post; `by` decides for which roles."""

    full_name = forms.CharField(
        label=gettext_lazy("Họ và tên"), max_length=200, help_text=gettext_lazy("Họ, tên đệm và tên.")
    )
    email = forms.EmailField(
        label=gettext_lazy("Thư điện tử"),
        help_text=gettext_lazy("Hộp thư của riêng người này: thư mời gửi đến đây."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Vai trò"), help_text=gettext_lazy("Quyết định người này được làm những gì.")
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
    is_head = forms.BooleanField(
        label=gettext_lazy("Là người đứng đầu cơ quan hoặc cấp phó được giao"),
        required=False,
        help_text=gettext_lazy(
            "Người này xác nhận báo cáo năm do công chức trình, không phải người lập báo cáo."
        ),
    )
    starts_on = VietnameseDateField(
        label=gettext_lazy("Nhận nhiệm vụ từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày ghi trong quyết định phân công."),
    )
    submit_label = gettext_lazy("Gửi lời mời")

    def __init__(self, *args: Any, by: User, agencies: AgencyQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        allowed = roles_to_invite(by)
        roles = [(value, label) for value, label in Role.choices if value in allowed]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    def clean_full_name(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["full_name"])

    def clean(self) -> dict[str, Any]:
        """One mailbox, one account; one invitation at a time."""
        cleaned: dict[str, Any] = super().clean() or {}
        email, agency = cleaned.get("email"), cleaned.get("agency")
        if email and agency and (told := why_not_invite(email, agency)):
            self.add_error("email", told)
        return cleaned


class AcceptForm(HouseFormMixin, forms.Form):
    """The password of a new account, typed twice."""

    password1 = forms.CharField(
        label=gettext_lazy("Mật khẩu"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "Ít nhất 12 ký tự, không dễ đoán và không giống tên của mình. Một câu dài dễ nhớ là tốt nhất."
        ),
    )
    password2 = forms.CharField(
        label=gettext_lazy("Nhập lại mật khẩu"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Gõ lại đúng mật khẩu trên."),
    )
    submit_label = gettext_lazy("Mở tài khoản")

    def __init__(self, *args: Any, invitation: Invitation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.invitation = invitation

    def clean_password1(self) -> str:
        """As strong as every password here."""
        password: str = self.cleaned_data["password1"]
        told = self.invitation
        validate_password(password, User(username=told.email, full_name=told.full_name, email=told.email))
        return password

    def clean_password2(self) -> str:
        """The same twice."""
        again: str = self.cleaned_data["password2"]
        if "password1" in self.cleaned_data and again != self.cleaned_data["password1"]:
            raise ValidationError(_("Hai lần nhập mật khẩu không giống nhau."), code="mismatch")
        return again

"""One change for many agencies: which, what, from when and why."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.actions.bulk import TOGETHER
from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import AgencyChoiceField
from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet, CeilingTier, Group, Kind, Mandate
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.words import say_date

KEEP = ("", gettext_lazy("Giữ nguyên"))
MOST = 2000  # agencies in one change


class BulkForm(HouseFormMixin, forms.Form):
    """Empty fields keep what each agency has; `chosen` carries the keys of the agencies along."""

    chosen = forms.CharField(widget=forms.HiddenInput)
    superior = AgencyChoiceField(
        Agency.objects.none(),
        required=False,
        label=gettext_lazy("Cơ quan cấp trên"),
        empty_label=KEEP[1],
        help_text=gettext_lazy("Cơ quan nhắc nhở khi đơn vị báo cáo trễ hoặc không gửi."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Loại"),
        choices=[KEEP, *Kind.choices],
        required=False,
        help_text=gettext_lazy("Loại cơ quan."),
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Nhóm"),
        choices=[KEEP, *Group.choices],
        required=False,
        help_text=gettext_lazy("Nhóm khi tính tỷ lệ báo cáo."),
    )
    mandate = forms.ChoiceField(
        label=gettext_lazy("Áp dụng ISO"),
        choices=[KEEP, *Mandate.choices],
        required=False,
        help_text=gettext_lazy("Phải hay khuyến khích (Điều 2 QĐ 19/2014)."),
    )
    ceiling_tier = forms.ChoiceField(
        label=gettext_lazy("Mức chi"),
        choices=[KEEP, *CeilingTier.choices],
        required=False,
        help_text=gettext_lazy("Điểm của Điều 4 TT 116/2015/TT-BTC."),
    )
    reports_annually = forms.TypedChoiceField(
        label=gettext_lazy("Báo cáo hằng năm"),
        choices=[KEEP, ("yes", gettext_lazy("Có")), ("no", gettext_lazy("Không"))],
        coerce=lambda typed: typed == "yes",
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Phải gửi báo cáo năm về Sở Khoa học và Công nghệ."),
    )
    on = VietnameseDateField(
        label=gettext_lazy("Có hiệu lực từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày ghi trong văn bản; trước ngày này thông tin cũ vẫn đúng."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Số, ngày văn bản hoặc lý do thay đổi; được giữ trong nhật ký."),
    )
    submit_label = gettext_lazy("Xem trước thay đổi")

    def __init__(self, *args: Any, today: date, superiors: AgencyQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["superior"].queryset = superiors  # type: ignore[attr-defined]

    def clean_chosen(self) -> list[int]:
        """The keys, read back."""
        typed = self.cleaned_data["chosen"].split(",")
        return [int(key) for key in typed if key.isascii() and key.isdigit() and len(key) < 19][:MOST]

    def clean_on(self) -> date:
        """Present values are what agencies bear today, so a change of tomorrow is recorded tomorrow."""
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("Chỉ ghi thay đổi đã có hiệu lực, muộn nhất là hôm nay."), code="future")
        return on

    def clean(self) -> dict[str, Any]:
        """Refuse what would change nothing, and a superior who did not exist yet."""
        cleaned = super().clean() or {}
        superior, on = cleaned.get("superior"), cleaned.get("on")
        if superior and on and superior.valid_from > on:
            said = _("%(name)s có từ ngày %(day)s, sau ngày có hiệu lực.")
            words = {"name": superior, "day": say_date(superior.valid_from)}
            self.add_error("superior", ValidationError(said % words, code="too-young"))
        if not self.errors and not self.values:
            raise ValidationError(_("Chọn ít nhất một thông tin cần đổi."), code="unchanged")
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What was chosen to be changed: field of Agency → new value."""
        found = {name: self.cleaned_data.get(name) for name in TOGETHER}
        return {name: value for name, value in found.items() if value not in (None, "")}

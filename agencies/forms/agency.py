"""Narrowing the list of agencies, changing one from a day on, and its mailbox."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.actions.agency import DATED
from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.filters import FilterForm, SearchField
from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet, Group, Kind, Level, Mandate
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.text import clean

ALL = ("", gettext_lazy("Tất cả"))
SORTS = {
    "": (gettext_lazy("Theo thứ tự danh bạ"), ("sort_order", "name_sort", "pk")),
    "name": (gettext_lazy("Theo tên, A đến Y"), ("name_sort", "pk")),
    "-name": (gettext_lazy("Theo tên, Y đến A"), ("-name_sort", "-pk")),
    "code": (gettext_lazy("Theo mã, tăng dần"), ("code", "pk")),
    "-code": (gettext_lazy("Theo mã, giảm dần"), ("-code", "-pk")),
}


class AgencyChoiceField(forms.ModelChoiceField):
    """One agency, named with its code because names repeat."""

    def label_from_instance(self, obj: Agency) -> str:
        return f"{obj} ({obj.code})"


class AgencyFilter(FilterForm):
    """Search, filters and order of the list of agencies."""

    by_chips = ("group",)
    q = SearchField(label=gettext_lazy("Tìm tên, tên ngắn, mã (gõ không dấu được)"))
    superior = AgencyChoiceField(
        Agency.objects.none(), label=gettext_lazy("Trực thuộc, mọi cấp"), empty_label=ALL[1]
    )
    level = forms.ChoiceField(label=gettext_lazy("Cấp"), choices=[ALL, *Level.choices])
    kind = forms.ChoiceField(label=gettext_lazy("Loại"), choices=[ALL, *Kind.choices])
    group = forms.ChoiceField(label=gettext_lazy("Nhóm"), choices=[ALL, *Group.choices])
    mandate = forms.ChoiceField(label=gettext_lazy("Áp dụng ISO"), choices=[ALL, *Mandate.choices])
    contact = forms.ChoiceField(
        label=gettext_lazy("Thư nhận tin"),
        choices=[ALL, ("yes", gettext_lazy("Đã có")), ("no", gettext_lazy("Chưa có"))],
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Sắp xếp"), choices=[(key, label) for key, (label, _order) in SORTS.items()]
    )

    def __init__(self, data: QueryDict, *, superiors: AgencyQuerySet) -> None:
        super().__init__(data)
        self.fields["superior"].queryset = superiors  # type: ignore[attr-defined]

    def narrow(self, agencies: AgencyQuerySet, *, but: str = "") -> AgencyQuerySet:
        """Those of `agencies` that were asked for; `but` names a filter to leave out."""
        values = self.values
        values.pop(but, None)
        agencies = agencies.matching(values.get("q", ""))
        if superior := values.get("superior"):
            agencies = agencies.under(superior)
        if contact := values.get("contact"):
            agencies = agencies.with_contact() if contact == "yes" else agencies.without_contact()
        plain = {name: values[name] for name in ("level", "kind", "group", "mandate") if name in values}
        return agencies.filter(**plain)

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for besides the order."""
        return bool(self.values.keys() - {"sort"})

    def arrange(self, agencies: AgencyQuerySet) -> AgencyQuerySet:
        """In the order that was asked for: protocol order unless said otherwise."""
        _label, order = SORTS[self.values.get("sort", "")]
        return agencies.order_by(*order)


class AgencyChangeForm(HouseFormMixin, forms.ModelForm):
    """A change of an agency that takes effect from a day; `today` is the last day that can be recorded."""

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
    superior = AgencyChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Cơ quan cấp trên"),
        help_text=gettext_lazy("Cơ quan nhắc nhở khi đơn vị báo cáo trễ hoặc không gửi."),
    )
    submit_label = gettext_lazy("Ghi thay đổi")

    class Meta:
        model = Agency
        fields = DATED

    def __init__(self, *args: Any, today: date, superiors: AgencyQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["superior"].queryset = superiors  # type: ignore[attr-defined]
        if self.instance.is_province:
            del self.fields["superior"]

    def clean_name(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["name"])

    def clean_on(self) -> date:
        """Present values are what agencies bear today, so a change of tomorrow is recorded tomorrow."""
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("Chỉ ghi thay đổi đã có hiệu lực, muộn nhất là hôm nay."), code="future")
        return on

    def clean(self) -> dict[str, Any] | None:
        """Refuse what would change nothing."""
        cleaned = super().clean()
        if not set(self.changed_data) & set(DATED):
            raise ValidationError(_("Chưa có thông tin nào khác với hiện tại."), code="unchanged")
        return cleaned

    def dated_values(self) -> dict[str, Any]:
        """The new values of agencies.actions.agency.DATED."""
        return {name: self.cleaned_data[name] for name in DATED if name in self.fields}


class ContactForm(HouseFormMixin, forms.ModelForm):
    """The mailbox that reminders go to."""

    submit_label = gettext_lazy("Lưu thư nhận tin")

    class Meta:
        model = Agency
        fields = ["contact_email"]

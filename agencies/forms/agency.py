"""Narrowing the list of agencies, changing one from a day on, and its mailbox."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.actions.agency import DATED
from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.day import DayField
from agencies.forms.filters import FilterForm, SearchField
from agencies.forms.named import NamedAgencyField, label_of, meant_in
from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet, CeilingTier, Group, Kind, Level, Mandate
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.text import clean
from isotrack.kit.words import show_date

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
        return label_of(obj)


class AgencyFilter(FilterForm):
    """Search, filters and order of the list of agencies, all as of a day.

    `today` is the last day that can be looked at. Mailboxes are not dated, so they narrow today's list only.
    """

    by_chips = ("group",)
    q = SearchField(label=gettext_lazy("Tìm tên, tên ngắn, mã, tên cũ (gõ không dấu được)"))
    superior = NamedAgencyField(
        label=gettext_lazy("Trực thuộc, mọi cấp (tên hoặc mã)"),
        typed="under",
        suggest=reverse_lazy("agencies:superior-names"),
    )
    level = forms.ChoiceField(label=gettext_lazy("Cấp"), choices=[ALL, *Level.choices])
    kind = forms.ChoiceField(label=gettext_lazy("Loại"), choices=[ALL, *Kind.choices])
    group = forms.ChoiceField(label=gettext_lazy("Nhóm"), choices=[ALL, *Group.choices])
    mandate = forms.ChoiceField(label=gettext_lazy("Áp dụng ISO"), choices=[ALL, *Mandate.choices])
    tier = forms.ChoiceField(label=gettext_lazy("Mức chi"), choices=[ALL, *CeilingTier.choices])
    annual = forms.ChoiceField(
        label=gettext_lazy("Báo cáo hằng năm"),
        choices=[ALL, ("yes", gettext_lazy("Phải báo cáo")), ("no", gettext_lazy("Không phải báo cáo"))],
    )
    contact = forms.ChoiceField(
        label=gettext_lazy("Thư nhận tin"),
        choices=[ALL, ("yes", gettext_lazy("Đã có")), ("no", gettext_lazy("Chưa có"))],
    )
    life = forms.ChoiceField(
        label=gettext_lazy("Hiệu lực"),
        choices=[("", gettext_lazy("Đang hoạt động")), ("ended", gettext_lazy("Đã kết thúc"))],
    )
    on = DayField(label=gettext_lazy("Danh bạ tại ngày"))
    sort = forms.ChoiceField(
        label=gettext_lazy("Sắp xếp"), choices=[(key, label) for key, (label, _order) in SORTS.items()]
    )

    def __init__(self, data: QueryDict, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.fields["on"].today = today  # type: ignore[attr-defined]

    @property
    def day(self) -> date:
        """The day that is looked at: today unless another one is asked for."""
        day: date = self.values.get("on", self.today)
        return day

    @property
    def is_past(self) -> bool:
        """Whether another day than today is looked at."""
        return self.day != self.today

    @property
    def looks_back(self) -> bool:
        """Whether what is shown is not the registry of today."""
        return self.is_past or "life" in self.values

    @property
    def shown_day(self) -> str:
        """The day as addresses carry it; "" for today."""
        return show_date(self.day) if self.is_past else ""

    @property
    def then(self) -> str:
        """What stands before a dated column: nothing for today, "stood__" for the past."""
        return "stood__" if self.is_past and "life" not in self.values else ""

    def among(self, visible: AgencyQuerySet) -> AgencyQuerySet:
        """Those of `visible` that existed on the day, or had ended by then where those are asked for."""
        if self.values.get("life") == "ended":
            return visible.ended_by(self.day)
        found = visible.valid_on(self.day)
        return found.stood_on(self.day) if self.is_past else found

    def offer(self, superiors: Callable[[], AgencyQuerySet]) -> None:
        """The superiors to choose from; what was asked for is then read anew."""
        self.above.offered, self.above.column = superiors, f"{self.then}name_search"
        self.full_clean()

    @property
    def above(self) -> NamedAgencyField:
        """The field of the superior."""
        return cast(NamedAgencyField, self.fields["superior"])

    @property
    def meant(self) -> list[tuple[str, str]]:
        """Where what was typed fits several superiors: each with the address that chooses it."""
        return meant_in(self, "superior")

    def narrow(self, agencies: AgencyQuerySet, *, but: str = "") -> AgencyQuerySet:
        """Those of `agencies` that were asked for; `but` names a filter to leave out."""
        values = self.values
        values.pop(but, None)
        agencies = agencies.matching(values.get("q", ""), column=f"{self.then}name_search")
        if superior := values.get("superior"):
            is_then = bool(self.then)
            agencies = agencies.under_on(superior, self.day) if is_then else agencies.under(superior)
        if (contact := values.get("contact")) and not self.is_past:
            agencies = agencies.with_contact() if contact == "yes" else agencies.without_contact()
        return agencies.filter(**self._plain(values))

    def _plain(self, values: dict[str, Any]) -> dict[str, Any]:
        """Column → value, for the filters that compare one column."""
        columns = {"kind": "kind", "group": "group", "mandate": "mandate", "tier": "ceiling_tier"}
        asked = {f"{self.then}{column}": values[name] for name, column in columns.items() if name in values}
        if "annual" in values:
            asked[f"{self.then}reports_annually"] = values["annual"] == "yes"
        return asked | ({"level": values["level"]} if "level" in values else {})

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for besides the order and the day."""
        return bool(self.values.keys() - {"sort", "on"})

    @property
    def order(self) -> tuple[str, ...]:
        """The columns of the order that was asked for: protocol order unless said otherwise."""
        _label, order = SORTS[self.values.get("sort", "")]
        return tuple(column.replace("name_sort", f"{self.then}name_sort") for column in order)


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

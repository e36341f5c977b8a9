"""Consultants, their confirmations and contracts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.text import clean
from plans.models import Confirmation, Consultant, Contract, PlanEntry
from plans.models.plan import EntryQuerySet


class _Confirmed(HouseFormMixin, forms.ModelForm):
    """The three fields of a confirmation."""

    number = forms.CharField(
        label=gettext_lazy("Số Giấy xác nhận"),
        max_length=60,
        help_text=gettext_lazy("Số, ký hiệu ghi trên Giấy xác nhận đủ điều kiện tư vấn."),
    )
    valid_from = VietnameseDateField(
        label=gettext_lazy("Có giá trị từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày đầu tiên có giá trị."),
    )
    valid_to = VietnameseDateField(
        label=gettext_lazy("Đến ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày cuối cùng có giá trị."),
    )


class ConsultantAddForm(_Confirmed):
    """A new consultant with the first confirmation."""

    layout = ("name", "is_independent", "number", "valid_from", "valid_to")
    submit_label = gettext_lazy("Ghi tư vấn")
    constraint_fields = {"consultant_once": "name"}

    class Meta:
        model = Consultant
        fields = ["name", "is_independent"]

    def clean_name(self) -> str:
        """In one written form, so that the same consultant is recognised."""
        return clean(self.cleaned_data["name"])


class ConsultantForm(HouseFormMixin, forms.ModelForm):
    """Name and kind of a consultant."""

    submit_label = gettext_lazy("Lưu tư vấn")
    constraint_fields = {"consultant_once": "name"}

    class Meta:
        model = Consultant
        fields = ["name", "is_independent"]

    def clean_name(self) -> str:
        """In one written form, so that the same consultant is recognised."""
        return clean(self.cleaned_data["name"])


class ConfirmationForm(_Confirmed):
    """A further confirmation, for example a renewal."""

    submit_label = gettext_lazy("Ghi Giấy xác nhận")
    constraint_fields = {"confirmation_in_order": "valid_to"}

    class Meta:
        model = Confirmation
        fields = ["number", "valid_from", "valid_to"]


class ContractForm(HouseFormMixin, forms.ModelForm):
    """Who hired the consultant, from when to when."""

    entry = forms.ModelChoiceField(
        PlanEntry.objects.none(),
        label=gettext_lazy("Cơ quan trong kế hoạch"),
        empty_label=gettext_lazy("Chọn cơ quan"),
        help_text=gettext_lazy("Chỉ gồm kế hoạch đã phê duyệt hoặc đang thực hiện."),
    )
    starts_on = VietnameseDateField(
        label=gettext_lazy("Từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày hợp đồng có hiệu lực."),
    )
    ends_on = VietnameseDateField(
        label=gettext_lazy("Đến ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Giấy xác nhận phải còn giá trị đến hết ngày này."),
    )
    layout = ("entry", "number", "starts_on", "ends_on")
    submit_label = gettext_lazy("Ghi hợp đồng")
    constraint_fields = {"contract_in_order": "ends_on"}

    class Meta:
        model = Contract
        fields = ["entry", "number", "starts_on", "ends_on"]

    def __init__(self, *args: Any, entries: EntryQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["entry"].queryset = entries  # type: ignore[attr-defined]

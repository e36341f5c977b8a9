"""Forms about a cycle: the switches of its deadline and of sending."""

from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin
from reports.models import ReportCycle


class SwitchesForm(HouseFormMixin, forms.ModelForm):
    """The four switches, and why they are turned: the journal keeps the reason."""

    submit_label = _("Đổi thiết lập")
    layout = (
        Fieldset(_("Cách tính hạn"), "day_itself_counts", "moves_to_working_day"),
        Fieldset(_("Cách gửi"), "scan_required", "head_confirms"),
        "reason",
    )

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Bắt buộc; ghi vào nhật ký, ví dụ số văn bản hướng dẫn."),
        error_messages={"required": _("Ghi lý do đổi thiết lập.")},
    )

    class Meta:
        model = ReportCycle
        fields = ["day_itself_counts", "moves_to_working_day", "scan_required", "head_confirms"]

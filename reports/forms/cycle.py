"""Forms about a cycle: the two switches of its deadline."""

from django import forms
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin
from reports.models import ReportCycle


class SwitchesForm(HouseFormMixin, forms.ModelForm):
    """Both switches, and why they are turned: the journal keeps the reason."""

    submit_label = _("Đổi cách tính hạn")

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Bắt buộc; ghi vào nhật ký, ví dụ số văn bản hướng dẫn cách tính hạn."),
        error_messages={"required": _("Ghi lý do đổi cách tính hạn.")},
    )

    class Meta:
        model = ReportCycle
        fields = ["day_itself_counts", "moves_to_working_day"]

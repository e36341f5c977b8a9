"""The head of an agency asks for changes before confirming the report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin


class SendBackForm(HouseFormMixin, forms.Form):
    """What the officer has to mend first."""

    submit_label = _("Trả lại để sửa")

    reason = forms.CharField(
        label=_("Cần sửa gì"),
        help_text=_("Công chức lập báo cáo đọc câu này; lời trả lại cũng ghi vào nhật ký."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Ghi cần sửa gì.")},
    )

"""Taking away a second factor that was lost."""

from django import forms
from django.utils.translation import gettext_lazy

from isotrack.kit.forms import HouseFormMixin


class ResetForm(HouseFormMixin, forms.Form):
    """Why somebody's second factor is taken away."""

    submit_label = gettext_lazy("Xóa lớp xác thực thứ hai")

    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=300,
        help_text=gettext_lazy("Đã biết chắc người xin là ai bằng cách nào, ví dụ gặp trực tiếp."),
    )

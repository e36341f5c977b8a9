"""Declaring that there is nothing to report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin


class NilForm(HouseFormMixin, forms.Form):
    """Why there is nothing to report; the department reads it. `waits` where the head has to confirm it."""

    cancel_label = _("Xem lại")

    reason = forms.CharField(
        label=_("Lý do không phát sinh"),
        help_text=_(
            "Nêu rõ vì sao trong năm không có gì để báo, ví dụ cơ quan mới thành lập sau ngày 31/12."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Viết một câu nêu lý do."),
            "max_length": _("Dài %(show_value)d ký tự, tối đa %(limit_value)d ký tự. Rút ngắn lại."),
        },
    )

    def __init__(self, *args: Any, waits: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.submit_label = _("Trình người đứng đầu") if waits else _("Báo không phát sinh")

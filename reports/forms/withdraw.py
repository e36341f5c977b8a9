"""Taking a sent report back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import Document, User
from isotrack.kit.forms import HouseFormMixin


class WithdrawForm(HouseFormMixin, forms.Form):
    """Why the report is taken back, and the letter that asks for it where there is one."""

    submit_label = _("Rút lại báo cáo")
    cancel_label = _("Xem lại")

    reason = forms.CharField(
        label=_("Lý do rút lại"),
        help_text=_("Một hai câu. Sở đọc được; lý do cũng ghi vào nhật ký."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Ghi lý do rút lại.")},
    )
    document = forms.ModelChoiceField(
        Document.objects.none(),
        required=False,
        label=_("Văn bản đề nghị rút lại (không bắt buộc)"),
        empty_label=_("Không có văn bản"),
        help_text=_("Chọn trong sổ văn bản."),
        error_messages={"invalid_choice": _("Văn bản này không có trong sổ.")},
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["document"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Document.objects.visible_to(user)

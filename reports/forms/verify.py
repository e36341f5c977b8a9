"""The two codes of a paper, typed by whoever holds it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.verify import DIGITS, bare

_EMPTY = {"required": gettext_lazy("Chưa nhập.")}


class VerifyForm(forms.Form):
    """Code and check code; a GET form, so that a paper can carry the filled-in address."""

    code = forms.CharField(
        label=gettext_lazy("Mã biên nhận hoặc mã số liệu"),
        help_text=gettext_lazy("Ví dụ BC-2020-30340-1 hoặc TH-89-2020-1."),
        max_length=60,
        error_messages=_EMPTY,
    )
    check = forms.CharField(
        label=gettext_lazy("Mã kiểm tra"),
        help_text=gettext_lazy("Mười sáu ký tự in ở cuối văn bản, ví dụ 7F3A 91C4 0B2E D518."),
        max_length=40,
        error_messages=_EMPTY,
    )

    def clean_check(self) -> str:
        """Sixteen digits 0–9 and A–F, whatever the gaps. What is another form cannot be a check code."""
        typed: str = self.cleaned_data["check"]
        digits = bare(typed)
        if len(digits) != DIGITS or set(digits) - set("0123456789ABCDEF"):
            raise ValidationError(
                _("Mã kiểm tra gồm 16 ký tự, chỉ có chữ số 0–9 và chữ A–F, ví dụ 7F3A 91C4 0B2E D518.")
            )
        return typed

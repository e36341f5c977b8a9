"""Sending in a list of agencies."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField, VietnameseDateField


class RegistryUploadForm(HouseFormMixin, forms.Form):
    """The workbook, and the day from which its changes hold; `today` is the last one that can be recorded."""

    file = UploadField(
        kinds=[FileKind.XLSX],
        label=gettext_lazy("Tệp Excel"),
        help_text=gettext_lazy("Dạng .xlsx, tối đa 20 MB. Chưa lưu gì cho đến khi xác nhận."),
    )
    on = VietnameseDateField(
        label=gettext_lazy("Có hiệu lực từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày các thay đổi có hiệu lực; trước ngày này thông tin cũ vẫn đúng."),
    )
    submit_label = gettext_lazy("Xem trước")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["on"].initial = self.today = today

    def clean_on(self) -> date:
        """As on the page of one agency: a change of tomorrow is recorded tomorrow."""
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("Chỉ ghi thay đổi đã có hiệu lực, muộn nhất là hôm nay."), code="future")
        return on

"""The form with which the department begins to type in a report that came on paper."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from isotrack.kit.clock import day_of
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField, VietnameseDateField
from isotrack.kit.words import say_date
from reports.models import ReportCycle


class PaperForm(HouseFormMixin, forms.Form):
    """The day on its incoming stamp, and its scan."""

    submit_label = _("Nhận bản giấy và bắt đầu nhập")

    received_on = VietnameseDateField(
        label=_("Ngày trên dấu công văn đến"),
        help_text=_("Đúng hạn hay trễ tính theo ngày này, không theo ngày nhập."),
        error_messages={"required": _("Ghi ngày trên dấu công văn đến.")},
    )
    scan = UploadField(
        kinds=[FileKind.PDF],
        label=_("Bản quét báo cáo giấy"),
        help_text=_("Tệp PDF, thấy rõ dấu công văn đến, chữ ký và con dấu."),
        error_messages={"required": _("Chọn tệp PDF quét từ bản giấy.")},
    )

    def __init__(self, *args: Any, cycle: ReportCycle, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cycle, self.today = cycle, today

    def clean_received_on(self) -> date:
        """Not after today, and not before the cycle opened."""
        day: date = self.cleaned_data["received_on"]
        opened = day_of(self.cycle.opens_at)
        if day > self.today:
            said = gettext("Ngày trên dấu không thể sau hôm nay (%(today)s).")
            raise ValidationError(said % {"today": say_date(self.today)})
        if day < opened:
            said = gettext("Kỳ báo cáo mở từ ngày %(opened)s; ngày trên dấu không thể trước ngày đó.")
            raise ValidationError(said % {"opened": say_date(opened)})
        return day

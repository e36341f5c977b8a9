"""The report as an official document: its number, date and signer (Điều 8 NĐ 30/2020/NĐ-CP)."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.text import clean
from isotrack.kit.words import say_date
from reports.models import AnnualReport

FIELDS = ("number", "symbol", "dated", "signer", "position")


class LetterForm(HouseFormMixin, forms.Form):
    """As the agency's own register of outgoing documents has it; starts from what was recorded before."""

    submit_label = _("Ghi số văn bản")
    cancel_label = _("Xem lại")

    number = forms.IntegerField(
        label=_("Số"),
        min_value=1,
        max_value=99_999,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Số trong sổ văn bản đi của cơ quan, ví dụ 45."),
        error_messages={
            "required": _("Ghi số văn bản."),
            "invalid": _("Số văn bản là một số nguyên, ví dụ 45."),
            "min_value": _("Số văn bản bắt đầu từ 1."),
            "max_value": _("Số văn bản tối đa năm chữ số."),
        },
    )
    symbol = forms.CharField(
        label=_("Ký hiệu"),
        max_length=40,
        validators=[RegexValidator(r"^[^\s/]+$", _("Ký hiệu không có dấu cách và dấu gạch chéo."))],
        help_text=_("Phần sau dấu gạch chéo, ví dụ BC-UBND."),
        error_messages={"required": _("Ghi ký hiệu văn bản.")},
    )
    dated = VietnameseDateField(
        label=_("Ngày văn bản"),
        help_text=_("Ngày người có thẩm quyền ký báo cáo."),
        error_messages={"required": _("Ghi ngày văn bản.")},
    )
    signer = forms.CharField(
        label=_("Người ký"),
        max_length=200,
        help_text=_("Họ, tên đệm và tên."),
        error_messages={"required": _("Ghi họ và tên người ký.")},
    )
    position = forms.CharField(
        label=_("Chức vụ người ký"),
        max_length=100,
        help_text=_("Ví dụ Chủ tịch, Giám đốc."),
        error_messages={"required": _("Ghi chức vụ người ký.")},
    )

    def __init__(self, *args: Any, report: AnnualReport, today: date, **options: Any) -> None:
        super().__init__(*args, **{"initial": _recorded(report)} | options)
        self.report, self.today = report, today

    def clean_symbol(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["symbol"])

    def clean_signer(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["signer"])

    def clean_dated(self) -> date:
        """Not in the future, and not before the year that the report is about has ended."""
        dated: date = self.cleaned_data["dated"]
        if dated > self.today:
            said = gettext("Ngày văn bản không được sau hôm nay (%(today)s).")
            raise ValidationError(said % {"today": say_date(self.today)})
        if dated.year <= self.report.cycle.year - 1:
            said = gettext("Báo cáo năm %(year)d không thể ký trước năm %(year)d.")
            raise ValidationError(said % {"year": self.report.cycle.year})
        return dated


def _recorded(report: AnnualReport) -> dict[str, Any]:
    """What this report has already; else symbol, signer and position of the one before."""
    if report.letter_number is not None:
        return {name: getattr(report, f"letter_{name}") for name in FIELDS}
    before = AnnualReport.objects.numbered().of_agency(report).order_by("-cycle__year").first()
    if before is None:
        return {}
    return {name: getattr(before, f"letter_{name}") for name in ("symbol", "signer", "position")}

"""Forms about directive duties: by when, why not, and the letter that was signed."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.models import Agency
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField, VietnameseDateField
from isotrack.kit.text import clean
from reports.directive import DAYS_TO_WRITE, Block, due_day

LONGEST_REASON = 2000  # letters
NUMBER_AND_SYMBOL = re.compile(r"(\d{1,6}) ?/ ?(\S.{0,39})")


class DueForm(HouseFormMixin, forms.Form):
    """By when letters have to be written; ten working days unless said otherwise."""

    due_on = VietnameseDateField(
        label=gettext_lazy("Hạn ban hành văn bản: hết ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày cuối cùng cơ quan cấp trên ban hành và ghi số văn bản."),
        error_messages={"required": gettext_lazy("Ghi hạn ban hành văn bản.")},
    )

    def __init__(self, *args: Any, today: date, submit_label: Any = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.submit_label = submit_label or self.submit_label
        self.today = today
        self.fields["due_on"].initial = due_day(today)
        self.fields["due_on"].help_text = _(
            "Ngày cuối cùng cơ quan cấp trên ban hành và ghi số văn bản; thường là %(days)s ngày làm việc."
        ) % {"days": DAYS_TO_WRITE}

    def clean_due_on(self) -> date:
        """Not a day that is already over."""
        due_on: date = self.cleaned_data["due_on"]
        if due_on < self.today:
            raise ValidationError(_("Hạn ban hành phải từ hôm nay trở đi."), code="past")
        return due_on


class OpenForm(DueForm):
    """Which superior has to write, of those that nobody has asked yet."""

    submit_label = gettext_lazy("Giao nhiệm vụ")
    field_order = ["superior", "due_on"]

    superior = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Cơ quan cấp trên"),
        empty_label=gettext_lazy("Chọn cơ quan"),
        help_text=gettext_lazy("Cơ quan có đơn vị trực thuộc trễ hạn hoặc chưa gửi và chưa có nhiệm vụ."),
        error_messages={
            "required": gettext_lazy("Chọn cơ quan cấp trên."),
            "invalid_choice": gettext_lazy("Cơ quan này không có đơn vị nào trễ hoặc đã có nhiệm vụ."),
        },
    )

    def __init__(self, *args: Any, blocks: list[Block], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["superior"]
        assert isinstance(field, forms.ModelChoiceField)
        unasked = [block.superior.pk for block in blocks if block.duty is None]
        field.queryset = Agency.objects.filter(pk__in=unasked).in_protocol_order()


class CancelForm(HouseFormMixin, forms.Form):
    """Why no letter has to be written."""

    submit_label = gettext_lazy("Bỏ nhiệm vụ")

    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Một hai câu; cơ quan cấp trên đọc được, nhật ký giữ lại."),
        error_messages={"required": gettext_lazy("Ghi lý do không phải ban hành văn bản.")},
    )


class LetterForm(HouseFormMixin, forms.Form):
    """The letter as it was signed; `cleaned_data` has what the action asks for."""

    submit_label = gettext_lazy("Ghi số và hoàn thành")
    layout = ("code", "dated", "signer", "position", "scan")

    code = forms.CharField(
        label=gettext_lazy("Số, ký hiệu"),
        max_length=60,
        help_text=gettext_lazy("Như ghi trên văn bản, ví dụ 812/SNV-VP."),
        error_messages={"required": gettext_lazy("Ghi số và ký hiệu của văn bản.")},
    )
    dated = VietnameseDateField(
        label=gettext_lazy("Ngày ký"),
        help_text=gettext_lazy("Ngày ghi trên văn bản."),
        error_messages={"required": gettext_lazy("Ghi ngày ký văn bản.")},
    )
    signer = forms.CharField(
        label=gettext_lazy("Người ký"),
        max_length=200,
        help_text=gettext_lazy("Họ và tên người ký."),
        error_messages={"required": gettext_lazy("Ghi họ và tên người ký.")},
    )
    position = forms.CharField(
        label=gettext_lazy("Chức vụ người ký"),
        max_length=100,
        help_text=gettext_lazy("Ví dụ Giám đốc, Phó Chủ tịch."),
        error_messages={"required": gettext_lazy("Ghi chức vụ người ký.")},
    )
    scan = UploadField(
        kinds=(FileKind.PDF,),
        label=gettext_lazy("Bản quét có chữ ký và dấu"),
        help_text=gettext_lazy("Tệp PDF, tối đa 20 MB; gửi kèm thư cho các cơ quan được nhắc."),
        error_messages={"required": gettext_lazy("Chọn bản quét văn bản đã ký.")},
    )

    def clean_code(self) -> tuple[int, str]:
        """Number and symbol apart: "812/SNV-VP" → (812, "SNV-VP")."""
        found = NUMBER_AND_SYMBOL.fullmatch(clean(self.cleaned_data["code"]))
        if found is None or int(found[1]) == 0:
            raise ValidationError(_("Nhập số, dấu / rồi ký hiệu, ví dụ 812/SNV-VP."), code="code")
        return int(found[1]), found[2]

    @property
    def letter(self) -> dict[str, Any]:
        """What `record_letter` takes."""
        number, symbol = self.cleaned_data["code"]
        scan = self.cleaned_data["scan"]
        return {
            "number": number,
            "symbol": symbol,
            "dated": self.cleaned_data["dated"],
            "signer": clean(self.cleaned_data["signer"]),
            "position": clean(self.cleaned_data["position"]),
            "content": scan,
            "name": scan.name,
            "sha256": scan.sha256,
        }

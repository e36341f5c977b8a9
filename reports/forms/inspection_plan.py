"""Forms about inspections: rows of the plan, the team, the checklist at the seat, minutes, remedies."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL
from agencies.forms.filters import FilterForm, SearchField
from agencies.models import Agency
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField, VietnameseDateField
from isotrack.kit.text import fold
from isotrack.kit.words import say_date
from plans.forms.funding import AmountField
from plans.forms.plan import ApproveForm
from reports.forms.inspection import Checklist
from reports.forms.review import LONGEST
from reports.models import Inspection, InspectionPaper
from reports.models.inspection_plan import InspectionQuerySet

SCANS = (FileKind.PDF, FileKind.PNG, FileKind.JPG)
OVERDUE, UNSETTLED = "overdue", "unsettled"


class RowFilter(FilterForm):
    """Search and filters of a plan's rows."""

    q = SearchField(label=_("Tìm cơ quan, mã (gõ không dấu được)"))
    form = forms.ChoiceField(label=_("Hình thức"), choices=[ALL, *Inspection.Form.choices])
    state = forms.ChoiceField(label=_("Trạng thái"), choices=[ALL, *Inspection.State.choices])
    remedy = forms.ChoiceField(
        label=_("Khắc phục"),
        choices=[ALL, (UNSETTLED, _("Còn phải khắc phục")), (OVERDUE, _("Quá hạn khắc phục"))],
    )

    def narrow(self, rows: InspectionQuerySet, today: date) -> InspectionQuerySet:
        """Those of `rows` (annotated by with_actions) that were asked for."""
        values = self.values
        for word in fold(values.get("q", "")).split():
            rows = rows.filter(agency__name_search__contains=word)
        rows = rows.filter(**{name: values[name] for name in ("form", "state") if name in values})
        wanted = {UNSETTLED: "open_actions__gt", OVERDUE: "overdue_actions__gt"}.get(values.get("remedy", ""))
        return rows.filter(**{wanted: 0}) if wanted else rows


class _RowFields(HouseFormMixin, forms.Form):
    """Who inspects, when, at what cost."""

    unit = forms.CharField(
        label=_("Đơn vị kiểm tra"),
        max_length=200,
        help_text=_("Thường là Sở Khoa học và Công nghệ."),
        error_messages={"required": _("Ghi đơn vị kiểm tra.")},
    )
    partner = forms.CharField(
        label=_("Đơn vị phối hợp"),
        max_length=200,
        required=False,
        help_text=_("Ví dụ Sở Nội vụ, Văn phòng UBND tỉnh; để trống nếu không có."),
    )
    starts_on = VietnameseDateField(
        label=_("Dự kiến từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=_("Trong năm của kế hoạch."),
        error_messages={"required": _("Ghi ngày đầu dự kiến kiểm tra.")},
    )
    ends_on = VietnameseDateField(
        label=_("Dự kiến đến ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=_("Trong năm của kế hoạch, không trước ngày đầu."),
        error_messages={"required": _("Ghi ngày cuối dự kiến kiểm tra.")},
    )
    cost = AmountField(
        label=_("Kinh phí mỗi cơ quan (đồng)"),
        required=False,
        help_text=_("Số đồng, không có phần lẻ; để trống nếu chưa dự toán."),
    )
    reason = forms.CharField(
        label=_("Lý do thay đổi"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kế hoạch đã được phê duyệt: lý do là bắt buộc và được ghi vào nhật ký."),
    )

    def __init__(self, *args: Any, is_approved: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_approved:
            del self.fields["reason"]


class AddForm(_RowFields):
    """Agencies that come into the plan, several at once, with one form and one time."""

    submit_label = _("Thêm vào kế hoạch")
    field_order = ["agencies", "form", "unit", "partner", "starts_on", "ends_on", "cost", "reason"]

    agencies = forms.ModelMultipleChoiceField(
        Agency.objects.none(),
        label=_("Cơ quan"),
        help_text=_("Đánh dấu các cơ quan cùng hình thức, cùng thời gian."),
        error_messages={
            "required": _("Chọn ít nhất một cơ quan."),
            "invalid_choice": _("Có cơ quan không thuộc danh sách đề xuất."),
            "invalid_pk_value": _("Có cơ quan không thuộc danh sách đề xuất."),
        },
    )
    form = forms.ChoiceField(
        label=_("Hình thức"),
        choices=Inspection.Form.choices,
        help_text=_("Qua hồ sơ, báo cáo thì kết quả lấy từ lần xem xét báo cáo năm."),
    )

    def __init__(self, *args: Any, offered: Iterable[Agency], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["agencies"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Agency.objects.filter(pk__in=[agency.pk for agency in offered])

    @property
    def ticked(self) -> set[str]:
        """Keys of the agencies that are marked."""
        chosen = self["agencies"].value() or ()
        return {str(getattr(one, "pk", one)) for one in chosen}


class RowForm(_RowFields):
    """What may still be changed of a row."""

    submit_label = _("Lưu thay đổi")


class LeaveOutForm(HouseFormMixin, forms.Form):
    """Why an agency is not inspected after all."""

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Một hai câu; ở lại trong kế hoạch và trong nhật ký."),
        error_messages={"required": _("Ghi lý do không kiểm tra.")},
    )

    def __init__(self, *args: Any, is_approved: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.submit_label = _("Không kiểm tra") if is_approved else _("Bỏ khỏi kế hoạch")
        if not is_approved:
            del self.fields["reason"]


class PlanApproveForm(ApproveForm):
    """The decision of the People's Committee about the plan of inspections."""


class TeamForm(HouseFormMixin, forms.ModelForm):
    """The decision on the inspection, and who is in the team."""

    submit_label = _("Lưu đoàn kiểm tra")

    decision_dated = VietnameseDateField(
        label=_("Ngày quyết định"),
        validators=PLAUSIBLE_DAYS,
        required=False,
        help_text=_("Ngày ký quyết định kiểm tra (Mẫu 20. QĐKT)."),
    )

    class Meta:
        model = Inspection
        fields = ["decision_number", "decision_dated", "team_lead", "team_members"]
        widgets = {"team_members": forms.Textarea(attrs={"rows": 4})}


class SiteForm(Checklist):
    """The thirteen items as they were found at the seat, and what the minutes conclude."""

    held_on = VietnameseDateField(
        widget=forms.DateInput(
            attrs={"class": "form-control", "autocomplete": "off", "inputmode": "numeric"}, format="%d/%m/%Y"
        ),
        label=_("Ngày kiểm tra"),
        help_text=_("Ngày làm việc tại trụ sở cơ quan."),
        error_messages={"required": _("Ghi ngày kiểm tra.")},
    )
    conclusion = forms.CharField(
        label=_("Kết luận, kiến nghị"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 5}),
        help_text=_("Nhận xét chung và kiến nghị, ghi vào biên bản."),
    )

    def clean_held_on(self) -> date:
        """Not after today."""
        day: date = self.cleaned_data["held_on"]
        if day > self.today:
            said = gettext("Ngày kiểm tra không thể sau hôm nay (%(today)s).")
            raise ValidationError(said % {"today": say_date(self.today)})
        return day


class MinutesForm(HouseFormMixin, forms.Form):
    """The minutes as they were signed by both sides."""

    submit_label = _("Ghi biên bản đã ký")

    signed_on = VietnameseDateField(
        label=_("Ngày ký biên bản"),
        validators=PLAUSIBLE_DAYS,
        help_text=_("Cơ quan báo cáo khắc phục trong hai tháng kể từ ngày này."),
        error_messages={"required": _("Ghi ngày ký biên bản.")},
    )
    file = UploadField(
        kinds=SCANS,
        label=_("Bản quét biên bản"),
        help_text=_("Biên bản có chữ ký của trưởng đoàn và cơ quan; PDF, PNG hoặc JPG, tối đa 20 MB."),
        error_messages={"required": _("Chọn bản quét biên bản đã ký.")},
    )


class PaperForm(HouseFormMixin, forms.Form):
    """One document of the dossier."""

    submit_label = _("Thêm vào hồ sơ")

    kind = forms.ChoiceField(
        label=_("Loại tài liệu"),
        choices=[("", _("Chọn loại")), *InspectionPaper.Kind.choices],
        help_text=_("Mười loại của Điều 39 TT 26/2014/TT-BKHCN."),
        error_messages={"required": _("Chọn loại tài liệu.")},
    )
    file = UploadField(
        kinds=tuple(FileKind),
        label=_("Tệp"),
        help_text=_("PDF, ảnh, Word hoặc Excel, tối đa 20 MB. Không tải lên tài liệu có bí mật nhà nước."),
        error_messages={"required": _("Chọn tệp.")},
    )


class AnswerForm(HouseFormMixin, forms.Form):
    """What the agency has remedied."""

    submit_label = _("Gửi báo cáo khắc phục")

    text = forms.CharField(
        label=_("Đã khắc phục thế nào"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Nêu việc đã làm, ngày hoàn thành, văn bản kèm theo."),
        error_messages={"required": _("Ghi đã khắc phục thế nào.")},
    )
    file = UploadField(
        kinds=tuple(FileKind),
        required=False,
        label=_("Tệp kèm theo"),
        help_text=_("Bằng chứng khắc phục: PDF, ảnh, Word hoặc Excel, tối đa 20 MB; có thể để trống."),
    )


class DecideForm(HouseFormMixin, forms.Form):
    """Whether a remedy will do; if not, why and by when it has to."""

    submit_label = _("Ghi ý kiến")
    ACCEPT, REFUSE = "accept", "refuse"

    decision = forms.ChoiceField(
        label=_("Ý kiến của Sở"),
        choices=[("", _("Chọn ý kiến")), (ACCEPT, _("Chấp nhận")), (REFUSE, _("Không chấp nhận"))],
        help_text=_("Không chấp nhận thì nêu lý do và hạn mới; cơ quan được báo bằng thư."),
        error_messages={"required": _("Chọn chấp nhận hay không chấp nhận.")},
    )
    verdict = forms.CharField(
        label=_("Lý do, nhận xét"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Bắt buộc khi không chấp nhận; cơ quan đọc được."),
    )
    due_on = VietnameseDateField(
        label=_("Hạn khắc phục mới: hết ngày"),
        required=False,
        validators=PLAUSIBLE_DAYS,
        help_text=_("Chỉ khi không chấp nhận; từ hôm nay trở đi."),
    )

    def clean(self) -> dict[str, Any]:
        """A refusal says why and until when."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == self.REFUSE:
            if not cleaned.get("verdict"):
                self.add_error("verdict", gettext("Không chấp nhận thì ghi rõ lý do."))
            if not cleaned.get("due_on") and "due_on" not in self.errors:
                self.add_error("due_on", gettext("Ghi hạn khắc phục mới."))
        return cleaned

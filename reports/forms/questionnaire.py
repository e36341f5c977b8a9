"""Editing a questionnaire around its questions: titles, sections, lists of choices; uploading, publishing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.forms import HouseFormMixin
from reports import definition_words as words
from reports.forms.part import KeyField, PartForm, RowForm, Rows, TextField, without_empty
from reports.forms.question import QuestionForm, RuleForm
from reports.questions import RULES, editing
from reports.questions.editing import Kind, Spec
from reports.questions.validation import LONGEST_TITLE

MOST_BYTES = 1024**2


class TitlesForm(PartForm):
    """What is said about the form as a whole; its code and its number stay."""

    kind = editing.FORM
    groups = (
        (gettext_lazy("Tên biểu mẫu"), ("title_vi", "title_en")),
        (
            gettext_lazy("Kỳ, nơi nhận, lưu ý"),
            ("period_from", "period_to", "recipient_vi", "period_vi", "due_vi", "notice_vi"),
        ),
    )
    submit_label = gettext_lazy("Lưu thông tin chung")

    title_vi = TextField(
        label=words.ATTRIBUTES["title_vi"],
        lines=2,
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy("Tên in trên báo cáo."),
    )
    title_en = TextField(
        label=words.ATTRIBUTES["title_en"],
        lines=2,
        max_length=LONGEST_TITLE,
        required=False,
        help_text=gettext_lazy("Để trống thì hiện tiếng Việt."),
    )
    period_from = TextField(
        label=gettext_lazy("Ngày đầu kỳ"),
        max_length=20,
        help_text=gettext_lazy("{year} thay cho năm báo cáo, ví dụ {year}-01-01."),
    )
    period_to = TextField(
        label=gettext_lazy("Ngày cuối kỳ"),
        max_length=20,
        help_text=gettext_lazy("{year} thay cho năm báo cáo, ví dụ {year}-12-31."),
    )
    recipient_vi = TextField(
        label=words.ATTRIBUTES["recipient_vi"],
        required=False,
        help_text=gettext_lazy("Cơ quan nhận báo cáo."),
    )
    period_vi = TextField(
        label=words.ATTRIBUTES["period_vi"], required=False, help_text=gettext_lazy("Như ghi trong văn bản.")
    )
    due_vi = TextField(
        label=words.ATTRIBUTES["due_vi"],
        required=False,
        help_text=gettext_lazy("Chỉ để đọc; hạn của từng kỳ đặt ở kỳ báo cáo."),
    )
    notice_vi = TextField(
        label=words.ATTRIBUTES["notice_vi"],
        lines=2,
        required=False,
        help_text=gettext_lazy("Ví dụ: không đưa nội dung thuộc bí mật nhà nước vào biểu mẫu."),
    )

    def shown(self, spec: Spec) -> dict[str, Any]:
        period = spec.get("period", {})
        return {**spec, "period_from": period.get("from", ""), "period_to": period.get("to", "")}

    @property
    def spec(self) -> Spec:
        cleaned = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        period = {"from": cleaned.pop("period_from"), "to": cleaned.pop("period_to")}
        kept = {name: value for name, value in self.current.items() if name not in cleaned}
        return kept | without_empty(cleaned) | {"period": period}


class SectionTitleForm(PartForm):
    """A section's key and titles; its questions stay with it."""

    kind = Kind.SECTION
    groups = ((gettext_lazy("Phần"), ("title_vi", "title_en", "key")),)
    submit_label = gettext_lazy("Lưu phần")

    key = KeyField(
        label=words.ATTRIBUTES["key"],
        help_text=gettext_lazy("Đứng trong địa chỉ của phần, ví dụ general."),
    )
    title_vi = TextField(
        label=words.ATTRIBUTES["title_vi"], help_text=gettext_lazy("Kèm số La Mã, ví dụ I. Thông tin chung.")
    )
    title_en = TextField(
        label=words.ATTRIBUTES["title_en"],
        required=False,
        help_text=gettext_lazy("Để trống thì hiện tiếng Việt."),
    )

    @property
    def spec(self) -> Spec:
        return without_empty({name: self.cleaned_data[name] for name in ("key", "title_vi", "title_en")})


class ChoiceRow(RowForm):
    """One value of a list, with its words."""

    value = TextField(label=gettext_lazy("Giá trị"), max_length=100)
    label_vi = TextField(label=gettext_lazy("Nhãn (tiếng Việt)"))
    label_en = TextField(label=gettext_lazy("Nhãn (tiếng Anh)"), required=False)

    @property
    def spec(self) -> Spec:
        return without_empty({name: self.cleaned_data[name] for name in ("value", "label_vi", "label_en")})


class ChoicesForm(PartForm):
    """A list of choices: its name and its entries, in the order people see."""

    kind = Kind.CHOICES
    groups = ((gettext_lazy("Danh sách"), ("key",)),)
    rows = (
        Rows(
            "entries",
            gettext_lazy("Các mục chọn"),
            gettext_lazy("Giá trị được lưu và thống kê, nên giữ qua các năm; nhãn là chữ người điền thấy."),
            ChoiceRow,
            has_order=True,
        ),
    )
    submit_label = gettext_lazy("Lưu danh sách")

    key = KeyField(label=gettext_lazy("Tên danh sách"), help_text=gettext_lazy("Ví dụ qms_state."))

    def shown(self, spec: Spec) -> dict[str, Any]:
        return {"key": self.part_key}

    def shown_rows(self, name: str) -> list[dict[str, Any]]:
        return [dict(entry) for entry in self.current]

    @property
    def spec(self) -> Spec:
        return {"name": self.name, "entries": self.row_specs("entries")}


PARTS: dict[str, type[PartForm]] = {
    form.kind: form for form in (SectionTitleForm, QuestionForm, ChoicesForm, RuleForm)
}


class RuleTypeForm(HouseFormMixin, forms.Form):
    """Which type of rule to add: the fields of the next page depend on it."""

    submit_label = gettext_lazy("Tiếp tục")

    type = forms.ChoiceField(
        label=gettext_lazy("Loại quy tắc"),
        choices=[(type_, words.RULE_TYPES[type_]) for type_ in RULES],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Loại quyết định quy tắc xét những câu nào."),
    )


class UploadForm(HouseFormMixin, forms.Form):
    """A YAML file that becomes a draft."""

    submit_label = gettext_lazy("Tải lên thành bản nháp")

    file = forms.FileField(
        label=gettext_lazy("Tệp YAML"),
        help_text=gettext_lazy("Tệp đã tải về từ đây rồi sửa, tối đa 1 MB, mã hóa UTF-8."),
        error_messages={
            "required": gettext_lazy("Chọn tệp YAML."),
            "empty": gettext_lazy("Tệp rỗng, chọn tệp khác."),
        },
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )

    def clean_file(self) -> str:
        """The text of the file."""
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > MOST_BYTES:
            raise ValidationError(_("Tệp lớn hơn 1 MB; một biểu mẫu chỉ vài chục KB. Kiểm tra lại tệp."))
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError(_("Tệp không phải chữ mã hóa UTF-8. Lưu lại dạng UTF-8.")) from None


class PublishForm(HouseFormMixin, forms.Form):
    """From which reporting year on the version is used."""

    submit_label = gettext_lazy("Phát hành biểu mẫu")

    from_year = forms.IntegerField(
        label=gettext_lazy("Dùng từ năm báo cáo"),
        validators=[
            MinValueValidator(2000, gettext_lazy("Năm phải từ 2000 trở đi.")),
            MaxValueValidator(2100, gettext_lazy("Năm phải đến 2100.")),
        ],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("Kỳ của năm này và các năm sau mở ra với phiên bản này."),
        error_messages={
            "required": gettext_lazy("Ghi năm báo cáo."),
            "invalid": gettext_lazy("Ghi năm bằng bốn chữ số."),
        },
    )

"""Looking for a document, and entering one into the register."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL
from agencies.forms.filters import FilterForm, SearchField
from agencies.models import Document
from agencies.models.document import DocumentQuerySet
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField, VietnameseDateField
from isotrack.kit.text import clean


class DocumentFilter(FilterForm):
    """Search and filter of the register."""

    q = SearchField(label=gettext_lazy("Tìm số, cơ quan ban hành, trích yếu (gõ không dấu được)"))
    kind = forms.ChoiceField(label=gettext_lazy("Loại văn bản"), choices=[ALL, *Document.Kind.choices])

    def narrow(self, documents: DocumentQuerySet) -> DocumentQuerySet:
        """Those of `documents` that were asked for."""
        values = self.values
        found = documents.matching(values.get("q", ""))
        return found.filter(kind=values["kind"]) if "kind" in values else found


def _file_field(*, required: bool = True) -> UploadField:
    return UploadField(
        kinds=(FileKind.PDF,),
        required=required,
        label=gettext_lazy("Tệp PDF"),
        help_text=gettext_lazy("Bản PDF, tối đa 20 MB. Không tải lên tài liệu có nội dung bí mật nhà nước."),
    )


class FileForm(HouseFormMixin, forms.Form):
    """The file of a document that was entered without one."""

    file = _file_field()
    submit_label = gettext_lazy("Thêm tệp")


class DocumentForm(HouseFormMixin, forms.ModelForm):
    """One document of the province, with its file where there is one; `today` is the last possible date."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Loại"),
        choices=[("", gettext_lazy("Chọn loại văn bản")), *Document.Kind.choices],
        help_text=gettext_lazy("Như ghi trên đầu văn bản."),
    )
    issued_on = VietnameseDateField(
        label=gettext_lazy("Ngày ban hành"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày ký ghi trên văn bản."),
    )
    in_force_from = VietnameseDateField(
        label=gettext_lazy("Có hiệu lực từ"),
        validators=PLAUSIBLE_DAYS,
        required=False,
        help_text=gettext_lazy("Với văn bản quy phạm pháp luật; để trống với công văn, kế hoạch."),
    )
    file = _file_field(required=False)
    layout = ("kind", "number", "issued_on", "issuer", "abstract", "in_force_from", "file")
    submit_label = gettext_lazy("Ghi vào sổ")
    cancel_url = reverse_lazy("agencies:document-list")  # type: ignore[assignment]
    constraint_fields = {"document_once": "number"}

    class Meta:
        model = Document
        fields = ["kind", "number", "issued_on", "issuer", "abstract", "in_force_from", "file"]
        widgets = {"abstract": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean_issued_on(self) -> date:
        """A document that is not signed yet has no number."""
        issued_on: date = self.cleaned_data["issued_on"]
        if issued_on > self.today:
            raise ValidationError(_("Ngày ban hành không thể sau hôm nay."), code="future")
        return issued_on

    def clean(self) -> dict[str, Any]:
        """Texts in one written form, so that the same document is recognised."""
        cleaned: dict[str, Any] = super().clean() or {}
        return cleaned | {
            name: clean(cleaned[name]) for name in ("number", "issuer", "abstract") if name in cleaned
        }

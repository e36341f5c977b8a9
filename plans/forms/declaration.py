"""Declarations, their publication, and upkeep."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL
from agencies.forms.filters import FilterForm, SearchField
from agencies.models.document import DocumentQuerySet
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField, VietnameseDateField
from isotrack.kit.sheets import SheetRefused
from isotrack.kit.text import clean
from plans.intake import Mistake
from plans.models import Declaration, StandardVersion, Upkeep
from plans.procedures import read_procedures

PUBLICATION = ("notified_on", "notice_number", "posted_on", "url")


class _Published(HouseFormMixin, forms.ModelForm):
    """Notice to the department, posting, web address: with the declaration or later."""

    notified_on = VietnameseDateField(
        label=gettext_lazy("Thông báo cho Sở ngày"),
        validators=PLAUSIBLE_DAYS,
        required=False,
        help_text=gettext_lazy("Ngày văn bản thông báo gửi Sở Khoa học và Công nghệ; để trống khi chưa gửi."),
    )
    posted_on = VietnameseDateField(
        label=gettext_lazy("Niêm yết ngày"),
        validators=PLAUSIBLE_DAYS,
        required=False,
        help_text=gettext_lazy("Ngày niêm yết tại trụ sở; để trống khi chưa niêm yết."),
    )
    url = forms.URLField(
        label=gettext_lazy("Địa chỉ đăng tải"),
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Trang có bản công bố trên cổng thông tin, nếu cơ quan có."),
    )


class DeclarationForm(_Published):
    """A declaration with its list of procedures; `mistakes` name the wrong cells of that list."""

    confirmed_on = VietnameseDateField(
        label=gettext_lazy("Xác nhận hiệu lực ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày người đứng đầu xác nhận hiệu lực của hệ thống."),
    )
    declared_on = VietnameseDateField(
        label=gettext_lazy("Công bố ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày ký bản công bố."),
    )
    procedures_file = UploadField(
        kinds=(FileKind.XLSX,),
        max_mb=5,
        label=gettext_lazy("Danh mục thủ tục hành chính"),
        help_text=gettext_lazy("Tệp Excel có cột “Tên thủ tục hành chính”, mỗi dòng một thủ tục."),
    )
    layout = (
        "number",
        "standard",
        "confirmed_on",
        "declared_on",
        "signer",
        "position",
        "scope",
        "procedures_file",
        "document",
        *PUBLICATION,
    )
    submit_label = gettext_lazy("Ghi bản công bố")
    constraint_fields = {
        "declaration_once": "number",
        "declaration_after_confirmation": "declared_on",
        "declaration_notified_after": "notified_on",
    }

    class Meta:
        model = Declaration
        fields = [
            "number",
            "standard",
            "confirmed_on",
            "declared_on",
            "signer",
            "position",
            "scope",
            "document",
            *PUBLICATION,
        ]
        widgets = {"scope": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, documents: DocumentQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["document"].queryset = documents  # type: ignore[attr-defined]
        self.fields["document"].empty_label = _("Chưa ghi vào sổ")  # type: ignore[attr-defined]
        self.fields["standard"].empty_label = _("Chọn phiên bản")  # type: ignore[attr-defined]
        self.mistakes: list[Mistake] = []

    def clean_procedures_file(self) -> list[str]:
        """The names of the procedures; every wrong cell is kept in `mistakes`."""
        try:
            found = read_procedures(self.cleaned_data["procedures_file"])
        except SheetRefused as refusal:
            raise ValidationError(str(refusal), code="sheet") from None
        self.mistakes = found.mistakes
        if found.mistakes:
            raise ValidationError(
                _("Tệp có %(number)d ô cần sửa, liệt kê bên dưới; chưa ghi gì."),
                code="cells",
                params={"number": len(found.mistakes)},
            )
        if not found.names:
            raise ValidationError(_("Tệp chưa có thủ tục nào."), code="empty")
        return found.names

    def clean(self) -> dict[str, Any]:
        """Texts in one written form."""
        cleaned: dict[str, Any] = super().clean() or {}
        plain = ("number", "signer", "position", "notice_number")
        return cleaned | {name: clean(cleaned[name]) for name in plain if name in cleaned}

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        values = dict(self.cleaned_data)
        return values | {"procedures": values.pop("procedures_file")}


class PublicationForm(_Published):
    """What follows a declaration."""

    layout = PUBLICATION
    submit_label = gettext_lazy("Ghi thông báo, niêm yết")
    constraint_fields = {"declaration_notified_after": "notified_on"}

    class Meta:
        model = Declaration
        fields = list(PUBLICATION)


class UpkeepForm(HouseFormMixin, forms.ModelForm):
    """One act of upkeep."""

    happened_on = VietnameseDateField(
        label=gettext_lazy("Ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày đánh giá, xem xét, thay đổi phạm vi; với văn bản là ngày có hiệu lực."),
    )
    done_on = VietnameseDateField(
        label=gettext_lazy("Cập nhật xong ngày"),
        validators=PLAUSIBLE_DAYS,
        required=False,
        help_text=gettext_lazy("Chỉ với cập nhật văn bản; để trống khi chưa xong, hạn là 3 tháng."),
    )
    layout = ("kind", "happened_on", "about", "done_on", "document")
    submit_label = gettext_lazy("Ghi việc duy trì")

    class Meta:
        model = Upkeep
        fields = ["kind", "happened_on", "about", "done_on", "document"]

    def __init__(self, *args: Any, documents: DocumentQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["document"].queryset = documents  # type: ignore[attr-defined]
        self.fields["document"].empty_label = _("Chưa ghi vào sổ")  # type: ignore[attr-defined]

    def clean_about(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["about"])


class FinishForm(HouseFormMixin, forms.Form):
    """When a legal document had been taken in."""

    done_on = VietnameseDateField(
        label=gettext_lazy("Cập nhật xong ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày hệ thống tài liệu đã theo văn bản mới."),
    )
    submit_label = gettext_lazy("Ghi hoàn thành")


class DeclarationFilter(FilterForm):
    """Which agencies are shown, by name and by what they declared."""

    class Status(models.TextChoices):
        """How an agency stands with its declaration."""

        NONE = "none", gettext_lazy("Chưa công bố")
        INCOMPLETE = "incomplete", gettext_lazy("Chưa thông báo hoặc niêm yết")
        DECLARED = "declared", gettext_lazy("Đã công bố")

    q = SearchField(label=gettext_lazy("Tìm tên, mã cơ quan (gõ không dấu được)"))
    standard = forms.ModelChoiceField(
        StandardVersion.objects.all(), label=gettext_lazy("Tiêu chuẩn"), empty_label=ALL[1]
    )
    status = forms.ChoiceField(label=gettext_lazy("Tình trạng"), choices=[ALL, *Status.choices])

    def narrow(self, agencies: Any) -> Any:
        """Those of `agencies` (annotated by plans.duties.with_current) that were asked for."""
        values = self.values
        found = agencies.matching(values.get("q", ""))
        if standard := values.get("standard"):
            found = found.filter(current_standard_id=standard.pk)
        match values.get("status"):
            case self.Status.NONE:
                return found.filter(current_id__isnull=True)
            case self.Status.DECLARED:
                return found.filter(current_id__isnull=False)
            case self.Status.INCOMPLETE:
                return found.filter(current_id__in=Declaration.objects.unpublished().values("pk"))
        return found

"""One way for every form: its crispy helper, where a broken rule is shown, Vietnamese dates, checked uploads.

A form is data: its fields, a `layout` that arranges them, the verb on its button. Browsers check nothing
(`novalidate`): every message comes from the server, in Vietnamese, beside its field and in one list on top.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, cast
from zipfile import BadZipFile, ZipFile

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.clock import ZONE
from isotrack.kit.text import clean
from isotrack.kit.words import Misread, read_date, show_date, show_number, show_time

if TYPE_CHECKING:
    _Form = forms.BaseForm
    AnyFile = File[Any]
else:
    _Form = object
    AnyFile = File

WHY_LIMITED = gettext_lazy("vì tệp lớn làm chậm đường truyền và bản sao lưu")
MOST_PARTS, MOST_UNPACKED = 2_000, 200 * 1024**2  # of an Office file: files inside, bytes when unpacked
LONGEST_STEM = 60  # letters of a file's name; with folder and suffix it stays under 100 and under 255 bytes


class HouseFormMixin(_Form):
    """What every form of the house has; put it before Form or ModelForm.

    `layout` names fields or crispy layout objects (all fields when empty), `submit_label` is the verb on the
    one filled button (none when empty), `cancel_url` the way back. `constraint_fields` maps the name of a
    constraint of the model to the field beside which its sentence is shown; others stand in the list on top.
    """

    layout: Sequence[Any] = ()
    submit_label: Any = gettext_lazy("Lưu")
    cancel_url: str = ""
    cancel_label: Any = gettext_lazy("Quay lại")
    form_action: str = ""
    constraint_fields: ClassVar[Mapping[str, str]] = {}

    @cached_property
    def helper(self) -> FormHelper:
        """What `{% crispy form %}` draws the form with."""
        helper = FormHelper()
        helper.form_method = "post"
        helper.form_action = self.form_action
        helper.include_media = False
        helper.attrs = {"novalidate": True}
        helper.layout = Layout(*(self.layout or self.fields))
        helper.render_hidden_fields = True
        # Read by templates/bootstrap5/inputs.html.
        helper.submit_label = self.submit_label
        helper.cancel_url = self.cancel_url
        helper.cancel_label = self.cancel_label
        return helper

    def _update_errors(self, errors: ValidationError) -> None:
        """Django hands a model form what its instance refused; a constraint's sentence goes to its field."""
        told = getattr(errors, "error_dict", {})
        general = told.pop(NON_FIELD_ERRORS, [])
        places = self._places()
        for broken in general:
            told.setdefault(places.get(broken.message, NON_FIELD_ERRORS), []).append(broken)
        super()._update_errors(errors)  # type: ignore[misc]

    def fields_without_help(self) -> list[str]:
        """Visible fields that do not say what is expected; a rule test wants none."""
        return [bound.name for bound in self.visible_fields() if not bound.help_text]

    def _places(self) -> dict[str, str]:
        """Sentence of a constraint → field of this form."""
        form = cast("forms.BaseModelForm[Any]", self)
        return {
            constraint.get_violation_error_message(): self.constraint_fields[constraint.name]
            for _model, constraints in form.instance.get_constraints()
            for constraint in constraints
            if self.constraint_fields.get(constraint.name) in self.fields
        }


class VietnameseDateField(forms.DateField):
    """A day typed as 5/7/2021, 05-07-2021, 05072021 or 2021-07-05 and shown as 05/07/2021."""

    def __init__(self, **options: Any) -> None:
        shown = {"placeholder": gettext_lazy("ngày/tháng/năm"), "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(**{"widget": forms.DateInput(attrs=shown, format="%d/%m/%Y")} | options)

    def prepare_value(self, value: Any) -> Any:
        return show_date(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        return value if isinstance(value, date) else _day(str(value))


class VietnameseDateTimeField(forms.DateTimeField):
    """An instant typed as "05/07/2021 08:30" (or 8h30), Vietnamese time; its value is aware."""

    def __init__(self, **options: Any) -> None:
        shown = {"placeholder": gettext_lazy("ngày/tháng/năm giờ:phút"), "autocomplete": "off"}
        super().__init__(**{"widget": forms.DateTimeInput(attrs=shown, format="%d/%m/%Y %H:%M")} | options)

    def prepare_value(self, value: Any) -> Any:
        return show_time(value) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        return value.astimezone(ZONE) if isinstance(value, datetime) else _instant(str(value))


class FileKind(StrEnum):
    """What an upload is by its content; the value is the suffix it is kept under."""

    PDF = "pdf"
    PNG = "png"
    JPG = "jpg"
    XLSX = "xlsx"
    DOCX = "docx"

    @property
    def media_type(self) -> str:
        """The type it is served as, whatever the browser called it."""
        return _MEDIA_TYPES[self]


class CheckedUpload(UploadedFile):
    """An upload whose size and content were looked at: `kind`, `sha256` in hex, and a name safe to keep."""

    def __init__(self, upload: AnyFile, kind: FileKind, sha256: str) -> None:
        name = safe_name(upload.name or "", kind)
        super().__init__(upload.file, name, kind.media_type, upload.size)
        self.kind = kind
        self.sha256 = sha256


class UploadField(forms.FileField):
    """A file of one of `kinds`, known by its content and not by its name, of at most `max_mb` megabytes.

    `reason` is added to the refusal of a bigger one, because people ask why. The value is a CheckedUpload.
    """

    def __init__(
        self,
        *,
        kinds: Sequence[FileKind] = tuple(FileKind),
        max_mb: int | None = None,
        reason: Any = WHY_LIMITED,
        **options: Any,
    ) -> None:
        self.kinds = kinds
        self.max_mb = max_mb or settings.UPLOAD_MAX_MB
        self.reason = reason
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"accept": ",".join(f".{kind}" for kind in self.kinds)}

    def to_python(self, data: Any) -> CheckedUpload | None:
        upload = super().to_python(data)
        if upload is None:
            return None
        self._refuse_big(upload)
        kind = kind_of(upload)
        if kind is None or kind not in self.kinds:
            raise ValidationError(self._expected(), code="kind")
        return CheckedUpload(upload, kind, _sha256(upload))

    def _refuse_big(self, upload: AnyFile) -> None:
        size = upload.size or 0
        if size <= self.max_mb * 1024**2:
            return
        raise ValidationError(
            _("Tệp lớn %(size)s MB; chỉ nhận đến %(max)s MB, %(reason)s."),
            code="size",
            params={"size": show_number(_megabytes(size)), "max": self.max_mb, "reason": self.reason},
        )

    def _expected(self) -> str:
        named = ", ".join(kind.upper() for kind in self.kinds)
        return _("Nội dung tệp không phải là %(kinds)s. Chọn đúng tệp, không chỉ đổi đuôi tên tệp.") % {
            "kinds": named
        }


def kind_of(upload: AnyFile) -> FileKind | None:
    """What `upload` is by its content, or None. Office files with macros are none of ours.

    Raises ValidationError for an archive that would unpack into far more than any document needs.
    """
    upload.seek(0)
    head = upload.read(8)
    kind = next((kind for start, kind in _STARTS.items() if head.startswith(start)), None)
    if head.startswith(b"PK"):
        kind = _office_kind(upload)
    upload.seek(0)
    return kind


def safe_name(name: str, kind: FileKind) -> str:
    """A name to keep and to send back: NFC, no folders, no signs a system reads, the suffix of its kind.

    "Báo cáo  năm 2020 (ký).PDF" → "Báo cáo năm 2020 (ký).pdf"; nothing left → "tep.pdf".
    """
    stem = PurePosixPath(clean(name).replace("\\", "/")).stem
    letters = "".join(sign if _is_safe(sign) else " " for sign in stem)
    return f"{clean(letters).strip('. ')[:LONGEST_STEM].strip() or 'tep'}.{kind}"


_STARTS = {b"%PDF-": FileKind.PDF, b"\x89PNG\r\n\x1a\n": FileKind.PNG, b"\xff\xd8\xff": FileKind.JPG}
_OFFICE = {"xl/workbook.xml": FileKind.XLSX, "word/document.xml": FileKind.DOCX}
_MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPG: "image/jpeg",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def _office_kind(upload: AnyFile) -> FileKind | None:
    """Only the list of the archive is read, nothing is unpacked."""
    try:
        with ZipFile(cast("Any", upload)) as archive:
            parts = archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError):
        return None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise ValidationError(_("Tệp khi mở ra lớn bất thường nên không được nhận."), code="bomb")
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for name, kind in _OFFICE.items() if name in names), None)


def _megabytes(size: int) -> Decimal:
    """Rounded up to a tenth, so that what is over the limit never reads as the limit."""
    return (Decimal(size) / 1024**2).quantize(Decimal("0.1"), ROUND_UP)


def _sha256(upload: AnyFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _is_safe(sign: str) -> bool:
    """Letters of any language, their marks, digits, spaces and a few plain signs."""
    return unicodedata.category(sign)[0] in "LMN" or sign in " ._-(),+&"


def _day(typed: str) -> date:
    """Eight digits are read as well: some phones' number keys have no slash."""
    text = re.sub(r"^\s*(\d{2})(\d{2})(\d{4})\s*$", r"\1/\2/\3", typed, flags=re.ASCII)
    try:
        return read_date(text)
    except Misread as misread:
        raise ValidationError(str(misread), code="invalid") from None


def _instant(typed: str) -> datetime:
    halves = re.fullmatch(r"(\S+) (\d{1,2})[:h](\d{2})", clean(typed), flags=re.ASCII)
    if halves is None:
        expected = _("Nhập ngày và giờ theo dạng ngày/tháng/năm giờ:phút, ví dụ 05/07/2021 08:30.")
        raise ValidationError(expected, code="invalid")
    hour, minute = int(halves[2]), int(halves[3])
    if hour > 23 or minute > 59:
        raise ValidationError(_("Giờ từ 00:00 đến 23:59, ví dụ 08:30."), code="invalid")
    return datetime.combine(_day(halves[1]), time(hour, minute), ZONE)

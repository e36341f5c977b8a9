"""Workbooks as answers: whole ones, and copies of what somebody sent with its wrong cells coloured."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.http import HttpResponse
from django.utils.translation import gettext as _

from isotrack.kit.forms import FileKind
from isotrack.kit.sheets import Mark, mark_form
from isotrack.kit.words import say_time


def workbook(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved under that name."""
    response = HttpResponse(content, content_type=FileKind.XLSX.media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def marked_copy(file: BinaryIO, marks: Sequence[Mark], *, at: datetime) -> bytes:
    """The same list with its cells marked, and first a sheet that lists them. Raises SheetRefused."""
    intro = _("Đọc lúc %(time)s. Bấm vào địa chỉ ô để đến ô đó; sửa xong lưu lại rồi tải lên lần nữa.")
    return mark_form(
        file,
        marks,
        title=_("Lỗi"),
        intro=intro % {"time": say_time(at)},
        heads=(_("Trang tính"), _("Ô"), _("Mức"), _("Nội dung")),
        kinds={"error": _("Lỗi"), "warning": _("Cảnh báo"), "info": _("Lưu ý")},
    )

"""The copy that goes back: the same workbook with its wrong cells coloured, kept for a day for its sender."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from isotrack.kit.clock import day_of
from isotrack.kit.sheets import Mark, mark_form
from isotrack.kit.words import say_time
from reports.workbook.back import Message

FOLDER = "workbooks"


def marked(file: BinaryIO, messages: Sequence[Message], at: datetime) -> bytes:
    """The workbook with errors and warnings coloured and commented, and a first sheet that lists them.

    What is merely not answered yet is listed without colour. Raises SheetRefused.
    """
    marks = [Mark(one.sheet, one.cell if one.is_there else "", one.level, one.message) for one in messages]
    intro = _("Đọc lúc %(time)s. Bấm vào địa chỉ ô để đến ô đó; sửa xong lưu lại rồi tải lên lần nữa.")
    heads = (_("Trang tính"), _("Ô"), _("Mức"), _("Nội dung"))
    kinds = {"error": _("Lỗi"), "warning": _("Cảnh báo"), "info": _("Lưu ý")}
    return mark_form(
        file, marks, title=_("Lỗi"), intro=intro % {"time": say_time(at)}, heads=heads, kinds=kinds
    )


def keep_for_a_day(content: bytes, at: datetime) -> str:
    """Store a copy under a name nobody can guess; those of earlier days are removed. Returns the name."""
    _remove_before(at - timedelta(days=1))
    name = f"{FOLDER}/{day_of(at).isoformat()}/{uuid4().hex}.xlsx"
    return default_storage.save(name, ContentFile(content))


def kept_copy(name: str) -> "File[Any] | None":
    """The stored copy, or None when its day is over."""
    try:
        return default_storage.open(name)
    except FileNotFoundError:
        return None


def _remove_before(instant: datetime) -> None:
    oldest = day_of(instant).isoformat()
    for folder in _folders():
        if folder < oldest:
            for file in default_storage.listdir(f"{FOLDER}/{folder}")[1]:
                default_storage.delete(f"{FOLDER}/{folder}/{file}")
            default_storage.delete(f"{FOLDER}/{folder}")


def _folders() -> list[str]:
    try:
        return list(default_storage.listdir(FOLDER)[0])
    except FileNotFoundError:
        return []

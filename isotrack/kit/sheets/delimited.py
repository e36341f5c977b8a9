"""Text files with separators: read like a workbook with one sheet (cells have addresses), and written."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import BinaryIO
from unicodedata import normalize

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from isotrack.kit.sheets.cells import Cell, ReadRow
from isotrack.kit.sheets.read import Limits, ReadSheet, SheetRefused

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = ",;\t"
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def is_delimited(file: BinaryIO) -> bool:
    """Whether a file is text with separators in its first line; nothing else is looked at."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if head.startswith(_UTF16):
        return True
    line = head.split(b"\n", 1)[0]
    return (
        b"\0" not in head and not head.startswith(b"PK") and any(sign.encode() in line for sign in SEPARATORS)
    )


def read_delimited(file: BinaryIO, limits: Limits) -> Iterator[ReadSheet]:
    """The one sheet of a .csv: UTF-8, or what Excel calls Unicode text. Raises SheetRefused."""
    text = _decoded(file, limits)
    line = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=line.count)
    yield ReadSheet("CSV", hidden=False, rows=_rows(text, separator, limits))


def write_delimited(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A .csv as spreadsheets open it: UTF-8 with its mark, and no cell of text that would be a formula."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(heads)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return "\ufeff" + file.getvalue()


def _harmless(value: object) -> object:
    """A formula is shown as what it says: the apostrophe is how spreadsheets mark text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def _decoded(file: BinaryIO, limits: Limits) -> str:
    data = file.read(limits.packed + 1)
    if len(data) > limits.packed:
        raise SheetRefused(_("Tệp lớn quá %(max)d MB.") % {"max": limits.packed // 1024**2})
    try:
        return data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise SheetRefused(_("Tệp CSV không phải là UTF-8. Lưu lại thành .xlsx rồi chọn tệp mới.")) from None


def _rows(text: str, separator: str, limits: Limits) -> Iterator[ReadRow]:
    try:
        for number, values in enumerate(csv.reader(StringIO(text, newline=""), delimiter=separator), start=1):
            if number > limits.rows:
                raise SheetRefused(_("Trang tính có quá %(max)d dòng.") % {"max": limits.rows})
            if len(values) > limits.columns:
                raise SheetRefused(_("Trang tính có quá %(max)d cột.") % {"max": limits.columns})
            if any(values):
                cells = [
                    Cell(f"{get_column_letter(place)}{number}", normalize("NFC", value) or None)
                    for place, value in enumerate(values, start=1)
                ]
                yield ReadRow(number, cells)
    except csv.Error as broken:
        raise SheetRefused(_("Tệp CSV bị hỏng, không đọc được. Lưu lại thành .xlsx rồi chọn.")) from broken

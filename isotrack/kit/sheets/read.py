"""Workbooks in: a file from outside is measured before it is unpacked, and every cell keeps its address."""

import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl.utils.datetime import WINDOWS_EPOCH
from openpyxl.utils.exceptions import InvalidFileException

from isotrack.kit.sheets.cells import ReadRow, Shape, open_book, walk_cells


class SheetRefused(ValueError):
    """The file is not a workbook that can be read safely; the message tells people what to do."""


@dataclass(frozen=True)
class Limits:
    """How much a file from outside may be, in bytes unless said."""

    packed: int = 20 * 1024**2
    unpacked: int = 200 * 1024**2
    ratio: int = 200
    """Unpacked by packed; asked of archives over a megabyte unpacked."""
    rows: int = 50_000
    columns: int = 200
    sheets: int = 50
    parts: int = 2_000
    """Files inside the archive; a workbook has a few dozen."""


ORDINARY = Limits()


@dataclass(frozen=True)
class ReadSheet:
    """One sheet; its rows can be walked once, before the next sheet is asked for."""

    title: str
    hidden: bool
    rows: Iterator[ReadRow] = field(compare=False)
    shape: Shape = field(default_factory=Shape, compare=False)
    """Merged cells and hidden columns, complete when the rows have been walked."""
    epoch: Any = field(default=WINDOWS_EPOCH, compare=False)
    """The day before the first one of the book's calendar, for days that stand there as plain numbers."""
    is_machinery: bool = False
    """Hidden so that no menu shows it: a program keeps its own there."""


def read_sheet(file: BinaryIO, limits: Limits = ORDINARY) -> Iterator[ReadSheet]:
    """Walk the sheets of an .xlsx file, each with its rows, in flat memory.

    Raises SheetRefused, at once or while the rows are walked, for what is no workbook, is too big, is locked
    by a password, holds macros or is broken. Formulas give their stored result.
    """
    measure(file, limits)
    with closing(_open(file)) as book:
        if len(book.worksheets) > limits.sheets:
            raise SheetRefused(_("Tệp có quá %(max)d trang tính.") % {"max": limits.sheets})
        for page in book.worksheets:
            shape = Shape()
            rows = _walk(page, shape, limits)
            state = page.sheet_state
            yield ReadSheet(
                page.title, state != "visible", rows, shape, book.epoch, is_machinery=state == "veryHidden"
            )


def measure(file: BinaryIO, limits: Limits) -> None:
    """Refuse what is too big or no workbook before anything is unpacked."""
    packed = file.seek(0, 2)
    if packed > limits.packed:
        raise SheetRefused(_("Tệp lớn quá %(max)d MB.") % {"max": limits.packed // 1024**2})
    file.seek(0)
    _refuse_other_kinds(file)
    try:
        with ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if len(archive.infolist()) > limits.parts:
                raise SheetRefused(_("Tệp gồm quá nhiều phần nên không được nhận."))
            if unpacked > limits.unpacked or unpacked > max(packed * limits.ratio, 1024**2):
                raise SheetRefused(_("Tệp khi mở ra lớn bất thường nên không được nhận."))
            _refuse_contents(set(archive.namelist()))
    except BROKEN as broken:
        raise refusal(broken) from broken


def _refuse_other_kinds(file: BinaryIO) -> None:
    head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in file.read():
            raise SheetRefused(_("Tệp có mật khẩu. Bỏ mật khẩu trong Excel, lưu lại rồi chọn tệp mới."))
        raise SheetRefused(_("Tệp là Excel đời cũ (.xls). Mở bằng Excel và lưu thành dạng .xlsx."))
    if not head.startswith(b"PK"):
        raise SheetRefused(_("Tệp không phải là Excel .xlsx, dù tên có thể ghi như vậy."))


def _refuse_contents(names: set[str]) -> None:
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise SheetRefused(_("Tệp nén này không phải là Excel .xlsx."))
    if any(name.endswith("vbaProject.bin") for name in names):
        raise SheetRefused(_("Tệp có macro nên không được nhận. Lưu thành dạng .xlsx rồi chọn tệp mới."))


# What openpyxl and the parsers beneath it raise for a file that is not what it says it is.
BROKEN = (
    AttributeError,
    BadZipFile,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)


def refusal(broken: BaseException) -> SheetRefused:
    """What to tell people when a library met something it does not know."""
    if isinstance(broken, SheetRefused):
        return broken
    return SheetRefused(_("Tệp Excel bị hỏng, không đọc được. Mở bằng Excel, lưu lại rồi chọn tệp mới."))


def _open(file: BinaryIO) -> Any:
    try:
        return open_book(file)
    except BROKEN as broken:
        raise refusal(broken) from broken


def _walk(page: Any, shape: Shape, limits: Limits) -> Iterator[ReadRow]:
    """The rows that are not blank."""
    try:
        for row in walk_cells(page, shape):
            _refuse_outside(row, limits)
            yield row
    except BROKEN as broken:
        raise refusal(broken) from broken


def _refuse_outside(row: ReadRow, limits: Limits) -> None:
    if row.number > limits.rows:
        raise SheetRefused(_("Trang tính có quá %(max)d dòng.") % {"max": limits.rows})
    if len(row.cells) > limits.columns:
        raise SheetRefused(_("Trang tính có quá %(max)d cột.") % {"max": limits.columns})

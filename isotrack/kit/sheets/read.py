"""Workbooks in: a file from outside is measured before it is unpacked, and every cell keeps its address."""

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from itertools import repeat
from typing import Any, BinaryIO
from unicodedata import normalize
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from isotrack.kit.clock import ZONE


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


@dataclass(frozen=True)
class Cell:
    """One cell: its address ("B172"), its value, or the problem why it has none.

    A value is str (NFC), int, Decimal, bool, date, an aware datetime, time, or None for an empty cell.
    """

    address: str
    value: Any
    problem: str = ""


@dataclass(frozen=True)
class ReadRow:
    """One row that is not blank, from column A to its last cell that holds something."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class ReadSheet:
    """One sheet; its rows can be walked once, before the next sheet is asked for."""

    title: str
    hidden: bool
    rows: Iterator[ReadRow] = field(compare=False)


def read_sheet(file: BinaryIO, limits: Limits = Limits()) -> Iterator[ReadSheet]:
    """Walk the sheets of an .xlsx file, each with its rows, in flat memory.

    Raises SheetRefused, at once or while the rows are walked, for what is no workbook, is too big, is locked
    by a password, holds macros or is broken. Formulas give their stored result.
    """
    has_formulas = measure(file, limits)
    with ExitStack() as opened:
        book = opened.enter_context(closing(_open(file, data_only=True)))
        formulas = opened.enter_context(closing(_open(file, data_only=False))) if has_formulas else None
        if len(book.worksheets) > limits.sheets:
            raise SheetRefused(_("Tệp có quá %(max)d trang tính.") % {"max": limits.sheets})
        for page in book.worksheets:
            written = formulas[page.title] if formulas else None
            yield ReadSheet(page.title, page.sheet_state != "visible", _walk(page, written, limits))


def measure(file: BinaryIO, limits: Limits) -> bool:
    """Refuse what is too big or no workbook before anything is unpacked; tell whether there are formulas."""
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
            return any(_holds_formulas(archive, name) for name in archive.namelist())
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


def _holds_formulas(archive: ZipFile, name: str) -> bool:
    """Only a book with formulas is read twice, for their results and for where they stand."""
    if not name.startswith("xl/worksheets/"):
        return False
    tail = b""
    with archive.open(name) as part:
        while block := part.read(1024**2):
            if re.search(rb"<(\w+:)?f[\s/>]", tail + block):
                return True
            tail = block[-40:]
    return False


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


def _open(file: BinaryIO, *, data_only: bool) -> Any:
    file.seek(0)
    try:
        return load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
    except BROKEN as broken:
        raise refusal(broken) from broken


def _walk(page: Any, written: Any, limits: Limits) -> Iterator[ReadRow]:
    """The rows that are not blank; `written` is the same sheet with its formulas."""
    try:
        page.reset_dimensions()  # the size a file claims may be wrong
        if written:
            written.reset_dimensions()
        formulas = written.iter_rows() if written else repeat(())
        for number, (row, other) in enumerate(zip(page.iter_rows(), formulas, strict=False), start=1):
            cells = [cell_of(number, place, cell) for place, cell in enumerate(row, start=1)]
            _mark_unfinished(cells, other)
            while cells and cells[-1].value is None and not cells[-1].problem:
                cells.pop()
            if cells:
                _refuse_outside(number, cells, limits)
                yield ReadRow(number, cells)
    except BROKEN as broken:
        raise refusal(broken) from broken


def cell_of(number: int, place: int, cell: Any) -> Cell:
    """A library's cell as ours: its value, or why it has none."""
    address = f"{get_column_letter(place)}{number}"
    if cell.data_type == "e" and cell.value is not None:
        return Cell(address, None, _("Ô báo lỗi %(error)s. Xóa ô rồi ghi giá trị.") % {"error": cell.value})
    if isinstance(cell.value, datetime):
        return Cell(address, _day_or_instant(cell))
    return Cell(address, _plain(cell.value))


def _day_or_instant(cell: Any) -> Any:
    """A workbook has no days, only instants: it is a day where no time is set or shown."""
    is_day = cell.value.time() == time.min and "h" not in cell.number_format.lower()
    return cell.value.date() if is_day else cell.value.replace(tzinfo=ZONE)


def _mark_unfinished(cells: list[Cell], written: Sequence[Any]) -> None:
    problem = _("Ô có công thức nhưng chưa có kết quả. Mở tệp bằng Excel và lưu lại.")
    for place, source in enumerate(written):
        if source.data_type == "f" and cells[place].value is None and not cells[place].problem:
            cells[place] = Cell(cells[place].address, None, problem)


def _refuse_outside(number: int, cells: list[Cell], limits: Limits) -> None:
    if number > limits.rows:
        raise SheetRefused(_("Trang tính có quá %(max)d dòng.") % {"max": limits.rows})
    if len(cells) > limits.columns:
        raise SheetRefused(_("Trang tính có quá %(max)d cột.") % {"max": limits.columns})


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return normalize("NFC", value) or None
    if isinstance(value, float):
        exact = Decimal(f"{value:.15g}")  # a spreadsheet keeps fifteen digits
        return int(exact) if exact == exact.to_integral_value() else exact
    return value

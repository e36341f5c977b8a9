"""Workbooks in and out; the only place where openpyxl is named.

Out: a sheet is a list of columns, the same for every row, written as a stream so that memory stays flat
however many rows there are. In: a file from outside is measured before it is unpacked, and every cell keeps
its address.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from enum import Enum
from io import BytesIO
from itertools import repeat
from typing import Any, BinaryIO, Generic, TypeVar
from unicodedata import normalize
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError, InvalidFileException

from isotrack.kit.clock import ZONE
from isotrack.kit.words import NOTHING

Row = TypeVar("Row")


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    TIME = "time"


TEXT, NUMBER, DECIMAL, MONEY, PERCENT, DATE, TIME = Kind

# Number format and width in letters; readers see the separators of their own system.
_LOOKS = {
    Kind.TEXT: ("General", 32),
    Kind.NUMBER: ("#,##0", 12),
    Kind.DECIMAL: ("#,##0.00", 12),
    Kind.MONEY: ("#,##0", 18),
    Kind.PERCENT: ("0.00%", 11),
    Kind.DATE: ("dd/mm/yyyy", 13),
    Kind.TIME: ("dd/mm/yyyy hh:mm", 18),
}


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its heading, how to find the value in a row, what kind it is, its width in letters.

    PERCENT takes percent points (Decimal("89.11") shows as 89,11 %) and None as "–"; TIME takes an aware
    instant and shows Vietnamese time; elsewhere None leaves the cell empty.
    """

    heading: Any
    value: Callable[[Row], Any]
    kind: Kind = Kind.TEXT
    width: int = 0


@dataclass(frozen=True)
class Sheet(Generic[Row]):
    """One sheet to write: notes stand above the heading, one a row."""

    title: str
    columns: Sequence[Column[Row]]
    rows: Iterable[Row]
    notes: Sequence[str] = ()


def write_sheet(
    title: str, columns: Sequence[Column[Row]], rows: Iterable[Row], *, note_rows: Sequence[str] = ()
) -> bytes:
    """One sheet as the bytes of a workbook; for many rows rather `write_book` into a file."""
    out = BytesIO()
    write_book(out, [Sheet(title, columns, rows, note_rows)])
    return out.getvalue()


def write_book(out: BinaryIO, sheets: Iterable[Sheet[Any]]) -> int:
    """Stream a workbook into `out` and return how many rows it has, headings and notes aside."""
    book = Workbook(write_only=True)
    book.properties.creator = "IsoTrack"
    written = sum(_write(book, sheet) for sheet in sheets)
    book.save(out)
    return written


def legal_title(title: str) -> str:
    """A title every spreadsheet takes: at most 31 letters, none of []:*?/\\, no apostrophe at the ends."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", title).strip()[:31]
    return plain.strip("' ") or _("Bảng")


def _write(book: Any, sheet: Sheet[Any]) -> int:
    page = book.create_sheet(legal_title(str(sheet.title)))
    top = len(sheet.notes) + 2 if sheet.notes else 1
    last = get_column_letter(len(sheet.columns))
    for place, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = column.width or _LOOKS[column.kind][1]
    page.freeze_panes = f"A{top + 1}"
    page.print_title_rows = f"{top}:{top}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9  # A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToHeight = 0
    for note in sheet.notes:
        page.append([_text_cell(page, str(note))])
    if sheet.notes:
        page.append([])
    page.append([_heading(page, str(column.heading)) for column in sheet.columns])
    count = _append_rows(page, sheet)
    page.auto_filter.ref = f"A{top}:{last}{top + count}"
    return count


def _append_rows(page: Any, sheet: Sheet[Any]) -> int:
    """One cell object per column serves every row: making one per value costs as much as writing it."""
    cells = [_Pen(page, column) for column in sheet.columns]
    count = 0
    for count, row in enumerate(sheet.rows, start=1):  # noqa: B007  counts the rows of a stream
        page.append([pen.fill(row) for pen in cells])
    return count


class _Pen:
    """Writes the values of one column with one styled cell."""

    def __init__(self, page: Any, column: Column[Any]) -> None:
        self.value = column.value
        self.turn = _TURN.get(column.kind)
        self.cell: Any = WriteOnlyCell(page)
        self.cell.number_format = _LOOKS[column.kind][0]
        self.text: Any = WriteOnlyCell(page)
        self.guarded = _text_cell(page, "")
        self.guarded.quotePrefix = True

    def fill(self, row: Any) -> Any:
        value = self.value(row)
        if self.turn:
            value = self.turn(value)
        if value is None:
            return None
        if isinstance(value, str):
            return self._text(value)
        self.cell.value = value
        return self.cell

    def _text(self, value: str) -> Any:
        """What a spreadsheet would take for a formula stays text, also after somebody edits it."""
        cell = self.guarded if value.startswith(_FORMULA_SIGNS) else self.text
        _put(cell, value)
        return cell


_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    return None if value is None or value == "" else str(value)


def _as_share(value: Any) -> Any:
    return NOTHING if value is None else Decimal(value) / 100


def _as_local(value: Any) -> Any:
    return value.astimezone(ZONE).replace(tzinfo=None) if isinstance(value, datetime) else value


_TURN: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _as_text,
    Kind.PERCENT: _as_share,
    Kind.TIME: _as_local,
}


def _text_cell(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page)
    _put(cell, text)
    return cell


def _heading(page: Any, text: str) -> Any:
    cell = _text_cell(page, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E9EEF2")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _put(cell: Any, text: str) -> None:
    """As text whatever it begins with ("=…", "#N/A"), without the control signs no workbook may hold."""
    try:
        cell.value = text
    except IllegalCharacterError:
        cell.value = "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
    cell.data_type = "s"


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
    has_formulas = _measure(file, limits)
    with ExitStack() as opened:
        book = opened.enter_context(closing(_open(file, data_only=True)))
        formulas = opened.enter_context(closing(_open(file, data_only=False))) if has_formulas else None
        if len(book.worksheets) > limits.sheets:
            raise SheetRefused(_("Tệp có quá %(max)d trang tính.") % {"max": limits.sheets})
        for page in book.worksheets:
            written = formulas[page.title] if formulas else None
            yield ReadSheet(page.title, page.sheet_state != "visible", _walk(page, written, limits))


def _measure(file: BinaryIO, limits: Limits) -> bool:
    """Refuse what is too big or no workbook before anything is unpacked; tell whether there are formulas."""
    packed = file.seek(0, 2)
    if packed > limits.packed:
        raise SheetRefused(_("Tệp lớn quá %(max)d MB.") % {"max": limits.packed // 1024**2})
    file.seek(0)
    _refuse_other_kinds(file)
    try:
        with ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > limits.unpacked or unpacked > max(packed * limits.ratio, 1024**2):
                raise SheetRefused(_("Tệp khi mở ra lớn bất thường nên không được nhận."))
            _refuse_contents(set(archive.namelist()))
            return any(_holds_formulas(archive, name) for name in archive.namelist())
    except _BROKEN as broken:
        raise _refusal(broken) from broken


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
_BROKEN = (
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


def _refusal(broken: BaseException) -> SheetRefused:
    if isinstance(broken, SheetRefused):
        return broken
    return SheetRefused(_("Tệp Excel bị hỏng, không đọc được. Mở bằng Excel, lưu lại rồi chọn tệp mới."))


def _open(file: BinaryIO, *, data_only: bool) -> Any:
    file.seek(0)
    try:
        return load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
    except _BROKEN as broken:
        raise _refusal(broken) from broken


def _walk(page: Any, written: Any, limits: Limits) -> Iterator[ReadRow]:
    """The rows that are not blank; `written` is the same sheet with its formulas."""
    try:
        page.reset_dimensions()  # the size a file claims may be wrong
        if written:
            written.reset_dimensions()
        formulas = written.iter_rows() if written else repeat(())
        for number, (row, other) in enumerate(zip(page.iter_rows(), formulas, strict=False), start=1):
            cells = [_cell(number, place, cell) for place, cell in enumerate(row, start=1)]
            _mark_unfinished(cells, other)
            while cells and cells[-1].value is None and not cells[-1].problem:
                cells.pop()
            if cells:
                _refuse_outside(number, cells, limits)
                yield ReadRow(number, cells)
    except _BROKEN as broken:
        raise _refusal(broken) from broken


def _cell(number: int, place: int, cell: Any) -> Cell:
    address = f"{get_column_letter(place)}{number}"
    if cell.data_type == "e" and cell.value is not None:
        return Cell(address, None, _("Ô báo lỗi %(error)s.") % {"error": cell.value})
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

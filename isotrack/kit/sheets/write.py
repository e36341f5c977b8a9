"""Workbooks out: a sheet is a list of columns, the same for every row.

It is written as a stream, so that memory stays flat however many rows there are.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from io import BytesIO
from itertools import zip_longest
from operator import itemgetter
from typing import Any, BinaryIO, Generic, TypeVar

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from isotrack.kit.clock import ZONE
from isotrack.kit.sheets.rows import Pen, RowsWriter, lines_of, plain_text
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
LOOKS = {
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
    choices: Sequence[Any] = ()
    """What may stand in the column: offered as a drop-down. Other values are warned of, not prevented."""


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
    for place, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = column.width or LOOKS[column.kind][1]
    page.freeze_panes = f"A{top + 1}"
    page.print_title_rows = f"{top}:{top}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9  # A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToHeight = 0
    _offer(page, sheet, top + 1)
    page._writer = RowsWriter(page, _lines(page, sheet, top))
    page.close()
    return int(page._writer.count) - top


def _lines(page: Any, sheet: Sheet[Any], top: int) -> Iterator[str]:
    """Notes, heading and rows; after the last of them it is known how far the filter reaches."""
    text = WriteOnlyCell(page)
    text.quotePrefix = True
    guarded, heading = text.style_id, _heading_style(page)
    note, head = Pen(guarded=guarded), Pen(plain=heading, guarded=heading)
    width = len(sheet.columns)
    yield from lines_of([[words] for words in sheet.notes], [(itemgetter(0), note)], 1)
    if sheet.notes:
        yield f'<row r="{top - 1}"/>'
    names = [str(column.heading) for column in sheet.columns]
    yield from lines_of([names], [(itemgetter(place), head) for place in range(width)], top)
    columns = [(column.value, _pen(page, column, guarded)) for column in sheet.columns]
    yield from lines_of(sheet.rows, columns, top + 1)
    page.auto_filter.ref = f"A{top}:{get_column_letter(width)}{page._writer.count}"


def _pen(page: Any, column: Column[Any], guarded: int) -> Pen:
    cell = WriteOnlyCell(page)
    cell.number_format = LOOKS[column.kind][0]
    of_text = column.kind is Kind.TEXT
    return Pen(guarded=guarded, other=cell.style_id, of_text=of_text, turn=_TURN.get(column.kind))


def _offer(page: Any, sheet: Sheet[Any], top: int) -> None:
    """Drop-downs down whole columns; their words stand on a sheet of their own, since some have commas."""
    offered = [(place, one) for place, one in enumerate(sheet.columns, start=1) if one.choices]
    if not offered:
        return
    words = page.parent.create_sheet(legal_title(_("Danh mục")))
    words.sheet_state = "veryHidden"
    for line in zip_longest(*([str(choice) for choice in one.choices] for _place, one in offered)):
        words.append([word if word is None else _text_cell(words, word) for word in line])
    for number, (place, column) in enumerate(offered, start=1):
        source = get_column_letter(number)
        formula = f"'{words.title}'!${source}$1:${source}${len(column.choices)}"
        letter = get_column_letter(place)
        list_of = DataValidation("list", formula, errorStyle="warning", showErrorMessage=True)
        list_of.add(f"{letter}{top}:{letter}1048576")
        page.data_validations.append(list_of)


def _as_share(value: Any) -> Any:
    return NOTHING if value is None else Decimal(value) / 100


def _as_local(value: Any) -> Any:
    return value.astimezone(ZONE).replace(tzinfo=None) if isinstance(value, datetime) else value


_TURN: dict[Kind, Callable[[Any], Any]] = {
    Kind.PERCENT: _as_share,
    Kind.TIME: _as_local,
}


def _text_cell(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page)
    put_text(cell, text)
    return cell


def _heading_style(page: Any) -> int:
    cell = WriteOnlyCell(page)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E9EEF2")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return int(cell.style_id)


def put_text(cell: Any, text: str) -> None:
    """As text whatever it begins with ("=…", "#N/A"), without the control signs no workbook may hold."""
    # What `cell.value = text` comes to once the text is known to be one: guessing its type took a third of
    # the time of writing a form (measured).
    cell._value, cell.data_type = plain_text(text), "s"

"""Tables from workbooks that people send in: found by their headings, wrong cells named by their address."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from isotrack.kit.language import in_every_language
from isotrack.kit.sheets import Cell, ReadRow, SheetRefused, read_sheet
from isotrack.kit.text import clean, fold

ROWS_SEARCHED = 30  # notes may stand above the headings, but not a whole letter


@dataclass(frozen=True)
class Mistake:
    """One wrong cell: where, under which heading, what stands there, what is wrong and what to do."""

    address: str
    heading: str
    value: str
    problem: str


@dataclass(frozen=True)
class TableRow:
    """One row under the headings, its cells by the names the reader gave them."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, name: str) -> str:
        """The cell's value in one written form; "" for an empty one."""
        value = self.cells[name].value
        return "" if value is None else clean(str(value))


def read_table(file: BinaryIO, headings: Mapping[str, object]) -> Iterator[TableRow]:
    """Walk the rows of the first visible sheet below the row that holds all `headings` (name → words).

    Headings are lazily translated and found in any language, without tones, marks and case; other columns
    are passed over. Raises SheetRefused for what is no workbook, or where no such row is found.
    """
    for sheet in read_sheet(file):
        if sheet.hidden:
            continue
        columns = _find_headings(sheet.rows, headings)
        for row in sheet.rows:
            cells = {re.sub(r"\d", "", cell.address): cell for cell in row.cells}
            named = {
                name: cells.get(letter, Cell(f"{letter}{row.number}", None))
                for name, letter in columns.items()
            }
            if any(cell.value is not None or cell.problem for cell in named.values()):
                yield TableRow(row.number, named)
        return
    raise SheetRefused(_("Tệp không có trang tính nào để đọc."))


def mistake(row: TableRow, name: str, headings: Mapping[str, object], problem: str) -> Mistake:
    """What is wrong with one cell; a cell that could not be read says so itself."""
    cell = row.cells[name]
    return Mistake(cell.address, str(headings[name]), row.text(name), cell.problem or problem)


def _find_headings(rows: Iterator[ReadRow], headings: Mapping[str, object]) -> dict[str, str]:
    """Name → letter of its column."""
    wanted = {fold(said): name for name, words in headings.items() for said in in_every_language(words)}
    for row in rows:
        found = {
            wanted[fold(str(cell.value))]: re.sub(r"\d", "", cell.address)
            for cell in row.cells
            if _is_text(cell.value) and fold(str(cell.value)) in wanted
        }
        if len(found) == len(headings):
            return found
        if row.number > ROWS_SEARCHED:
            break
    told = ", ".join(f"“{words}”" for words in headings.values())
    raise SheetRefused(_("Không tìm thấy dòng tiêu đề có đủ các cột %(columns)s.") % {"columns": told})


def _is_text(value: Any) -> bool:
    return isinstance(value, str)

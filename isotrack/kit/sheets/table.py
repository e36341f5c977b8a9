"""Lists as offices send them: found by the words of their headings, without what is no row of the list.

Above the headings stand the national title and the name of the list; the headings take one row or three, with
merged cells and line breaks; between the rows stand group rows ("II. …"), repeated headings and totals, below
them "Nơi nhận" and who signs. All that is passed over and told, never dropped in silence. What a row means is
the caller's business.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from isotrack.kit.sheets.cells import Cell, ReadRow, Span
from isotrack.kit.sheets.delimited import is_delimited, read_delimited
from isotrack.kit.sheets.read import ORDINARY, Limits, ReadSheet, SheetRefused, read_sheet
from isotrack.kit.text import clean, fold

ROWS_SEARCHED = 60  # a letter may stand above the headings, but not a book
DEEPEST = 3  # rows of headings
FEW = 3  # cells that a group row, a total or a signature fills at most


@dataclass(frozen=True)
class Field:
    """One thing a list may tell: its name in the code and the words its heading may bear.

    Words are compared without tones, marks, case, line breaks, numbers and what stands in brackets; over
    two-level headings both levels together ("Cơ quan cấp trên" over "Mã") or the lower one alone. With
    `spreads` a cell merged downwards speaks for every row it covers.
    """

    name: str
    words: Collection[str]
    spreads: bool = False


class Passed(Enum):
    """Why a row is no row of the list."""

    GROUP = "group"
    TOTAL = "total"
    SIGNATURE = "signature"
    HEADING = "heading"
    NUMBERS = "numbers"


@dataclass(frozen=True)
class PassedRow:
    """A row that was passed over: the address of its first cell, why, and its first words."""

    address: str
    why: Passed
    text: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the list, its cells by the names of the fields."""

    number: int
    cells: Mapping[str, Cell]
    address: str
    """Of its first cell that holds something."""
    hidden: bool = False

    def text(self, name: str) -> str:
        """The cell in one written form; "" for an empty or missing one."""
        cell = self.cells.get(name)
        return "" if cell is None or cell.value is None else clean(str(cell.value))


@dataclass(frozen=True)
class Table:
    """One list: where its headings stand, its rows, and what was passed over."""

    sheet: str
    heading_row: int
    columns: Mapping[str, str]
    """Field → letter of its column."""
    rows: Sequence[TableRow]
    passed: Sequence[PassedRow] = ()
    unknown: Sequence[Cell] = ()
    """Headings that are none of the fields; their columns are not read."""
    repeated: Sequence[Cell] = ()
    """Headings of fields that stand further left as well; these columns are not read either."""
    hidden_columns: Sequence[str] = ()
    epoch: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Reading:
    """Everything a file holds: its lists, and the sheets that were not read."""

    tables: Sequence[Table]
    hidden_sheets: Sequence[str] = ()
    other_sheets: Sequence[str] = ()
    """Visible sheets on which the headings were not found."""


def read_tables(
    file: BinaryIO,
    fields: Sequence[Field],
    *,
    needed: Collection[str],
    limits: Limits = ORDINARY,
    keys: Collection[str] = (),
) -> Reading:
    """Read every list of an .xlsx, or of a .csv in UTF-8; at least one of `needed` must have a heading.

    A row that fills one of `keys` is always a row of the list, however it looks. Hidden sheets are told and
    not read. Raises SheetRefused for what is no workbook, or where no list is found.
    """
    finder = _Finder(fields, needed)
    tables: list[Table] = []
    hidden: list[str] = []
    others: list[str] = []
    for sheet in read_delimited(file, limits) if is_delimited(file) else read_sheet(file, limits):
        table = _table_of(sheet, finder, fields, keys)
        if sheet.hidden:
            if table is not None or not sheet.is_machinery:
                hidden.append(sheet.title)
        elif table is not None:
            tables.append(table)
        else:
            others.append(sheet.title)
    if not tables:
        raise SheetRefused(_not_found(fields, needed, hidden))
    return Reading(tables, hidden, others)


def _not_found(fields: Sequence[Field], needed: Collection[str], hidden: Sequence[str]) -> str:
    words = [next(iter(one.words)) for one in fields if one.name in needed]
    told = {"columns": _(" hoặc ").join(f"“{word}”" for word in words)}
    said = _("Không tìm thấy dòng tiêu đề có cột %(columns)s. Ghi tên cột ngay trên danh sách.") % told
    if hidden:
        said += " " + _("Trang tính ẩn không được đọc: %(sheets)s.") % {"sheets": ", ".join(hidden)}
    return said


# Headings


@dataclass(frozen=True)
class _Found:
    """Headings that were found: their rows and, per field, the place of its column from 0."""

    first: int
    last: int
    places: Mapping[str, int]
    unknown: Sequence[Cell] = ()
    repeated: Sequence[Cell] = ()


class _Finder:
    """Looks for the rows whose words name the most fields."""

    def __init__(self, fields: Sequence[Field], needed: Collection[str]) -> None:
        self.names = {heading_key(word): one.name for one in fields for word in one.words}
        self.needed = needed

    def find(self, rows: Sequence[ReadRow], merged: Sequence[Span]) -> _Found | None:
        """The headings, or None; of equally good ones those in fewer rows, then the upper ones."""
        top = [row for row in rows if row.number <= ROWS_SEARCHED]
        spans = [span for span in merged if span[1] <= ROWS_SEARCHED]
        grid = {row.number: _filled_out(row, spans, top) for row in top}
        windows = [
            (number, depth)
            for number in grid
            for depth in range(1, DEEPEST + 1)
            if all(number + step in grid for step in range(depth))
        ]
        best = max(windows, key=lambda one: (len(self._places(grid, *one)[0]), -one[1]), default=None)
        if best is None:
            return None
        places, unknown, repeated = self._places(grid, *best)
        if len(places) < 2 or not any(name in places for name in self.needed):
            return None
        return _Found(best[0], best[0] + best[1] - 1, places, unknown, repeated)

    def _places(
        self, grid: Mapping[int, Mapping[int, Cell]], first: int, depth: int
    ) -> tuple[dict[str, int], list[Cell], list[Cell]]:
        levels = [grid[first + step] for step in range(depth)]
        places: dict[str, int] = {}
        unknown: list[Cell] = []
        repeated: list[Cell] = []
        for place in sorted(set().union(*levels)):
            cells = [level[place] for level in levels if place in level]
            name = self._name(cells, is_whole=place in levels[-1])
            if name is None:
                unknown.append(cells[-1])
            elif name in places:
                repeated.append(cells[-1])
            else:
                places[name] = place
        return places, unknown, repeated

    def _name(self, cells: Sequence[Cell], *, is_whole: bool) -> str | None:
        """The field these cells above each other name: all of them together, the lowest two, the lowest."""
        keys = [key for cell in cells if (key := heading_key(str(cell.value)))]
        keys = [key for step, key in enumerate(keys) if step == 0 or key != keys[step - 1]]
        tries = [" ".join(keys), " ".join(keys[-2:]), *keys[-1:]]
        if not is_whole:
            tries += keys[:1]
        return next((self.names[key] for key in tries if key in self.names), None)


@lru_cache(maxsize=4096)
def heading_key(words: str) -> str:
    """The form in which headings are compared: "Mã\\ncơ quan (1) *" → "ma co quan"."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", fold(words))
    return " ".join(re.sub(r"[^a-z0-9/]+", " ", bare).replace("/", " ").split())


def _filled_out(row: ReadRow, spans: Sequence[Span], rows: Sequence[ReadRow]) -> dict[int, Cell]:
    """The cells of a heading row by their place, merged ones at every place they cover."""
    cells = {place: cell for place, cell in enumerate(row.cells) if cell.value is not None}
    by_number = {one.number: one for one in rows}
    for left, upper, right, lower in spans:
        source = by_number.get(upper)
        if not upper <= row.number <= lower or source is None or len(source.cells) < left:
            continue
        cell = source.cells[left - 1]
        if cell.value is not None:
            cells |= dict.fromkeys(range(left - 1, min(right, 200)), cell)
    return cells


# Rows

# A figure alone is the number of a row, so only letters and Roman numerals begin a group.
_NUMERAL = re.compile(r"(?:[IVXLC]{1,6}|[A-ZĐ])\s*[.)/:-]?|(?:[IVXLC]{1,6}|[A-ZĐ])\s*[.)/:-]\s*\S.*")
_TOTAL = re.compile(
    r"(?:tổng cộng|tổng số|tổng|cộng|danh sách (?:này )?(?:gồm|có))\s*(?:[:(./\d].*)?"
    r"|(?:tổng cộng|tổng số|cộng)\s+(?:toàn|chung|các|nhóm|khối|mục|phần|số|tỉnh|huyện|thành phố|thị xã)\b.*"
    r"|danh sách (?:này )?(?:gồm|có) .*"
)
_SIGNATURE = re.compile(
    r"(?:người lập|người ký|lập biểu|kế toán|thủ trưởng|giám đốc|phó giám đốc|chủ tịch|phó chủ tịch"
    r"|chánh văn phòng|nơi nhận|k/?t\.|t/?m\.|t/?l\.|t/?uq\.|xác nhận của|ký tên|\(ký|\(đã ký|ghi chú\s*:"
    r"|.{0,40},?\s*ngày\s*[\d…._ ]*\s*tháng\s*[\d…._ ]*\s*năm\b).*"
)


def _table_of(
    sheet: ReadSheet, finder: _Finder, fields: Sequence[Field], keys: Collection[str]
) -> Table | None:
    rows = list(sheet.rows)
    found = finder.find(rows, sheet.shape.merged)
    if found is None:
        return None
    reader = _Rows(found, [one.name for one in fields if one.spreads], sheet.shape.merged, keys)
    headings = [row for row in rows if found.first <= row.number <= found.last]
    reader.headings = [[cell.value for cell in row.cells] for row in headings]
    taken = [row for row in map(reader.take, rows) if row is not None]
    columns = {name: get_column_letter(place + 1) for name, place in found.places.items()}
    hidden = [letter for letter in sheet.shape.hidden_columns if letter in columns.values()]
    return Table(
        sheet.title,
        found.last,
        columns,
        taken,
        reader.passed,
        found.unknown,
        found.repeated,
        hidden,
        sheet.epoch,
    )


class _Rows:
    """Walks the rows below the headings and tells rows of the list from everything else."""

    def __init__(
        self, found: _Found, spreading: Collection[str], merged: Sequence[Span], keys: Collection[str]
    ) -> None:
        self.top = found.last
        self.places = [(name, place, get_column_letter(place + 1)) for name, place in found.places.items()]
        self.key_places = [found.places[name] for name in keys if name in found.places]
        self.headings: list[list[Any]] = []
        self.passed: list[PassedRow] = []
        self.wide = _wide(merged)
        self.begins: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
        for left, upper, right, lower in merged:
            for name in spreading:
                if left - 1 <= found.places.get(name, -1) < right and lower > upper > found.last:
                    self.begins[upper].append((name, left - 1, lower))
        self.spread: dict[str, tuple[int, Cell]] = {}
        self.is_over = False

    def take(self, row: ReadRow) -> TableRow | None:
        """The row as one of the list; None for one that is passed over."""
        if row.number <= self.top:
            return None
        cells, width = row.cells, len(row.cells)
        number = row.number
        named = {
            name: cells[place] if place < width else Cell(f"{letter}{number}", None)
            for name, place, letter in self.places
        }
        self._spread(named, row)
        first = next(cell for cell in cells if cell.value is not None or cell.problem)
        why = self._passes(named, row, first)
        if why is not None:
            self.passed.append(PassedRow(first.address, why, clean(str(first.value or ""))[:80]))
            return None
        if not any(cell.value is not None or cell.problem for cell in named.values()):
            return None  # something stands beside the list
        return TableRow(number, named, first.address, row.hidden)

    def _spread(self, named: dict[str, Cell], row: ReadRow) -> None:
        """Let a merged cell speak for the rows it covers, each at its own address."""
        for name, place, lower in self.begins.get(row.number, ()):
            if place < len(row.cells):
                self.spread[name] = (lower, row.cells[place])
        for name, (lower, source) in self.spread.items():
            cell = named[name]
            if row.number <= lower and cell.value is None and not cell.problem:
                named[name] = Cell(cell.address, source.value, source.problem)

    def _passes(self, named: Mapping[str, Cell], row: ReadRow, first: Cell) -> Passed | None:
        if any(first.value in said and [cell.value for cell in row.cells] == said for said in self.headings):
            return Passed.HEADING
        is_near = row.number <= self.top + 2
        known = sum(cell.value is not None or cell.problem != "" for cell in named.values())
        if known > FEW and not is_near:
            return None
        filled = [cell for cell in row.cells if cell.value is not None or cell.problem]
        if is_near and _are_numbers(filled):
            return Passed.NUMBERS
        return None if known > FEW else self._passes_by_words(row, filled)

    def _passes_by_words(self, row: ReadRow, filled: Sequence[Cell]) -> Passed | None:
        """Few cells are filled: their words tell."""
        texts = [clean(cell.value) for cell in filled if isinstance(cell.value, str)]
        low = [text.casefold() for text in texts]
        if any(_is_key(row.cells[place]) for place in self.key_places if place < len(row.cells)):
            return None
        if any(_SIGNATURE.fullmatch(text) for text in low):
            self.is_over = True
            return Passed.SIGNATURE
        if any(_TOTAL.fullmatch(text) for text in low):
            return Passed.TOTAL
        if self._is_group(row, filled):
            return Passed.GROUP
        return Passed.SIGNATURE if self.is_over else None

    def _is_group(self, row: ReadRow, filled: Sequence[Cell]) -> bool:
        """ "II. …" in front of at most one other text, or one cell merged across the list."""
        first = filled[0]
        if len(filled) == 1 and (row.number in self.wide):
            return True
        is_numbered = isinstance(first.value, str) and _NUMERAL.fullmatch(clean(first.value)) is not None
        others = [cell for cell in filled[1:] if isinstance(cell.value, str)]
        return is_numbered and len(others) <= 1 and (len(filled) > 1 or len(clean(str(first.value))) > 2)


def _is_key(cell: Cell) -> bool:
    """A key has no spaces and is no numeral of a group."""
    if cell.value is None:
        return bool(cell.problem)
    text = clean(str(cell.value))
    return " " not in text and not re.fullmatch(r"[IVXLC]{1,6}[.)/:-]?|[A-ZĐ][.)/:-]?", text)


def _wide(merged: Iterable[Span]) -> set[int]:
    """The rows in which a cell is merged across three columns or more."""
    return {upper for left, upper, right, lower in merged if right - left >= 2 and upper == lower}


def _are_numbers(filled: Sequence[Cell]) -> bool:
    """The row "(1) (2) (3)" under the headings of an official form."""
    said = [re.sub(r"[()\s]", "", str(cell.value)) for cell in filled]
    if len(said) < 3 or not all(re.fullmatch(r"\d{1,2}|[A-D]", one) for one in said):
        return False
    digits = [int(one) for one in said if one.isdigit()]
    return len(digits) >= 2 and digits == list(range(digits[0], digits[0] + len(digits)))

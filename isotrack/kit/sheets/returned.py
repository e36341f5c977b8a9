"""Forms that come back: every cell with its address, and the same file again with its wrong cells marked.

The whole workbook is held in memory here, so it is measured twice: as any file from outside, and by how much
its cells would unfold to. Pictures, charts and what else a form does not need are left out unread.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import from_excel

from isotrack.kit.sheets.cells import Cell, day_or_instant, error_in, has_hours, plain_value, unfinished
from isotrack.kit.sheets.fill import ANSWER_FILL, BOLD_FONT, LINK_FONT, MARK_FILLS, TEXT_FONT, inside, letter
from isotrack.kit.sheets.read import BROKEN, Limits, SheetRefused, measure, refusal
from isotrack.kit.sheets.write import legal_title, put_text

FORM_LIMITS = Limits(rows=2_000, columns=60, sheets=40)
UNFOLDED = 12 * 1024**2  # bytes of XML; a form of ours has a fifth of a megabyte
MERGED = 20_000  # cells in merged ranges and under links
FIRST_DAY, LAST_DAY = 32_874, 73_415  # 01/01/1990 and 31/12/2100, as a spreadsheet counts days
MARKER = "IsoTrack"
_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(_rels/workbook\.xml\.rels|workbook\.xml|styles\.xml|theme/.*"
    r"|sharedStrings\.xml|comments.*\.xml|tables/.*|worksheets/.*)",
    re.IGNORECASE,
)
_NOT_NEEDED = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*/(?:drawing|vmlDrawing|pivotTable|image)\"[^>]*?/>")

Place = tuple[int, int]  # row and column, from 1


@dataclass(frozen=True)
class FilledCell(Cell):
    """A cell of a form; `is_share` when the spreadsheet shows its number as percent: 0.89 for 89 %."""

    is_share: bool = False


@dataclass(frozen=True)
class FilledPage:
    """One sheet of a form as it came back: its cells that are not blank, and the merged range around some."""

    title: str
    is_hidden: bool
    cells: Mapping[Place, FilledCell]
    merged: Mapping[Place, str]
    epoch: Any = field(repr=False, compare=False)

    def day_of(self, serial: Any) -> date | None:
        """The day that a plain number counts to in this workbook; None for one that is no likely day."""
        if not isinstance(serial, int) or isinstance(serial, bool) or not FIRST_DAY <= serial <= LAST_DAY:
            return None
        found: Any = from_excel(serial, self.epoch)
        return date(found.year, found.month, found.day)


@dataclass(frozen=True)
class Mark:
    """One message at one cell; `kind` is "error", "warning" or "info", which is listed without colour."""

    sheet: str
    address: str
    kind: str
    text: str


def read_form(file: BinaryIO, limits: Limits = FORM_LIMITS) -> list[FilledPage]:
    """Every sheet of a form. Formulas give their stored result.

    Raises SheetRefused for what is no workbook, is too big, is locked by a password, holds macros or is
    broken.
    """
    measure(file, limits)
    try:
        bare = _bare(file)
        values = load_workbook(BytesIO(bare), data_only=True, keep_links=False)
        written = load_workbook(BytesIO(bare), keep_links=False)
        if len(values.worksheets) > limits.sheets:
            raise SheetRefused(_("Tệp có quá %(max)d trang tính.") % {"max": limits.sheets})
        return [_page(page, written[page.title], limits) for page in values.worksheets]
    except BROKEN as broken:
        raise refusal(broken) from broken


def mark_form(
    file: BinaryIO,
    marks: Sequence[Mark],
    *,
    title: str,
    intro: str,
    heads: Sequence[str],
    kinds: Mapping[str, str],
) -> bytes:
    """The same workbook with the cells of `marks` coloured and commented, and first a sheet that lists them.

    Drop-downs, locks and other people's comments stay; what an earlier marking left is taken away. `heads`
    are the four headings of the list, `kinds` the word for each kind. Raises SheetRefused.
    """
    try:
        book = load_workbook(BytesIO(_bare(file)), keep_links=False)
        for page in book.worksheets:
            _clear(page)
        title = legal_title(title)
        if title in book.sheetnames:
            del book[title]
        for (sheet, address), found in _by_cell(marks).items():
            _mark(_corner(book[sheet], address), found)
        _list(book.create_sheet(title, 0), marks, intro, heads, kinds)
        book.active = 0
        out = BytesIO()
        book.save(out)
    except BROKEN as broken:
        raise refusal(broken) from broken
    return out.getvalue()


def _bare(file: BinaryIO) -> bytes:
    """The archive with only what a form needs, after counting what that would unfold to."""
    out = BytesIO()
    file.seek(0)
    with ZipFile(file) as archive, ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as bare:
        needed = [entry for entry in archive.infolist() if _NEEDED.fullmatch(entry.filename)]
        if sum(entry.file_size for entry in needed) > UNFOLDED:
            raise SheetRefused(_("Tệp khi mở ra lớn bất thường nên không được nhận."))
        for entry in needed:
            content = archive.read(entry)
            if entry.filename.endswith(".rels"):
                content = _NOT_NEEDED.sub(b"", content)
            elif entry.filename.lower().startswith("xl/worksheets/"):
                _refuse_unfolding(content)
            bare.writestr(entry.filename, content)
    return out.getvalue()


def _refuse_unfolding(part: bytes) -> None:
    """A merged range or a link over a whole sheet is a few letters, and billions of cells once opened."""
    cells = 0
    for _event, element in iterparse(BytesIO(part)):
        if element.tag.endswith(("}mergeCell", "}hyperlink")):
            cells += _size(element.get("ref", ""))
        elif element.tag.endswith("}row"):
            element.clear()
        if cells > MERGED:
            raise SheetRefused(_("Trang tính có vùng gộp ô quá lớn. Bỏ gộp ô rồi chọn lại tệp."))


def _size(area: str) -> int:
    """How many cells a range has; whole rows and columns are more than anybody needs."""
    left, top, right, bottom = range_boundaries(area)
    if left is None or top is None or right is None or bottom is None:
        return MERGED + 1
    return (right - left + 1) * (bottom - top + 1)


def _page(page: Any, written: Any, limits: Limits) -> FilledPage:
    if page.max_row > limits.rows:
        raise SheetRefused(_("Trang tính có quá %(max)d dòng.") % {"max": limits.rows})
    if page.max_column > limits.columns:
        raise SheetRefused(_("Trang tính có quá %(max)d cột.") % {"max": limits.columns})
    found = (
        (place, _filled(cell, written.cell(*place)))
        for row in page.iter_rows()
        for cell in row
        for place in [(cell.row, cell.column)]
    )
    cells = {place: cell for place, cell in found if cell.value is not None or cell.problem}
    return FilledPage(
        page.title, page.sheet_state != "visible", cells, dict(_merged(page)), page.parent.epoch
    )


def _filled(cell: Any, written: Any) -> FilledCell:
    plain = _plain_cell(cell)
    problem = plain.problem
    if written.data_type == "f" and plain.value is None and not problem:
        problem = unfinished()
    bare_format = re.sub(r'"[^"]*"|\\.', "", cell.number_format or "")
    return FilledCell(plain.address, plain.value, problem, is_share="%" in bare_format)


def _plain_cell(cell: Any) -> Cell:
    """A library's cell as ours: its value, or why it has none."""
    if cell.data_type == "e" and cell.value is not None:
        return Cell(cell.coordinate, None, error_in(cell.value))
    if isinstance(cell.value, datetime):
        return Cell(cell.coordinate, day_or_instant(cell.value, shows_hours=has_hours(cell.number_format)))
    return Cell(cell.coordinate, plain_value(cell.value))


def _merged(page: Any) -> Iterator[tuple[Place, str]]:
    for area in page.merged_cells.ranges:
        for row, column in area.cells:
            yield (row, column), area.coord


def _by_cell(marks: Iterable[Mark]) -> dict[tuple[str, str], list[Mark]]:
    found: dict[tuple[str, str], list[Mark]] = {}
    for mark in marks:
        if mark.address and mark.kind in MARK_FILLS:
            found.setdefault((mark.sheet, mark.address), []).append(mark)
    return found


def _corner(page: Any, address: str) -> Any:
    """The cell itself, or the one that stands for the merged range around it."""
    cell = page[address]
    while isinstance(cell, MergedCell):
        # Ranges may overlap in a damaged form: the corner of one is then hidden by another.
        areas = [area for area in page.merged_cells.ranges if cell.coordinate in area]
        area = min(areas, key=lambda area: (area.min_row, area.min_col))
        cell = page.cell(area.min_row, area.min_col)
    return cell


def _mark(cell: Any, marks: Sequence[Mark]) -> None:
    worst = min((mark.kind for mark in marks), key=list(MARK_FILLS).index)
    cell.fill = MARK_FILLS[worst]
    note = Comment("\n".join(mark.text for mark in marks), MARKER, width=320, height=40 + 60 * len(marks))
    cell.comment = note


def _clear(page: Any) -> None:
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == MARKER:
                cell.comment, cell.fill = None, ANSWER_FILL


def _list(
    page: Any, marks: Sequence[Mark], intro: str, heads: Sequence[str], kinds: Mapping[str, str]
) -> None:
    for place, width in enumerate((18, 10, 14, 110), start=1):
        page.column_dimensions[letter(place)].width = width
    put_text(page["A1"], intro)
    page["A1"].font = TEXT_FONT
    for place, head in enumerate(heads, start=1):
        put_text(page.cell(3, place), head)
        page.cell(3, place).font = BOLD_FONT
    for number, mark in enumerate(marks, start=4):
        for place, text in enumerate((mark.sheet, mark.address, kinds[mark.kind], mark.text), start=1):
            put_text(page.cell(number, place), text)
            page.cell(number, place).font = TEXT_FONT
        if mark.address:
            quoted = mark.sheet.replace("'", "''")
            page.cell(number, 2).hyperlink = inside(f"'{quoted}'!{mark.address}")
            page.cell(number, 2).font = LINK_FONT
    page.freeze_panes = "A4"

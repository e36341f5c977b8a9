"""Forms as workbooks: labels that are locked, cells to fill in, and conditions shown as grey.

A form is pages of lines of boxes, each with a look. Locking is against slips, so it has no password. What
the form needs to find itself again stands in a hidden page and in hidden rows and columns: rows may be
inserted and deleted, columns moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from isotrack.kit.sheets.write import LOOKS, Kind, legal_title, put_text

LONGEST_TEXT = 32_000  # a cell holds 32,767 characters
LONGEST_HINT = 250  # a spreadsheet shows 255
_A_LINE = 15.6  # points
_TALLEST = 400  # points; a row cannot be higher than 409


class Look(Enum):
    """What a box is for; only answers can be written in."""

    PLAIN = "plain"
    TITLE = "title"
    LEAD = "lead"
    HEAD = "head"
    SECTION = "section"
    NUMBER = "number"
    LABEL = "label"
    SMALL = "small"
    ANSWER = "answer"
    OFFERED = "offered"
    COMPUTED = "computed"


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a spreadsheet accepts in a box, and what it says when the box is chosen.

    `kind` is "list" (with `source`: a range or "a,b"), "whole", "decimal", "date" or "textLength" (with `low`
    and `high`). A strict one stops; otherwise the writer is asked and may go on.
    """

    kind: str
    source: str = ""
    low: Any = None
    high: Any = None
    title: str = ""
    hint: str = ""
    is_strict: bool = True


@dataclass(frozen=True, kw_only=True)
class Box:
    """One cell of a form: a value, or a `formula` that the spreadsheet computes, or a `link` inside it."""

    value: Any = None
    look: Look = Look.PLAIN
    kind: Kind = Kind.TEXT
    formula: str = ""
    link: str = ""
    check: Check | None = None


@dataclass(frozen=True)
class Line:
    """One row; its height follows its texts, and is `lines` lines of text at least."""

    boxes: Sequence[Box | None]
    lines: int = 1


@dataclass(frozen=True, kw_only=True)
class Page:
    """One sheet of a form.

    `hidden_rows` and `hidden_columns` count from 1; a `secret` page is not even offered to be shown. `grey`
    is a formula for the first row below the `frozen` ones, true where a row need not be filled in.
    """

    title: str
    widths: Sequence[float]
    lines: Sequence[Line]
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    frozen: int = 0
    heading: int = 0
    grey: str = ""
    secret: bool = False


def write_form(pages: Sequence[Page]) -> bytes:
    """The form as the bytes of a workbook that spreadsheets of 2010 and later open and recompute."""
    book = Workbook()
    book.properties.creator = "IsoTrack"
    book.remove(book.worksheets[0])
    for page in pages:
        _write_page(book.create_sheet(legal_title(page.title)), page)
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def letter(column: int) -> str:
    """1 → "A"."""
    return get_column_letter(column)


def inside(place: str) -> Hyperlink:
    """A link to a place in the same workbook: "'Câu 53'!A1"."""
    return Hyperlink(ref="", location=place)


def _write_page(sheet: Any, page: Page) -> None:
    for place, width in enumerate(page.widths, start=1):
        sheet.column_dimensions[letter(place)].width = width
    checks: dict[Check, DataValidation] = {}
    for number, line in enumerate(page.lines, start=1):
        sheet.row_dimensions[number].height = _height(line, page)
        for place, box in enumerate(line.boxes, start=1):
            if box is not None:
                cell = sheet.cell(number, place)
                _write_box(cell, box)
                if box.check is not None:
                    checks.setdefault(box.check, _validation(box.check)).add(cell)
    for validation in checks.values():
        sheet.add_data_validation(validation)
    _arrange(sheet, page)
    _lock(sheet, page)


def _write_box(cell: Any, box: Box) -> None:
    if box.formula:
        cell.value = box.formula
    elif isinstance(box.value, str):
        put_text(cell, box.value[:LONGEST_TEXT])
    else:
        cell.value = box.value
    style = _STYLES[box.look]
    cell.font, cell.fill, cell.border = style.font, style.fill, style.border
    cell.alignment = _alignment(box)
    cell.protection = _OPEN if box.look in (Look.ANSWER, Look.OFFERED) else _CLOSED
    cell.number_format = _number_format(box)
    if box.link:
        cell.hyperlink = inside(box.link)
        cell.font = LINK_FONT


def _number_format(box: Box) -> str:
    """Answers that are text stay text, whatever they look like: "7/2021" is no month."""
    if box.kind is Kind.TEXT:
        return "@" if box.look in (Look.ANSWER, Look.OFFERED) else "General"
    return LOOKS[box.kind][0]


@cache
def _aligned(horizontal: str | None, vertical: str, wraps: bool) -> Alignment:
    return Alignment(wrap_text=wraps, horizontal=horizontal, vertical=vertical)


def _alignment(box: Box) -> Alignment:
    horizontal = (
        None if box.kind is Kind.TEXT and not isinstance(box.value, int | Decimal | date) else "right"
    )
    if box.look is Look.NUMBER:
        horizontal = "center"
    vertical = "center" if box.look is Look.HEAD else "top"
    return _aligned(horizontal, vertical, box.look not in _RUN_OVER)


def _validation(check: Check) -> DataValidation:
    is_list, is_length = check.kind == "list", check.kind == "textLength"
    low, high = (None if is_length else check.low), check.high
    operator = None if is_list else _operator(low, high)
    first = check.source if is_list else _number(high if low is None else low)
    found = DataValidation(
        type=check.kind,  # type: ignore[arg-type]
        operator=operator,  # type: ignore[arg-type]
        formula1=first,
        formula2=_number(high) if operator == "between" else None,
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=bool(check.hint),
        errorStyle="stop" if check.is_strict else "warning",
    )
    found.promptTitle = found.errorTitle = check.title[:32] or None
    found.prompt = found.error = check.hint[:LONGEST_HINT] or None
    return found


def _operator(low: Any, high: Any) -> str:
    if low is None:
        return "lessThanOrEqual"
    return "greaterThanOrEqual" if high is None else "between"


def _number(value: Any) -> str:
    """A limit as a validation writes it; days as the spreadsheet counts them."""
    return str((value - _DAY_0).days if isinstance(value, date) else value)


_DAY_0 = date(1899, 12, 30)


def _arrange(sheet: Any, page: Page) -> None:
    for number in page.hidden_rows:
        sheet.row_dimensions[number].hidden = True
    for column in page.hidden_columns:
        sheet.column_dimensions[letter(column)].hidden = True
    if page.frozen:
        sheet.freeze_panes = f"A{page.frozen + 1}"
    if page.heading:
        sheet.print_title_rows = f"{page.heading}:{page.heading}"
    if page.grey:
        grown = f"A{page.frozen + 1}:{letter(len(page.widths))}{len(page.lines)}"
        sheet.conditional_formatting.add(grown, FormulaRule(formula=[page.grey], fill=_GREY, font=_FAINT))
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_view.showGridLines = False


def _lock(sheet: Any, page: Page) -> None:
    """Nobody needs a password to unlock; columns and rows may be made wider and higher all the same."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    if page.secret:
        sheet.sheet_state = "veryHidden"


def _height(line: Line, page: Page) -> float:
    """Room for the longest wrapped text: not every spreadsheet finds the height by itself."""
    found = (
        _lines_of(box.value, width)
        for place, (box, width) in enumerate(zip(line.boxes, page.widths, strict=False), start=1)
        if box is not None and isinstance(box.value, str) and place not in page.hidden_columns
        if box.look not in _RUN_OVER
    )
    return min(max([line.lines, *found]) * _A_LINE + 3, _TALLEST)


def _lines_of(text: str, width: float) -> int:
    return sum(-(-len(part) // max(int(width * 0.95), 1)) or 1 for part in text.split("\n"))


@dataclass(frozen=True)
class _Style:
    font: Font
    fill: PatternFill
    border: Border


def _solid(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour, bgColor=colour)


_NONE, _EDGE, _DASH = Side(), Side("thin", color="7A8794"), Side("dashed", color="7A8794")
_RULE = Border(bottom=Side("thin", color="D3DAE1"))
_BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_BAR = Border(left=_DASH, right=_DASH, top=_DASH, bottom=_DASH)
_WHITE, _HEAD, _SOFT, _GREY = _solid("FFFFFF"), _solid("E9EEF2"), _solid("E3EDF6"), _solid("DDE2E7")
ANSWER_FILL, _OFFER = _solid("FFFDE7"), _solid("E1F1EC")
# The worst first; the colours of the design's soft grounds, a little stronger.
MARK_FILLS = {"error": _solid("F8C9CE"), "warning": _solid("F6DC9A")}
_OPEN, _CLOSED = Protection(locked=False), Protection(locked=True)
TEXT_FONT = Font(name="Arial", size=11)
BOLD_FONT = Font(name="Arial", size=11, bold=True)
LINK_FONT = Font(name="Arial", size=11, color="0F4C81", underline="single")
_FAINT = Font(color="8A949E")
_RUN_OVER = (Look.TITLE, Look.LEAD, Look.SECTION)  # into the empty cells beside them
_STYLES: Mapping[Look, _Style] = {
    Look.PLAIN: _Style(TEXT_FONT, _WHITE, Border()),
    Look.TITLE: _Style(Font(name="Arial", size=14, bold=True, color="0A365C"), _WHITE, Border()),
    Look.LEAD: _Style(TEXT_FONT, _WHITE, Border()),
    Look.HEAD: _Style(BOLD_FONT, _HEAD, _RULE),
    Look.SECTION: _Style(Font(name="Arial", size=11, bold=True, color="0A365C"), _SOFT, _RULE),
    Look.NUMBER: _Style(Font(name="Arial", size=11, color="4B5966"), _WHITE, _RULE),
    Look.LABEL: _Style(BOLD_FONT, _WHITE, _RULE),
    Look.SMALL: _Style(Font(name="Arial", size=10, color="4B5966"), _WHITE, _RULE),
    Look.ANSWER: _Style(TEXT_FONT, ANSWER_FILL, _BOX),
    Look.OFFERED: _Style(TEXT_FONT, _OFFER, _BAR),
    Look.COMPUTED: _Style(Font(name="Arial", size=11, italic=True), _HEAD, _RULE),
}

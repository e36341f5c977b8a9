"""What a cell of somebody else's list means: codes, days, yes and no, money and percent as people write them.

Each function takes a cell that holds something, returns its value, and raises Misread with what is wrong and
what to write instead.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from isotrack.kit.clock import day_of
from isotrack.kit.sheets.cells import Cell
from isotrack.kit.text import clean, fold
from isotrack.kit.words import (
    Misread,
    read_date,
    read_decimal,
    read_integer,
    read_money,
    read_percent,
    show_number,
)

FIRST_DAY, LAST_DAY = 18_264, 73_415  # 01/01/1950 and 31/12/2100, as a spreadsheet counts days
_YES = {"co", "x", "v", "yes", "y", "true", "dung", "1", "phai", "✓", "✔"}
_NO = {"khong", "no", "n", "false", "sai", "0", "-", "–"}


def code_in(cell: Cell) -> str:
    """A code as text: 30337, 30337.0 and " 30337 " are one; invisible signs and inner spaces are dropped."""
    _must_be_read(cell)
    value = cell.value
    if isinstance(value, bool | date | datetime):
        raise Misread(_("Đây không phải là mã. Định dạng ô là Văn bản rồi ghi lại mã."))
    text = re.sub(r"\s+", "", clean(str(value)).lstrip("'"))
    return re.sub(r"^(\d+)[.,]0+$", r"\1", text)


def text_in(cell: Cell, longest: int) -> str:
    """Text in one written form, on one line, of at most `longest` letters."""
    _must_be_read(cell)
    value = cell.value
    text = clean(show_number(value) if isinstance(value, Decimal) else str(value))
    if len(text) > longest:
        told = {"longest": longest, "length": len(text)}
        raise Misread(_("Dài %(length)d ký tự, chỉ nhận đến %(longest)d.") % told)
    return text


def day_in(cell: Cell, epoch: Any = WINDOWS_EPOCH) -> date:
    """A day: as a date, as text in any Vietnamese form, or as the number a spreadsheet counts days by."""
    _must_be_read(cell)
    value = cell.value
    if isinstance(value, datetime):
        return day_of(value)
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Misread(_("Nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/07/2021."))
    typed = clean(str(value))
    if re.fullmatch(r"\d{5}(\.\d+)?", typed, flags=re.ASCII):
        return _counted(int(typed.split(".")[0]), epoch)
    if digits := re.fullmatch(r"(\d{2})(\d{2})(\d{4})", typed, flags=re.ASCII):
        typed = "/".join(digits.groups())
    return read_date(_bare_day(typed))


def flag_in(cell: Cell) -> bool:
    """Yes or no: có, x, 1, TRUE; không, 0, FALSE."""
    _must_be_read(cell)
    if isinstance(cell.value, bool):
        return cell.value
    said = fold(str(cell.value)).rstrip(".")
    if said in _YES | _NO:
        return said in _YES
    raise Misread(_("Ghi “có” hoặc “không”."))


def whole_in(cell: Cell) -> int:
    """A whole number, as a number or as text ("1.234")."""
    return read_integer(_typed(cell))


def decimal_in(cell: Cell) -> Decimal:
    """A number, as a number or as text with a decimal comma."""
    return read_decimal(_typed(cell))


def money_in(cell: Cell) -> int:
    """Whole đồng, as a number or as text ("33.000.000 đồng")."""
    return read_money(_typed(cell))


def percent_in(cell: Cell) -> Decimal:
    """Percent points: "89,11 %" as text, or the share a cell formatted as percent holds (0,8911)."""
    typed, value = _typed(cell), cell.value
    if isinstance(value, int | Decimal) and -1 <= value <= 1:
        return Decimal(value) * 100
    return read_percent(typed)


def _must_be_read(cell: Cell) -> None:
    if cell.problem:
        raise Misread(cell.problem)


def _typed(cell: Cell) -> str:
    """As a person would type it: a spreadsheet's 2.5 is 2,5 here."""
    _must_be_read(cell)
    value = cell.value
    if isinstance(value, bool | date):
        raise Misread(_("Nhập số, ví dụ 1.234."))
    return show_number(value) if isinstance(value, int | Decimal) else str(value)


def _counted(serial: int, epoch: Any) -> date:
    if not FIRST_DAY <= serial <= LAST_DAY:
        raise Misread(_("Nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/07/2021."))
    found: Any = from_excel(serial, epoch)
    return date(found.year, found.month, found.day)


def _bare_day(typed: str) -> str:
    """Without "từ ngày" in front, hours behind, spaces around the separators and an English month."""
    bare = re.sub(r"^(?:kể từ|từ|đến|hết)\s+(?=ngày|\d)", "", typed, flags=re.IGNORECASE)
    bare = re.sub(r"[T ]\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?$", "", bare)
    bare = re.sub(r"\s*([/.-])\s*", r"\1", bare).rstrip(".,;")
    return re.sub(r"^(\d{4})/(\d{1,2})/(\d{1,2})$", _as_iso, bare)


def _as_iso(found: re.Match[str]) -> str:
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"

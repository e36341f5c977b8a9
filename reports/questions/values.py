"""Stored answers as Python values, and what is wrong with those that are none.

An answer is a JSON value. It is *readable* when it has the form of its question's type; a readable answer
may still be outside its limits. Text that an officer typed and nobody could read is stored as it is and is
not readable for any type but text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from isotrack.kit.words import show_number, show_percent
from reports.questions.parts import TEXTS, Column, Field, Limit, Question, Row, Value

LARGEST = 10**15  # above every sum of đồng a province can know; a longer number is a slip of the finger
FIRST_YEAR, LAST_YEAR = 1900, 2100  # "0202" for "2020" is a slip too
MOST_ROWS = 200
LENGTHS = {"text": 500, "long_text": 5000, "file": 255}
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PERCENT = re.compile(r"-?\d{1,15}(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Fault:
    """Why a value cannot stand; `row` (from 1) and `column` when it is one cell of a table."""

    message: str
    row: int | None = None
    column: str | None = None


def is_empty(value: Any) -> bool:
    """Whether a stored answer is none: absent, blank text, or a table of empty rows."""
    return _is_blank(value) or (isinstance(value, list) and all(map(_is_empty_row, value)))


def readable(field: Field, value: Any) -> Value | None:
    """The stored answer as a Python value of the field's type, or None when empty or unreadable."""
    return None if is_empty(value) else _READERS[field.type](field, value)


def faults(field: Field, value: Any) -> Iterator[Fault]:
    """Everything wrong with a non-empty answer, each with the expected form."""
    if field.type == "table":
        yield from _faults_of_table(field, value)
        return
    found = readable(field, value)
    if found is None:
        yield Fault(expected_form(field))
    elif isinstance(found, str):
        yield from _faults_of_text(field, found)
    elif isinstance(found, int | Decimal) and not isinstance(found, bool) and is_outside(field, found):
        yield Fault(expected_form(field))


def expected_form(field: Field) -> str:
    """One sentence that says which form and which limits an answer has, with an example."""
    return _FORMS[field.type](field)


def length_limit(field: Field) -> int:
    """The most characters a text may have."""
    return field.max_length or LENGTHS.get(field.type, LENGTHS["text"])


def is_outside(field: Field, number: Limit) -> bool:
    """Whether a number is below or above the limits of its field."""
    too_small = field.minimum is not None and number < field.minimum
    return too_small or (field.maximum is not None and number > field.maximum)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_empty_row(row: Any) -> bool:
    return _is_blank(row) or (isinstance(row, dict) and all(map(_is_blank, row.values())))


def _whole(field: Field, value: Any) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and abs(value) <= LARGEST else None


def _percent(field: Field, value: Any) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) and _PERCENT.fullmatch(value) else None


def _date(field: Field, value: Any) -> date | None:
    if not (isinstance(value, str) and _ISO_DATE.fullmatch(value)):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _boolean(field: Field, value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _choice(field: Field, value: Any) -> str | None:
    known = isinstance(value, str) and any(choice.value == value for choice in field.choices)
    return value if known else None


def _text(field: Field, value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _table(field: Field, value: Any) -> list[Row] | None:
    if not (isinstance(field, Question) and isinstance(value, list)):
        return None
    rows = [row for row in value if isinstance(row, dict) and not _is_empty_row(row)]
    return [_row(field, row) for row in rows]


def _row(field: Question, row: dict[str, Any]) -> Row:
    cells = ((column.key, readable(column, row.get(column.key))) for column in field.columns)
    return {key: cell for key, cell in cells if cell is not None}


_READERS: dict[str, Callable[[Field, Any], Value | None]] = {
    "integer": _whole,
    "money": _whole,
    "percent": _percent,
    "date": _date,
    "boolean": _boolean,
    "choice": _choice,
    "text": _text,
    "long_text": _text,
    "file": _text,
    "table": _table,
}


def _faults_of_text(field: Field, text: str) -> Iterator[Fault]:
    limit = length_limit(field)
    if len(text) > limit:
        lengths = {"length": show_number(len(text)), "limit": show_number(limit)}
        yield Fault(_("Dài %(length)s ký tự, tối đa %(limit)s ký tự. Rút ngắn lại.") % lengths)
    elif field.type in TEXTS and field.pattern and not re.search(field.pattern, text):
        yield Fault(_("Chưa đúng dạng. %(help)s") % {"help": field.help_vi})


def _faults_of_table(field: Field, value: Any) -> Iterator[Fault]:
    if not (isinstance(field, Question) and isinstance(value, list)):
        yield Fault(expected_form(field))
        return
    if len(value) > MOST_ROWS:
        rows = {"rows": show_number(len(value)), "limit": MOST_ROWS}
        yield Fault(_("Bảng có %(rows)s dòng, tối đa %(limit)d dòng.") % rows)
    for number, row in enumerate(value[:MOST_ROWS], start=1):
        if not _is_empty_row(row):
            yield from _faults_of_row(field, number, row)


def _faults_of_row(field: Question, number: int, row: Any) -> Iterator[Fault]:
    if not isinstance(row, dict):
        yield Fault(_("Dòng %(row)d không đọc được.") % {"row": number}, number)
        return
    for column in field.columns:
        for message in _messages_of_cell(column, row.get(column.key)):
            place = {"row": number, "column": column.label(get_language()), "message": message}
            said = _("Dòng %(row)d, cột “%(column)s”. %(message)s") % place
            yield Fault(said, number, column.key)


def _messages_of_cell(column: Column, value: Any) -> Iterator[str]:
    if not is_empty(value):
        yield from (fault.message for fault in faults(column, value))
    elif column.required:
        yield _("Chưa nhập.")


def _number_form(field: Field) -> str:
    return _("Nhập số nguyên%(range)s, ví dụ %(example)s.") % _limits(field, 22)


def _money_form(field: Field) -> str:
    sentence = _("Nhập số nguyên đồng%(range)s, không có phần lẻ, ví dụ %(example)s.")
    return sentence % _limits(field, 15_000_000)


def _percent_form(field: Field) -> str:
    sentence = _("Nhập tỷ lệ%(range)s, tối đa hai chữ số thập phân sau dấu phẩy, ví dụ %(example)s.")
    return sentence % _limits(field, Decimal("89.11"))


def _limits(field: Field, example: Limit) -> dict[str, str]:
    """The limits in words and an example that lies within them."""
    if field.minimum is not None:
        example = max(example, field.minimum)
    if field.maximum is not None:
        example = min(example, field.maximum)
    shown = show_percent(example, sign=False) if isinstance(example, Decimal) else show_number(example)
    return {"range": _range(field), "example": shown}


def _range(field: Field) -> str:
    low = "" if field.minimum is None else show_number(field.minimum)
    high = "" if field.maximum is None else show_number(field.maximum)
    if low and high:
        return _(" từ %(low)s đến %(high)s") % {"low": low, "high": high}
    if low:
        return _(" từ %(low)s trở lên") % {"low": low}
    return _(" không quá %(high)s") % {"high": high} if high else ""


def _choice_form(field: Field) -> str:
    shown = "; ".join(choice.label(get_language()) for choice in field.choices[:8])
    return _("Chọn một mục trong danh sách: %(choices)s.") % {"choices": shown}


_FORMS: dict[str, Callable[[Field], str]] = {
    "integer": _number_form,
    "money": _money_form,
    "percent": _percent_form,
    "date": lambda field: _("Nhập ngày theo dạng ngày/tháng/năm, ví dụ 25/11/2019."),
    "boolean": lambda field: _("Chọn Có hoặc Không."),
    "choice": _choice_form,
    "text": lambda field: _("Nhập chữ."),
    "long_text": lambda field: _("Nhập chữ."),
    "file": lambda field: _("Chọn lại tệp."),
    "table": lambda field: _("Nhập bảng theo từng dòng."),
}

"""From what somebody typed to a stored answer, and back to the text in the field.

Reading never fails: what cannot be read is kept as typed, so that nothing an officer wrote is lost, and the
check calls it a bad value. Reading back what was shown gives the same answer again.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from isotrack.kit.text import clean, fold
from isotrack.kit.words import (
    Misread,
    read_date,
    read_integer,
    read_money,
    read_percent,
    show_date,
    show_number,
    show_percent,
)
from reports.questions.parts import Field, Question
from reports.questions.values import is_empty, readable

YES_NO = {"vi": ("Có", "Không"), "en": ("Yes", "No")}  # in the two languages that definitions speak
_YES, _NO = ("true", "có", "co", "yes", "x", "✓", "✔"), ("false", "không", "khong", "no")
_WORDS = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
# Control characters and halves of pairs: nobody sees them, and PostgreSQL refuses some.
UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_POINT_PERCENT = re.compile(r"\d{1,3}\.\d{1,2}", re.ASCII)  # "89.11": not thousands, so only a decimal point
_LONGEST_NUMBER = 60


def read_typed(field: Field, raw: Any) -> Any:
    """What a browser posts (text, or rows of texts) or a workbook holds, as the JSON value to store.

    None when nothing was typed. What cannot be read comes back as its text, in NFC. Never raises.
    """
    if field.type == "table":
        return _read_table(field, raw)
    if isinstance(raw, list | tuple):  # a browser may post one name several times: the last one counts
        raw = raw[-1] if raw else None
    text = _as_text(raw)
    if not text:
        return None
    try:
        return _TEXT_READERS[field.type](field, text)
    except Misread:
        return text


def show(field: Field, value: Any, language: str | None = "vi") -> str:
    """A stored answer as the text for its field, a receipt or a letter, without its unit. Never raises.

    Empty answers are empty text, unreadable ones appear as typed; a table has a line for each row.
    """
    if field.type == "table":
        return "\n".join(" · ".join(filter(None, row.values())) for row in show_rows(field, value, language))
    found = value if isinstance(value, Decimal | date) else readable(field, value)
    if found is None:
        return "" if value is None or isinstance(value, list | dict) else str(value)
    if isinstance(found, bool):
        return YES_NO["en" if (language or "vi").startswith("en") else "vi"][not found]
    if isinstance(found, int):
        return show_number(found)
    if isinstance(found, Decimal):
        return show_percent(found, sign=False) if field.type == "percent" else show_number(found)
    return show_date(found) if isinstance(found, date) else _label(field, str(found), language)


def show_rows(field: Field, value: Any, language: str | None = "vi") -> list[dict[str, str]]:
    """The rows of a table answer, each a dict of column key → text. Rows that are none are left out."""
    if not (isinstance(field, Question) and isinstance(value, list)):
        return []
    rows = (row for row in value if isinstance(row, dict))
    return [{c.key: show(c, row.get(c.key), language) for c in field.columns} for row in rows]


def _read_table(field: Field, raw: Any) -> Any:
    if not (isinstance(field, Question) and isinstance(raw, list | tuple)):
        return _as_text(raw) or None
    rows = [_read_row(field, row) for row in raw if isinstance(row, Mapping)]
    return [row for row in rows if row] or None


def _read_row(field: Question, row: Mapping[str, Any]) -> dict[str, Any]:
    cells = {column.key: read_typed(column, row.get(column.key)) for column in field.columns}
    return {key: cell for key, cell in cells.items() if not is_empty(cell)}


def _as_text(raw: Any) -> str:
    """The text of one posted or workbook value, in NFC and without characters that cannot be stored."""
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        raw = _number_as_text(Decimal(str(raw)))
    if raw is None or isinstance(raw, Mapping | list | tuple):
        return ""
    lines = str(raw).replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", UNSTORABLE.sub("", lines)).strip()


def _number_as_text(number: Decimal) -> str:
    """As a Vietnamese would type it: 12.0 → "12", 89.5 → "89,5"."""
    if not number.is_finite():
        return str(number)
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _read_whole(field: Field, text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise Misread(text)
    if field.unit:  # "22 người", as people write it into a cell
        text = re.sub(rf"\s*{re.escape(field.unit)}$", "", clean(text), flags=re.IGNORECASE)
    return read_money(text) if field.type == "money" else read_integer(text)


def _read_percent(field: Field, text: str) -> str:
    bare = clean(text).removesuffix("%").strip()
    number = Decimal(bare) if _POINT_PERCENT.fullmatch(bare) else read_percent(bare)
    # More than two decimals are not rounded behind the officer's back: kept as typed, and called bad.
    rounded = number.quantize(Decimal("0.01"))
    if rounded != number:
        raise Misread(text)
    return str(rounded)


def _read_date(field: Field, text: str) -> str:
    day = read_date(text).isoformat()
    if readable(field, day) is None:
        raise Misread(text)
    return day


def _read_boolean(field: Field, text: str) -> bool:
    word = clean(text).casefold()
    if word not in _WORDS:
        raise Misread(text)
    return _WORDS[word]


def _read_choice(field: Field, text: str) -> str:
    """The value itself, or one of its labels, which a workbook shows; tones may be set or left out anyhow."""
    typed = clean(text)
    if any(choice.value == typed for choice in field.choices):
        return typed
    for form in (str.casefold, fold):
        meant = {
            choice.value
            for choice in field.choices
            for label in (choice.label_en, choice.label_vi)
            if label and form(clean(label)) == form(typed)
        }
        if len(meant) == 1:
            return meant.pop()
    return text


def _label(field: Field, value: str, language: str | None) -> str:
    return next((choice.label(language) for choice in field.choices if choice.value == value), value)


_TEXT_READERS: dict[str, Callable[[Field, str], Any]] = {
    "integer": _read_whole,
    "money": _read_whole,
    "percent": _read_percent,
    "date": _read_date,
    "boolean": _read_boolean,
    "choice": _read_choice,
    "text": lambda field, text: clean(text) or None,
    "long_text": lambda field, text: text if clean(text) else None,
    "file": lambda field, text: clean(text) or None,
}

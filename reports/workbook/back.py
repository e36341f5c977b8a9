"""A returned workbook read: good answers, and a message for every cell that gives none.

Questions are found by the marks in hidden rows and columns, so rows may have been inserted or deleted and
columns moved. Reading changes nothing and never fails; what is wrong with the workbook as a whole is
FormRefused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal

from django.utils.translation import gettext as _

from isotrack.kit.sheets import FilledCell, FilledPage, Place, letter
from isotrack.kit.text import clean
from isotrack.kit.words import Misread, read_date, show_date
from reports.questions import (
    Field,
    Question,
    Questionnaire,
    is_empty,
    read_typed,
    show,
    show_rows,
)
from reports.questions.parts import TEXTS
from reports.questions.values import MOST_ROWS, faults
from reports.workbook import origin as marks
from reports.workbook.origin import FormRefused, Origin

Level = Literal["error", "warning", "info"]
LEVELS: tuple[Level, ...] = ("error", "warning", "info")
_STILL = Field(key="still", type="boolean", label_vi="")
_LONGEST_QUOTE = 60
FIRST_LIKELY = 1950  # "2020" in a cell for days is 12/07/1905


@dataclass(frozen=True, kw_only=True)
class Message:
    """One thing about one cell: where, how grave, a code for scripts, what is wrong and what to do."""

    sheet: str
    cell: str
    level: Level
    code: str
    message: str
    key: str = ""
    is_there: bool = True
    """Whether the cell can be marked: a deleted row has none."""


@dataclass
class Returned:
    """What a workbook holds.

    `answers` are those that could be read, None where a cell is empty; without last year's that wait to be
    confirmed. `touched` are questions that showed last year's answer and were confirmed, changed or emptied.
    `places` say where each question is now, `rows` where each cell of a table is (key, row from 1, column).
    """

    origin: Origin
    answers: dict[str, Any] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    rows: dict[tuple[str, int, str], tuple[str, str]] = field(default_factory=dict)

    @property
    def good(self) -> set[str]:
        """The questions with an answer that could be read."""
        return {key for key, value in self.answers.items() if not is_empty(value)}

    @property
    def wrong(self) -> set[str]:
        """The questions with a cell that could not be taken."""
        return {message.key for message in self.messages if message.level == "error"}

    def shown(self, key: str) -> Any:
        """What the form showed for a question: last year's answer, or the draft's."""
        origin = self.origin
        return origin.offered[key] if key in origin.offered else origin.seen.get(key)

    def say(self, level: Level, code: str, text: str, place: tuple[str, str], key: str = "") -> None:
        """Note a message at a cell."""
        sheet, cell = place
        self.messages.append(Message(sheet=sheet, cell=cell, level=level, code=code, message=text, key=key))


def read_back(pages: Sequence[FilledPage], origin: Origin, questions: Questionnaire) -> Returned:
    """Read every answer of a form. Raises FormRefused where the long sheet is gone or was rebuilt."""
    found = Returned(origin)
    long = _Long.find(pages)
    for key in origin.cells:
        question = questions.by_key.get(key)
        if question is None:
            continue
        if question.type == "table":
            _read_table(found, question, long, pages)
        else:
            _read_answer(found, question, long)
    for key, rows in long.rows.items():
        found.places.setdefault(key, long.place(rows[0]))
    return found


@dataclass(frozen=True)
class _Long:
    """The long sheet: which column holds what, and the rows of each question."""

    page: FilledPage
    columns: Mapping[str, int]
    rows: Mapping[str, Sequence[int]]

    @classmethod
    def find(cls, pages: Sequence[FilledPage]) -> "_Long":
        """The sheet that bears the marks. Raises FormRefused where there is none, or two."""
        found = [(page, place) for page in pages for place in _places_of(page, marks.KEY)]
        if len(found) != 1:
            raise _rebuilt(_("thiếu trang tính “Báo cáo”") if not found else _("có hai trang tính như nhau"))
        page, (head, keys) = found[0]
        columns = {
            str(cell.value): column
            for (row, column), cell in page.cells.items()
            if row == head and str(cell.value).startswith("#")
        }
        if marks.ANSWER not in columns:
            raise _rebuilt(_("thiếu cột “Trả lời”"))
        rows: dict[str, list[int]] = {}
        for row, column in sorted(page.cells):
            if column == keys and row > head:
                rows.setdefault(str(page.cells[row, column].value), []).append(row)
        return cls(page, columns, rows)

    def place(self, row: int) -> tuple[str, str]:
        """Sheet and address of the answer in a row."""
        return self.page.title, f"{letter(self.columns[marks.ANSWER])}{row}"

    def in_column(self, mark: str, row: int) -> FilledCell | None:
        """The cell of a row in the column with this mark."""
        column = self.columns.get(mark)
        return None if column is None else self.page.cells.get((row, column))

    def says_still(self, row: int | None) -> bool:
        """Whether the row confirms last year's answer."""
        cell = self.in_column(marks.STILL, row) if row else None
        return cell is not None and read_typed(_STILL, cell.value) is True


def _read_answer(found: Returned, question: Question, long: _Long) -> None:
    row = _row_of(found, question, long)
    if row is None:
        return
    place = (row, long.columns[marks.ANSWER])
    found.places[question.key] = long.place(row)
    try:
        value = _read_cell(question, long.page, place)
    except _Wrong as wrong:
        text = _("Câu %(number)d: %(message)s") % {"number": question.number, "message": wrong}
        found.say("error", wrong.code, text, long.place(row), question.key)
        return
    _sort_in(found, question, value, is_still=long.says_still(row))


def _row_of(found: Returned, question: Question, long: _Long) -> int | None:
    """The one row of a question; None where there is none, or where it cannot be told which."""
    rows = long.rows.get(question.key, ())
    number = {"number": question.number}
    if not rows:
        _say_gone(found, question, _("Dòng của câu %(number)d không còn trong tệp; câu này giữ nguyên."))
        return None
    if len(rows) > 1:
        text = _("Câu %(number)d có hai dòng, không rõ lấy dòng nào. Xóa bớt một dòng.") % number
        for row in rows:
            found.say("error", "twice", text, long.place(row), question.key)
        return None
    shown = long.in_column(marks.NUMBER, rows[0])
    if shown is not None and clean(str(shown.value)) not in ("None", str(question.number)):
        text = _("Dòng này bị xáo trộn: số câu ghi %(shown)s nhưng là câu %(number)d. Tải lại biểu mẫu.")
        text %= number | {"shown": _quote(shown.value)}
        found.say("error", "row_mixed", text, long.place(rows[0]), question.key)
        return None
    return rows[0]


def _say_gone(found: Returned, question: Question, text: str) -> None:
    """A deleted row or sheet touches nothing."""
    sheet, cell = found.origin.cells[question.key]
    said = text % {"number": question.number}
    gone = Message(
        sheet=sheet, cell=cell, level="info", code="row_gone", message=said, key=question.key, is_there=False
    )
    found.messages.append(gone)


def _sort_in(found: Returned, question: Question, value: Any, *, is_still: bool) -> None:
    """Compare with what the form showed: unchanged, confirmed, changed or emptied."""
    key, is_offered = question.key, question.key in found.origin.offered
    is_changed = value != _settled(question, found.shown(key))
    if is_offered and is_still and value is None:
        text = _("Câu %(number)d: ô trả lời trống nhưng ghi “Vẫn đúng”. Ghi câu trả lời, hoặc bỏ chữ “Có”.")
        found.say("error", "confirmed_empty", text % {"number": question.number}, found.places[key], key)
        return
    if is_offered and not (is_changed or is_still):
        return  # waits to be confirmed as before
    if is_offered:
        found.touched.add(key)
    # What stands as it was shown goes back as it was stored, to the letter.
    found.answers[key] = value if is_changed or is_offered else found.origin.seen.get(key)


def _settled(question: Question, stored: Any) -> Any:
    """A stored answer as an untouched cell gives it back."""
    if question.type == "table":
        return read_typed(question, show_rows(question, stored))
    return read_typed(question, show(question, stored))


# Tables


def _read_table(found: Returned, question: Question, long: _Long, pages: Sequence[FilledPage]) -> None:
    rows = long.rows.get(question.key, ())
    sheets = [(page, place) for page in pages for place in _places_of(page, marks.TABLE + question.key)]
    if not sheets:
        _say_gone(found, question, _("Trang tính của câu %(number)d không còn; câu này giữ nguyên."))
        return
    page, (head, _column) = sheets[0]
    place = long.place(rows[0]) if rows else (page.title, f"A{head}")
    found.places[question.key] = place
    columns = {
        column.key: at[1]
        for column in question.columns
        for at in _places_of(page, marks.COLUMN + column.key)
        if at[0] == head
    }
    if len(sheets) > 1 or len(columns) < len(question.columns):
        text = _("Câu %(number)d: trang tính của bảng bị chép đôi hoặc thiếu cột. Tải lại biểu mẫu.")
        found.say("error", "table_rebuilt", text % {"number": question.number}, place, question.key)
        return
    is_still = long.says_still(rows[0] if rows else None)
    typed, good = _read_rows(found, question, page, head, columns)
    if len(typed) > MOST_ROWS:
        text = _("Câu %(number)d: bảng có %(rows)d dòng, tối đa %(most)d dòng. Gộp bớt các dòng nhỏ.")
        words = {"number": question.number, "rows": len(typed), "most": MOST_ROWS}
        found.say("error", "too_many_rows", text % words, place, question.key)
    elif typed == good or typed != _settled(question, found.shown(question.key)):
        _sort_in(found, question, good or None, is_still=is_still)


def _read_rows(
    found: Returned, question: Question, page: FilledPage, head: int, columns: Mapping[str, int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows that hold something, as typed and without the cells that cannot be read, which are told."""
    filled = sorted({row for row, column in page.cells if row > head and column in columns.values()})
    typed, good = [], []
    for row in filled:
        wrong: set[str] = set()
        cells = dict(_cells_of_row(found, question, page, row, columns, wrong))
        typed.append(cells)
        if len(cells) > len(wrong):
            good.append({key: value for key, value in cells.items() if key not in wrong})
            for column in question.columns:
                address = f"{letter(columns[column.key])}{row}"
                found.rows[question.key, len(good), column.key] = (page.title, address)
    return typed, good


def _cells_of_row(
    found: Returned,
    question: Question,
    page: FilledPage,
    row: int,
    columns: Mapping[str, int],
    unreadable: set[str],
) -> Iterator[tuple[str, Any]]:
    """The cells of a row that hold something; the keys of those that cannot be read go to `unreadable`."""
    for column in question.columns:
        place = (row, columns[column.key])
        try:
            value = _read_cell(column, page, place)
        except _Wrong as wrong:
            words = {"number": question.number, "column": column.label_vi, "message": wrong}
            text = _("Câu %(number)d, cột “%(column)s”: %(message)s") % words
            found.say("error", wrong.code, text, (page.title, f"{letter(place[1])}{row}"), question.key)
            unreadable.add(column.key)
            value = wrong.typed
        if not is_empty(value):
            yield column.key, value


# One cell


class _Wrong(ValueError):
    """Why a cell gives no answer, and what stands there."""

    def __init__(self, code: str, message: str, typed: Any = "?") -> None:
        super().__init__(message)
        self.code, self.typed = code, typed


def _read_cell(asked: Field, page: FilledPage, place: Place) -> Any:
    """The answer in one cell as it is stored, None for an empty one. Raises _Wrong."""
    _refuse_merged(page, place)
    cell = page.cells.get(place)
    if cell is None:
        return None
    if cell.problem:
        raise _Wrong("cell", cell.problem)
    value = read_typed(asked, _raw(asked, page, cell))
    if is_empty(value):
        return None
    fault = next(faults(asked, value), None)
    if fault is not None:
        told = _date_told(asked, cell.value) or fault.message
        said = _("ghi “%(typed)s”. %(told)s") % {"typed": _quote(cell.value), "told": told}
        raise _Wrong("value", said, value)
    return value


def _refuse_merged(page: FilledPage, place: Place) -> None:
    """A merged range has one value for several cells: it cannot be told which of them it answers."""
    area = page.merged.get(place)
    if area is not None and (area.partition(":")[0] != f"{letter(place[1])}{place[0]}" or _is_tall(area)):
        told = _("ô bị gộp trong vùng %(area)s. Bỏ gộp rồi ghi riêng từng câu.")
        raise _Wrong("merged", told % {"area": area})


def _is_tall(area: str) -> bool:
    first, _colon, last = area.partition(":")
    return _digits(first) != _digits(last)


def _digits(address: str) -> str:
    return "".join(sign for sign in address if sign.isdigit())


def _raw(asked: Field, page: FilledPage, cell: FilledCell) -> Any:
    """A cell's value as somebody would type it: days that are plain numbers, shares shown as percent."""
    value = cell.value
    if isinstance(value, date | time) and asked.type in (*TEXTS, "choice"):
        told = _("Excel đã đổi nội dung thành %(shown)s. Đặt định dạng ô là Text rồi ghi lại.")
        raise _Wrong("turned_into_date", told % {"shown": _quote(value)})
    if asked.type == "date":
        if isinstance(value, date) and value.year < FIRST_LIKELY:
            told = _("ô thành ngày %(shown)s, có lẽ do chỉ ghi năm. Ghi đủ ngày/tháng/năm, ví dụ 25/11/2019.")
            raise _Wrong("value", told % {"shown": show_date(value)}, _quote(value))
        return page.day_of(value) or value
    if asked.type == "percent" and cell.is_share and not isinstance(value, str | bool):
        return value * 100
    return value


def _date_told(asked: Field, value: Any) -> str:
    """What exactly is wrong with a date; other types say which form and limits they have."""
    if asked.type != "date" or not isinstance(value, str):
        return ""
    try:
        read_date(value)
    except Misread as misread:
        return str(misread)
    return ""


def _quote(value: Any) -> str:
    """What stands in a cell, short enough for a sentence."""
    if isinstance(value, datetime):
        value = value.date()
    text = show_date(value) if isinstance(value, date) else clean(str(value))
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _places_of(page: FilledPage, mark: str) -> list[Place]:
    return [place for place, cell in page.cells.items() if cell.value == mark]


def _rebuilt(what: str) -> FormRefused:
    told = _("Biểu mẫu đã bị đổi cấu trúc (%(what)s). Tải lại biểu mẫu rồi chép các câu trả lời sang.")
    return FormRefused("rebuilt", told % {"what": what})

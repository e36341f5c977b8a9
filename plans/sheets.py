"""The funding table as a workbook, out and in.

Out: every line a person sees, with its sums as on the screen. In: the same columns; a row without a line's
key is a new line. Everything wrong is told at once, each with its sheet and cell, and nothing is saved then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Document, User
from isotrack.kit.language import in_every_language
from isotrack.kit.sheets import DECIMAL, MONEY, NUMBER, TEXT, Cell, Column, ReadRow, read_sheet
from isotrack.kit.text import fold
from isotrack.kit.words import Misread, read_integer, show_money, show_number
from plans.actions.funding import COLUMNS, ESTIMATE, Edit, NewLine, Refusal, default_item
from plans.amounts import read_amount
from plans.forms.funding import Choices, read_quantity
from plans.models import CostItem, FundingLine, FundingSource, LineKind, PlanEntry, RolloutPlan
from plans.money_table import HEADINGS, MoneyTable

LINES: Sequence[Column[FundingLine]] = [
    Column(gettext_lazy("Dòng số"), lambda line: line.pk, NUMBER, 9),
    Column(gettext_lazy("Mã cơ quan"), lambda line: line.entry.agency.code, TEXT, 14),
    Column(gettext_lazy("Cơ quan"), lambda line: str(line.entry.agency), TEXT, 40),
    Column(gettext_lazy("Dòng chi"), lambda line: line.get_kind_display(), TEXT, 32),
    Column(gettext_lazy("Nội dung chi"), lambda line: line.item.name, TEXT, 40),
    Column(gettext_lazy("Số lượng"), lambda line: line.quantity, DECIMAL, 10),
    Column(gettext_lazy("Năm"), lambda line: str(line.fiscal_year), TEXT, 8),
    Column(gettext_lazy("Nguồn"), lambda line: line.source and line.source.name, TEXT, 36),
    Column(gettext_lazy("Số văn bản"), lambda line: line.document and line.document.number, TEXT, 18),
    Column(HEADINGS["estimate"], lambda line: line.estimate, MONEY),
    Column(HEADINGS["approved"], lambda line: line.approved, MONEY),
    Column(HEADINGS["allocated"], lambda line: line.allocated, MONEY),
    Column(HEADINGS["spent"], lambda line: line.spent, MONEY),
    Column(HEADINGS["settled"], lambda line: line.settled, MONEY),
    Column(gettext_lazy("Ghi chú"), lambda line: line.note, TEXT, 30),
]
(KEY, CODE, NAME, KIND, ITEM, QUANTITY, YEAR, SOURCE, DOCUMENT, *_AMOUNTS, NOTE) = range(len(LINES))
_PLACE = {name: _AMOUNTS[place] for place, name in enumerate(COLUMNS)}
# Where a refusal of the action is shown.
_CELL_OF = {
    "entry": CODE,
    "kind": KIND,
    "item": ITEM,
    "quantity": QUANTITY,
    "fiscal_year": YEAR,
    "source": SOURCE,
    "document": DOCUMENT,
    "note": NOTE,
} | _PLACE


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell of one sheet."""

    sheet: str
    cell: str
    reason: str


@dataclass
class Intake:
    """What a workbook asks for; only without problems may it be written."""

    column: str
    edits: list[Edit] = field(default_factory=list)
    new: list[NewLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    places: dict[int | str, tuple[str, int]] = field(default_factory=dict)
    """Line → the sheet and the row it stands in."""

    def refuse(self, sheet: str, cell: str, reason: Any) -> None:
        """Note what is wrong in a cell."""
        self.problems.append(Problem(sheet, cell, str(reason)))

    def refuse_line(self, refusal: Refusal) -> None:
        """Note what the action refused, at the cell it came from."""
        sheet, row = self.places[refusal.key]
        self.refuse(sheet, _address(_CELL_OF[refusal.field], row), refusal.sentence)


def funding_notes(table: MoneyTable) -> list[str]:
    """What stands above the rows: the plan, its state, and the sums of the screen."""
    sums = [
        _("%(column)s %(amount)s") % {"column": column.heading, "amount": show_money(column.total)}
        for column in table.columns
        if column.total is not None
    ]
    return [
        str(table.plan),
        _("Trạng thái: %(state)s. Đơn vị tính: đồng") % {"state": table.plan.get_state_display()},
        _("Cộng: %(sums)s") % {"sums": "; ".join(sums) or show_money(0)},
    ]


def funding_file_name(plan: RolloutPlan, today: date) -> str:
    """For example "kinh-phi-KH-2020-BS1-20201125.xlsx"."""
    safe = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in plan.code)
    return f"kinh-phi-{safe}-{today:%Y%m%d}.xlsx"


def read_lines(file: BinaryIO, table: MoneyTable, column: str, user: User) -> Intake:
    """Read the workbook against the plan's table. Raises SheetRefused for what is no workbook."""
    reader = _Reader(table, column, user)
    for sheet in read_sheet(file):
        reader.begin(sheet.title)
        for row in sheet.rows:
            reader.take(row)
        break  # what people keep on further sheets is their own
    return reader.finish()


class _Reader:
    """Walks the rows of one sheet below its headings."""

    def __init__(self, table: MoneyTable, column: str, user: User) -> None:
        self.intake = Intake(column)
        self.column, self.user = column, user
        self.choices = Choices.of(table.plan, table.sources)
        lines = table.lines.select_related("entry__agency", "item", "source", "document")
        self.lines = {line.pk: line for line in lines}
        self.entries = {entry.agency.code: entry for entry in self.choices.entries.values()}
        self.kinds = {fold(said): kind.value for kind in LineKind for said in in_every_language(kind.label)}
        self.kinds |= {fold(value): value for value in LineKind.values}
        self.items = {fold(item.name_vi): item for item in self.choices.items.values()}
        self.items |= {fold(item.name_en): item for item in self.choices.items.values()}
        self.by_identifier = {item.identifier: item for item in self.choices.items.values()}
        self.sources = {(fold(one.name), one.fiscal_year): one for one in table.sources.values()}
        self.documents: dict[str, Document] = {}
        self.sheet = ""
        self.places: dict[int, int] = {}

    def begin(self, title: str) -> None:
        """A sheet begins; its headings come first."""
        self.sheet, self.places = title, {}

    def take(self, row: ReadRow) -> None:
        """One row: notes above the headings, the headings, then lines."""
        if not self.places:
            self._look_for_headings(row)
        elif any(cell.value is not None or cell.problem for cell in row.cells):
            self.intake.rows += 1
            _ReadLine(self, row).read()

    def finish(self) -> Intake:
        """What was read; without headings nothing was."""
        if not self.places:
            told = {"heading": LINES[KEY].heading, "amount": HEADINGS[self.column]}
            sentence = _("Không thấy hàng tiêu đề có các cột “%(heading)s” và “%(amount)s”.") % told
            self.intake.refuse(self.sheet, "A1", sentence)
        return self.intake

    def _look_for_headings(self, row: ReadRow) -> None:
        known = {
            fold(said): place
            for place, column in enumerate(LINES)
            for said in in_every_language(column.heading)
        }
        found = {
            known[fold(str(cell.value))]: position
            for position, cell in enumerate(row.cells)
            if cell.value is not None and fold(str(cell.value)) in known
        }
        if KEY in found and _PLACE[self.column] in found:
            self.places = found


class _ReadLine:
    """One row below the headings."""

    def __init__(self, reader: _Reader, row: ReadRow) -> None:
        self.reader, self.row, self.intake = reader, row, reader.intake
        self.before = len(self.intake.problems)

    def read(self) -> None:
        for cell in self.row.cells:
            if cell.problem:
                self.intake.refuse(self.reader.sheet, cell.address, cell.problem)
        if len(self.intake.problems) > self.before:
            return
        if self.value(KEY) is None:
            self._new_line()
        else:
            self._stored_line()

    def value(self, place: int) -> Any:
        """The cell of a column, None where it is empty or the column is missing."""
        cell = self._cell(place)
        return None if cell is None or cell.value in (None, "") else cell.value

    def text(self, place: int) -> str:
        value = self.value(place)
        return "" if value is None else str(value).strip()

    def refuse(self, place: int, reason: Any) -> None:
        self.intake.refuse(self.reader.sheet, self._address(place), reason)

    def _cell(self, place: int) -> Cell | None:
        position = self.reader.places.get(place)
        return self.row.cells[position] if position is not None and position < len(self.row.cells) else None

    def _address(self, place: int) -> str:
        return _address(self.reader.places.get(place, place), self.row.number)

    def _stored_line(self) -> None:
        key = self.value(KEY)
        line = self.reader.lines.get(key) if isinstance(key, int) else None
        if line is None:
            self.refuse(KEY, _("Không có dòng %(key)s trong kế hoạch này.") % {"key": key})
            return
        if line.pk in self.intake.places:
            self.refuse(KEY, _("Dòng này đã có ở hàng %(row)s.") % {"row": self.intake.places[line.pk][1]})
            return
        self.intake.places[line.pk] = (self.reader.sheet, self.row.number)
        self._refuse_other_columns(line)
        values: dict[str, Any] = {self.reader.column: self._amount(self.reader.column)}
        if self.reader.column == ESTIMATE:
            values["quantity"] = self._quantity()
        if self.reader.column in (ESTIMATE, "approved") and SOURCE in self.reader.places:
            values["source"] = self._source(line.fiscal_year)
        if len(self.intake.problems) == self.before:
            self.intake.edits.append(Edit(line.pk, values))

    def _refuse_other_columns(self, line: FundingLine) -> None:
        """A change that would be lost is told rather than dropped."""
        for name in COLUMNS:
            if name == self.reader.column or _PLACE[name] not in self.reader.places:
                continue
            stored = getattr(line, name)
            if self._amount(name) != stored and len(self.intake.problems) == self.before:
                told = {"column": HEADINGS[name], "stored": "–" if stored is None else show_number(stored)}
                sentence = _("Cột “%(column)s” không sửa được ở bước này; số đang lưu là %(stored)s.") % told
                self.refuse(_PLACE[name], sentence)

    def _new_line(self) -> None:
        if self.reader.column != ESTIMATE:
            self.refuse(KEY, _("Chỉ thêm dòng khi kế hoạch còn là bản nháp hoặc đã trả lại."))
            return
        entry, kind = self._entry(), self._kind()
        item = self._item(kind) if kind else None
        year = self._year()
        values = {
            "entry": entry,
            "kind": kind,
            "item": item,
            "quantity": self._quantity(),
            "fiscal_year": year,
            "source": self._source(year) if year else None,
            "document": self._document(),
            ESTIMATE: self._amount(ESTIMATE),
            "note": self.text(NOTE)[:300],
        }
        if len(self.intake.problems) == self.before:
            key = f"row{self.row.number}"
            self.intake.places[key] = (self.reader.sheet, self.row.number)
            self.intake.new.append(NewLine(key, values))

    def _amount(self, name: str) -> int | None:
        value, place = self.value(_PLACE[name]), _PLACE[name]
        if value is None:
            if name == ESTIMATE:
                self.refuse(place, _("Nhập dự toán, ví dụ 33.000.000."))
            return None
        try:
            return _amount_of(value)
        except Misread as misread:
            self.refuse(place, misread)
            return None

    def _quantity(self) -> Decimal:
        value = self.value(QUANTITY)
        if value is None:
            return Decimal(1)
        try:
            return read_quantity(_as_typed(value))
        except ValidationError as refusal:
            self.refuse(QUANTITY, refusal.messages[0])
            return Decimal(1)

    def _entry(self) -> PlanEntry | None:
        entry = self.reader.entries.get(self.text(CODE))
        if entry is None:
            self.refuse(CODE, _("Kế hoạch không có cơ quan mang mã “%(code)s”.") % {"code": self.text(CODE)})
        return entry

    def _kind(self) -> str | None:
        kind = self.reader.kinds.get(fold(self.text(KIND)))
        if kind is None:
            told = {"kinds": ", ".join(str(label) for label in LineKind.labels)}
            self.refuse(KIND, _("Ghi một trong các dòng: %(kinds)s.") % told)
        return kind

    def _item(self, kind: str) -> CostItem | None:
        if not self.text(ITEM):
            return self.reader.by_identifier[default_item(kind)]
        item = self.reader.items.get(fold(self.text(ITEM)))
        if item is None:
            self.refuse(ITEM, _("Không có nội dung chi này trong Điều 3 TT 116/2015/TT-BTC."))
        return item

    def _year(self) -> int | None:
        try:
            return read_integer(self.text(YEAR))
        except Misread:
            self.refuse(YEAR, _("Nhập năm gồm bốn chữ số, ví dụ 2020."))
            return None

    def _source(self, year: int) -> int | None:
        if not self.text(SOURCE):
            return None
        source: FundingSource | None = self.reader.sources.get((fold(self.text(SOURCE)), year))
        if source is None:
            told = {"source": self.text(SOURCE), "year": year}
            self.refuse(SOURCE, _("Năm %(year)s không có nguồn “%(source)s”.") % told)
            return None
        return source.pk

    def _document(self) -> Document | None:
        number = self.text(DOCUMENT)
        if not number:
            return None
        if number not in self.reader.documents:
            found = Document.objects.visible_to(self.reader.user).filter(number__iexact=number).first()
            if found is None:
                self.refuse(DOCUMENT, _("Chưa có văn bản %(number)s trong sổ.") % {"number": number})
                return None
            self.reader.documents[number] = found
        return self.reader.documents[number]


def _amount_of(value: Any) -> int:
    """A cell holds a number, or an amount typed as text. Raises Misread."""
    return read_amount(_as_typed(value))


def _as_typed(value: Any) -> str:
    """As a person would type it: a spreadsheet's 2.5 is 2,5 here."""
    return (
        show_number(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else str(value)
    )


def _address(position: int, row: int) -> str:
    """(9, 57) → "J57"; the table has fewer than 26 columns."""
    return f"{_letters(position)}{row}"


def _letters(position: int) -> str:
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def all_lines(table: MoneyTable) -> Iterator[FundingLine]:
    """Every line the person sees, streamed."""
    lines = table.lines.select_related("entry__agency", "item", "source", "document")
    yield from lines.iterator(chunk_size=500)


def refused_values(refusals: Sequence[Refusal]) -> Mapping[int | str, list[Refusal]]:
    """Refusals by line."""
    found: dict[int | str, list[Refusal]] = {}
    for refusal in refusals:
        found.setdefault(refusal.key, []).append(refusal)
    return found

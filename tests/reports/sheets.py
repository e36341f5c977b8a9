"""Report forms as workbooks in tests: drawn, filled in by cell, sent back."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from isotrack.kit.sheets import read_form
from reports.actions.workbook import Taken, take_workbook
from reports.models import AnnualReport
from reports.questions import Column, Question, show
from reports.workbook import Returned, draw, must_fit, origin_of, read_back
from tests import make

LONG = "Báo cáo"
Change = Callable[[Workbook], None]


def opened(data: bytes) -> Workbook:
    """A workbook as somebody's spreadsheet holds it."""
    return load_workbook(BytesIO(data))


def saved(book: Workbook) -> bytes:
    """The same written to a file."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def drawn(report: AnnualReport) -> bytes:
    """The form of a report as it stands in the database."""
    return draw(AnnualReport.objects.select_related("cycle__questionnaire", "agency").get(pk=report.pk))


def cell_of(book: Workbook, key: str, column: str = "C") -> Any:
    """The cell of a question on the long sheet, found by the hidden key."""
    row = next(cell.row for cell in book[LONG]["H"] if cell.value == key)
    return book[LONG][f"{column}{row}"]


def table_of(book: Workbook, key: str) -> Any:
    """The sheet of a table question."""
    return next(page for page in book.worksheets if page["A6"].value == f"#table:{key}")


def changed(data: bytes, change: Change) -> bytes:
    """The form after somebody did something with it."""
    book = opened(data)
    change(book)
    return saved(book)


def filled(data: bytes, typed: Mapping[str, Any], report: AnnualReport) -> bytes:
    """The form with answers typed into their cells, as an officer would; tables from their first row."""
    book, questions = opened(data), report.cycle.questions.by_key
    for key, value in typed.items():
        if key not in questions or questions[key].type == "file":
            continue
        if questions[key].type == "table":
            _fill_table(table_of(book, key), questions[key], value)
        else:
            cell_of(book, key).value = as_typed(questions[key], value)
    return saved(book)


def as_typed(question: Question | Column, value: Any) -> Any:
    """A stored answer as somebody fills it in: numbers as numbers, days as days, words for the rest."""
    if question.type in ("integer", "money") and isinstance(value, int):
        return value
    if question.type == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return show(question, value)


def _fill_table(page: Any, question: Question, rows: list[Mapping[str, Any]]) -> None:
    for number, row in enumerate(rows, start=7):
        for place, column in enumerate(question.columns, start=2):
            if column.key in row:
                page.cell(number, place).value = as_typed(column, row[column.key])


def returned(data: bytes, report: AnnualReport) -> Returned:
    """What a workbook holds for a report. Raises FormRefused and SheetRefused."""
    pages = read_form(BytesIO(data))
    origin = origin_of(pages)
    must_fit(origin, report)
    return read_back(pages, origin, report.cycle.questions)


def sent_in(data: bytes, report: AnnualReport, **options: Any) -> Taken:
    """Take a workbook into the draft; the report is read anew afterwards."""
    usual = {"by": None, "at": make.NOW} | options
    taken = take_workbook(report, returned(data, report), **usual)
    report.refresh_from_db()
    return taken


def sent_before(report: AnnualReport, **answers: Any) -> None:
    """The same agency sent these answers the year before; it must have been there then."""
    before = make.cycle(report.agency.province, report.cycle.year - 1)
    make.report(report.agency, before, sent=f"{report.cycle.year}-06-10 08:00", answers=answers)


def told(taken: Taken, *levels: str) -> dict[str, str]:
    """Cell → code of the messages of these levels (errors unless said)."""
    wanted = levels or ("error",)
    return {f"{m.sheet}!{m.cell}": m.code for m in taken.messages if m.level in wanted}

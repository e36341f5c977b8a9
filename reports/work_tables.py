"""The rows behind those figures of a snapshot that come from the registers, as tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from isotrack.kit.words import show_date, show_number
from plans.models import RolloutPlan
from plans.models.funding import LineKind, SourceKind
from reports.consolidated import Consolidated
from reports.models import FileInspection
from reports.work import AGAIN, FIRST


@dataclass(frozen=True)
class Cell:
    """One cell as it is read; numbers stand on the right."""

    text: str
    is_number: bool = False


@dataclass(frozen=True)
class WorkTable:
    """One table: what its address ends with, title, heads, and its rows; the first cell names the row."""

    key: str
    title: str
    heads: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]

    @property
    def labelled(self) -> list[tuple[Cell, list[tuple[str, Cell]]]]:
        """Each row: the cell that names it, and the others with the head of their column."""
        labels = [head.text for head in self.heads[1:]]
        return [(row[0], list(zip(labels, row[1:], strict=True))) for row in self.rows]


def work_tables(report: Consolidated) -> list[WorkTable]:
    """Every table of a snapshot that has rows, in the order of the chapters; none for the first form."""
    kept = report.work.get("rows", {})
    if not kept:
        return []
    found = [*_done(kept, report), *_ahead(report.next_year), *_said(report)]
    return [table for table in found if table.rows]


def _done(kept: dict[str, list[list[Any]]], report: Consolidated) -> Iterator[WorkTable]:
    agency = _("Cơ quan")
    issued = [[paper.number, paper.issued_on, paper.abstract] for paper in report.issued]
    yield _table("issued", _("Văn bản ban hành trong năm"), [_("Số"), _("Ngày"), _("Trích yếu")], issued)
    plans = [[name, code, title, _("Có") if done else _("Chưa")] for name, code, title, done in kept["plans"]]
    heads = [agency, _("Mã"), _("Kế hoạch"), _("Đã công bố")]
    yield _table("plans", _("Cơ quan trong kế hoạch đã phê duyệt"), heads, plans)
    times = {FIRST: _("Công bố lần đầu"), AGAIN: _("Công bố lại")}
    made = [
        [name, number, _date(day), standard, times.get(when, _("Năm trước"))]
        for name, number, day, standard, when in kept["declarations"]
    ]
    heads = [agency, _("Số"), _("Ngày"), _("Tiêu chuẩn"), _("Trong năm")]
    yield _table("declarations", _("Bản công bố mới nhất"), heads, made)
    classes = [[topic, _date(first), _date(last), came] for topic, first, last, came in kept["classes"]]
    heads = [_("Chủ đề"), _("Từ ngày"), _("Đến ngày"), _("Lượt người dự")]
    yield _table("classes", _("Lớp tập huấn trong năm"), heads, classes, numbers=1)
    heads = [agency, _("Lượt người dự"), _("Số người")]
    yield _table("attendance", _("Người dự tập huấn theo cơ quan"), heads, kept["attendance"], numbers=2)
    results = dict(FileInspection.Result.choices)
    files = [
        [name, _date(day), results.get(result, _("Chưa kết luận"))]
        for name, day, result in kept["inspections"]
    ]
    heads = [agency, _("Ngày kiểm tra"), _("Kết luận")]
    yield _table("inspections", _("Kiểm tra qua hồ sơ"), heads, files)
    sources = dict(SourceKind.choices)
    lines = [
        [name, plan, item, sources.get(kind, _("Chưa định nguồn")), *amounts]
        for name, plan, item, kind, *amounts in kept["funding"]
    ]
    heads = [
        agency,
        _("Kế hoạch"),
        _("Nội dung chi"),
        _("Nguồn"),
        _("Duyệt"),
        _("Giao"),
        _("Chi"),
        _("Quyết toán"),
    ]
    yield _table("funding", _("Dòng kinh phí trong năm (đồng)"), heads, lines, numbers=4)


def _ahead(ahead: dict[str, Any]) -> Iterator[WorkTable]:
    agency, year = _("Cơ quan"), {"year": ahead["year"]}
    building = [[name, plan, _date(day) if day else ""] for name, plan, day in ahead["building"]]
    heads = [agency, _("Kế hoạch"), _("Dự kiến công bố")]
    yield _table("building", _("Cơ quan đang xây dựng theo kế hoạch"), heads, building)
    states = dict(RolloutPlan.State.choices)
    pending = [[title, code, states[state], count] for code, title, state, count in ahead["pending"]]
    heads = [_("Kế hoạch"), _("Mã"), _("Trạng thái"), _("Số cơ quan")]
    yield _table("pending", _("Kế hoạch chưa phê duyệt"), heads, pending, numbers=1)
    classes = [[topic, _date(first), _date(last), places] for topic, first, last, places in ahead["classes"]]
    heads = [_("Chủ đề"), _("Từ ngày"), _("Đến ngày"), _("Số chỗ")]
    yield _table("classes-ahead", _("Lớp tập huấn năm %(year)s") % year, heads, classes, numbers=1)
    kinds = dict(LineKind.choices)
    money = [[kinds[kind], agencies, amount] for kind, agencies, amount in ahead["money"]]
    heads = [pgettext("funding", "Dòng"), _("Số cơ quan"), _("Số tiền (đồng)")]
    yield _table("money-ahead", _("Kinh phí năm %(year)s trong các kế hoạch") % year, heads, money, numbers=2)


def _said(report: Consolidated) -> Iterator[WorkTable]:
    heads = [_("Cơ quan"), _("Khó khăn, vướng mắc"), _("Đề xuất, kiến nghị")]
    yield _table("voices", _("Khó khăn, đề xuất của các cơ quan"), heads, report.voices)
    heads = [_("Cơ quan"), _("Lý do")]
    yield _table("not-started", _("Cơ quan chưa triển khai và lý do"), heads, report.not_started)
    heads, year = [_("Nội dung công việc"), _("Số lần nêu")], {"year": report.tasks_year}
    yield _table(
        "tasks",
        _("Nhiệm vụ năm %(year)s được nhiều cơ quan nêu") % year,
        heads,
        report.tasks["common"],
        numbers=1,
    )


def _table(
    key: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], *, numbers: int = 0
) -> WorkTable:
    """The last `numbers` columns are numbers."""
    first = len(heads) - numbers
    shown = [[_cell(value, place >= first) for place, value in enumerate(row)] for row in rows]
    return WorkTable(key, title, [Cell(head, place >= first) for place, head in enumerate(heads)], shown)


def _cell(value: Any, is_number: bool) -> Cell:
    if is_number:
        return Cell(show_number(value), is_number)
    return Cell(show_date(value) if isinstance(value, date) else str(value))


def _date(kept: str) -> date:
    return date.fromisoformat(kept)

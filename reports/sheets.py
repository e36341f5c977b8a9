"""The columns of workbooks about reports: the same list whatever is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from agencies.models.agency import Group
from isotrack.kit.clock import day_of
from isotrack.kit.sheets import DATE, DECIMAL, MONEY, NUMBER, PERCENT, TEXT, TIME, Column, Sheet
from isotrack.kit.words import say_time, show_date, show_number
from reports.board import Board, Row
from reports.consolidated import Consolidated
from reports.models import Punctuality
from reports.questions import Question
from reports.statistics.picture import NumberLine, Part, Picture, RateLine, ShareLine
from reports.statistics.rows import Row as KeptRow
from reports.statistics.rows import show_figure
from reports.statistics.spread import Quartiles
from reports.statistics.tally import numeric, shared

BOARD: Sequence[Column[Row]] = [
    Column(gettext_lazy("Mã"), lambda row: row.code, TEXT, 14),
    Column(gettext_lazy("Cơ quan"), lambda row: row.name, TEXT, 48),
    Column(gettext_lazy("Cơ quan cấp trên"), lambda row: row.superior, TEXT, 36),
    Column(gettext_lazy("Nhóm"), lambda row: Group(row.group).label, TEXT, 20),
    Column(gettext_lazy("Thời hạn"), lambda row: Punctuality(row.punctuality).label, TEXT, 16),
    Column(gettext_lazy("Số ngày trễ"), lambda row: row.days_late if row.asks_why else None, NUMBER),
    Column(gettext_lazy("Không phát sinh"), lambda row: row.is_nil, TEXT, 16),
    Column(gettext_lazy("Trạng thái"), lambda row: row.state.label, TEXT, 18),
    Column(gettext_lazy("Gửi lần đầu"), lambda row: row.first_submitted_at, TIME),
    Column(gettext_lazy("Gia hạn đến hết ngày"), lambda row: row.extended_to, DATE, 21),
    Column(gettext_lazy("Thư nhắc đã gửi"), lambda row: row.reminders, NUMBER, 17),
]


def board_notes(board: Board) -> list[str]:
    """What stands above the rows: which cycle, until when, seen from when, and the sums of the screen."""
    counted = [f"{kind.label} {show_number(count)}" for kind, count in board.chips]
    sums = {"expected": show_number(board.rates.expected), "kinds": "; ".join(counted)}
    return [
        str(board.cycle),
        _("Gửi %(deadline)s") % {"deadline": board.cycle.in_words},
        _("Số liệu lúc %(time)s") % {"time": say_time(board.as_of)},
        _("Phải báo cáo %(expected)s. %(kinds)s") % sums,
    ]


def board_file_name(board: Board) -> str:
    """For example "theo-doi-2020-20210616.xlsx"."""
    return f"theo-doi-{board.cycle.year}-{day_of(board.as_of):%Y%m%d}.xlsx"


# The consolidated report, from the snapshot alone


@dataclass(frozen=True)
class Fact:
    """One line of the first sheet: a count and its share of the whole, of this year and of last year."""

    name: str
    count: int | None
    share: Decimal | None = None
    last_count: int | None = None
    last_share: Decimal | None = None


@dataclass(frozen=True)
class Words:
    """One paragraph of a chapter, or what one agency says."""

    head: str
    text: str
    more: str = ""


@dataclass(frozen=True)
class Said:
    """One line of the sheet of questions: a number's sums, or how often one value was given."""

    question: Question
    line: NumberLine | None = None
    part: Part | None = None
    quartiles: Quartiles | None = None


WORDS: Sequence[Column[Words]] = [
    Column(gettext_lazy("Chương"), lambda one: one.head, TEXT, 40),
    Column(gettext_lazy("Lời văn"), lambda one: one.text, TEXT, 120),
]
VOICES: Sequence[Column[Words]] = [
    Column(gettext_lazy("Cơ quan"), lambda one: one.head, TEXT, 40),
    Column(gettext_lazy("Khó khăn, vướng mắc"), lambda one: one.text, TEXT, 60),
    Column(gettext_lazy("Đề xuất, kiến nghị"), lambda one: one.more, TEXT, 60),
]
RATES: Sequence[Column[RateLine]] = [
    Column(gettext_lazy("Tên"), lambda line: str(line.label), TEXT, 40),
    Column(gettext_lazy("Phải báo cáo"), lambda line: line.rates.expected, NUMBER, 14),
    Column(gettext_lazy("Đã nhận"), lambda line: line.rates.received, NUMBER),
    Column(gettext_lazy("Đúng hạn"), lambda line: line.rates.on_time, NUMBER),
    Column(gettext_lazy("Trễ hạn"), lambda line: line.rates.late, NUMBER),
    Column(gettext_lazy("Chưa gửi"), lambda line: line.rates.missing, NUMBER),
    Column(gettext_lazy("Chưa đến hạn"), lambda line: line.rates.not_due, NUMBER, 14),
    Column(gettext_lazy("Được miễn"), lambda line: line.rates.exempt, NUMBER),
    Column(gettext_lazy("Không phát sinh"), lambda line: line.rates.nil, NUMBER, 16),
    Column(gettext_lazy("Tỷ lệ nhận"), lambda line: line.rates.share_received, PERCENT),
    Column(gettext_lazy("Tỷ lệ đúng hạn"), lambda line: line.rates.share_on_time, PERCENT, 15),
    Column(
        gettext_lazy("Tỷ lệ nhận năm trước"),
        lambda line: line.last.share_received if line.last else None,
        PERCENT,
        21,
    ),
]
SAID: Sequence[Column[Said]] = [
    Column(gettext_lazy("Câu"), lambda said: said.question.number, NUMBER, 6),
    Column(gettext_lazy("Nội dung"), lambda said: said.question.label(get_language()), TEXT, 60),
    Column(gettext_lazy("Đơn vị tính"), lambda said: said.question.unit, TEXT, 12),
    Column(gettext_lazy("Trả lời"), lambda said: said.part and said.part.label, TEXT, 28),
    Column(gettext_lazy("Số cơ quan"), lambda said: _agencies(said), NUMBER),
    Column(gettext_lazy("Tỷ lệ"), lambda said: said.part.share if said.part else None, PERCENT),
    Column(gettext_lazy("Tổng"), lambda said: _sum(said), NUMBER, 18),
    Column(gettext_lazy("Trung bình"), lambda said: said.line and said.line.numbers.average, DECIMAL, 16),
    Column(gettext_lazy("Nhỏ nhất"), lambda said: said.line and said.line.numbers.smallest, DECIMAL, 16),
    Column(gettext_lazy("Một phần tư không quá"), lambda said: _quartile(said, 1), DECIMAL, 21),
    Column(gettext_lazy("Trung vị"), lambda said: _quartile(said, 2), DECIMAL, 16),
    Column(gettext_lazy("Ba phần tư không quá"), lambda said: _quartile(said, 3), DECIMAL, 21),
    Column(gettext_lazy("Lớn nhất"), lambda said: said.line and said.line.numbers.largest, DECIMAL, 16),
    Column(gettext_lazy("Năm trước"), lambda said: _last(said), DECIMAL, 18),
]
FACTS: Sequence[Column[Fact]] = [
    Column(gettext_lazy("Chỉ tiêu"), lambda fact: fact.name, TEXT, 48),
    Column(gettext_lazy("Năm báo cáo"), lambda fact: fact.count, NUMBER, 14),
    Column(gettext_lazy("Tỷ lệ"), lambda fact: fact.share, PERCENT),
    Column(gettext_lazy("Năm trước"), lambda fact: fact.last_count, NUMBER, 14),
    Column(gettext_lazy("Tỷ lệ năm trước"), lambda fact: fact.last_share, PERCENT, 15),
]
_FIGURES = {"integer": NUMBER, "money": MONEY, "percent": PERCENT}


def consolidated_sheets(report: Consolidated) -> list[Sheet[Any]]:
    """The five sheets of figures of a consolidated report, and two of words where they were kept."""
    picture, notes = report.picture, _where_from(report)
    whole = RateLine(_("Toàn tỉnh"), "", picture.rates, picture.last_rates)
    return [
        Sheet(_("Tổng hợp"), FACTS, list(_facts(picture)), notes),
        Sheet(_("Theo nhóm"), RATES, [*picture.groups, *picture.levels, whole], notes),
        Sheet(_("Theo cấp trên"), RATES, picture.by_superior, notes),
        Sheet(_("Câu hỏi"), SAID, list(_said(report)), notes),
        Sheet(_("Từng cơ quan"), _of_each(picture), report.rows, notes),
        *_in_words(report, notes),
    ]


def _in_words(report: Consolidated, notes: list[str]) -> Iterator[Sheet[Any]]:
    """The words of the chapters, and what the agencies say themselves."""
    if not report.is_worded:
        return
    chapters = report.chapters.values()
    said = [Words(one.title, text) for one in chapters for text in one.paragraphs]
    yield Sheet(_("Lời văn"), WORDS, said, notes)
    yield Sheet(_("Ý kiến cơ quan"), VOICES, [Words(*voice) for voice in report.voices], notes)


def _where_from(report: Consolidated) -> list[str]:
    told = {"code": report.snapshot.code, "time": say_time(report.snapshot.as_of)}
    return [
        *_of_december(report),
        str(report.snapshot.cycle),
        _("Mã số liệu %(code)s; số liệu tính đến %(time)s") % told,
        _("Gửi %(deadline)s") % {"deadline": report.deadline},
    ]


def _of_december(report: Consolidated) -> Iterator[str]:
    """The year of the report to the Ministry, which may be another than the agencies' one."""
    if report.period:
        told = {
            "year": report.year,
            "first": show_date(report.period.first),
            "last": show_date(report.period.last),
        }
        yield _("Báo cáo năm %(year)s gửi Bộ, kỳ số liệu từ %(first)s đến %(last)s") % told


def _facts(picture: Picture) -> Iterator[Fact]:
    now, before = picture.rates, picture.last_rates
    for name, label in _COUNTS.items():
        share = "share_" + name
        yield Fact(
            str(label),
            getattr(now, name),
            getattr(now, share, None),
            getattr(before, name, None),
            getattr(before, share, None),
        )
    for line in (picture.state, picture.standard, picture.audit, picture.review):
        yield from _parts_of(line)
    yield Fact(_("TTHC đã đưa vào hệ thống"), None, picture.coverage, None, picture.last_coverage)


_COUNTS: dict[str, str | Promise] = {
    "expected": gettext_lazy("Phải báo cáo"),
    "received": gettext_lazy("Đã nhận"),
    "on_time": gettext_lazy("Đúng hạn"),
    "late": gettext_lazy("Trễ hạn"),
    "missing": gettext_lazy("Chưa gửi"),
    "not_due": gettext_lazy("Chưa đến hạn"),
    "exempt": gettext_lazy("Được miễn"),
    "nil": gettext_lazy("Không phát sinh"),
    "extended": pgettext_lazy("report", "Được gia hạn"),
}


def _parts_of(line: ShareLine | None) -> Iterator[Fact]:
    if line is not None:
        for part in line.parts:
            yield Fact(
                f"{line.label}: {part.label}", part.count, part.share, part.last_count, part.last_share
            )


def _said(report: Consolidated) -> Iterator[Said]:
    lie = report.quartiles
    for chapter in report.picture.chapters:
        for line in chapter.in_order:
            if isinstance(line, ShareLine):
                yield from (Said(line.question, part=part) for part in line.parts)
            else:
                yield Said(line.question, line=line, quartiles=lie.get(line.question.key))


def _agencies(said: Said) -> int | None:
    if said.part:
        return said.part.count
    return said.line.numbers.count if said.line else None


def _quartile(said: Said, number: int) -> Decimal | None:
    """None where nobody answered, and for figures frozen without quartiles."""
    return said.quartiles.numbers[number] if said.quartiles else None


def _sum(said: Said) -> Any:
    return said.line.numbers.total if said.line and not said.line.is_percent else None


def _last(said: Said) -> Any:
    if said.part:
        return said.part.last_count
    last = said.line.last if said.line else None
    if last is None or not last.count:
        return None
    return last.average if said.line and said.line.is_percent else last.total


def _of_each(picture: Picture) -> list[Column[KeptRow]]:
    """One row an agency: how its report stands, and every answer that is counted."""
    asked = [*numeric(picture.questions), *shared(picture.questions)]
    return [
        Column(_("Mã"), lambda row: row.code, TEXT, 14),
        Column(_("Cơ quan"), lambda row: row.name, TEXT, 40),
        Column(_("Cơ quan cấp trên"), lambda row: row.superior_name, TEXT, 32),
        Column(_("Nhóm"), lambda row: row.group_name, TEXT, 20),
        Column(_("Thời hạn"), lambda row: row.punctuality_name, TEXT, 16),
        Column(_("Số ngày trễ"), lambda row: row.days or None, NUMBER),
        Column(_("Không phát sinh"), lambda row: row.is_nil, TEXT, 16),
        Column(_("Gửi lần đầu"), lambda row: row.sent, TIME),
        *(_answer_to(question) for question in sorted(asked, key=lambda one: one.number)),
    ]


def _answer_to(question: Question) -> Column[KeptRow]:
    heading = f"{question.number}. {question.label(get_language())}"
    kind = _FIGURES.get(question.type, TEXT)
    if kind is TEXT:
        return Column(heading, lambda row: show_figure(question, row.figures.get(question.key)), TEXT, 18)
    if kind is PERCENT:
        return Column(heading, lambda row: _percent(row.figures.get(question.key)), PERCENT, 12)
    return Column(heading, lambda row: row.figures.get(question.key), kind, 16)


def _percent(figure: Any) -> Decimal | None:
    return None if figure is None else Decimal(str(figure))

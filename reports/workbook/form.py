"""The report form drawn as a workbook: one long sheet, a sheet for each table, and how to fill them in."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from isotrack.kit.sheets import (
    DATE,
    DECIMAL,
    LONGEST_TEXT,
    MONEY,
    NUMBER,
    TEXT,
    Box,
    Check,
    Line,
    Look,
    Page,
    letter,
    write_form,
)
from isotrack.kit.words import show_number
from reports.last_year import last_year, prefilled
from reports.models import AnnualReport
from reports.questions import (
    Choice,
    Condition,
    Field,
    Question,
    expected_form,
    formula,
    legal_basis_in_words,
    length_limit,
    readable,
    show,
)
from reports.questions.values import FIRST_YEAR, LARGEST, LAST_YEAR, MOST_ROWS
from reports.workbook import origin as marks
from reports.workbook.origin import Origin

REPORT, GUIDE, LISTS = "Báo cáo", "Hướng dẫn", "Danh mục"
YES, NO = "Có", "Không"
HEADS = ("Câu", "Nội dung", "Trả lời", "Đơn vị", "Vẫn đúng?", "Năm trước", "Hướng dẫn")
WIDTHS = (6, 46, 36, 12, 14, 26, 62, 4, 4)
ANSWER, STILL, SHOWN_KEY, ASKED = "C", "E", 8, 9  # columns of the long sheet
ABOVE = 6  # rows above the first question: title, agency, note, blank, heading, marks
BLANK_ROWS, MORE_ROWS = 30, 10  # in a table: at least, and below what is filled in
_KINDS = {"integer": NUMBER, "money": MONEY, "percent": DECIMAL, "date": DATE}
_COLUMN_WIDTHS = {"integer": 16, "money": 20, "percent": 14, "date": 16, "boolean": 12, "choice": 46}
_SIGNS = {"equals": "=", "gt": ">", "lt": "<"}


def draw(report: AnnualReport) -> bytes:
    """The form of one report as the bytes of a workbook, filled with what its draft holds."""
    with translation.override(settings.LANGUAGE_CODE):
        return write_form(_Drawing(report).pages())


def file_name(report: AnnualReport) -> str:
    """For example "bao-cao-2020-30340.xlsx"."""
    return f"bao-cao-{report.cycle.year}-{report.agency.code}.xlsx"


def questions_in(report: AnnualReport) -> list[Question]:
    """The questions that stand in the workbook: all that an agency of this mandate may come to be asked."""
    return [q for q in report.cycle.questions.questions if q.asked_of(report.mandate)]


@dataclass
class _Drawing:
    """One workbook while it is drawn."""

    report: AnnualReport
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    lists: dict[tuple[Choice, ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.questions = questions_in(self.report)
        self.by_key = {question.key: question for question in self.questions}
        self.last_year, self.offered = last_year(self.report), prefilled(self.report)
        self.rows = self._places()

    def pages(self) -> list[Page]:
        """Every sheet; the hidden ones last, because they know what the others hold."""
        tables = [self._table(question) for question in self.questions if question.type == "table"]
        shown = [_guide(self.report, self.has_offers), self._long(), *tables]
        return [*shown, self._lists(), self._origin().page()]

    @property
    def has_offers(self) -> bool:
        """Whether anything is to be confirmed."""
        return bool(self.offered & self.by_key.keys())

    def stored(self, question: Question) -> Any:
        """What the form shows: the draft's answer, or last year's where that waits to be confirmed."""
        known = self.last_year if question.key in self.offered else self.report.answers
        return known.get(question.key)

    def _places(self) -> dict[str, int]:
        """The row of each question of the long sheet: a section has its own line."""
        row, places = ABOVE, {}
        for part in self.report.cycle.questions.sections:
            asked = [question for question in part.questions if question.key in self.by_key]
            row += bool(asked)
            for question in asked:
                row += 1
                places[question.key] = row
        return places

    # The long sheet

    def _long(self) -> Page:
        lines = [*self._top()]
        for part in self.report.cycle.questions.sections:
            asked = [question for question in part.questions if question.key in self.by_key]
            if asked:
                lines.append(Line([Box(value=part.title_vi, look=Look.SECTION)] + [_SECTION] * 6))
                lines += [self._question(question) for question in asked]
        flag = f"${letter(ASKED)}{ABOVE + 1}"
        return Page(
            title=REPORT,
            widths=WIDTHS,
            lines=lines,
            hidden_rows=(ABOVE,),
            hidden_columns=(SHOWN_KEY, ASKED),
            frozen=ABOVE,
            heading=ABOVE - 1,
            grey=f"AND(ISLOGICAL({flag}),NOT({flag}))",
        )

    def _top(self) -> Iterator[Line]:
        year, name = self.report.cycle.year, self.report.agency_name
        yield Line([Box(value=f"Báo cáo năm {year} – {name}", look=Look.TITLE)])
        yield Line([Box(value=f"Gửi {self.report.in_words}.", look=Look.TITLE)])
        said = "Ghi vào ô nền vàng. Dòng mờ là câu không phải trả lời. Xem trang “Hướng dẫn” trước khi điền."
        yield Line([Box(value=said, look=Look.LEAD)])
        yield Line([])
        yield Line([Box(value=head, look=Look.HEAD) for head in HEADS])
        found = (marks.NUMBER, None, marks.ANSWER, None, marks.STILL, None, None, marks.KEY, None)
        yield Line([Box(value=mark) if mark else None for mark in found])

    def _question(self, question: Question) -> Line:
        key, is_offered = question.key, question.key in self.offered
        answer = self._answer(question)
        if answer.look in (Look.ANSWER, Look.OFFERED):
            self.cells[key] = (REPORT, f"{ANSWER}{self.rows[key]}")
        return Line(
            [
                Box(value=question.number, look=Look.NUMBER),
                Box(value=question.label_vi, look=Look.LABEL),
                answer,
                Box(value=_unit(question), look=Look.SMALL),
                _STILL if is_offered else Box(look=Look.SMALL),
                Box(value=self._before(question), look=Look.SMALL),
                Box(value=self._help(question), look=Look.SMALL),
                Box(value=key),
                self._asked(question),
            ],
            lines=4 if question.type == "long_text" else 1,
        )

    def _answer(self, question: Question) -> Box:
        if question.computed:
            return Box(formula=self._formula(question), look=Look.COMPUTED, kind=_KINDS[question.type])
        if question.type == "table":
            title = _table_title(question)
            return Box(value=f"Điền ở trang “{title}”", look=Look.SMALL, link=f"'{title}'!A1")
        if question.type == "file":
            return Box(value="Tải tệp lên trên trang web", look=Look.SMALL)
        value = _shown(question, self.stored(question))
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            return Box(value="Nội dung quá dài: sửa trên trang web", look=Look.SMALL)
        look = Look.OFFERED if question.key in self.offered else Look.ANSWER
        check = self._check(question, f"Câu {question.number}")
        return Box(value=value, look=look, kind=_KINDS.get(question.type, TEXT), check=check)

    def _before(self, question: Question) -> str:
        value = self.last_year.get(question.key)
        if isinstance(value, list):
            return f"{len(value)} dòng"
        return show(question, value)[:200]

    def _help(self, question: Question) -> str:
        found = [question.help_vi, *self._conditions(question)]
        if not (question.required or question.computed or question.type == "table"):
            found.append("Không bắt buộc.")
        if question.legal_basis:
            found.append(f"Căn cứ: {legal_basis_in_words(question.legal_basis)}.")
        return "\n".join(filter(None, found))

    def _conditions(self, question: Question) -> Iterator[str]:
        said = [self._in_words(condition) for condition in question.depends_on]
        if said:
            yield f"Chỉ trả lời khi {' và '.join(said)}."

    def _in_words(self, condition: Condition) -> str:
        asked = self.report.cycle.questions.by_key[condition.key]
        values = condition.value if condition.op == "in" else [condition.value]
        shown = " hoặc ".join(_quoted(asked, value) for value in values)
        verb = {"not_equals": "khác ", "gt": "lớn hơn ", "lt": "nhỏ hơn "}.get(condition.op, "là ")
        what = "đã trả lời" if condition.op == "answered" else verb + shown
        return f"câu {asked.number} {what}"

    # What the spreadsheet computes

    def _asked(self, question: Question) -> Box:
        """TRUE while the question is asked; a question that hangs on a hidden one is hidden too."""
        if not question.depends_on:
            return Box(value=True)
        holding = [self._holds(condition) for condition in question.depends_on]
        above = {f"${letter(ASKED)}${self.rows[c.key]}" for c in question.depends_on if c.key in self.rows}
        return Box(formula=f"=AND({','.join([*holding, *sorted(above)])})")

    def _holds(self, condition: Condition) -> str:
        asked = self.by_key.get(condition.key)
        if asked is None:
            return "FALSE"
        if asked.type in ("table", "file"):  # whether there is one, the long sheet does not know
            return "TRUE"
        cell = f"${ANSWER}${self.rows[asked.key]}"
        filled = f"ISNUMBER({cell})" if asked.type in _KINDS else f'{cell}<>""'
        if condition.op == "answered":
            return filled
        if condition.op == "in":
            return f"OR({','.join(f'{cell}={_literal(asked, value)}' for value in condition.value)})"
        sign = _SIGNS.get(condition.op, "<>")
        return f"AND({filled},{cell}{sign}{_literal(asked, condition.value)})"

    def _formula(self, question: Question) -> str:
        names = sorted(formula.names(question.computed))
        if not all(name in self.rows for name in names):
            return '=""'
        cells = {name: f"${ANSWER}${self.rows[name]}" for name in names}
        said = ast.unparse(formula.parse(question.computed))
        said = re.sub(r"[a-z][a-z0-9_]*", lambda name: cells.get(name[0], name[0]), said)
        places = 2 if question.type == "percent" else 0
        return f'=IF(COUNT({",".join(cells.values())})={len(names)},IFERROR(ROUND({said},{places}),""),"")'

    # Tables

    def _table(self, question: Question) -> Page:
        title, columns = _table_title(question), question.columns
        self.cells[question.key] = (title, f"B{ABOVE + 1}")
        value = self.stored(question)
        filled = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        count = min(max(BLANK_ROWS, len(filled) + MORE_ROWS), MOST_ROWS)
        rows = [*filled, *({} for _blank in range(count - len(filled)))]
        flag = f"${letter(len(columns) + 2)}{ABOVE + 1}"
        return Page(
            title=title,
            widths=(6, *(_COLUMN_WIDTHS.get(column.type, 50) for column in columns), 4),
            lines=[*self._table_top(question, count), *self._table_rows(question, rows)],
            hidden_rows=(ABOVE,),
            hidden_columns=(len(columns) + 2,),
            frozen=ABOVE,
            heading=ABOVE - 1,
            grey=f"AND(ISLOGICAL({flag}),NOT({flag}))",
        )

    def _table_top(self, question: Question, count: int) -> Iterator[Line]:
        columns = question.columns
        yield Line([Box(value=f"Câu {question.number}. {question.label_vi}", look=Look.TITLE)])
        told = " ".join([question.help_vi, *self._conditions(question)]).strip()
        yield Line([Box(value=told, look=Look.LEAD)])
        back = Box(value="Trở lại", link=f"'{REPORT}'!B{self.rows[question.key]}")
        yield Line([None, back])
        sums = [_sum(column, place, count) for place, column in enumerate(columns, start=2)]
        yield Line([Box(value="Cộng", look=Look.SMALL), *sums] if any(sums) else [])
        heads = [column.label_vi + ("" if column.required else " (không bắt buộc)") for column in columns]
        yield Line([Box(value=head, look=Look.HEAD) for head in ("Dòng", *heads)])
        found = [marks.TABLE + question.key, *(marks.COLUMN + column.key for column in columns)]
        yield Line([Box(value=mark) for mark in found])

    def _table_rows(self, question: Question, rows: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
        look = Look.OFFERED if question.key in self.offered else Look.ANSWER
        checks = {column.key: self._check(column, column.label_vi) for column in question.columns}
        asked = Box(formula=f"='{REPORT}'!${letter(ASKED)}${self.rows[question.key]}")
        for number, row in enumerate(rows, start=1):
            boxes = (
                Box(
                    value=_shown(column, row.get(column.key)),
                    look=look,
                    kind=_KINDS.get(column.type, TEXT),
                    check=checks[column.key],
                )
                for column in question.columns
            )
            yield Line([Box(value=number, look=Look.NUMBER), *boxes, asked])

    # Drop-downs and limits

    def _check(self, asked: Field, title: str) -> Check:
        hint = f"{asked.help_vi} {expected_form(asked)}".strip()
        if asked.type == "choice":
            return Check(kind="list", source=self._source(asked.choices), title=title, hint=asked.help_vi)
        if asked.type == "boolean":
            return Check(kind="list", source=f'"{YES},{NO}"', title=title, hint=asked.help_vi)
        if asked.type == "date":
            first, last = date(FIRST_YEAR, 3, 1), date(LAST_YEAR, 12, 31)
            return Check(kind="date", low=first, high=last, title=title, hint=hint, is_strict=False)
        if asked.type in _KINDS:
            kind = "decimal" if asked.type == "percent" else "whole"
            high = LARGEST if asked.maximum is None else asked.maximum
            return Check(kind=kind, low=asked.minimum, high=high, title=title, hint=hint)
        limit = length_limit(asked)
        hint = f"{asked.help_vi} Tối đa {show_number(limit)} ký tự.".strip()
        return Check(kind="textLength", high=limit, title=title, hint=hint)

    def _source(self, choices: tuple[Choice, ...]) -> str:
        column = letter(len(self.lists) + 1)
        return self.lists.setdefault(choices, f"'{LISTS}'!${column}$1:${column}${len(choices)}")

    def _lists(self) -> Page:
        longest = max(map(len, self.lists), default=0)
        lines = [
            Line([Box(value=c[row].label_vi) if row < len(c) else None for c in self.lists])
            for row in range(longest)
        ]
        return Page(title=LISTS, widths=(40,) * len(self.lists), lines=lines, secret=True)

    def _origin(self) -> Origin:
        report, version = self.report, self.report.cycle.questionnaire
        return Origin(
            token=uuid4().hex,
            report=report.pk,
            year=report.cycle.year,
            agency=report.agency.code,
            agency_name=report.name_in_lists,
            questionnaire=version.code,
            version=version.version,
            cells={key: list(place) for key, place in self.cells.items()},
            seen={key: report.answers[key] for key in self.cells if key in report.answers},
            offered={key: self.last_year[key] for key in self.cells if key in self.offered},
        )


_SECTION = Box(look=Look.SECTION)
_STILL = Box(
    look=Look.ANSWER,
    check=Check(
        kind="list",
        source=f'"{YES}"',
        title="Vẫn đúng?",
        hint="Số liệu của báo cáo năm trước. Chọn “Có” nếu năm nay vẫn đúng; nếu không, sửa ô trả lời.",
    ),
)


def _table_title(question: Question) -> str:
    return f"Câu {question.number}"


def _unit(question: Question) -> str:
    return question.unit or ("%" if question.type == "percent" else "")


def _shown(asked: Field, stored: Any) -> Any:
    """A stored answer as the spreadsheet holds it: a number, a day, or the words for it."""
    value = readable(asked, stored)
    if isinstance(value, bool):
        return YES if value else NO
    if value is None or asked.type not in _KINDS:
        return show(asked, stored) or None
    return value


def _quoted(asked: Question, value: Any) -> str:
    shown = show(asked, value) or str(value)
    return shown if asked.type in _KINDS else f"“{shown}”"


def _literal(asked: Question, value: Any) -> str:
    """A value of a condition as a formula writes it."""
    if asked.type == "date":
        day = date.fromisoformat(value)
        return f"DATE({day.year},{day.month},{day.day})"
    if asked.type in _KINDS:
        return str(value)
    words = show(asked, value) or str(value)
    return '"{}"'.format(words.replace('"', '""'))


def _sum(column: Field, place: int, count: int) -> Box | None:
    if column.type != "money":
        return None
    first, last = f"{letter(place)}{ABOVE + 1}", f"{letter(place)}{ABOVE + count}"
    return Box(formula=f"=SUM({first}:{last})", look=Look.COMPUTED, kind=MONEY)


def _guide(report: AnnualReport, has_offers: bool) -> Page:
    title = f"Biểu mẫu báo cáo năm {report.cycle.year} – {report.agency_name}"
    lines = [
        Line([Box(value=title, look=Look.TITLE)]),
        Line([Box(value=report.cycle.questions.title_vi, look=Look.LABEL)]),
        Line([Box(value=f"Gửi {report.in_words}. Gửi sau hạn vẫn được nhận và ghi là trễ.")]),
        Line([]),
        Line([Box(value="Cách điền", look=Look.SECTION)]),
        *(Line([Box(value=f"{n}. {said}")]) for n, said in enumerate(_steps(report, has_offers), start=1)),
        Line([]),
        Line([Box(value="Hỏi ai", look=Look.SECTION)]),
        Line([Box(value=f"{_department(report)}.")]),
    ]
    notice = report.cycle.questionnaire.definition["form"].get("notice_vi")
    if notice:
        lines += [Line([]), Line([Box(value=notice, look=Look.LABEL)])]
    return Page(title=GUIDE, widths=(120,), lines=lines)


def _steps(report: AnnualReport, has_offers: bool) -> Iterable[str]:
    address = settings.SITE_URL + reverse("reports:report-workbook-upload", args=[report.pk])
    yield (
        f"Mở trang “{REPORT}”, ghi câu trả lời vào các ô nền vàng ở cột “Trả lời”. Các ô khác đã khóa để "
        "không bị sửa nhầm."
    )
    yield (
        "Ô có danh sách: bấm mũi tên bên phải ô rồi chọn. Ngày ghi đủ ngày/tháng/năm, ví dụ 25/11/2019. "
        "Tiền ghi nguyên đồng, không có phần lẻ."
    )
    if has_offers:
        yield (
            "Ô nền xanh, viền đứt lấy từ báo cáo năm trước: vẫn đúng thì chọn “Có” ở cột “Vẫn đúng?”, nếu "
            "không thì sửa ô trả lời. Chưa làm việc nào trong hai việc ấy thì câu đó coi như chưa trả lời."
        )
    yield "Dòng chuyển sang màu xám là câu không phải trả lời, vì điều kiện ghi ở cột “Hướng dẫn” không có."
    yield "Bảng có trang riêng, ví dụ chi tiết kinh phí; điền từ dòng đầu, bỏ trống các dòng thừa."
    yield (
        "Lưu tệp dạng .xlsx rồi tải lên tại địa chỉ dưới đây. Ô nào sai được kể ra hết một lần và tô màu "
        "trong bản trả lại; các ô đúng vào ngay bản nháp."
    )
    yield f"Địa chỉ tải lên: {address}"
    yield "Tệp đính kèm, giải trình cảnh báo và việc gửi báo cáo làm trên trang web."


def _department(report: AnnualReport) -> str:
    """Who answers questions: the department of the province, and its address where one is set."""
    province = report.cycle.province.in_lists.removeprefix("UBND ")
    said = f"Sở Khoa học và Công nghệ {province}"
    return f"{said}, {settings.REPLY_TO}" if settings.REPLY_TO else said

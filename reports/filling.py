"""How far a report is, section by section, and what stands in its way: words and addresses for the pages."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reports.models import AnnualReport
from reports.questions import Finding, Outcome, Progress, Question, Section, section_progress

ID = "q-%s"  # the field of a question; numbers of questions are for people, keys stay the same


@dataclass(frozen=True)
class Step:
    """One section in the list of sections: how far it is, as icon and word."""

    section: Section
    place: int
    url: str
    progress: Progress
    icon: str
    word: str
    todo: str

    @property
    def css(self) -> str:
        """The colour of its icon, which is the third signal."""
        return {"ok": "k-ok", "error": "k-missing", "warn": "k-late"}.get(self.icon, "k-notdue")

    @property
    def title(self) -> str:
        """The heading in the language of the page."""
        return self.section.title(get_language())

    @property
    def numeral(self) -> str:
        """The section's own numeral ("IV" of "IV. Cập nhật …"), or its place."""
        found = re.match(r"([IVXLC]+)\.", self.section.title_vi)
        return found[1] if found else str(self.place)


@dataclass(frozen=True)
class Line:
    """One finding in a list: its sentence, and where to mend it."""

    text: str
    url: str


def steps(report: AnnualReport, outcome: Outcome) -> list[Step]:
    """Every section of the report's questionnaire, in order, with what is left in it."""
    sections = report.cycle.questions.sections
    unexplained = {finding.key for finding in outcome.unexplained(report.notes)}
    return [_step(report, outcome, part, place, unexplained) for place, part in enumerate(sections, start=1)]


def _step(report: AnnualReport, outcome: Outcome, part: Section, place: int, unexplained: set[str]) -> Step:
    progress = section_progress(part, outcome, report.answers)
    icon, word = _stage(progress, any(question.key in unexplained for question in part.questions))
    return Step(part, place, section_url(report, part.key), progress, icon, word, _todo(progress, icon, word))


def _stage(progress: Progress, has_unexplained: bool) -> tuple[str, str]:
    if progress.errors:
        return "error", _("có lỗi")
    if not progress.asked:
        return "skip", _("không có câu phải trả lời")
    if has_unexplained:
        return "warn", _("có cảnh báo cần giải trình")
    if progress.unconfirmed:
        return "half", _("có số liệu năm trước cần xác nhận")
    if not progress.left:
        return "ok", _("đã xong")
    return ("half", _("chưa xong")) if progress.answered else ("notdue", _("chưa trả lời"))


def _todo(progress: Progress, icon: str, word: str) -> str:
    """What the list of sections says under the title; nothing where the icon and the count are enough."""
    if icon == "half" and progress.unconfirmed:
        said = ngettext("%(n)d số liệu cần xác nhận", "%(n)d số liệu cần xác nhận", progress.unconfirmed)
        return said % {"n": progress.unconfirmed}
    return word if icon in ("error", "warn") else ""


def section_url(report: AnnualReport, section: str, anchor: str = "", more: str = "") -> str:
    """The page of one section, at one field if wanted; `more` asks for further rows in a table."""
    query = {"more": more} if more else None
    address = reverse("reports:report-section", args=[report.pk, section], query=query)
    return f"{address}#{anchor}" if anchor else address


def anchor(question: Question, finding: Finding | None = None) -> str:
    """The id of the control to go to: a cell of a table, the first card of a choice, else the field."""
    name = ID % question.key
    if question.type == "table" and question.columns:
        row = (finding.row if finding else None) or 1
        column = (finding.column if finding else None) or question.columns[0].key
        return f"{name}-{row - 1}-{column}"
    return f"{name}_0" if is_cards(question) else name


def is_cards(question: Question) -> bool:
    """Whether the question is asked with large radio cards."""
    return question.type == "boolean" or (question.type == "choice" and len(question.choices) <= 6)


def lines(report: AnnualReport, findings: Iterable[Finding], *, here: str = "") -> list[Line]:
    """Findings as links to their fields; those of the section `here` are on the page itself."""
    by_key = report.cycle.questions.by_key
    return [_line(report, finding, by_key[finding.key], here) for finding in findings]


def note_lines(warnings: Iterable[Finding]) -> list[Line]:
    """Warnings as links to the fields for their explanations, which stand on the same page."""
    return [Line(finding.line, "#" + ID % f"note-{finding.rule}") for finding in warnings]


def _line(report: AnnualReport, finding: Finding, question: Question, here: str) -> Line:
    place = anchor(question, finding)
    url = f"#{place}" if question.section == here else section_url(report, question.section, place)
    if finding.kind == "missing":
        return Line(f"{finding.line} – {question.label(get_language())}", url)
    return Line(finding.line, url)


def in_section(findings: Iterable[Finding], part: Section) -> list[Finding]:
    """Those placed at a question of this section."""
    keys = {question.key for question in part.questions}
    return [finding for finding in findings if finding.key in keys]


def count_in_words(errors: int, missing: int, warnings: int, unconfirmed: int = 0) -> str:
    """ "Có 1 lỗi phải sửa, 2 câu chưa trả lời và 1 cảnh báo cần giải trình"; empty when there is nothing.

    `missing` leaves out the `unconfirmed`, the answers of last year that nobody has confirmed.
    """
    counted = [
        (errors, ngettext("%(count)d lỗi phải sửa", "%(count)d lỗi phải sửa", errors)),
        (missing, ngettext("%(count)d câu chưa trả lời", "%(count)d câu chưa trả lời", missing)),
        (
            unconfirmed,
            ngettext(
                "%(count)d số liệu năm trước chưa xác nhận",
                "%(count)d số liệu năm trước chưa xác nhận",
                unconfirmed,
            ),
        ),
        (
            warnings,
            ngettext("%(count)d cảnh báo cần giải trình", "%(count)d cảnh báo cần giải trình", warnings),
        ),
    ]
    *others, last = [said % {"count": count} for count, said in counted if count] or [""]
    what = _(" và ").join([", ".join(others), last]) if others else last
    return _("Có %(what)s") % {"what": what} if what else ""


def numbers_in_words(questions: Sequence[Question]) -> str:
    """ "câu 18", "câu 18, 19"."""
    numbers = ", ".join(str(question.number) for question in questions)
    return _("câu %(numbers)s") % {"numbers": numbers}

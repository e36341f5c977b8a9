"""The yearly report as an official document (NĐ 30/2020/NĐ-CP), from the same answers as the screen.

It is a draft until the agency has recorded its number; a nil declaration has a short form of its own. Hidden
questions are left out, so the numbers may leave gaps, as on the screen. What is printed is Vietnamese.
"""

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from agencies.models import Agency, User
from agencies.models.agency import Kind, Level
from isotrack.kit.clock import day_of
from isotrack.kit.papers import Official
from isotrack.kit.words import say_date
from reports.actions.report import judge
from reports.last_year import last_year
from reports.models import AnnualReport, Attachment, Submission
from reports.questions import Outcome, Question, is_empty, show, show_rows
from reports.questions.parts import NUMERIC
from reports.receipt import as_sent, department_of, nil_reason_of, verify_url

FULL, NIL = "print/report.html", "print/report_nil.html"
UNBROKEN = "\u00a0"
COMMITTEES = (
    Kind.PEOPLES_COMMITTEE_PROVINCE,
    Kind.PEOPLES_COMMITTEE_DISTRICT,
    Kind.PEOPLES_COMMITTEE_COMMUNE,
)
HEADS = {
    Kind.OFFICE: "Chánh Văn phòng",
    Kind.DEPARTMENT: "Giám đốc",
    Kind.BOARD: "Trưởng ban",
    Kind.INSPECTORATE: "Chánh Thanh tra",
    Kind.SUB_DEPARTMENT: "Chi cục trưởng",
    Kind.PUBLIC_SERVICE_UNIT: "Giám đốc",
} | dict.fromkeys(COMMITTEES, "Chủ tịch")


@dataclass(frozen=True)
class Cell:
    """One cell of a printed table."""

    text: str
    is_number: bool


@dataclass(frozen=True)
class Line:
    """One question with its answer: text with its unit, or rows; `notes` explain its warnings.

    `is_unconfirmed` marks last year's answer in a draft, which nobody has confirmed yet.
    """

    number: int
    label: str
    text: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    file: str
    notes: Sequence[str]
    is_unconfirmed: bool


@dataclass(frozen=True)
class Part:
    """One section of the questionnaire in which something is asked."""

    title: str
    lines: Sequence[Line]


def draft_for(user: User, report: AnnualReport) -> bool:
    """Whether this person's paper is the draft: who writes in the report prints what is not sent yet."""
    is_open = report.state in (*AnnualReport.EDITABLE, AnnualReport.State.PENDING)
    return is_open and AnnualReport.objects.editable_by(user).contains(report)


@translation.override(settings.LANGUAGE_CODE)
def paper_of(report: AnnualReport, sent: Submission | None, *, today: date) -> tuple[str, dict[str, Any]]:
    """The template of a report's paper and what it needs: of a sending, else (`sent` None) of the draft."""
    is_nil = report.is_nil if sent is None else sent.is_nil
    context = {
        "report": report,
        "paper": official(report, today=today, is_nil=is_nil),
        "department": department_of(report),
        "subject": _subject(report),
        "duties": [_duty(document) for document in report.cycle.documents.all()],
        "period": report.cycle.questions.period(report.cycle.year),
        "sent": sent,
        "verify_page": settings.SITE_URL + reverse("reports:verify"),
        "verify_url": settings.SITE_URL + verify_url(sent.code, sent.check_code) if sent else "",
    }
    if is_nil:
        return NIL, context | {"reason": nil_reason_of(report, sent) if sent else report.nil_reason}
    return FULL, context | {
        "parts": list(_parts(report, sent, today)),
        "blank": "–" if sent else "chưa trả lời",
    }


# The form of the document


def official(report: AnnualReport, *, today: date, is_nil: bool = False) -> Official:
    """Head and foot of the document (Điều 8 NĐ 30/2020); blanks until number, day and signer are recorded.

    A People's Committee names no agency above itself: it is its own authority's, not its superior's, organ.
    """
    agency = copy(report.agency)  # to read, never to save: as it was called when the cycle opened
    agency.name = report.agency_name
    is_committee = agency.kind in COMMITTEES
    superior = report.superior.in_lists if report.superior else ""
    subject = _subject(report)
    return Official(
        issuer_parent="" if is_committee else superior,
        issuer=_unbroken(agency.name) if is_committee else agency.name,
        symbol=report.letter_symbol or symbol_of(agency),
        place=place_of(agency),
        year=today.year,
        kind="Báo cáo",
        abstract=f"Không phát sinh nội dung báo cáo {subject}" if is_nil else _capital(subject),
        number=report.letter_number,
        dated=report.letter_dated,
        signing=signing_of(agency, report.letter_position),
        signer=report.letter_signer,
        recipients=tuple(filter(None, ("Như trên", superior, "Lưu: VT"))),
    )


def symbol_of(agency: Agency) -> str:
    """What follows the number of a report of this agency: "BC-UBND", "BC-SKHCN", "BC-CCTĐC".

    The short name serves where it is an abbreviation, else the first letters of the full name.
    """
    if agency.kind in COMMITTEES:
        return "BC-UBND"
    return f"BC-{_abbreviation(agency.short_name) or _initials(agency.name)}"


def place_of(agency: Agency) -> str:
    """The place before the date: the unit at whose level the agency stands ("Khánh An", "An Giang").

    A unit that bears a number keeps its kind: "Phường 9" (Phụ lục I NĐ 30/2020).
    """
    committee: Agency | None = agency
    while committee is not None and committee.kind not in COMMITTEES:
        committee = committee.superior
    if agency.level == Level.PROVINCE or committee is None:
        committee = agency.province or agency
    name = committee.own_name
    return _capital(committee.in_lists.removeprefix("UBND ")) if name[:1].isdigit() else name


def signing_of(agency: Agency, position: str) -> tuple[str, ...]:
    """The lines above the signer's name: authority to sign, then the position, as Điều 13 NĐ 30/2020 orders.

    A People's Committee is signed for (TM.); a deputy signs for the head (KT.). What the agency wrote with
    such a mark itself stands as it is, its parts divided by commas or slashes.
    """
    marked = re.match(r"(TM|KT|TL|TUQ)\.", position.strip(), flags=re.IGNORECASE)
    if marked:
        return tuple(part.strip().upper() for part in re.split(r"[,;/]", position) if part.strip())
    head = HEADS.get(Kind(agency.kind), "Thủ trưởng")
    held = position.strip() or head
    collective = ("TM. ỦY BAN NHÂN DÂN",) if agency.kind in COMMITTEES else ()
    if held.casefold().startswith("phó "):
        return (*collective, f"KT. {head.upper()}", held.upper())
    return (*collective, held.upper())


def _abbreviation(short_name: str) -> str:
    """ "SKH&CN" → "SKHCN", "VP UBND tỉnh" → "VPUBND"; "" for a name that is none."""
    words = [word for word in short_name.split() if sum(letter.isupper() for letter in word) > 1]
    return re.sub(r"[^\w]", "", "".join(words))


def _initials(name: str) -> str:
    """ "Sở Nội vụ tỉnh An Giang" → "SNV"; "và" and the place are left out."""
    places = re.finditer(r" (tỉnh|thành phố|huyện|quận|thị xã) (?=(\w))", name)
    cut = next((found.start() for found in places if found[2].isupper()), len(name))
    return "".join(word[0] for word in re.findall(r"\w+", name[:cut]) if word != "và").upper()


def _unbroken(name: str) -> str:
    """A People's Committee on two lines: the name of its unit stays together."""
    return re.sub(r"(?<=nhân dân )(.+)", lambda found: found[1].replace(" ", UNBROKEN), name)


def _subject(report: AnnualReport) -> str:
    """What the report is about, inside a sentence: "kết quả xây dựng, áp dụng … năm 2020"."""
    title = report.cycle.questions.title_vi.removeprefix("Báo cáo ").replace("ISO 9001", f"ISO{UNBROKEN}9001")
    return f"{title[0].lower()}{title[1:]} năm {report.cycle.year}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _duty(document: Any) -> str:
    """ "Công văn số 1141/UBND-TH ngày 28/10/2020 của UBND tỉnh An Giang"."""
    day = say_date(document.issued_on)
    return f"{document.get_kind_display()} số {document.number} ngày {day} của {document.issuer}"


# Its content


def _parts(report: AnnualReport, sent: Submission | None, today: date) -> Iterable[Part]:
    read = as_sent(report, sent) if sent else report
    files = report.attachments.as_sent_at(sent.fixed_at) if sent else report.attachments.current()
    named = {attachment.question: attachment for attachment in files}
    outcome = judge(read, on=day_of(sent.sent_at) if sent else today)
    for section in report.cycle.questions.sections:
        lines = [
            _line(read, outcome, question, named)
            for question in outcome.visible
            if question.section == section.key
        ]
        if lines:
            yield Part(section.title(), lines)


def _line(report: AnnualReport, outcome: Outcome, question: Question, files: dict[str, Attachment]) -> Line:
    is_unconfirmed = question.key in outcome.unconfirmed
    stored = last_year(report) if is_unconfirmed else report.answers
    value = outcome.values.get(question.key) if question.computed else stored.get(question.key)
    is_table = question.type == "table"
    file = files.get(question.key)
    return Line(
        number=question.number,
        label=question.label(),
        text="" if is_table or is_empty(value) else show(question, value) + _unit(question),
        heads=[column.label() for column in question.columns],
        rows=[_cells(question, row) for row in show_rows(question, value)] if is_table else [],
        file=file.name if file else "",
        notes=[
            note
            for finding in outcome.warnings
            if finding.key == question.key and (note := report.notes.get(finding.rule or "", "").strip())
        ],
        is_unconfirmed=is_unconfirmed,
    )


def _cells(question: Question, row: dict[str, str]) -> list[Cell]:
    return [Cell(row[column.key], column.type in NUMERIC) for column in question.columns]


def _unit(question: Question) -> str:
    if question.type == "percent":
        return f"{UNBROKEN}%"
    return f"{UNBROKEN}{question.unit}" if question.unit and question.type in NUMERIC else ""

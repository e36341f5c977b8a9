"""What the drafted letters say: the superior's letter, and the report on superiors that have not written.

A paper is an `Official` head and a list of blocks; screen, PDF and Word file show the same ones. Form after
Decree 30/2020/NĐ-CP; always Vietnamese, with the full names that letters use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import translation

from agencies.actions.registry import read_rows
from agencies.models import Agency, Document
from agencies.models.agency import Kind, Level
from isotrack.kit.clock import day_of
from isotrack.kit.docx import Addressees, Block, Grid, Heading, Paragraph, docx
from isotrack.kit.papers import Official, pdf
from isotrack.kit.text import clean
from isotrack.kit.words import say_date, say_time, show_date
from reports.actions.cycle import DEFAULTS
from reports.models import DirectiveDuty, DirectiveItem, ReportCycle

DEPARTMENT = "Sở Khoa học và Công nghệ"
UNBROKEN = "\u00a0"
ADDRESSED = 8  # more are not named one by one above the letter: its tables name them
REPORTING = (
    "kết quả xây dựng, áp dụng và duy trì Hệ thống quản lý chất lượng theo Tiêu chuẩn quốc gia TCVN ISO 9001"
)
COMMITTEES = (
    Kind.PEOPLES_COMMITTEE_PROVINCE,
    Kind.PEOPLES_COMMITTEE_DISTRICT,
    Kind.PEOPLES_COMMITTEE_COMMUNE,
)
HEADS = {
    Kind.OFFICE: "Chánh Văn phòng",
    Kind.BOARD: "Trưởng ban",
    Kind.INSPECTORATE: "Chánh Thanh tra",
    Kind.SUB_DEPARTMENT: "Chi cục trưởng",
}
LATE_HEADS = ("TT", "Cơ quan", "Ngày gửi", "Số ngày trễ", "Đầu mối")
MISSING_HEADS = ("TT", "Cơ quan", "Số ngày quá hạn", "Đầu mối")
OVERDUE_HEADS = ("TT", "Cơ quan cấp trên", "Hạn ban hành", "Số ngày quá hạn", "Gửi trễ", "Chưa gửi")


@dataclass(frozen=True)
class Paper:
    """A document to be read, signed and sent: its head, and its blocks in order."""

    paper: Official
    blocks: Sequence[Block]

    def as_pdf(self) -> bytes:
        """The pages for the signature."""
        return pdf("print/directive_paper.html", {"paper": self.paper, "blocks": self.blocks})

    def as_docx(self) -> bytes:
        """The same to be edited."""
        return docx(self.paper, self.blocks)


# The superior's letter


@translation.override(settings.LANGUAGE_CODE)
def letter(duty: DirectiveDuty, *, today: date) -> Paper:
    """The letter of one duty: a draft until its number is recorded. Four queries, whatever it lists."""
    items = list(duty.items.select_related("report__agency"))
    late = [item for item in items if item.kind == DirectiveItem.Kind.LATE]
    missing = [item for item in items if item.kind == DirectiveItem.Kind.MISSING]
    blocks = [
        Addressees(_addressed([*late, *missing])),
        Paragraph(_on_what_basis(duty.cycle, duty.listed_at)),
        Paragraph(
            f"Tính đến {say_time(duty.listed_at)}, tình hình báo cáo của các cơ quan, đơn vị trực thuộc "
            f"{duty.superior.name} như sau:"
        ),
        *_tables(late, missing),
        *_demands(duty, bool(late), bool(missing)),
    ]
    return Paper(_head_of_letter(duty, today), blocks)


def _addressed(items: Sequence[DirectiveItem]) -> list[str]:
    if len(items) > ADDRESSED:
        return ["Các cơ quan, đơn vị có tên trong văn bản này"]
    return [item.report.agency_name for item in items]


def _on_what_basis(cycle: ReportCycle, at: datetime) -> str:
    """Which document asked for the reports, what it asked for, and until when."""
    document = basis_of(cycle, day_of(at))
    asked = f"các cơ quan báo cáo {REPORTING} năm {cycle.year} về {DEPARTMENT} {cycle.in_words}."
    if document is None:
        return f"Thực hiện chế độ báo cáo hằng năm, {asked}"
    named = f"{document.get_kind_display()} số {document.number} ngày {say_date(document.issued_on)}"
    return f"Thực hiện {named} của {document.issuer}, {asked}"


def basis_of(cycle: ReportCycle, on: date) -> Document | None:
    """The letter that asks for reports and obliges superiors: the cycle's own, else the usual one."""
    own = cycle.documents.filter(kind=Document.Kind.LETTER).order_by("-issued_on").first()
    usual = next(read_rows(DEFAULTS))["documents"].split(";")
    known = Document.objects.filter(province_id=cycle.province_id, number__in=usual, issued_on__lte=on)
    return own or known.order_by("-issued_on").first()


def _tables(late: Sequence[DirectiveItem], missing: Sequence[DirectiveItem]) -> list[Block]:
    """Who sent late, and who has not sent; a table without rows is left out."""
    found: list[tuple[str, Grid]] = []
    if late:
        rows = [[show_date(item.sent_on), str(item.days_late), _contact(item)] for item in late]
        found.append(("Gửi báo cáo trễ hạn", _grid(LATE_HEADS, late, rows, (11, 55, 26, 20, 53), (0, 2, 3))))
    if missing:
        rows = [[str(item.days_late), _contact(item)] for item in missing]
        found.append(("Chưa gửi báo cáo", _grid(MISSING_HEADS, missing, rows, (11, 63, 30, 61), (0, 2))))
    blocks: list[Block] = []
    for number, (title, grid) in enumerate(found, start=1):
        blocks += [Heading(f"{number}. {title}"), grid]
    return blocks


def _grid(
    heads: Sequence[str],
    items: Sequence[DirectiveItem],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    centred: Sequence[int],
) -> Grid:
    """A table whose rows begin with their number and the name of the agency."""
    named = [
        [str(place), item.report.agency_name, *row]
        for place, (item, row) in enumerate(zip(items, rows, strict=True), start=1)
    ]
    return Grid(heads, named, widths, centred)


def _contact(item: DirectiveItem) -> str:
    return item.contact or "chưa có"


def _demands(duty: DirectiveDuty, has_late: bool, has_missing: bool) -> list[Block]:
    """What is asked of either kind; the last sentence ends as the decree wants."""
    who, year = duty.superior.name, duty.cycle.year
    said = []
    if has_missing:
        said.append(
            f"{who} yêu cầu các cơ quan, đơn vị chưa gửi báo cáo khẩn trương hoàn thành và gửi báo cáo năm "
            f"{year} về {DEPARTMENT} trong thời hạn 05 ngày làm việc kể từ ngày ký văn bản này, đồng thời "
            f"báo cáo nguyên nhân về {who}."
        )
    if has_late:
        said.append(
            "Các cơ quan, đơn vị gửi báo cáo trễ hạn nghiêm túc rút kinh nghiệm, thực hiện báo cáo đúng hạn "
            "trong các năm tiếp theo."
        )
    said.append("Đề nghị Thủ trưởng các cơ quan, đơn vị nghiêm túc triển khai thực hiện./.")
    return [Paragraph(text) for text in said]


def _head_of_letter(duty: DirectiveDuty, today: date) -> Official:
    superior = duty.superior
    is_committee, is_province = superior.kind in COMMITTEES, superior.is_province
    parent = "" if is_committee or superior.superior is None else superior.superior.in_lists
    told = () if is_province else (f"{duty.cycle.province.in_lists} (để báo cáo)",)
    return Official(
        issuer_parent=parent,
        issuer=_in_two_lines(superior.name) if is_committee else superior.name,
        symbol=duty.letter_symbol or symbol_of(superior),
        place=_place(superior),
        year=today.year,
        abstract=f"nhắc nhở việc báo cáo kết quả xây dựng, áp dụng và duy trì HTQLCL năm {duty.cycle.year}",
        number=duty.letter_number,
        dated=duty.letter_dated,
        signing=_signing(superior, duty.letter_position),
        signer=duty.letter_signer,
        recipients=("Như trên", *told, DEPARTMENT, "Lưu: VT"),
    )


def symbol_of(superior: Agency) -> str:
    """What usually follows the number of its letters: "SNV-VP", "UBND-VP"; who signs may change it."""
    if superior.kind in COMMITTEES:
        return "UBND-TH" if superior.is_province else "UBND-VP"
    words = [word for word in clean(superior.name).split() if word[0].isalpha() and word != "và"]
    initials = "".join(word[0] for word in words)
    return f"{initials.upper()}-VP"


def _in_two_lines(name: str) -> str:
    """The place of a People's Committee stays in one line: "huyện An Phú"."""
    body, word, place = name.partition(" nhân dân ")
    return f"{body}{word}{place.replace(' ', UNBROKEN)}"


def _place(superior: Agency) -> str:
    """Where the letter is dated: the district of its People's Committee, else the province."""
    if superior.level != Level.PROVINCE and superior.kind in COMMITTEES:
        return superior.own_name
    province = superior.province or superior
    return province.own_name


def _signing(superior: Agency, position: str) -> list[str]:
    """The lines above the name; a deputy signs for the head ("KT.", Điều 13 NĐ 30/2020/NĐ-CP)."""
    head = "Chủ tịch" if superior.kind in COMMITTEES else HEADS.get(Kind(superior.kind), "Giám đốc")
    who = position or head
    lines = ["TM. ỦY BAN NHÂN DÂN"] if superior.kind in COMMITTEES else []
    lines += [f"KT. {head.upper()}"] if who.lower().startswith("phó") else []
    return [*lines, who.upper()]


# The report on superiors that have not written


@translation.override(settings.LANGUAGE_CODE)
def overdue_report(cycle: ReportCycle, duties: Sequence[DirectiveDuty], *, at: datetime) -> Paper:
    """To the People's Committee: whose letter is overdue. `duties` carry `late` and `missing`."""
    today, province = day_of(at), cycle.province
    rows = [
        [
            str(place),
            duty.superior.name,
            show_date(duty.due_on),
            str(duty.days_over(today)),
            str(getattr(duty, "late", 0)),
            str(getattr(duty, "missing", 0)),
        ]
        for place, duty in enumerate(duties, start=1)
    ]
    blocks: list[Block] = [
        Addressees([province.name]),
        Paragraph(_on_what_basis(cycle, at)),
        Paragraph(
            f"Tính đến {say_time(at)}, còn {len(rows)} cơ quan cấp trên chưa ban hành văn bản chỉ đạo, nhắc "
            "nhở cơ quan trực thuộc báo cáo trễ hạn và không gửi báo cáo, mặc dù đã quá hạn được giao:"
        ),
        Grid(OVERDUE_HEADS, rows, (11, 66, 28, 24, 18, 18), (0, 2, 3, 4, 5)),
        Paragraph(
            f"{DEPARTMENT} kính đề nghị {province.name} chỉ đạo các cơ quan nêu trên ban hành văn bản nhắc "
            f"nhở trong thời hạn 05 ngày làm việc, gửi {DEPARTMENT} một bản để theo dõi./."
        ),
    ]
    return Paper(_head_of_report(cycle, today), blocks)


def _head_of_report(cycle: ReportCycle, today: date) -> Official:
    province = cycle.province
    return Official(
        issuer_parent=province.in_lists,
        issuer=DEPARTMENT,
        symbol="BC-SKHCN",
        place=province.own_name,
        year=today.year,
        kind="Báo cáo",
        abstract=f"Cơ quan cấp trên chưa ban hành văn bản nhắc nhở việc báo cáo năm {cycle.year}",
        signing=("GIÁM ĐỐC",),
        recipients=("Như trên", "Các cơ quan có tên trong báo cáo", "Lưu: VT, TĐC"),
    )

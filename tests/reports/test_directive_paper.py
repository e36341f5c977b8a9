"""The drafted papers, word for word and as pages: the superior's letter, the report on who has not written.

ISOTRACK_WRITE_GOLDEN=1 writes the golden files anew.
"""

from datetime import date
from io import BytesIO

import pytest
from django.utils import translation
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.table import Table

from agencies.models import Agency
from reports.actions.directive import open_duty
from reports.directive_letters import letter, overdue_report, symbol_of
from reports.models import DirectiveDuty
from tests import make
from tests.make import at
from tests.reports import letters
from tests.reports.papers import GOLDEN, WRITING, looks_as, reads_as

pytestmark = pytest.mark.django_db
TODAY = date(2021, 7, 5)


def read(content):
    """What a Word file says, in order: paragraphs as lines, rows of tables with | between their cells."""
    lines = []
    for block in Document(BytesIO(content)).iter_inner_content():
        rows = [row.cells for row in block.rows] if isinstance(block, Table) else []
        lines += [" | ".join(cell.text.replace("\n", " / ") for cell in cells) for cells in rows]
        lines += [] if isinstance(block, Table) else [block.text]
    return "".join(f"{line.strip()}\n" for line in lines if line.strip())


def reads_as_word(name, content):
    path = GOLDEN / f"{name}.docx.txt"
    if WRITING:
        path.write_text(read(content), encoding="utf-8")
    assert read(content) == path.read_text(encoding="utf-8")


@pytest.fixture
def duty():
    """Sở Nội vụ with one late and one missing subordinate."""
    return letters.duty()


def test_the_letter_of_so_noi_vu_reads_as_it_should(duty):
    reads_as("directive", letter(duty, today=TODAY).as_pdf())


def test_the_letter_of_so_noi_vu_looks_as_it_should(duty):
    looks_as("directive", letter(duty, today=TODAY).as_pdf(), page=1)


def test_the_word_file_says_the_same(duty):
    reads_as_word("directive", letter(duty, today=TODAY).as_docx())


def test_once_recorded_it_has_number_day_and_signer_and_is_no_draft(duty):
    drafted = letter(letters.written(duty, by=make.staff()), today=TODAY)
    reads_as("directive_numbered", drafted.as_pdf())
    assert "DỰ THẢO" not in read(drafted.as_docx())


def test_it_is_vietnamese_whatever_the_person_reads(duty):
    with translation.override("en"):
        reads_as_word("directive", letter(duty, today=TODAY).as_docx())


def test_a_draft_in_word_carries_its_mark_on_every_page(duty):
    section = Document(BytesIO(letter(duty, today=TODAY).as_docx())).sections[0]
    assert "DỰ THẢO" in section.first_page_header.paragraphs[0].text
    assert "DỰ THẢO" in section.header.paragraphs[0].text


def test_the_word_file_has_the_page_and_the_letters_of_the_decree(duty):
    document = Document(BytesIO(letter(duty, today=TODAY).as_docx()))
    section = document.sections[0]
    millimetres = [round(side.mm) for side in (section.left_margin, section.right_margin, section.page_width)]
    assert millimetres == [30, 15, 210]
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.styles["Normal"].font.size.pt == 13


def test_in_word_the_signature_never_parts_from_the_last_words(duty):
    document = Document(BytesIO(letter(duty, today=TODAY).as_docx()))
    signing = document.tables[-1].rows[0]
    assert signing._tr.trPr.xpath("w:cantSplit")
    last_words, gap = document.paragraphs[-3:-1]
    assert last_words.text.endswith("./.")
    assert last_words.paragraph_format.keep_with_next
    assert gap.paragraph_format.keep_with_next


def test_in_word_tables_keep_within_the_margins(duty):
    late, missing = Document(BytesIO(letter(duty, today=TODAY).as_docx())).tables[1:3]
    for table in (late, missing):
        assert table.alignment == WD_TABLE_ALIGNMENT.CENTER
        assert round(sum(column.width.mm for column in table.columns)) == 165


def test_a_table_without_rows_is_left_out(duty):
    duty.items.filter(kind="late").delete()
    said = read(letter(duty, today=TODAY).as_docx())
    assert "1. Chưa gửi báo cáo" in said
    assert "trễ hạn nghiêm túc" not in said


def test_a_people_s_committee_writes_in_its_own_form():
    district = make.district(code="886", reports_annually=False)
    make.agency("Ủy ban nhân dân xã Khánh An", superior=district, code="30340")
    cycle = make.cycle()
    duty = open_duty(cycle, district, by=make.staff(), at=letters.CLOSING)
    reads_as("directive_district", letter(duty, today=TODAY).as_pdf())


@pytest.mark.parametrize(
    ("name", "kind", "symbol"),
    [
        ("Sở Văn hóa, Thể thao và Du lịch", "department", "SVHTTDL-VP"),
        ("Sở Lao động - Thương binh và Xã hội", "department", "SLĐTBXH-VP"),
        ("Ủy ban nhân dân huyện An Phú", "peoples_committee_district", "UBND-VP"),
    ],
)
def test_the_usual_symbol_follows_from_the_name(name, kind, symbol):
    assert symbol_of(Agency(name=name, kind=kind, pk=1, province_id=2)) == symbol


def test_the_report_to_the_committee_lists_who_has_not_written(duty):
    overdue = (
        DirectiveDuty.objects.overdue(date(2021, 7, 22)).with_counts().select_related("superior", "cycle")
    )
    paper = overdue_report(duty.cycle, list(overdue), at=at("2021-07-22 08:00"))
    reads_as("directive_overdue", paper.as_pdf())
    looks_as("directive_overdue", paper.as_pdf())
    reads_as_word("directive_overdue", paper.as_docx())

"""Official documents that can still be edited, as Word files; the only place where python-docx is named.

The same document goes to the screen, to PDF and to Word, so what it says is data: an `Official` head (see
kit.papers) and a list of blocks. Form after Decree 30/2020/NĐ-CP: A4, margins 20/15/20/30 mm, Times New
Roman 13, national title, number and date on one line, signature block, recipients, page numbers from the
second page on; DỰ THẢO until it has a number.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ClassVar

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_TAB_ALIGNMENT as TAB
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from isotrack.kit.papers import Official

FONT = "Times New Roman"
TEXT, SMALL, RECIPIENTS, TITLE = Pt(13), Pt(12), Pt(11), Pt(14)
LEFT_HALF, RIGHT_HALF = Mm(69), Mm(96)  # of the 165 mm between the margins: the national title must not wrap
MIDDLE = Mm(82.5)
DRAFT_RED = RGBColor(0x9B, 0x1C, 0x2E)
ROOM_TO_SIGN = 4  # empty lines above the name


@dataclass(frozen=True)
class Addressees:
    """ "Kính gửi:" and to whom; one name stands on the same line."""

    names: Sequence[str]
    kind: ClassVar[str] = "addressees"

    @property
    def only(self) -> str:
        """The one name; "" where there are several."""
        return self.names[0] if len(self.names) == 1 else ""


@dataclass(frozen=True)
class Heading:
    """A line in bold above what belongs to it."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body."""

    text: str
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Grid:
    """A table: its heads, its rows, how wide each column is (mm, 165 in all), which columns are centred."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    centred: Collection[int] = (0,)
    kind: ClassVar[str] = "grid"

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        """Each row as pairs of text and whether it is centred."""
        return [[(text, place in self.centred) for place, text in enumerate(row)] for row in self.rows]


Block = Addressees | Heading | Paragraph | Grid


def docx(paper: Official, blocks: Sequence[Block]) -> bytes:
    """Write an official document as a .docx that Word and LibreOffice open for editing."""
    document = Document()
    _set_page(document, paper)
    _write_head(document, paper)
    for block in blocks:
        _WRITERS[block.kind](document, block)
    _write_end(document, paper)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


# The page


def _set_page(document: Any, paper: Official) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    for name, size in (("Normal", TEXT), ("Heading 1", TITLE), ("Heading 2", TEXT)):
        _set_style(document.styles[name], size, bold=name != "Normal")
    _write_running_head(section, paper)
    about = document.core_properties
    about.title, about.author, about.language = paper.abstract, paper.issuer, "vi-VN"
    about.comments = ""


def _set_style(style: Any, size: Length, *, bold: bool) -> None:
    """Letters, language and spacing of a style; Word asks for the font four times."""
    style.font.name, style.font.size, style.font.bold = FONT, size, bold
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    # The template's headings take the theme's font before the one named here.
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _write_running_head(section: Any, paper: Official) -> None:
    """Above the first page only the mark of a draft; above the others the number of the page as well."""
    first, others = section.first_page_header.paragraphs[0], section.header.paragraphs[0]
    for line in (first, others):
        line.paragraph_format.tab_stops.clear_all()
        if paper.is_draft:
            mark = line.add_run("DỰ THẢO")
            mark.bold, mark.font.color.rgb = True, DRAFT_RED
    others.paragraph_format.tab_stops.add_tab_stop(MIDDLE, TAB.CENTER)
    _add_field(others.add_run("\t"), "PAGE")


def _add_field(run: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    field.append(OxmlElement("w:r"))
    run._r.addnext(field)


# The head


def _write_head(document: Any, paper: Official) -> None:
    """Issuer, number and (for a letter, which has no title) its abstract; national title, place and date."""
    left, right = _two_columns(document, LEFT_HALF, RIGHT_HALF)
    if paper.issuer_parent:
        _line(left, paper.issuer_parent.upper(), SMALL)
    _line(left, paper.issuer.upper(), SMALL, bold=True)
    _rule(left, Mm(20))
    _line(left, paper.number_line, TEXT)
    if not paper.kind:
        _line(left, f"V/v {paper.abstract}", SMALL)
    _line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", SMALL, bold=True)
    _line(right, "Độc lập - Tự do - Hạnh phúc", TEXT, bold=True)
    _rule(right, Mm(20))
    _line(right, paper.place_line, TEXT, italic=True)
    if paper.kind:
        _write_title(document, paper)


def _write_title(document: Any, paper: Official) -> None:
    title = document.add_paragraph(paper.kind.upper(), style="Heading 1")
    title.alignment, title.paragraph_format.space_before = ALIGN.CENTER, Pt(12)
    _line(document, paper.abstract, TEXT, bold=True)
    _rule(document, Mm(62))


def _two_columns(document: Any, *widths: Length) -> list[Any]:
    """Two cells side by side without lines; each begins with an empty paragraph, which is written first."""
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    cells = list(table.rows[0].cells)
    for cell, column, width in zip(cells, table.columns, widths, strict=True):
        cell.width = column.width = width
    return cells


def _line(place: Any, text: str, size: Length, *, bold: bool = False, italic: bool = False) -> Any:
    """A centred line in a cell or in the document."""
    line = _next_paragraph(place)
    line.alignment = ALIGN.CENTER
    run = line.add_run(text)
    run.font.size, run.bold, run.italic = size, bold, italic
    return line


def _next_paragraph(place: Any) -> Any:
    """A new paragraph; in a cell that is still empty the one it has."""
    last = place.paragraphs[-1] if hasattr(place, "_tc") else None
    is_untouched = last is not None and len(last._p) == 0
    return last if is_untouched else place.add_paragraph()


def _rule(place: Any, indent: Length) -> None:
    """A thin line under what stands above it, `indent` away from either edge."""
    line = _next_paragraph(place)
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = indent
    line.paragraph_format.line_spacing, line.paragraph_format.space_after = Pt(2), Pt(6)
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    _in_order(line._p.get_or_add_pPr(), borders)


def _in_order(properties: Any, borders: Any) -> None:
    """Word wants the borders of a paragraph before its spacing."""
    spacing = properties.find(qn("w:spacing"))
    if spacing is None:
        properties.append(borders)
    else:
        spacing.addprevious(borders)


# The body


def _write_addressees(document: Any, block: Addressees) -> None:
    first = document.add_paragraph(f"Kính gửi: {block.only}".rstrip())
    first.paragraph_format.space_before = Pt(14)
    first.paragraph_format.left_indent = Mm(30)
    lines = [first]
    if not block.only:
        lines += [document.add_paragraph(f"- {name}{end}") for name, end in _listed(block.names)]
        for line in lines[1:]:
            line.paragraph_format.left_indent = Mm(38)
    lines[-1].paragraph_format.space_after = Pt(12)


def _write_heading(document: Any, block: Heading) -> None:
    heading = document.add_paragraph(block.text, style="Heading 2")
    heading.paragraph_format.first_line_indent = Mm(10)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(6), Pt(4)
    heading.paragraph_format.keep_with_next = True


def _write_paragraph(document: Any, block: Paragraph) -> None:
    paragraph = document.add_paragraph(block.text)
    paragraph.alignment = ALIGN.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.paragraph_format.space_after = Pt(6)
    paragraph.paragraph_format.line_spacing = 1.15


def _write_grid(document: Any, block: Grid) -> None:
    table = document.add_table(rows=1, cols=len(block.heads), style="Table Grid")
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER  # else it sticks out into the margin by what pads its cells
    for column, width in zip(table.columns, block.widths, strict=True):
        column.width = Mm(width)
    _fill_row(table.rows[0], [(head, True) for head in block.heads], block.widths, bold=True)
    _mark_row(table.rows[0], "w:tblHeader")
    for cells in block.cells:
        _fill_row(table.add_row(), cells, block.widths)
    document.add_paragraph().paragraph_format.line_spacing = Pt(8)


def _fill_row(
    row: Any, cells: Sequence[tuple[str, bool]], widths: Sequence[int], *, bold: bool = False
) -> None:
    _mark_row(row, "w:cantSplit")
    for cell, (text, is_centred), width in zip(row.cells, cells, widths, strict=True):
        cell.width = Mm(width)
        line = cell.paragraphs[0]
        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(2)
        run = line.add_run(text)
        run.bold, run.font.size = bold, SMALL
        line.alignment = ALIGN.CENTER if is_centred else ALIGN.LEFT


def _mark_row(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


# The end


def _write_end(document: Any, paper: Official) -> None:
    """Recipients and signature in one row that never parts, nor leaves the last words of the letter."""
    gap = document.add_paragraph()
    gap.paragraph_format.line_spacing = Pt(8)
    for line in document.paragraphs[-2:]:
        line.paragraph_format.keep_with_next = True
    left, right = _two_columns(document, Mm(79), Mm(86))
    _mark_row(document.tables[-1].rows[0], "w:cantSplit")
    word = left.paragraphs[0].add_run("Nơi nhận:")
    word.bold = word.italic = True
    word.font.size = SMALL
    for name, end in _listed(paper.recipients):
        left.add_paragraph().add_run(f"- {name}{end}").font.size = RECIPIENTS
    for line in paper.signing:
        _line(right, line, TEXT, bold=True)
    for _number in range(ROOM_TO_SIGN):
        _line(right, "", TEXT)
    _line(right, paper.signer, TEXT, bold=True)
    document.add_paragraph().paragraph_format.line_spacing = Pt(2)  # no document may end with a table


def _listed(names: Sequence[str]) -> list[tuple[str, str]]:
    """Each name with the sign that ends its line."""
    return [(name, "." if place == len(names) else ";") for place, name in enumerate(names, start=1)]


_WRITERS: dict[str, Any] = {
    Addressees.kind: _write_addressees,
    Heading.kind: _write_heading,
    Paragraph.kind: _write_paragraph,
    Grid.kind: _write_grid,
}

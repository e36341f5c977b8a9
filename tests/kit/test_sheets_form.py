"""Forms as workbooks: what is locked, what comes back, and how wrong cells are marked."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from isotrack.kit.sheets import (
    NUMBER,
    Box,
    Check,
    Limits,
    Line,
    Look,
    Mark,
    Page,
    SheetRefused,
    mark_form,
    read_form,
    write_form,
)

LISTED = Check(kind="list", source='"Có,Không"', title="Câu 1", hint="Chọn một.")
FORM = Page(
    title="Biểu mẫu",
    widths=(30, 20, 4),
    lines=[
        Line([Box(value="Câu hỏi", look=Look.HEAD), Box(value="Trả lời", look=Look.HEAD)]),
        Line([Box(value="Có trang web không", look=Look.LABEL), Box(look=Look.ANSWER, check=LISTED)]),
        Line([Box(value="Bao nhiêu", look=Look.LABEL), Box(value=7, look=Look.ANSWER, kind=NUMBER)]),
        Line([Box(value="Tổng", look=Look.LABEL), Box(formula="=B3*2", look=Look.COMPUTED, kind=NUMBER)]),
    ],
    hidden_columns=(3,),
    frozen=1,
    heading=1,
    grey="$C2=1",
)
SECRET = Page(title="ẩn", widths=(10,), lines=[Line([Box(value="khóa")])], secret=True)
WORDS = {
    "title": "Lỗi",
    "intro": "Sửa các ô sau.",
    "heads": ("Trang tính", "Ô", "Mức", "Nội dung"),
    "kinds": {"error": "Lỗi", "warning": "Cảnh báo", "info": "Lưu ý"},
}


def form() -> bytes:
    return write_form([FORM, SECRET])


def changed(data: bytes, change) -> bytes:
    book, out = load_workbook(BytesIO(data)), BytesIO()
    change(book)
    book.save(out)
    return out.getvalue()


def page_of(data: bytes):
    return read_form(BytesIO(data))[0]


def marked(data: bytes, *marks: Mark):
    return load_workbook(BytesIO(mark_form(BytesIO(data), marks, **WORDS)))


def test_only_answers_are_open_and_no_password_is_needed():
    page = load_workbook(BytesIO(form()))["Biểu mẫu"]
    assert (page.protection.sheet, page.protection.password) == (True, None)
    assert [page[place].protection.locked for place in ("A2", "B2", "B3", "B4")] == [True, False, False, True]


def test_a_secret_page_is_not_even_offered():
    assert load_workbook(BytesIO(form()))["ẩn"].sheet_state == "veryHidden"


def test_texts_have_room():
    line = Line([Box(value="Một câu hỏi dài " * 12, look=Look.LABEL)])
    page = load_workbook(BytesIO(write_form([Page(title="a", widths=(20,), lines=[line])])))["a"]
    assert page.row_dimensions[1].height > 100


def test_what_was_filled_in_comes_back_with_its_place():
    def fill(book):
        book["Biểu mẫu"]["B2"], book["Biểu mẫu"]["B3"] = "Có", 12.5

    cells = page_of(changed(form(), fill)).cells
    assert (cells[2, 2].value, cells[3, 2].value) == ("Có", Decimal("12.5"))
    assert cells[2, 2].address == "B2"


def test_a_number_shown_as_percent_says_so():
    def fill(book):
        book["Biểu mẫu"]["B3"].number_format = "0.00%"

    assert page_of(changed(form(), fill)).cells[3, 2].is_share
    assert not page_of(form()).cells[3, 2].is_share


@pytest.mark.parametrize(
    ("serial", "day"),
    [(44013, date(2020, 7, 1)), (2020, None), (20200701, None), (True, None), ("44013", None)],
)
def test_a_plain_number_is_a_day_only_where_that_is_likely(serial, day):
    assert page_of(form()).day_of(serial) == day


def test_a_formula_without_a_result_has_a_problem():
    assert "công thức" in page_of(form()).cells[4, 2].problem


def test_merged_cells_are_known():
    def merge(book):
        book["Biểu mẫu"].merge_cells("B2:B3")

    assert page_of(changed(form(), merge)).merged == {(2, 2): "B2:B3", (3, 2): "B2:B3"}


def test_where_merged_ranges_overlap_the_cell_that_is_seen_is_marked():
    def merge(book):
        for area in ("A2:B2", "B2:B3"):  # the corner of the second is hidden by the first
            book["Biểu mẫu"].merge_cells(area)

    book = marked(changed(form(), merge), Mark("Biểu mẫu", "B3", "error", "Chưa chọn."))
    assert book["Biểu mẫu"]["A2"].comment.text == "Chưa chọn."


def test_wrong_cells_are_coloured_commented_and_listed_with_links():
    book = marked(
        form(), Mark("Biểu mẫu", "B2", "error", "Chưa chọn."), Mark("Biểu mẫu", "", "info", "Ghi chú.")
    )
    cell, page = book["Biểu mẫu"]["B2"], book["Lỗi"]
    assert cell.fill.fgColor.rgb.endswith("F8C9CE")
    assert (cell.comment.text, book.sheetnames[0]) == ("Chưa chọn.", "Lỗi")
    assert [c.value for c in page[4]] == ["Biểu mẫu", "B2", "Lỗi", "Chưa chọn."]
    assert page["B4"].hyperlink.location == "'Biểu mẫu'!B2"
    assert page["B5"].hyperlink is None


def test_a_remark_is_listed_with_its_link_and_without_colour():
    book = marked(form(), Mark("Biểu mẫu", "B2", "info", "Chưa trả lời."))
    assert book["Biểu mẫu"]["B2"].comment is None
    assert book["Lỗi"]["B4"].hyperlink.location == "'Biểu mẫu'!B2"


def test_two_messages_at_one_cell_share_a_comment_and_the_worst_colour():
    marks = [Mark("Biểu mẫu", "B3", "warning", "Một."), Mark("Biểu mẫu", "B3", "error", "Hai.")]
    cell = marked(form(), *marks)["Biểu mẫu"]["B3"]
    assert cell.comment.text == "Một.\nHai."
    assert cell.fill.fgColor.rgb.endswith("F8C9CE")


def test_drop_downs_locks_greys_and_other_peoples_comments_survive():
    def remark(book):
        book["Biểu mẫu"]["A3"].comment = Comment("Hỏi lại kế toán", "Lan")

    page = marked(changed(form(), remark), Mark("Biểu mẫu", "B2", "error", "Chưa chọn."))["Biểu mẫu"]
    assert page.data_validations.dataValidation[0].formula1 == '"Có,Không"'
    assert page.protection.sheet and page.conditional_formatting
    assert page["A3"].comment.text == "Hỏi lại kế toán"


def test_marking_again_takes_the_earlier_marks_away():
    first = BytesIO(mark_form(BytesIO(form()), [Mark("Biểu mẫu", "B2", "error", "Chưa chọn.")], **WORDS))
    book = load_workbook(BytesIO(mark_form(first, [Mark("Biểu mẫu", "B3", "error", "Quá lớn.")], **WORDS)))
    cell = book["Biểu mẫu"]["B2"]
    assert cell.comment is None
    assert not cell.fill.fgColor.rgb.endswith("F8C9CE")
    assert book.sheetnames.count("Lỗi") == 1


def test_a_mark_inside_a_merged_range_goes_to_its_corner():
    def merge(book):
        book["Biểu mẫu"].merge_cells("B2:B3")

    page = marked(changed(form(), merge), Mark("Biểu mẫu", "B3", "error", "Gộp."))["Biểu mẫu"]
    assert page["B2"].comment.text == "Gộp."


def test_a_picture_is_left_out_unread():
    name = "xl/worksheets/_rels/sheet1.xml.rels"
    drawing = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"'
        b' Target="/xl/drawings/drawing1.xml"/></Relationships>'
    )
    data = with_part(form(), name, drawing)
    assert page_of(data).cells[3, 2].value == 7


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(("place", "why"), [("A3000", "dòng"), ("ZZ1", "cột")])
def test_a_cell_far_away_is_refused(place, why):
    def fill(book):
        book["Biểu mẫu"][place] = 1

    with pytest.raises(SheetRefused, match=why):
        read_form(BytesIO(changed(form(), fill)))


def test_empty_rows_at_the_very_end_do_no_harm():
    """Some spreadsheets write the last row of a sheet whenever a format reaches that far."""
    name = "xl/worksheets/sheet1.xml"
    part = ZipFile(BytesIO(form())).read(name)
    part = part.replace(b"</sheetData>", b'<row r="1048576" ht="12.8" customHeight="1"/></sheetData>')
    assert page_of(with_part(form(), name, part)).cells[3, 2].value == 7


def test_too_many_sheets_are_refused():
    with pytest.raises(SheetRefused, match="trang tính"):
        read_form(BytesIO(form()), Limits(rows=2_000, columns=60, sheets=1))


def test_a_range_over_whole_columns_is_refused():
    data = changed(form(), lambda book: book["Biểu mẫu"].merge_cells("A1:B1"))
    name = "xl/worksheets/sheet1.xml"
    part = ZipFile(BytesIO(data)).read(name).replace(b'ref="A1:B1"', b'ref="A:B"')
    with pytest.raises(SheetRefused, match="gộp ô"):
        read_form(BytesIO(with_part(data, name, part)))


def test_a_workbook_of_somebody_else_can_be_read_too():
    book, out = Workbook(), BytesIO()
    book.save(out)
    assert [dict(page.cells) for page in read_form(out)] == [{}]


WHOLE = changed(form(), lambda book: book["Biểu mẫu"].merge_cells("A1:B1"))
PARTS = ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=40))
def test_a_damaged_form_is_read_and_marked_or_refused_and_nothing_else(place, damage):
    data = bytearray(WHOLE)
    data[place : place + len(damage)] = damage
    _read_and_mark(bytes(data))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PARTS), st.data())
def test_a_damaged_part_of_a_form_is_read_and_marked_or_refused_and_nothing_else(name, data):
    part = bytearray(ZipFile(BytesIO(WHOLE)).read(name))
    place = data.draw(st.integers(0, len(part)))
    part[place : place + 12] = data.draw(st.binary(max_size=12))
    _read_and_mark(with_part(WHOLE, name, bytes(part)))


def _read_and_mark(data: bytes) -> None:
    try:
        pages = read_form(BytesIO(data))
        mark_form(BytesIO(data), [Mark(pages[0].title, "B2", "error", "x")], **WORDS)
    except SheetRefused as refused:
        assert str(refused)

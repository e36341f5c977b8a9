"""What happens to a workbook that somebody sends us."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from isotrack.kit.clock import ZONE
from isotrack.kit.sheets import Limits, SheetRefused, read_sheet

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&f;</t></is></c></row></sheetData></worksheet>"""


def workbook(*rows, **cells) -> bytes:
    book = Workbook()
    page: Any = book.active
    for row in rows:
        page.append(row)
    for address, value in cells.items():
        page[address] = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same archive with some parts replaced or added."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def cells_of(data: bytes, **limits):
    pages = read_sheet(BytesIO(data), Limits(**limits))
    return {cell.address: cell for page in pages for row in page.rows for cell in row.cells}


def values_of(data: bytes):
    return {address: cell.value for address, cell in cells_of(data).items()}


def test_values_come_with_their_address_and_no_float():
    read = values_of(workbook(["Tên", 5, 95.34, 12.0, True]))
    assert read == {"A1": "Tên", "B1": 5, "C1": Decimal("95.34"), "D1": 12, "E1": True}


def test_a_day_is_a_day_and_an_instant_is_vietnamese():
    read = values_of(workbook([date(2021, 7, 5), datetime(2021, 7, 5, 8, 30)]))  # noqa: DTZ001
    assert read == {"A1": date(2021, 7, 5), "B1": datetime(2021, 7, 5, 8, 30, tzinfo=ZONE)}


def test_decomposed_letters_are_joined():
    assert values_of(workbook(["Bạn Tôn giáo".replace("ạ", "a\u0323")])) == {"A1": "Bạn Tôn giáo"}


def test_blank_rows_are_left_out_and_addresses_stay_true():
    assert values_of(workbook(B3="x", B172="y")) == {"A3": None, "B3": "x", "A172": None, "B172": "y"}


def test_the_size_a_sheet_claims_hides_no_row():
    data = workbook(A1="x", C3="y")
    name = "xl/worksheets/sheet1.xml"
    part = ZipFile(BytesIO(data)).read(name).replace(b'ref="A1:C3"', b'ref="A1"')
    assert b'ref="A1"' in part
    assert values_of(with_parts(data, {name: part}))["C3"] == "y"


def test_a_formula_without_a_result_is_reported_at_its_cell():
    cell = cells_of(workbook(["a"], B2="=SUM(A1:A9)"))["B2"]
    assert cell.value is None
    assert "công thức" in cell.problem


def test_the_result_of_a_formula_is_its_value():
    data = workbook(A1="=1+1")
    name = "xl/worksheets/sheet1.xml"
    part = ZipFile(BytesIO(data)).read(name).replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    assert values_of(with_parts(data, {name: part})) == {"A1": 2}


def test_an_error_cell_is_reported_with_its_error():
    assert "#REF!" in cells_of(workbook(A1="#REF!"))["A1"].problem


def test_hidden_sheets_say_so():
    book = Workbook()
    book.create_sheet("Ẩn").sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    assert [page.hidden for page in read_sheet(out)] == [False, True]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("Mã,Tên\n1,An Phú".encode(), "không phải là Excel"),
        (b"", "không phải là Excel"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "đời cũ"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        (with_parts(workbook(), {"xl/vbaProject.bin": b"x"}), "macro"),
        (workbook()[:-30], "bị hỏng"),
        (with_parts(workbook(), {"xl/workbook.xml": b"<oops"}), "bị hỏng"),
    ],
    ids=["a text", "an empty file", "old xls", "a password", "a macro", "cut off", "broken inside"],
)
def test_what_is_no_workbook_is_refused_with_the_remedy(data, why):
    with pytest.raises(SheetRefused, match=why):
        cells_of(data)


def test_another_archive_is_no_workbook():
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(SheetRefused, match="nén"):
        cells_of(out.getvalue())


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = with_parts(workbook(), {"xl/media/zeros": bytes(40 * 1024**2)})
    assert len(bomb) < 100_000
    with pytest.raises(SheetRefused, match="bất thường"):
        cells_of(bomb)


def test_an_archive_of_thousands_of_parts_is_refused():
    with pytest.raises(SheetRefused, match="quá nhiều phần"):
        cells_of(with_parts(workbook(), {f"x/{place}.xml": b"" for place in range(2_001)}))


@pytest.mark.parametrize("part", [BOMB, OUTSIDE], ids=["entities", "outside entity"])
def test_xml_entities_are_refused(part):
    with pytest.raises(SheetRefused, match="bị hỏng"):
        cells_of(with_parts(workbook(), {"xl/worksheets/sheet1.xml": part}))


@pytest.mark.parametrize("place", ["A30", "Z1"])
def test_rows_and_columns_beyond_the_limit_are_refused(place):
    with pytest.raises(SheetRefused, match="quá 20"):
        cells_of(workbook(**{place: "x"}), rows=20, columns=20)


def test_a_file_over_the_size_limit_is_not_even_opened():
    with pytest.raises(SheetRefused, match="lớn quá 0 MB"):
        cells_of(workbook(), packed=100)


def test_too_many_sheets_are_refused():
    book = Workbook()
    book.create_sheet("Hai")
    out = BytesIO()
    book.save(out)
    with pytest.raises(SheetRefused, match="quá 1 trang"):
        list(read_sheet(out, Limits(sheets=1)))


WHOLE = workbook(["Tên", 1, date(2021, 7, 5)], B3="=1+1")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(place, damage):
    data = bytearray(WHOLE)
    data[place : place + len(damage)] = damage
    try:
        cells_of(bytes(data))
    except SheetRefused as refused:
        assert str(refused)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"]),
    st.data(),
)
def test_a_damaged_part_is_read_or_refused_and_nothing_else(name, data):
    part = bytearray(ZipFile(BytesIO(WHOLE)).read(name))
    place = data.draw(st.integers(0, len(part)))
    part[place : place + 12] = data.draw(st.binary(max_size=12))
    try:
        cells_of(with_parts(WHOLE, {name: bytes(part)}))
    except SheetRefused as refused:
        assert str(refused)

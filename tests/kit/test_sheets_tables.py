"""Lists as offices send them: what is found, what is passed over, and where everything stands."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from isotrack.kit.sheets import Field, Passed, SheetRefused, read_tables

FIELDS = [
    Field("code", ["Mã", "Mã cơ quan"]),
    Field("name", ["Tên cơ quan", "Tên đơn vị"]),
    Field("superior_code", ["Cơ quan cấp trên Mã", "Mã cấp trên"]),
    Field("superior", ["Cơ quan cấp trên", "Huyện"], spreads=True),
    Field("since", ["Từ ngày"]),
]


def book(*rows, merged=(), hidden_rows=(), hidden_columns=(), title="Danh sách"):
    made = Workbook()
    page = made.active
    page.title = title
    for row in rows:
        page.append(row)
    for area in merged:
        page.merge_cells(area)
    for number in hidden_rows:
        page.row_dimensions[number].hidden = True
    for letter in hidden_columns:
        page.column_dimensions[letter].hidden = True
    return made


def reading(made, **options):
    out = BytesIO()
    made.save(out)
    return read_tables(out, FIELDS, **{"needed": ["code", "name"], "keys": ["code"]} | options)


def table(*rows, **options):
    (found,) = reading(book(*rows, **options)).tables
    return found


def rows_of(found, *names):
    return [tuple(row.text(name) for name in names) for row in found.rows]


HEAD = ["Mã", "Tên cơ quan", "Cơ quan cấp trên", "Từ ngày"]
AN_PHU = ["30340", "UBND xã Khánh An", "886", date(2020, 1, 1)]


def test_headings_stand_below_a_letter():
    found = table(["ỦY BAN NHÂN DÂN TỈNH"], ["Danh sách cơ quan năm 2020"], [], HEAD, AN_PHU)
    assert found.heading_row == 4
    assert [row.address for row in found.rows] == ["A5"]
    assert found.rows[0].cells["since"].value == date(2020, 1, 1)


def test_headings_may_break_over_lines_and_carry_marks():
    found = table(["STT", "MÃ\nCƠ QUAN (1)", "Tên  đơn vị *"], [1, "30340", "UBND xã Khánh An"])
    assert found.columns == {"code": "B", "name": "C"}
    assert [cell.value for cell in found.unknown] == ["STT"]


def test_headings_in_two_levels_are_read_together():
    found = table(
        ["TT", "Cơ quan", None, "Cơ quan cấp trên", None],
        [None, "Mã", "Tên cơ quan", "Mã", "Tên"],
        [1, "30340", "UBND xã Khánh An", "886", "Huyện An Phú"],
        merged=["A1:A2", "B1:C1", "D1:E1"],
    )
    assert rows_of(found, "code", "name", "superior_code") == [("30340", "UBND xã Khánh An", "886")]


def test_a_heading_merged_downwards_is_one_heading():
    found = table(["Mã", "Tên cơ quan", "Khác"], [None, None, "a"], AN_PHU, merged=["A1:A2", "B1:B2"])
    assert rows_of(found, "code") == [("30340",)]


def test_a_field_named_twice_is_read_once_and_told():
    found = table(["Mã", "Tên cơ quan", "Mã"], ["1", "x", "2"])
    assert rows_of(found, "code") == [("1",)]
    assert [cell.address for cell in found.repeated] == ["C1"]


def test_a_superior_merged_downwards_speaks_for_every_row():
    found = table(
        HEAD,
        ["1", "Xã A", "Huyện An Phú", None],
        ["2", "Xã B", None, None],
        ["3", "Xã C", None, None],
        merged=["C2:C3"],
    )
    assert rows_of(found, "code", "superior") == [("1", "Huyện An Phú"), ("2", "Huyện An Phú"), ("3", "")]
    assert found.rows[1].cells["superior"].address == "C3"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["II. Các huyện"], Passed.GROUP),
        (["II", "Ủy ban nhân dân cấp huyện"], Passed.GROUP),
        (["A", "Khối tỉnh", None, None, 22], Passed.GROUP),
        (["Tổng cộng: 202 cơ quan"], Passed.TOTAL),
        ([None, "Cộng", None, None, 202], Passed.TOTAL),
        ([None, "Tổng số huyện: 11"], Passed.TOTAL),
        (HEAD, Passed.HEADING),
        (["(1)", "(2)", "(3)", "(4)"], Passed.NUMBERS),
        ([None, "An Giang, ngày 05 tháng 7 năm 2021"], Passed.SIGNATURE),
        (["Nơi nhận: Như trên", None, "GIÁM ĐỐC"], Passed.SIGNATURE),
        ([None, "KT. GIÁM ĐỐC"], Passed.SIGNATURE),
    ],
    ids=str,
)
def test_what_is_no_row_is_passed_over_and_told(row, why):
    found = table(HEAD, row, AN_PHU)
    assert [passed.why for passed in found.passed] == [why]
    assert rows_of(found, "code") == [("30340",)]


def test_a_cell_merged_across_the_list_is_a_group():
    found = table(HEAD, ["Các xã biên giới"], AN_PHU, merged=["A2:D2"])
    assert [passed.why for passed in found.passed] == [Passed.GROUP]


def test_below_a_signature_only_rows_with_a_key_count():
    found = table(HEAD, AN_PHU, [None, "NGƯỜI LẬP BIỂU"], [None, "Nguyễn Văn A"], ["2", "Xã B"])
    assert [passed.why for passed in found.passed] == [Passed.SIGNATURE] * 2
    assert rows_of(found, "code") == [("30340",), ("2",)]


@pytest.mark.parametrize(
    "row",
    [
        ["1", "Cộng Hòa"],
        [None, "Tổng cục Thuế"],
        [None, "Xã Cộng Hòa"],
        ["3", "Công an tỉnh", None, "ngày 01 tháng 01 năm 2020"],
        [None, "UBND xã Khánh An"],
    ],
    ids=str,
)
def test_names_that_resemble_a_total_or_a_signature_are_rows(row):
    assert len(table(HEAD, row).rows) == 1


def test_hidden_sheets_rows_and_columns_are_told():
    made = book(HEAD, AN_PHU, ["2", "Xã B"], hidden_rows=[3], hidden_columns=["C"])
    made.create_sheet("Cũ").sheet_state = "hidden"
    made.create_sheet("Ghi chú")["A1"] = "không phải danh sách"
    found = reading(made)
    assert (found.hidden_sheets, found.other_sheets) == (["Cũ"], ["Ghi chú"])
    assert [row.hidden for row in found.tables[0].rows] == [False, True]
    assert found.tables[0].hidden_columns == ["C"]


def test_every_visible_sheet_with_headings_is_read():
    made = book(HEAD, AN_PHU)
    second = made.create_sheet("Huyện")
    for row in (HEAD, ["886", "UBND huyện An Phú"]):
        second.append(row)
    assert [one.sheet for one in reading(made).tables] == ["Danh sách", "Huyện"]


def test_a_file_without_headings_says_which_are_wanted():
    with pytest.raises(SheetRefused, match="“Mã” hoặc “Tên cơ quan”"):
        table(["a", "b"], [1, 2])


def test_a_list_with_separators_is_read_like_a_sheet():
    data = "\ufeffMã;Tên cơ quan\n30340;UBND xã Khánh An\n".encode()
    (found,) = read_tables(BytesIO(data), FIELDS, needed=["name"]).tables
    assert rows_of(found, "code", "name") == [("30340", "UBND xã Khánh An")]
    assert found.rows[0].address == "A2"


def test_a_list_with_separators_in_another_alphabet_is_refused():
    with pytest.raises(SheetRefused, match="UTF-8"):
        read_tables(BytesIO("Mã,Tên".encode("cp1258", "replace") + b"\xff"), FIELDS, needed=["name"])

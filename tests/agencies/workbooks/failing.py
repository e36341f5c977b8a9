"""Workbooks with one mistake each: the cell that is named and the code of the message.

The registry is the one of `passing`. Where there is no cell, the whole file is refused with these words.
"""

from io import BytesIO
from itertools import pairwise
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from tests.agencies.registry_books import book, data_of
from tests.agencies.workbooks.passing import KHANH_AN, VINH_HOI, _with


def _new(**cells):
    row = ["30399", "Ủy ban nhân dân xã Mới", "886", "UBND cấp xã", "2d", "có", None]
    for place, value in cells.items():
        row[int(place[1:])] = value
    return row


def _error_cell():
    made = book(KHANH_AN)
    made.active["A2"] = "#REF!"
    return made


def _growing():
    """A cell of a few letters that stands for a thousand million."""
    with ZipFile(BytesIO(data_of(book(KHANH_AN)))) as whole:
        page = whole.read("xl/worksheets/sheet1.xml").decode()
    return _packed(xl__worksheets__sheet1_xml=(ENTITIES + page.replace("30340", "&i;")).encode())


def _packed(**parts):
    out = BytesIO()
    put = {
        name.replace("__", "/").replace("_bin", ".bin").replace("_xml", ".xml"): parts[name] for name in parts
    }
    with ZipFile(BytesIO(data_of(book(KHANH_AN)))) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, put.pop(name, None) or old.read(name))
        for name, content in put.items():
            new.writestr(name, content)
    return out.getvalue()


# name → (workbook, [(cell, code) …])
ROWS = {
    "unknown_superior": (lambda: book(_with(2, "Sở Lạ")), [("C2", "unknown_superior")]),
    "superior_without_its_marks": (lambda: book(_with(2, "Huyen An Phu")), [("C2", "unknown_superior")]),
    "superior_of_itself": (lambda: book(_with(2, "30340")), [("C2", "cycle")]),
    "cycle_in_the_tree": (
        lambda: book(_new(), ["886", "UBND huyện An Phú", "30399"]),
        [("C2", "cycle"), ("C3", "cycle")],
    ),
    "conflicting_duplicate": (
        lambda: book(KHANH_AN, _with(5, "không")),
        [("A2", "conflicting_duplicate"), ("A3", "conflicting_duplicate")],
    ),
    "formula_without_value": (lambda: book(_with(1, "=B9")), [("B2", "bad_cell")]),
    "error_cell": (_error_cell, [("A2", "bad_cell")]),
    "day_that_is_none": (lambda: book(_with(6, "31/02/2020")), [("G2", "bad_date")]),
    "year_of_two_digits": (lambda: book(_with(6, "01/01/20")), [("G2", "bad_date")]),
    "code_of_another_entity": (lambda: book(_with(6, "01/07/2025")), [("A2", "code_in_use")]),
    "code_missing_and_name_unknown": (lambda: book(_new(_0=None)), [("A2", "no_code")]),
    "name_exists_with_another_code": (lambda: book(_with(0, "30399")), [("A2", "name_exists")]),
    "code_unknown_and_no_name": (lambda: book(_new(_1=None)), [("A2", "unknown_code")]),
    "new_without_a_superior": (lambda: book(_new(_2=None)), [("C2", "missing_superior")]),
    "new_of_no_known_kind": (lambda: book(_new(_1="Khu du lịch", _3=None)), [("D2", "missing_kind")]),
    "kind_that_is_none": (lambda: book(_new(_3="tổ dân phố")), [("D2", "bad_kind")]),
    "tier_that_is_none": (lambda: book(_new(_4="2e")), [("E2", "bad_ceiling_tier")]),
    "superior_that_is_a_total": (lambda: book(_with(2, "Cộng: 14 xã")), [("C2", "unknown_superior")]),
    "code_with_a_wrong_digit": (
        lambda: book(_new(_1="Ủy ban nhân dân xã Khánh An")),
        [("A2", "name_exists")],
    ),
    "day_that_is_a_guess": (lambda: book(_with(6, "khoảng năm 2020")), [("G2", "bad_date")]),
    "neither_yes_nor_no": (lambda: book(_new(_5="tùy")), [("F2", "bad_reports_annually")]),
    "code_with_odd_signs": (lambda: book(_new(_0="30<399>")), [("A2", "bad_code")]),
    "name_too_long": (lambda: book(_new(_1="Ủy ban nhân dân xã " + "A" * 300)), [("B2", "bad_name")]),
    "below_a_refused_superior": (
        lambda: book(_new(_0="890", _1="UBND huyện Mới", _4="2e"), _new(_2="890"), VINH_HOI),
        [("E2", "bad_ceiling_tier"), ("C3", "superior_refused")],
    ),
}
ENTITIES = (
    '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {two} "{f"&{one};" * 10}">' for one, two in pairwise("abcdefghi"))
    + "]>"
)
PAGE = "<html><table><tr><td>Mã</td><td>Tên cơ quan</td></tr><tr><td>30340</td></tr></table></html>"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how files of Office 97 begin, and encrypted ones
# name → (bytes, what the refusal says)
FILES = {
    "no_header": (lambda: data_of(book(["a"], head=["x", "y"])), "Không tìm thấy dòng tiêu đề"),
    "empty_workbook": (lambda: data_of(Workbook()), "Không tìm thấy dòng tiêu đề"),
    "a_text_renamed": (lambda: b"not a workbook at all", "không phải là Excel"),
    "nothing": (lambda: b"", "không phải là Excel"),
    "cut_off": (lambda: data_of(book(KHANH_AN))[:-200], "hỏng|không phải"),
    "zip_bomb": (lambda: _packed(xl__media__zeros=bytes(40 * 1024**2)), "bất thường"),
    "macros": (lambda: _packed(xl__vbaProject_bin=b"x"), "macro"),
    "entities_that_grow": (_growing, "hỏng|bất thường|không"),
    "a_web_page_renamed": (lambda: PAGE.encode(), "không phải là Excel"),
    "a_picture_renamed": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(64), "không phải là Excel"),
    "a_thousand_columns": (lambda: data_of(book(KHANH_AN + ["x"] * 1000)), "cột"),
    "old_xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024), "đời cũ"),
    "encrypted": (
        lambda: b"\xd0\xcf\x11\xe0" + bytes(99) + "EncryptedPackage".encode("utf-16-le"),
        "mật khẩu",
    ),
}

"""Workbooks that offices send and that must be read: the registry says all this already, so nothing changes.

The registry holds UBND tỉnh (89), huyện An Phú (886), xã Khánh An (30340) and xã Vĩnh Hội Đông (30349).
"""

from datetime import date
from unicodedata import normalize

from tests.agencies.registry_books import HEAD, book

KHANH_AN = ["30340", "Ủy ban nhân dân xã Khánh An", "886", "UBND cấp xã", "2d", "có", date(2020, 1, 1)]
VINH_HOI = ["30349", "Ủy ban nhân dân xã Vĩnh Hội Đông", "886", "UBND cấp xã", "2d", "có", date(2020, 1, 1)]


def _with(place, value):
    row = list(KHANH_AN)
    row[place] = value
    return row


def _hidden_row():
    made = book(KHANH_AN, VINH_HOI)
    made.active.row_dimensions[3].hidden = True
    return made


def _hidden_sheet():
    made = book(KHANH_AN)
    page = made.create_sheet("Cũ")
    page.sheet_state = "hidden"
    for row in (HEAD, ["1", "Cơ quan đã bỏ", "999"]):
        page.append(row)
    return made


def _two_sheets():
    made = book(KHANH_AN)
    page = made.create_sheet("Xã khác")
    for row in (HEAD, VINH_HOI):
        page.append(row)
    return made


LETTER = [
    ["ỦY BAN NHÂN DÂN TỈNH AN GIANG"],
    ["DANH SÁCH CƠ QUAN ÁP DỤNG TCVN ISO 9001"],
    ["(Kèm theo Công văn)"],
    [],
]
TWO_LEVELS = [["TT", "Cơ quan", None, "Cơ quan cấp trên", None]]
FOOT = [
    ["Tổng cộng: 2 cơ quan"],
    [None, "An Giang, ngày 05 tháng 7 năm 2021"],
    ["NGƯỜI LẬP", None, "GIÁM ĐỐC"],
]

BOOKS = {
    "title_rows_above_the_header": lambda: book(KHANH_AN, above=LETTER),
    "header_words_with_line_breaks": lambda: book(
        KHANH_AN, head=["MÃ\nCƠ QUAN", "Tên\ncơ quan, đơn vị", *HEAD[2:]]
    ),
    "header_in_two_merged_levels": lambda: book(
        [1, "30340", "UBND xã Khánh An", "886", "UBND huyện An Phú"],
        head=[None, "Mã", "Tên", "Mã", "Tên"],
        above=TWO_LEVELS,
        merged=["A1:A2", "B1:C1", "D1:E1"],
    ),
    "group_rows_totals_and_signatures": lambda: book(["II. Các xã"], KHANH_AN, VINH_HOI, *FOOT),
    "several_sheets": _two_sheets,
    "hidden_sheet_with_a_list": _hidden_sheet,
    "hidden_row": _hidden_row,
    "district_merged_downwards": lambda: book(
        _with(2, "Huyện An Phú"), [*VINH_HOI[:2], None, *VINH_HOI[3:]], merged=["C2:C3"]
    ),
    "superior_by_full_name": lambda: book(_with(2, "Ủy ban nhân dân huyện An Phú")),
    "superior_by_short_name": lambda: book(_with(2, "UBND H. An Phú")),
    "superior_code_as_number": lambda: book(_with(2, 886)),
    "decomposed_letters": lambda: book(
        [normalize("NFD", str(one)) if isinstance(one, str) else one for one in KHANH_AN]
    ),
    "non_breaking_and_zero_width_spaces": lambda: book(_with(1, "Ủy ban\u00a0nhân dân xã\u200b Khánh  An")),
    "other_placement_of_tones": lambda: book(_with(1, "Uỷ ban nhân dân xã Khánh An")),
    "capitals": lambda: book(_with(1, "ỦY BAN NHÂN DÂN XÃ KHÁNH AN")),
    "code_as_number": lambda: book(_with(0, 30340)),
    "code_as_float": lambda: book(_with(0, 30340.0)),
    "day_as_text": lambda: book(_with(6, "ngày 01 tháng 01 năm 2020")),
    "day_with_dots": lambda: book(_with(6, "1.1.2020")),
    "day_as_serial_number": lambda: book(_with(6, 43831)),
    "day_with_one_digit": lambda: book(_with(6, "1/1/2020")),
    "day_with_dashes": lambda: book(_with(6, "01-01-2020")),
    "money_and_percent_as_text_in_other_columns": lambda: book(
        [*KHANH_AN, "33.000.000 đồng", "89,11 %"], head=[*HEAD, "Kinh phí", "Tỷ lệ TTHC"]
    ),
    "codes_with_spaces_around": lambda: book(_with(0, "  30340 ")),
    "a_column_in_front": lambda: book([1, *KHANH_AN], [2, *VINH_HOI], head=["TT", *HEAD]),
    "empty_rows_between": lambda: book(KHANH_AN, [], [None] * 7, VINH_HOI),
    "superior_in_capitals_without_kind": lambda: book(_with(2, "HUYỆN AN PHÚ")),
    "exact_duplicates": lambda: book(KHANH_AN, KHANH_AN),
    "columns_that_are_not_the_registrys": lambda: book(
        [*KHANH_AN, "0296", "89,5 %"], head=[*HEAD, "Điện thoại", "Tỷ lệ"]
    ),
    "no_code_but_name_and_superior": lambda: book(_with(0, None)),
}

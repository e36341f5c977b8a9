"""One written form, one to search in, one to sort by."""

import unicodedata

from isotrack.kit.text import clean, fold, sort_key


def test_search_folds_tones_marks_and_case():
    assert fold("Ban Tôn giáo") == "ban ton giao"
    assert fold("Sở Kế hoạch và ĐẦU TƯ") == "so ke hoach va dau tu"
    assert fold("Mỹ Hoà Hưng") == fold("Mỹ Hòa Hưng")


def test_text_from_elsewhere_becomes_nfc_with_plain_spaces():
    messy = unicodedata.normalize("NFD", "UBND\u00a0 xã\u200b Khánh  An ")
    assert clean(messy) == "UBND xã Khánh An"


def test_words_sort_by_the_vietnamese_alphabet():
    right = ["An Phú", "Ăn Khế", "Âu Lâu", "Bình An", "Cần Đăng", "Châu Phú", "Dương Hòa", "Đa Phước"]
    assert sorted(reversed(right), key=sort_key) == right


def test_tones_decide_only_between_equal_words():
    right = ["ma", "mà", "mả", "mã", "má", "mạ", "mai"]
    assert sorted(reversed(right), key=sort_key) == right


def test_numbers_sort_by_value():
    assert sorted(["Phường 10", "Phường 2"], key=sort_key) == ["Phường 2", "Phường 10"]

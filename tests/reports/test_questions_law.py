"""Legal bases are quoted as officials write them, smallest unit first."""

import pytest

from reports.questions import legal_basis_in_words
from tests.reports.filled import version_1


@pytest.mark.parametrize(
    ("short", "words"),
    [
        ("QĐ 19/2014 Đ4 k3", "khoản 3 Điều 4 QĐ 19/2014/QĐ-TTg"),
        ("QĐ 19/2014 Đ4 k2d", "điểm d khoản 2 Điều 4 QĐ 19/2014/QĐ-TTg"),
        ("TT 26/2014 Đ7 k2b", "điểm b khoản 2 Điều 7 TT 26/2014/TT-BKHCN"),
        ("TT 116/2015 Đ4 k6", "khoản 6 Điều 4 TT 116/2015/TT-BTC"),
        ("TT 26/2014 Đ3 k1, Đ36", "khoản 1 Điều 3, Điều 36 TT 26/2014/TT-BKHCN"),
        ("QĐ 19/2014 Đ4 (đoạn cuối)", "đoạn cuối Điều 4 QĐ 19/2014/QĐ-TTg"),
        ("seed; NĐ 30/2020", "Công văn 1141/UBND-TH ngày 28/10/2020; NĐ 30/2020/NĐ-CP"),
        ("TCVN ISO 9001:2015 mục 6.2", "mục 6.2 TCVN ISO 9001:2015"),
        ("Luật chưa biết Đ1", "Luật chưa biết Đ1"),
        ("", ""),
    ],
)
def test_a_legal_basis_is_said_in_words(short, words):
    assert legal_basis_in_words(short) == words


def test_every_legal_basis_of_version_1_is_understood():
    said = [legal_basis_in_words(question.legal_basis) for question in version_1().questions]
    assert not [words for words in said if not words or "seed" in words or " Đ" in words.replace(" Điều", "")]

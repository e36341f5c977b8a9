"""What comes out of the printer."""

import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import translation

from isotrack.kit.papers import Official, ReachesOut, pdf

RECEIPT = SimpleNamespace(
    code="BC-2020-30340-1",
    check_code="7F3A 91C4 0B2E D518",
    agency_name="Ủy ban nhân dân xã Khánh An",
    agency_code="30340",
    superior_name="Ủy ban nhân dân huyện An Phú",
    year=2020,
    sent_at=datetime(2021, 6, 16, 3, 12, tzinfo=UTC),
    sender="Nguyễn Thị Lan",
    punctuality_label="Đúng hạn",
    cutoff_words="trước ngày 30/6/2021 (hết ngày 29/6/2021)",
    answers_count=52,
    warnings_count=1,
    files=[("bao-cao-2020-da-ky.pdf", 1_258_291)],
    department="Sở Khoa học và Công nghệ tỉnh An Giang",
    verify="Biên nhận do hệ thống lập khi nhận báo cáo.",
)
LETTER = Official(
    issuer_parent="UBND tỉnh An Giang",
    issuer="Sở Khoa học và Công nghệ",
    symbol="BC-SKHCN",
    place="An Giang",
    year=2027,
    kind="Báo cáo",
    abstract="Tình hình áp dụng HTQLCL năm 2026",
    signing=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    signer="Trần Văn Bình",
    recipients=("UBND tỉnh", "Lưu: VT, TĐC"),
)
NUMBERED = Official(**{**vars(LETTER), "number": 5, "dated": date(2027, 2, 5)})


def tool(name: str, paper: bytes, *options: str) -> str:
    """What one of poppler's tools says about a paper."""
    done = subprocess.run(
        [name, *options, "-"] + (["-"] if name == "pdftotext" else []),
        input=paper,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def words(paper: bytes) -> str:
    return " ".join(tool("pdftotext", paper, "-layout").split())


@pytest.fixture
def page(tmp_path: Path, settings):
    """Prints a page of the test's own in the house's form."""
    where = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**where, "DIRS": [*where["DIRS"], tmp_path]}]

    def print_page(content: str, **context: object) -> bytes:
        own = "{% extends 'print/base.html' %}{% block content %}" + content + "{% endblock %}"
        (tmp_path / "own.html").write_text(own)
        return pdf("own.html", context)

    return print_page


def test_an_officer_reads_the_receipt_in_right_vietnamese():
    said = words(pdf("print/report_receipt.html", {"receipt": RECEIPT}))
    for part in (
        "Biên nhận báo cáo năm",
        "BC-2020-30340-1",
        "Ủy ban nhân dân xã Khánh An (mã 30340)",
        "10:12 ngày 16/6/2021 (giờ Việt Nam)",
        "trước ngày 30/6/2021 (hết ngày 29/6/2021)",
        "52 câu trả lời 1 cảnh báo có giải trình",
        "bao-cao-2020-da-ky.pdf (1,2 MB)",
        "7F3A 91C4 0B2E D518",
    ):
        assert part in said


def test_the_receipt_stays_vietnamese_for_an_english_reader():
    with translation.override("en"):
        assert "Biên nhận báo cáo năm" in words(pdf("print/report_receipt.html", {"receipt": RECEIPT}))


def test_the_fonts_are_tinos_and_travel_with_the_paper():
    fonts = tool("pdffonts", pdf("print/base.html", {"paper": LETTER})).splitlines()[2:]
    assert {re.sub(r"^[A-Z]+\+", "", line.split()[0]) for line in fonts} == {
        "Tinos",
        "Tinos-Bold",
        "Tinos-Italic",
        "Tinos-Bold-Italic",
    }
    assert all(line.split()[-5] == "yes" for line in fonts)


def test_a_paper_is_one_tagged_page_of_a4_with_a_title():
    told = tool("pdfinfo", pdf("print/report_receipt.html", {"receipt": RECEIPT}))
    for line in (r"Tagged:\s+yes", r"Pages:\s+1\n", r"\(A4\)", r"Title:\s+Biên nhận BC-2020-30340-1"):
        assert re.search(line, told)


def test_a_title_on_several_lines_is_one_in_the_title_bar(page):
    paper = page("{% endblock %}{% block title %}\n  Biên nhận\n  BC-1\n")
    assert re.search(r"Title:\s+Biên nhận BC-1\n", tool("pdfinfo", paper))


def test_a_letter_without_number_is_a_draft_with_blanks():
    said = words(pdf("print/base.html", {"paper": LETTER}))
    assert "DỰ THẢO" in said
    assert "Số: /BC-SKHCN" in said
    assert "An Giang, ngày tháng năm 2027" in said


def test_a_numbered_letter_is_no_draft_and_has_its_zeros():
    said = words(pdf("print/base.html", {"paper": NUMBERED}))
    assert "DỰ THẢO" not in said
    assert "Số: 05/BC-SKHCN" in said
    assert "An Giang, ngày 05 tháng 02 năm 2027" in said


def test_months_from_march_have_no_zero():
    later = Official(**{**vars(NUMBERED), "dated": date(2027, 7, 15)})
    assert later.place_line == "An Giang, ngày 15 tháng 7 năm 2027"


def test_the_national_title_stands_on_one_line():
    lines = tool("pdftotext", pdf("print/base.html", {"paper": NUMBERED}), "-layout").splitlines()
    assert any("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in line for line in lines)
    assert any("SỞ KHOA HỌC VÀ CÔNG NGHỆ" in line for line in lines)


def test_pages_are_numbered_from_the_second_on(page):
    paper = page("<p>Một</p><p style='break-before: page'>Hai</p>", paper=NUMBERED)
    first, second = (tool("pdftotext", paper, "-f", leaf, "-l", leaf).split() for leaf in "12")
    assert "1" not in first
    assert second[0] == "2"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/seal.png",
        "file:///etc/passwd",
        "file:///static/../etc/passwd",
        "../../manage.py",
        "none.png",
    ],
)
def test_a_paper_that_reaches_out_is_not_printed(page, address):
    with pytest.raises(ReachesOut):
        page(f"<img src='{address}' alt='x'>")


def test_pictures_of_the_project_and_in_the_page_are_printed(page):
    dot = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw=="
    paper = page(f"<p>Còn đây</p><img src='favicon.svg' alt='dấu'><img src='{dot}' alt='chấm'>")
    assert "Còn đây" in words(paper)

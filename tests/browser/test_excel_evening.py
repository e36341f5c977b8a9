"""Lan fills in the form at home in Excel, with five slips, and mends them; Bình comments at one question."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import PDF, follow, press, without
from tests.reports.sheets import LONG, cell_of, filled, opened, saved

pytestmark = pytest.mark.browser
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIPS = {
    "staff_total": "hai mươi hai",
    "declaration_date": "1.7.20",
    "qms_state": "Đang nghĩ",
    "procedures_total": "12,000",
    "published_url": "trang của xã",
}


@pytest.fixture
def evening(now):
    """Ten minutes to midnight on the last day."""
    now("2021-06-29 23:40")
    commune = make.agency(code="30340", superior=make.district())
    return make.officer(commune, username="lan"), make.staff(), make.report(commune)


def upload(page: Page, data: bytes) -> None:
    follow(page, "Tải tệp khác lên") if page.get_by_role("link", name="Tải tệp khác lên").count() else None
    page.get_by_label("Biểu mẫu đã điền").set_input_files(
        {"name": "bao-cao.xlsx", "mimeType": XLSX, "buffer": data}
    )
    press(page, "Tải lên và kiểm tra")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kết quả tải lên")


def test_five_slips_are_named_by_their_cells_and_everything_else_is_in_the_draft(evening, window, tmp_path):
    lan, _binh, report = evening
    page = window(lan)
    page.goto(f"/reports/{report.pk}/workbook/")
    with page.expect_download() as download:
        follow(page, "Tải biểu mẫu Excel")
    form = Path(download.value.path()).read_bytes()
    book = opened(filled(form, without(), report))
    for key, words in SLIPS.items():
        cell_of(book, key).value = words
    upload(page, saved(book))
    told = page.get_by_role("table").get_by_role("rowheader").all_inner_texts()
    assert set(told) >= {cell_of(book, key).coordinate for key in SLIPS}
    assert faults_at_every_size(page) == []
    report.refresh_from_db()
    assert (report.answers["head_name"], "staff_total" in report.answers) == ("Nguyễn Văn Hòa", False)
    with page.expect_download() as download:
        follow(page, "Tải bản có đánh dấu")
    marked = opened(Path(download.value.path()).read_bytes())
    assert all(marked[LONG][cell_of(book, key).coordinate].comment for key in SLIPS)
    for key in SLIPS:
        cell_of(book, key).value = cell_of(opened(filled(form, without(), report)), key).value
    upload(page, saved(book))
    expect(page.get_by_role("table")).to_have_count(0)


def test_the_mended_form_is_sent_before_midnight(evening, window):
    lan, _binh, report = evening
    page = window(lan)
    page.goto(f"/reports/{report.pk}/workbook/")
    with page.expect_download() as download:
        follow(page, "Tải biểu mẫu Excel")
    upload(page, filled(Path(download.value.path()).read_bytes(), without(), report))
    page.goto(f"/reports/{report.pk}/fill/attachments/")
    page.get_by_label("Báo cáo đã ký số").set_input_files(PDF)
    press(page, "Lưu nháp")
    expect(page.get_by_role("link", name="2020.pdf")).to_be_visible()
    page.goto(f"/reports/{report.pk}/send/")
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("main")).to_contain_text("Đúng hạn")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"23:4\d ngày 29/6/2021"))

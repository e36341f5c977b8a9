"""Bình sends in an office's list with a dozen mistakes, mends it after the coloured copy, and confirms."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from agencies.models import Agency
from tests import make
from tests.agencies.registry_books import HEAD, book, data_of
from tests.browser.looking import faults_at_every_size
from tests.browser.people import follow, press

pytestmark = pytest.mark.browser
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEW = ["30399", "Ủy ban nhân dân xã Mới", "886", "UBND cấp xã", "2d", "có", None]
# The wrong cell of each row, in the order of the rows below; two rows have more than one.
WRONG = ["C4", "D4", "E5", "F5", "G5", "A6", "A7", "A8", "C9", "A10", "A11", "B12"]
ROWS = [
    ["30340", "Ủy ban nhân dân xã Khánh An", "Sở lạ", "tổ", "2d", "có", None],
    ["30349", "Ủy ban nhân dân xã Vĩnh Hội Đông", "886", None, "2e", "tùy", "31/02/2020"],
    [None, "Ủy ban nhân dân xã Khánh Bìn", "886", None, None, None, None],
    ["30998", "Ủy ban nhân dân xã Khánh Bình", "886", "UBND cấp xã", "2d", "có", None],
    ["30<1>", "Ủy ban nhân dân xã Lạ", "886", "UBND cấp xã", "2d", "có", None],
    ["30997", "Ủy ban nhân dân xã Không Cấp Trên", None, "UBND cấp xã", "2d", "có", None],
    ["30996", "Ủy ban nhân dân xã Hai Lần", "886", "UBND cấp xã", "2d", "có", None],
    ["30996", "Ủy ban nhân dân xã Hai Lượt", "886", "UBND cấp xã", "2d", "có", None],
    ["30995", "=B1", "886", "UBND cấp xã", "2d", "có", None],
    NEW,
]


@pytest.fixture
def bình(now):
    now("2021-06-16 08:00")
    district = make.district(code="886")
    for code, name in (("30340", "Khánh An"), ("30349", "Vĩnh Hội Đông"), ("30343", "Khánh Bình")):
        make.agency(f"Ủy ban nhân dân xã {name}", superior=district, code=code)
    return make.staff()


def send(page: Page, *rows) -> None:
    page.goto("/agencies/import/")
    data = data_of(book(["I. Các xã"], *rows, above=[["DANH SÁCH CƠ QUAN"]], head=HEAD))
    page.get_by_label("Tệp Excel").set_input_files({"name": "ds.xlsx", "mimeType": XLSX, "buffer": data})
    press(page, "Xem trước")
    expect(page.get_by_role("heading", level=1)).to_have_text("Xem trước tệp nhập")


def test_a_dozen_mistakes_are_named_mended_and_confirmed(bình, window):
    page = window(bình)
    send(page, *ROWS)
    told = page.locator("#refused").get_by_role("rowheader").all_inner_texts()
    assert told == WRONG
    expect(page.get_by_role("button", name="Xác nhận nhập")).to_have_count(0)
    assert faults_at_every_size(page) == []
    with page.expect_download() as download:
        follow(page, "Tải tệp đã tô màu")
    marked = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    assert all(marked["Cơ quan"][cell].comment for cell in WRONG)
    assert not Agency.objects.filter(code="30399").exists()
    send(page, NEW)
    press(page, "Xác nhận nhập")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kết quả nhập")
    assert Agency.objects.filter(code="30399").exists()
    send(page, NEW)
    expect(page.get_by_text("Danh bạ đã có đúng mọi thông tin")).to_be_visible()

"""Lan's whole evening, twenty minutes to midnight on the last day, and the mornings after it: one story.

Last year's answer confirmed, saving by itself, a session that ends, a colleague in the same question, the
form in Excel with five slips, sending; then Bình returns it, Lan mends it, he accepts, and it is on time.
"""

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reports.models import AnnualReport
from tests import make
from tests.browser.looking import faults, faults_at_every_size
from tests.browser.people import PDF, follow, press, saved, sign_in, without
from tests.reports.sheets import LONG, cell_of, filled, opened
from tests.reports.sheets import saved as book_of

pytestmark = pytest.mark.browser
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD, TOTAL, IN_SCOPE = "Họ và tên người đứng đầu", "Tổng số cán bộ", "Số cán bộ, công chức thuộc"
SLIPS = {
    "staff_total": "hai mươi hai",
    "declaration_date": "1.7.20",
    "qms_state": "Đang nghĩ",
    "procedures_total": "12,000",
    "published_url": "trang của xã",
}


@pytest.fixture
def report(now):
    """Of Lan's commune, not begun; last year's had 22 people."""
    now("2021-06-29 23:40")
    commune = make.agency(code="30340", superior=make.district(), on=date(2019, 1, 1))
    make.officer(commune, username="lan")
    make.report(commune, make.cycle(year=2019), sent="2020-06-01", answers={"staff_total": 22})
    return make.report(commune, make.cycle(year=2020))


def test_lan_loses_nothing_on_the_last_evening_and_is_on_time(report, window, now):
    lan = window()
    begins(lan)
    confirms_last_years_answer(lan, report)
    is_saved_by_itself(lan, report)
    loses_her_session_and_no_word(lan, report)
    settles_with_her_colleague(lan, window(colleague(report)), report)
    fills_in_the_rest_in_excel(lan, report)
    sends(lan, report)
    now("2021-06-30 08:10")
    binh = window(make.staff())
    returns(binh, report)
    now("2021-07-01 07:50")
    mends(lan, report)
    accepts(binh, lan, report)


def stored(report: AnnualReport) -> dict[str, object]:
    report.refresh_from_db()
    return dict(report.answers)


def colleague(report: AnnualReport):
    return make.officer(report.agency, full_name="Lê Thị Hoa")


def types(page: Page, label: str, text: str) -> None:
    """Type into a field and leave it; wait until the server has answered."""
    with page.expect_response("**/autosave/"):
        page.get_by_label(label).fill(text)
        page.keyboard.press("Tab")


def begins(page: Page) -> None:
    page.goto("/")
    sign_in(page, "lan")
    expect(page.get_by_role("heading", level=1)).to_have_text("UBND xã Khánh An")
    expect(page.get_by_role("main")).to_contain_text("hết ngày 29/6/2021")
    follow(page, "Bắt đầu báo cáo")
    expect(page.get_by_role("heading", name="I. Thông tin chung")).to_be_visible()


def confirms_last_years_answer(page: Page, report: AnnualReport) -> None:
    """What last year says is in the field, marked, and counts once it is confirmed."""
    expect(page.get_by_label(TOTAL)).to_have_value("22")
    assert "staff_total" not in stored(report)
    page.get_by_label("Vẫn đúng cho năm 2020").check()
    expect(page.get_by_text("Đã xác nhận: giữ như báo cáo năm 2019.")).to_be_visible()
    assert stored(report)["staff_total"] == 22
    assert faults(page) == []


def is_saved_by_itself(page: Page, report: AnnualReport) -> None:
    types(page, HEAD, "Nguyễn Văn Hòa")
    saved(page)
    assert stored(report)["head_name"] == "Nguyễn Văn Hòa"
    expect(page.locator("[data-badge]")).to_have_text(re.compile("Bản nháp"))


def loses_her_session_and_no_word(page: Page, report: AnnualReport) -> None:
    """The page says so; the button leads to the login page and back, with what was typed."""
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Người phụ trách ISO").fill("Trần Thị Lan")
    page.keyboard.press("Tab")
    expect(page.locator("[data-saved]")).to_contain_text("Phiên đã hết")
    press(page, "Lưu nháp")
    expect(page.get_by_text("Những gì vừa nhập vẫn được giữ")).to_be_visible()
    sign_in(page, "lan")
    press(page, "Gửi tiếp những gì đã nhập")
    expect(page.get_by_label("Người phụ trách ISO")).to_have_value("Trần Thị Lan")
    assert stored(report)["contact_name"] == "Trần Thị Lan"


def settles_with_her_colleague(page: Page, other: Page, report: AnnualReport) -> None:
    """Both answered the same question: Lan sees both values and keeps her own."""
    other.goto(page.url)
    types(other, IN_SCOPE, "18")
    types(page, IN_SCOPE, "20")
    question = page.get_by_role("group", name=IN_SCOPE)
    expect(question).to_contain_text(re.compile(r"Lê Thị Hoa lưu lúc 23:4\d ngày 29/6/2021"))
    assert stored(report)["staff_in_scope"] == 18
    page.get_by_role("radio", name="Cửa sổ này").check()
    with page.expect_response("**/autosave/"):
        press(question, "Giữ số đã chọn")
    assert stored(report)["staff_in_scope"] == 20


def fills_in_the_rest_in_excel(page: Page, report: AnnualReport) -> None:
    """Five slips are named by their cells, all else is in the draft; mended, nothing is left to say."""
    page.goto(f"/reports/{report.pk}/workbook/")
    form = downloaded(page, "Tải biểu mẫu Excel")
    assert cell_of(opened(form), "head_name").value == "Nguyễn Văn Hòa"
    right, book = opened(filled(form, without(), report)), opened(filled(form, without(), report))
    for key, words in SLIPS.items():
        cell_of(book, key).value = words
    upload(page, book_of(book))
    told = page.get_by_role("table").get_by_role("rowheader").all_inner_texts()
    cells = {cell_of(book, key).coordinate for key in SLIPS}
    assert set(told) >= cells
    assert faults_at_every_size(page) == []
    assert (stored(report)["procedures_in_qms"], stored(report)["staff_total"]) == (128, 22)
    marked = opened(downloaded(page, "Tải bản có đánh dấu"))
    assert all(marked[LONG][cell].comment for cell in cells)
    for key in SLIPS:
        cell_of(book, key).value = cell_of(right, key).value
    follow(page, "Tải tệp khác lên")
    upload(page, book_of(book))
    expect(page.get_by_role("table")).to_have_count(0)


def downloaded(page: Page, link: str) -> bytes:
    with page.expect_download() as download:
        follow(page, link)
    return Path(download.value.path()).read_bytes()


def upload(page: Page, data: bytes) -> None:
    file = {"name": "bao-cao.xlsx", "mimeType": XLSX, "buffer": data}
    page.get_by_label("Biểu mẫu đã điền").set_input_files(file)
    press(page, "Tải lên và kiểm tra")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kết quả tải lên")


def sends(page: Page, report: AnnualReport) -> None:
    page.goto(f"/reports/{report.pk}/fill/attachments/")
    page.get_by_label("Báo cáo đã ký số").set_input_files(PDF)
    press(page, "Lưu nháp")
    expect(page.get_by_role("link", name="2020.pdf")).to_be_visible()
    page.goto(f"/reports/{report.pk}/send/")
    press(page, "Gửi báo cáo")
    receipt = page.get_by_role("main")
    expect(receipt).to_contain_text("BC-2020-30340-1")
    expect(receipt).to_contain_text("Đúng hạn")
    expect(receipt).to_contain_text(re.compile(r"23:4\d ngày 29/6/2021"))


def returns(page: Page, report: AnnualReport) -> None:
    """Bình finds it on the board and asks for one number to be looked at, by a day."""
    page.goto("/cycles/2020/")
    row = page.get_by_role("row").filter(has_text="UBND xã Khánh An")
    expect(row).to_contain_text("Đã gửi")
    row.get_by_role("link", name="UBND xã Khánh An", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Nguyễn Văn Hòa")
    follow(page, "Trả lại kèm góp ý")
    page.get_by_label("Góp ý").fill("Câu 3: đề nghị ghi số đến ngày 31/12/2020.")
    press(page, "Trả lại kèm góp ý")
    expect(page.get_by_role("status")).to_contain_text("Đã trả lại")


def mends(page: Page, report: AnnualReport) -> None:
    page.goto("/")
    expect(page.get_by_role("main")).to_contain_text("Câu 3: đề nghị ghi số đến ngày 31/12/2020.")
    follow(page, "Sửa và gửi lại báo cáo")
    follow(page, "I. Thông tin chung")
    types(page, TOTAL, "24")
    saved(page)
    page.goto(f"/reports/{report.pk}/send/")
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("main")).to_contain_text("BC-2020-30340-2")


def accepts(page: Page, lan: Page, report: AnnualReport) -> None:
    """A return has not made it late; afterwards nobody can type into it."""
    page.goto(f"/reports/{report.pk}/")
    press(page, "Chấp nhận")
    expect(page.get_by_role("status")).to_contain_text("Đã chấp nhận")
    expect(page.get_by_role("main")).to_contain_text("Đúng hạn")
    lan.goto(f"/reports/{report.pk}/fill/")
    expect(lan.get_by_role("main")).to_contain_text("Đã chấp nhận")
    expect(lan.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    assert stored(report)["staff_total"] == 24

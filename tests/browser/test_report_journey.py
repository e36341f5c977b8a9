"""The main job from Lan's chair: filling in the form by hand; the whole story is test_whole_evening."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import PDF, choose, drafted, follow, go_on, group, press, saved, sign_in, without

pytestmark = pytest.mark.browser

DECLARED = {
    "Ngày người đứng đầu xác nhận": "20/11/2019",
    "Số, ký hiệu bản công bố": "98/QĐ-UBND",
    "Ngày công bố": "25/11/2019",
    "Người ký công bố": "Nguyễn Văn Hòa, Chủ tịch",
    "Ngày gửi thông báo công bố": "26/11/2019",
}


@pytest.fixture
def morning(now):
    """Two weeks before the deadline: a commune with its officer, and the department."""
    now("2021-06-16 08:00")
    commune = make.agency(code="30340", superior=make.district())
    lan, binh = make.officer(commune, username="lan"), make.staff()
    return lan, binh, make.report(commune)


def fill_in(page: Page, values: dict[str, str]) -> None:
    for label, text in values.items():
        page.get_by_label(label).fill(text)


def test_lan_signs_in_and_is_told_until_when_she_must_report(morning, window):
    page = window()
    page.goto("/")
    sign_in(page, "lan")
    expect(page.get_by_role("heading", level=1)).to_have_text("UBND xã Khánh An")
    main = page.get_by_role("main")
    expect(main).to_contain_text("trước ngày 30/6/2021 (hết ngày 29/6/2021)")
    expect(main).to_contain_text(re.compile(r"Còn\s+13\s+ngày"))
    follow(page, "Bắt đầu báo cáo")
    expect(page.get_by_label("Họ và tên người đứng đầu")).to_be_editable()


def test_the_questions_about_a_declaration_appear_at_once_and_go_again(morning, window):
    lan, _binh, report = morning
    page = window(lan)
    page.goto(f"/reports/{report.pk}/fill/status/")
    number = page.get_by_label("Số, ký hiệu bản công bố")
    expect(number).to_be_hidden()
    choose(page, "Tình trạng hệ thống", "Đã công bố")
    expect(number).to_be_visible()
    choose(page, "Tình trạng hệ thống", "Chưa triển khai")
    expect(number).to_be_hidden()
    expect(page.get_by_label("Lý do chưa triển khai")).to_be_visible()


def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(morning, window):
    lan, _binh, report = morning
    page = window(lan)
    page.goto(f"/reports/{report.pk}/fill/general/")
    total, in_scope = page.get_by_label("Tổng số cán bộ"), page.get_by_label("Số cán bộ, công chức thuộc")
    total.fill("12,345,6")
    in_scope.fill("90")
    press(page, "Lưu, sang phần II")
    summary = page.get_by_role("region", name="lỗi")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Lỗi:"))
    expect(total).to_have_value("12,345,6")
    expect(total).to_have_accessible_description(re.compile("Nhập số nguyên từ 1 đến 5.000"))
    assert faults_at_every_size(page) == []
    summary.get_by_role("link").first.click()
    expect(total).to_be_focused()
    total.fill("22")
    page.keyboard.press("Tab")
    saved(page)
    expect(in_scope).to_have_accessible_description(re.compile(r"90.*22|22.*90"))


def test_lan_fills_in_what_is_left_explains_a_warning_and_gets_her_receipt(morning, window):
    lan, _binh, report = morning
    drafted(report, without("general", "status", "scope") | {"staff_trained": 0})
    page = window(lan)
    page.goto(f"/reports/{report.pk}/fill/")
    fill_general(page)
    fill_status(page)
    fill_scope(page)
    attach_signed_report(page)
    page.goto(f"/reports/{report.pk}/send/")
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", name="cảnh báo")).to_be_visible()
    assert faults_at_every_size(page) == []
    page.get_by_role("textbox", name="Giải trình").fill("Lớp tập huấn dời sang tháng 7/2021.")
    saved(page)
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận báo cáo năm 2020")
    receipt = page.get_by_role("main")
    expect(receipt).to_contain_text("BC-2020-30340-1")
    expect(receipt).to_contain_text(re.compile(r"08:0\d ngày 16/6/2021"))
    expect(receipt).to_contain_text("Đúng hạn")


def fill_general(page: Page) -> None:
    page.get_by_label("Họ và tên người đứng đầu").fill("Nguyễn Văn Hòa")
    page.get_by_label("Người phụ trách ISO").fill("Trần Thị Lan")
    page.get_by_label("Tổng số cán bộ").fill("22")
    page.get_by_label("Số cán bộ, công chức thuộc").fill("20")
    go_on(page, "Lưu, sang phần II", "II. Tình trạng")


def fill_status(page: Page) -> None:
    choose(page, "Tình trạng hệ thống", "Đã công bố")
    choose(page, "Phiên bản tiêu chuẩn", "TCVN ISO 9001:2015")
    fill_in(page, DECLARED)
    choose(page, "niêm yết tại trụ sở", "Có")
    choose(page, "Cơ quan có trang thông tin", "Có")
    page.get_by_label("Địa chỉ đăng bản công bố").fill("http://example.angiang.gov.vn/iso")
    go_on(page, "Lưu, sang phần III", "III. Phạm vi")


def fill_scope(page: Page) -> None:
    page.get_by_label("Tổng số TTHC").fill("1.280")
    page.get_by_label("Số TTHC đã đưa vào").fill("1.280")
    expect(group(page, "Tỷ lệ TTHC")).to_contain_text("100,00\u00a0%")
    page.get_by_label("Số quy trình").fill("96")
    choose(page, "thay đổi phạm vi áp dụng", "Không")
    go_on(page, "Lưu, sang phần IV", "IV. Cập nhật")


def attach_signed_report(page: Page) -> None:
    follow(page, "XV. Tài liệu kèm theo")
    page.get_by_label("Báo cáo đã ký số").set_input_files(PDF)
    press(page, "Lưu nháp")
    expect(page.get_by_role("link", name="2020.pdf")).to_be_visible()


@pytest.fixture
def sent(morning, window):
    """Lan has filled in everything and stands before the last button; she presses it."""
    lan, binh, report = morning
    drafted(report, without())
    page = window(lan)
    page.goto(f"/reports/{report.pk}/fill/attachments/")
    attach_signed_report(page)
    page.goto(f"/reports/{report.pk}/send/")
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("main")).to_contain_text("BC-2020-30340-1")
    return page, window(binh), report


def test_a_form_that_was_open_when_the_report_was_accepted_keeps_its_words(sent):
    lan, binh, report = sent
    give_back_from(binh, report)
    lan.goto(f"/reports/{report.pk}/fill/general/")
    report.refresh_from_db()
    type(report).objects.filter(pk=report.pk).update(state="accepted", accepted_at=make.NOW)
    lan.get_by_label("Người phụ trách ISO").fill("Lê Thị Thủy")
    press(lan, "Lưu nháp")
    expect(lan.get_by_role("alert")).to_contain_text("Đã chấp nhận")
    expect(lan.get_by_role("main")).to_contain_text("Lê Thị Thủy")
    assert faults_at_every_size(lan) == []


def give_back_from(page: Page, report) -> None:
    page.goto(f"/reports/{report.pk}/return/")
    give_back_form(page)


def give_back_form(page: Page) -> None:
    page.get_by_label("Góp ý").fill("Bổ sung.")
    press(page, "Trả lại kèm góp ý")
    expect(page.get_by_role("status")).to_contain_text("Đã trả lại")

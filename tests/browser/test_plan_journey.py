"""A supplement from four chairs: drafted, a line returned, mended, cleared, approved, and read."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import follow, press
from tests.plans import money, planning

pytestmark = pytest.mark.browser

HIRED = "A – thuê tổ chức tư vấn"
OWN_WORK = "B – cơ quan tự thực hiện"
SUPPLEMENT = {
    "Mã": "KH-2020-BS1",
    "Tên": "Kế hoạch bổ sung Ban Dân tộc",
    "Từ ngày": "01/12/2020",
    "Đến ngày": "30/11/2021",
}


@pytest.fixture
def four(now, window):
    """A plan is under way, money is there; Bình, Hoa, Dung and Lan each have a window of their own."""
    now("2020-11-25 09:00")
    agency = make.department("Ban Dân tộc")
    base = planning.running(make.department("Ban Tôn giáo"), code="KH-2020", title="Kế hoạch năm 2020")
    money.source(amount=100_000_000, name="Sự nghiệp khoa học và công nghệ")
    finance = money.User.objects.get(role="finance")
    chairs = [planning.planner(), finance, planning.leader(), make.officer(agency)]
    return base, [window(user) for user in chairs]


def test_a_supplement_is_drafted_returned_mended_cleared_approved_and_read(four):
    base, (binh, hoa, dung, lan) = four
    draft(binh, base)
    type_lines(binh)
    submit(binh)
    return_one_line(hoa)
    mend(binh)
    submit(binh)
    clear(hoa)
    approve(dung)
    read(lan)


def draft(page: Page, base: planning.RolloutPlan) -> None:
    page.goto(f"/plans/{base.pk}/")
    follow(page, "Lập bản bổ sung")
    for label, text in SUPPLEMENT.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Tiêu chuẩn").select_option("TCVN ISO 9001:2015")
    press(page, "Lưu kế hoạch")
    page.get_by_label("Ban Dân tộc").check()
    press(page, "Thêm vào kế hoạch")
    expect(page.get_by_role("status")).to_contain_text("Đã thêm 1 cơ quan")


def type_lines(page: Page) -> None:
    follow(page, "Kinh phí")
    new_line(page, 1, HIRED, "33.000.000")
    press(page, "Thêm dòng")
    new_line(page, 2, OWN_WORK, "40 triệu")
    press(page, "Lưu dự toán")
    expect(page.get_by_role("status")).to_contain_text("thêm 2 dòng")
    expect(amount(page, OWN_WORK)).to_have_value("40.000.000")
    expect(total(page)).to_have_text("73.000.000")


def new_line(page: Page, number: int, kind: str, estimate: str) -> None:
    line = page.get_by_role("group", name=f"Dòng mới {number}")
    line.get_by_label("Cơ quan").select_option("Ban Dân tộc")
    line.get_by_label("Dòng", exact=True).select_option(kind)
    line.get_by_label("Nguồn").select_option("Sự nghiệp khoa học và công nghệ (2020)")
    line.get_by_label("Dự toán (đồng)").fill(estimate)


def amount(page: Page, kind: str):
    return page.get_by_role("textbox", name=f"Dự toán: {kind}, Ban Dân tộc")


def total(page: Page):
    """The sum at the foot of the estimates."""
    return page.locator("[data-total]")


def submit(page: Page) -> None:
    follow(page, "Tiến độ")
    follow(page, "Trình thẩm định")
    press(page, "Trình thẩm định")
    expect(page.get_by_role("status")).to_contain_text("Đã trình thẩm định")


def return_one_line(page: Page) -> None:
    open_plan(page)
    follow(page, "Thẩm định kinh phí")
    page.get_by_label(f"Góp ý: {OWN_WORK}").fill("Giảm văn phòng phẩm còn 3 triệu.")
    page.get_by_label("Cần sửa gì, vì sao").fill("Rà soát lại tổng số.")
    press(page, "Trả lại kèm góp ý")
    expect(page.get_by_role("status")).to_contain_text("Đã trả lại KH-2020-BS1 kèm góp ý")


def open_plan(page: Page) -> None:
    page.goto("/plans/")
    follow(page, SUPPLEMENT["Tên"])


def mend(page: Page) -> None:
    open_plan(page)
    follow(page, "Kinh phí")
    row = page.get_by_role("row").filter(has_text=OWN_WORK)
    expect(row).to_contain_text("Giảm văn phòng phẩm còn 3 triệu.")
    amount(page, OWN_WORK).fill("38 triệu")
    expect(total(page)).to_have_text("71.000.000")
    row.get_by_label("Đã sửa").check()
    page.get_by_label("Đã sửa: Rà soát lại tổng số.").check()
    press(page, "Lưu dự toán")
    expect(row).to_contain_text(re.compile(r"đã sửa 25/11/2020 09:0\d"))
    assert faults_at_every_size(page) == []


def clear(page: Page) -> None:
    open_plan(page)
    follow(page, "Thẩm định kinh phí")
    press(page, "Thẩm định xong")
    expect(page.get_by_role("status")).to_contain_text("Đã thẩm định xong KH-2020-BS1")


def approve(page: Page) -> None:
    open_plan(page)
    follow(page, "Ghi phê duyệt")
    press(page, "Ghi phê duyệt")
    expect(page.get_by_label("Số, ký hiệu quyết định")).to_have_accessible_description(re.compile("Ghi số"))
    assert faults_at_every_size(page) == []
    page.get_by_label("Số, ký hiệu quyết định").fill("2944/QĐ-UBND")
    page.get_by_label("Ngày quyết định").fill("24/11/2020")
    press(page, "Ghi phê duyệt")
    expect(page.get_by_role("main")).to_contain_text("Đã phê duyệt")


def read(page: Page) -> None:
    """Lan sees her agency, the decision, and the amounts, and may change nothing of them."""
    open_plan(page)
    main = page.get_by_role("main")
    expect(main).to_contain_text("2944/QĐ-UBND")
    expect(main.get_by_role("link", name="Ban Dân tộc").filter(visible=True).first).to_be_visible()
    follow(page, "Kinh phí")
    approved = main.get_by_role("row").filter(has_text=OWN_WORK).get_by_role("cell", name="38.000.000")
    expect(approved).to_have_count(2)
    expect(main.get_by_role("textbox")).to_have_count(0)

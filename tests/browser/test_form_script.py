"""The form's script hurries what the server does anyway: questions appear, sums are worked out, rows come."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.people import choose, group, press
from tests.reports.pages import section_url

pytestmark = pytest.mark.browser


@pytest.fixture
def lan(now, window):
    """Lan at her screen, in a section of her commune's draft: lan("scope")."""
    now("2021-06-16 08:00")
    commune = make.agency()
    report = make.report(commune, answers={"qms_state": "applying"}, state="draft")
    page = window(make.officer(commune))

    def at(section):
        page.goto(section_url(report, section))
        return page

    return at


def test_a_question_appears_as_soon_as_its_answer_calls_for_it(lan):
    page = lan("consultant")
    name = page.get_by_label("Tên tổ chức hoặc chuyên gia tư vấn")
    expect(name).to_be_hidden()
    choose(page, "Trong năm có thuê tư vấn", "Có")
    expect(name).to_be_visible()
    choose(page, "Trong năm có thuê tư vấn", "Không")
    expect(name).to_be_hidden()


def test_a_share_is_worked_out_while_typing_and_asks_for_the_reason(lan):
    page = lan("scope")
    reason = page.get_by_label("Lý do chưa đưa đủ TTHC")
    page.get_by_label("Tổng số TTHC").fill("1.200")
    page.get_by_label("Số TTHC đã đưa vào").fill("900")
    expect(group(page, "Tỷ lệ TTHC")).to_contain_text("75,00\u00a0%")
    expect(reason).to_be_visible()
    page.get_by_label("Số TTHC đã đưa vào").fill("1200")
    expect(reason).to_be_hidden()


def test_money_opens_the_questions_about_it(lan):
    page = lan("funding")
    of_which = page.get_by_label("Trong đó: chi duy trì")
    page.get_by_label("Kinh phí đã chi trong năm").fill("18.000.000 đồng")
    expect(of_which).to_be_visible()
    page.get_by_label("Kinh phí đã chi trong năm").fill("0")
    expect(of_which).to_be_hidden()


def test_a_row_is_added_and_saved(lan):
    page = lan("next_year")
    press(page, "Thêm dòng")
    page.get_by_label("Nội dung công việc, dòng 3").fill("Tập huấn")
    page.get_by_label("Tháng hoàn thành, dòng 3").fill("7")
    press(page, "Lưu nháp")
    expect(page.get_by_label("Nội dung công việc, dòng 1")).to_have_value("Tập huấn")


def test_enter_saves_and_stays(lan):
    page = lan("general")
    page.get_by_label("Họ và tên người đứng đầu").fill("Trần Văn Thọ")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã lưu lúc")).to_be_visible()
    expect(page.get_by_label("Họ và tên người đứng đầu")).to_have_value("Trần Văn Thọ")


COVERED = """() => {
  const bar = document.querySelector(".savebar");
  for (let y = 0; y < document.body.scrollHeight; y += 20) {
    window.scrollTo({ top: y, behavior: "instant" });
    const box = bar.getBoundingClientRect();
    const found = document.elementFromPoint(box.left + 60, box.top + box.height / 2);
    if (!bar.contains(found)) return found.outerHTML;
  }
  return null;
}"""


def test_no_field_shines_through_the_bar_at_the_foot(lan):
    page = lan("general")
    page.get_by_label("Tổng số cán bộ").fill("12,345,6")
    press(page, "Lưu nháp")
    expect(page.get_by_role("region", name="lỗi")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 500})
    assert page.evaluate(COVERED) is None


def test_the_form_is_filled_in_and_saved_with_the_keyboard_alone(lan):
    page = lan("consultant")
    first = group(page, "Trong năm có thuê tư vấn").get_by_role("radio", name="Có", exact=True)
    while not first.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã lưu lúc")).to_be_visible()
    expect(group(page, "Trong năm có thuê tư vấn").get_by_role("radio", name="Không")).to_be_checked()

"""Without JavaScript everything can still be done: the script only saves a step."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.people import PDF, choose, drafted, press, without

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(now, window):
    """Lan's window runs no script; of her report one section is left, and the file."""
    now("2021-06-16 08:00")
    commune = make.agency(code="30340")
    report = drafted(make.report(commune), without("consultant"))
    return window(make.officer(commune), java_script_enabled=False), report


def test_the_questions_called_for_appear_after_saving(plain):
    page, report = plain
    page.goto(f"/reports/{report.pk}/fill/consultant/")
    name = page.get_by_label("Tên tổ chức hoặc chuyên gia tư vấn")
    expect(name).to_be_hidden()
    choose(page, "Trong năm có thuê tư vấn", "Có")
    press(page, "Lưu, sang phần XI")
    expect(page.get_by_role("status")).to_contain_text("Có câu mới hiện ra")
    expect(name).to_be_visible()


def test_a_report_is_finished_and_sent(plain):
    page, report = plain
    page.goto(f"/reports/{report.pk}/fill/consultant/")
    choose(page, "Trong năm có thuê tư vấn", "Không")
    press(page, "Lưu, sang phần XI")
    page.goto(f"/reports/{report.pk}/fill/attachments/")
    page.get_by_label("Báo cáo đã ký số").set_input_files(PDF)
    press(page, "Lưu, xem lại và gửi")
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("main")).to_contain_text("BC-2020-30340-1")


def test_a_table_gets_more_rows_from_the_server(plain):
    page, report = plain
    page.goto(f"/reports/{report.pk}/fill/next_year/")
    before = page.get_by_role("row").count()
    press(page, "Thêm dòng")
    expect(page.get_by_role("row")).not_to_have_count(before)
    expect(page.get_by_label("Nội dung công việc, dòng 1")).to_have_value("Đánh giá nội bộ")

"""Saving by itself over a bad line, as Lan sees it."""

import re
import time
from datetime import date

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import choose, drafted, press, saved, without
from tests.reports.pages import section_url

pytestmark = pytest.mark.browser
TOTAL = "Tổng số cán bộ"


@pytest.fixture
def lan(now, window):
    """Lan in the first section of her draft, at 23:50 on the last day."""
    now("2021-06-29 23:50")
    commune = make.agency(on=date(2019, 1, 1))
    report = make.report(commune, make.cycle(year=2020), answers={"staff_in_scope": 30}, state="draft")
    page = window(make.officer(commune))
    page.goto(section_url(report, "general"))
    return page, report


def stored(report):
    report.refresh_from_db()
    return report.answers


def line(page):
    return page.locator("[data-saved]")


def test_what_it_means_for_the_others_is_said_at_once(lan):
    page, _report = lan
    page.get_by_label(TOTAL).fill("24")
    page.keyboard.press("Tab")
    in_scope = page.get_by_label("Số cán bộ, công chức thuộc")
    expect(in_scope).to_have_accessible_description(re.compile(r"30 \(câu 4\) lớn hơn 24"))
    expect(page.get_by_role("link", name="I. Thông tin chung").first).to_contain_text("có lỗi")
    assert faults_at_every_size(page) == []
    page.get_by_label(TOTAL).fill("40")
    page.keyboard.press("Tab")
    expect(in_scope).not_to_have_accessible_description(re.compile("câu 4"))


def test_a_long_text_is_saved_while_it_is_written(lan):
    page, report = lan
    page.goto(section_url(report, "assessment"))
    page.get_by_label("Khó khăn, vướng mắc").press_sequentially("Thiếu người.")
    saved(page)
    assert stored(report)["difficulties"] == "Thiếu người."


def test_without_a_line_it_says_so_keeps_the_words_and_tries_again(lan):
    page, report = lan
    page.context.set_offline(True)
    page.get_by_label(TOTAL).fill("24")
    page.keyboard.press("Tab")
    expect(line(page)).to_contain_text("Chưa lưu được – mất mạng, thử lại sau 5 giây")
    page.get_by_label("Họ và tên người đứng đầu").fill("Trần Văn Thọ")
    page.keyboard.press("Tab")
    page.context.set_offline(False)
    saved(page)
    assert stored(report) == {"staff_in_scope": 30, "staff_total": 24, "head_name": "Trần Văn Thọ"}


def test_a_button_pressed_without_a_line_does_not_throw_the_page_away(lan):
    page, report = lan
    page.context.set_offline(True)
    page.get_by_label(TOTAL).fill("24")
    press(page, "Lưu, sang phần II")
    expect(line(page)).to_contain_text("mất mạng")
    expect(page.get_by_label(TOTAL)).to_have_value("24")
    page.context.set_offline(False)
    saved(page)
    assert stored(report)["staff_total"] == 24


def test_an_answer_lost_on_the_way_back_is_no_quarrel_with_oneself(lan):
    page, report = lan
    page.route("**/autosave/", lambda route: (route.fetch(), route.abort()))
    page.get_by_label(TOTAL).fill("2")
    page.keyboard.press("Tab")
    expect(line(page)).to_contain_text("Chưa lưu được")
    page.unroute("**/autosave/")
    page.get_by_label(TOTAL).fill("24")
    page.keyboard.press("Tab")
    saved(page)
    assert stored(report)["staff_total"] == 24


def test_what_was_typed_last_goes_with_the_page_that_is_left(lan):
    page, report = lan
    page.get_by_label(TOTAL).press_sequentially("24")
    page.goto("/")
    # The browser sends it on its own while the next page is on its way.
    ends = time.monotonic() + 20
    while "staff_total" not in stored(report) and time.monotonic() < ends:
        page.wait_for_timeout(100)
    page.goto(section_url(report, "general"))
    expect(page.get_by_label(TOTAL)).to_have_value("24")


def test_an_explanation_written_before_sending_survives_another_look(lan):
    page, report = lan
    drafted(report, without() | {"staff_trained": 0, "signed_report_file": "a.pdf"})
    page.goto(f"/reports/{report.pk}/send/")
    page.get_by_role("textbox", name="Giải trình").fill("Lớp mở tháng 7.")
    page.get_by_role("link", name="X. Tư vấn").filter(visible=True).first.click()
    expect(page.get_by_role("heading", name="X. Tư vấn")).to_be_visible()
    page.goto(f"/reports/{report.pk}/send/")
    expect(page.get_by_role("textbox", name="Giải trình")).to_have_value("Lớp mở tháng 7.")


def test_a_choice_that_brings_up_questions_is_saved_too(lan):
    page, report = lan
    page.goto(section_url(report, "consultant"))
    choose(page, "Trong năm có thuê tư vấn", "Có")
    saved(page)
    expect(page.get_by_label("Tên tổ chức hoặc chuyên gia tư vấn")).to_be_visible()
    assert stored(report)["consultant_used"] is True

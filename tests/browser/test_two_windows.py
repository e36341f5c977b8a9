"""The same draft in two windows: the second to save is told, and loses nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import press, saved

pytestmark = pytest.mark.browser


@pytest.fixture
def two_windows(now, window):
    """Lan and her colleague Hoa have both opened the first section; Hoa has just saved."""
    now("2021-06-16 08:00")
    commune = make.agency()
    report = make.report(commune, answers={"staff_total": 20}, state="draft")
    lan, hoa = window(make.officer(commune)), window(make.officer(commune, full_name="Lê Thị Hoa"))
    for page in (lan, hoa):
        page.goto(f"/reports/{report.pk}/fill/general/")
    hoa.get_by_label("Tổng số cán bộ").fill("31")
    hoa.keyboard.press("Tab")
    saved(hoa)
    return lan, report


# In one breath: a slow machine would show the other value between the two, and then it has been seen.
TYPED_AND_PRESSED_AT_ONCE = """(field) => {
  field.value = "29";
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  const buttons = [...document.querySelectorAll("button")].filter((one) => one.offsetParent);
  buttons.find((one) => one.textContent.includes("Lưu, sang phần II")).click();
}"""


def type_against(page):
    page.get_by_label("Họ và tên người đứng đầu").fill("Nguyễn Văn Hòa")
    page.get_by_label("Tổng số cán bộ").fill("29")
    page.keyboard.press("Tab")
    expect(page.locator("[data-saved]")).to_contain_text("chọn giá trị giữ lại")


def stored(report):
    report.refresh_from_db()
    return report.answers


def test_the_second_to_save_is_told_who_saved_what_and_when(two_windows):
    page, report = two_windows
    type_against(page)
    question = page.get_by_role("group", name="Tổng số cán bộ")
    expect(question).to_contain_text(re.compile(r"Lê Thị Hoa lưu lúc 08:0\d ngày 16/6/2021"))
    expect(question.get_by_role("radio", name="Cửa sổ này, vừa nhập")).to_be_checked()
    expect(question).to_contain_text(re.compile(r"29.*31", re.DOTALL))
    assert stored(report) == {"staff_total": 31, "head_name": "Nguyễn Văn Hòa"}
    assert faults_at_every_size(page) == []


@pytest.mark.parametrize(("keep", "kept"), [("Cửa sổ này", 29), ("Lê Thị Hoa", 31)])
def test_lan_keeps_the_value_she_chooses(two_windows, keep, kept):
    page, report = two_windows
    type_against(page)
    page.get_by_role("radio", name=keep).check()
    press(page.get_by_role("group", name="Tổng số cán bộ"), "Giữ số đã chọn")
    expect(page.get_by_label("Tổng số cán bộ")).to_have_value(str(kept))
    saved(page)
    assert stored(report)["staff_total"] == kept


def test_a_button_does_not_decide_what_nobody_has_seen(two_windows):
    page, report = two_windows
    page.get_by_label("Tổng số cán bộ").evaluate(TYPED_AND_PRESSED_AT_ONCE)
    expect(page.get_by_role("radio", name="Lê Thị Hoa")).to_be_visible()
    expect(page.get_by_role("heading", name="I. Thông tin chung")).to_be_visible()
    assert stored(report)["staff_total"] == 31

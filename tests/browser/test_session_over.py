"""The session ends while Lan is at work: nothing she typed is lost, with script or without."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import press, sign_in

pytestmark = pytest.mark.browser
HEAD = "Họ và tên người đứng đầu"


@pytest.fixture
def report(now):
    """Of Lan's commune; she signs in as "lan"."""
    now("2021-06-16 08:00")
    commune = make.agency()
    make.officer(commune, username="lan")
    return make.report(commune)


@pytest.fixture
def lan(report, window):
    """Open a section in her window: lan(), without script: lan(java_script_enabled=False)."""

    def opened(**options):
        page = window(report.agency.posts.get().user, **options)
        page.goto(f"/reports/{report.pk}/fill/general/")
        return page

    return opened


def stored(report):
    report.refresh_from_db()
    return report.answers


def test_the_page_says_that_the_session_is_over_and_keeps_the_words(lan):
    page = lan()
    page.context.clear_cookies(name="sessionid")
    page.get_by_label(HEAD).fill("Nguyễn Văn Hòa")
    page.keyboard.press("Tab")
    expect(page.locator("[data-saved]")).to_contain_text("Phiên đã hết: bấm Lưu nháp để đăng nhập lại")
    expect(page.get_by_label(HEAD)).to_have_value("Nguyễn Văn Hòa")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_button_leads_to_the_login_page_and_back_with_everything_typed(lan, report, script):
    page = lan(java_script_enabled=script)
    page.context.clear_cookies(name="sessionid")
    page.get_by_label(HEAD).fill("Nguyễn Văn Hòa")
    page.get_by_label("Tổng số cán bộ").fill("24")
    press(page, "Lưu nháp")
    expect(page.get_by_text("Những gì vừa nhập vẫn được giữ")).to_be_visible()
    sign_in(page, "lan")
    expect(page.get_by_role("definition").filter(has_text="Nguyễn Văn Hòa")).to_be_visible()
    if script:
        assert faults_at_every_size(page) == []
    press(page, "Gửi tiếp những gì đã nhập")
    expect(page.get_by_label(HEAD)).to_have_value("Nguyễn Văn Hòa")
    assert stored(report) == {"head_name": "Nguyễn Văn Hòa", "staff_total": 24}


def test_signed_in_again_in_another_tab_the_old_page_needs_one_more_press(lan, report):
    page = lan(java_script_enabled=False)
    page.get_by_label(HEAD).fill("Nguyễn Văn Hòa")
    other = page.context.new_page()
    other.goto("/")
    press(other, "Đăng xuất")
    sign_in(other, "lan")
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    press(page, "Lưu nháp")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trang đã mở quá lâu")
    press(page, "Gửi tiếp những gì đã nhập")
    expect(page.get_by_label(HEAD)).to_have_value("Nguyễn Văn Hòa")
    assert stored(report) == {"head_name": "Nguyễn Văn Hòa"}

"""The session ends while Lan is at work: what was saved is there again after she has signed in.

What she typed and had not saved is gone with the page that held it: saving by itself is not there yet.
"""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.people import press, sign_in

pytestmark = pytest.mark.browser


def test_after_signing_in_again_lan_is_where_she_was_and_nothing_saved_is_lost(now, window):
    now("2021-06-16 08:00")
    commune = make.agency()
    report = make.report(commune)
    page = window(make.officer(commune, username="lan"))
    page.goto(f"/reports/{report.pk}/fill/general/")
    head = page.get_by_label("Họ và tên người đứng đầu")
    head.fill("Nguyễn Văn Hòa")
    press(page, "Lưu nháp")
    page.context.clear_cookies()
    page.goto(f"/reports/{report.pk}/fill/general/")
    sign_in(page, "lan")
    expect(head).to_have_value("Nguyễn Văn Hòa")


def test_saving_after_the_session_has_ended_leads_to_the_login_page_and_back_to_the_section(now, window):
    now("2021-06-16 08:00")
    commune = make.agency()
    report = make.report(commune)
    page = window(make.officer(commune, username="lan"))
    page.goto(f"/reports/{report.pk}/fill/general/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Họ và tên người đứng đầu").fill("Nguyễn Văn Hòa")
    press(page, "Lưu nháp")
    sign_in(page, "lan")
    expect(page.get_by_role("heading", name="I. Thông tin chung")).to_be_visible()

"""On a machine that several people use: who comes next sees nothing of who went."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.people import press

pytestmark = pytest.mark.browser


def test_going_back_after_signing_out_shows_the_sign_in_page(now, window):
    now("2021-06-16 08:00")
    lan = make.officer(make.agency(), full_name="Trần Thị Lan")
    page = window(lan)
    page.goto("/agencies/people/me/")
    expect(page.get_by_text(lan.email)).to_be_visible()
    page.goto("/agencies/")
    press(page, "Đăng xuất")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập IsoTrack")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập IsoTrack")
    page.go_back()
    expect(page.get_by_text(lan.email)).not_to_be_visible()

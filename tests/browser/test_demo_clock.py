"""A visitor of the demonstration moves its clock."""

import re

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.people import follow

pytestmark = pytest.mark.browser

CLOCK = "Đồng hồ trình diễn"


@pytest.fixture
def visitor(now):
    now("2021-06-16 08:00")
    return make.officer(make.reports(1).reports.get().agency)


def test_the_page_lives_on_the_day_that_was_set(visitor, window):
    page = window(visitor)
    page.goto("/")
    clock = page.get_by_role("region", name=CLOCK)
    expect(clock).to_contain_text("16/6/2021")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"Còn\s+13\s+ngày"))
    clock.get_by_label("Đặt ngày giờ trình diễn").fill("30/06/2021 00:05")
    clock.get_by_label("Đặt ngày giờ trình diễn").press("Enter")
    expect(clock).to_contain_text("30/6/2021")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"Đã qua hạn\s+1\s+ngày"))


def test_on_a_phone_the_clock_has_a_page_of_its_own_and_refuses_to_go_back(visitor, window):
    page = window(visitor, width=360)
    page.goto("/")
    follow(page, "Đặt ngày")
    field = page.get_by_role("main").get_by_role("textbox")
    field.fill("01/06/2021 08:00")
    field.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("chỉ chạy tới")
    expect(field).to_have_value("01/06/2021 08:00")

"""The look a person chooses: language and size of text, kept from page to page."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.people import follow

pytestmark = pytest.mark.browser


@pytest.fixture
def lan(now, window):
    now("2021-06-16 08:00")
    commune = make.agency()
    make.report(commune)
    page = window(make.officer(commune))
    page.goto("/")
    return page


def test_english_and_back(lan):
    root = lan.locator("html")
    expect(root).to_have_attribute("lang", "vi")
    lan.get_by_role("link", name="English").filter(visible=True).click()
    expect(root).to_have_attribute("lang", "en")
    lan.goto("/agencies/")
    expect(root).to_have_attribute("lang", "en")
    lan.get_by_role("link", name="Tiếng Việt").filter(visible=True).click()
    expect(root).to_have_attribute("lang", "vi")
    expect(lan).to_have_url("/agencies/")


def letters(page):
    """The height of the page's letters, px."""
    return page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)")


def test_letters_grow_and_shrink_and_stay_so_on_the_next_page(lan):
    usual = letters(lan)
    follow(lan, "A+ chữ lớn")
    expect(lan.get_by_role("link", name="A+ chữ lớn").filter(visible=True)).to_have_attribute(
        "aria-current", "true"
    )
    assert letters(lan) > usual
    lan.goto("/agencies/")
    assert letters(lan) > usual
    follow(lan, "A− chữ nhỏ")
    assert letters(lan) < usual
    follow(lan, "A chữ vừa")
    assert letters(lan) == usual

"""The form in a real Chromium: the script only hurries what the server does anyway."""

import pytest
from playwright.sync_api import expect, sync_playwright

from tests import make
from tests.reports.pages import section_url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def lan(now, browse, live_server, chromium):
    """Lan at her screen, and her commune's report; a mistake in the script fails the test."""
    now("2021-06-16 08:00")
    commune = make.agency()
    report = make.report(commune, answers={"qms_state": "applying"})
    cookie = browse(make.officer(commune)).cookies["sessionid"].value
    context = chromium.new_context()
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    mistakes = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    yield lambda section: page.goto(live_server.url + section_url(report, section)) and page
    assert mistakes == []


def test_a_question_appears_as_soon_as_its_answer_calls_for_it(lan):
    page = lan("consultant")
    name = page.locator("#q-consultant_name")
    expect(name).to_be_hidden()
    page.check("#q-consultant_used_0")
    expect(name).to_be_visible()
    page.check("#q-consultant_used_1")
    expect(name).to_be_hidden()


def test_a_share_is_worked_out_while_typing_and_asks_for_the_reason(lan):
    page = lan("scope")
    page.fill("#q-procedures_total", "1.200")
    page.fill("#q-procedures_in_qms", "900")
    expect(page.locator("[data-key=coverage_percent] [data-result]")).to_have_text("75,00\u00a0%")
    expect(page.locator("#q-missing_procedures_reason")).to_be_visible()
    page.fill("#q-procedures_in_qms", "1200")
    expect(page.locator("#q-missing_procedures_reason")).to_be_hidden()


def test_money_opens_the_questions_about_it(lan):
    page = lan("funding")
    page.fill("#q-funding_spent_total", "18.000.000 đồng")
    expect(page.locator("#q-spent_maintenance")).to_be_visible()
    page.fill("#q-funding_spent_total", "0")
    expect(page.locator("#q-spent_maintenance")).to_be_hidden()


def test_a_row_is_added_and_saved(lan):
    page = lan("next_year")
    page.click("text=Thêm dòng")
    page.fill("#q-next_year_tasks-2-task", "Tập huấn")
    page.fill("#q-next_year_tasks-2-month", "7")
    page.click(".savebar >> text=Lưu nháp")
    expect(page.locator("#q-next_year_tasks-0-task")).to_have_value("Tập huấn")


def test_enter_saves_and_stays(lan):
    page = lan("general")
    page.fill("#q-head_name", "Trần Văn Thọ")
    page.press("#q-head_name", "Enter")
    expect(page.locator(".saved")).to_contain_text("Đã lưu lúc")
    expect(page.locator("#q-head_name")).to_have_value("Trần Văn Thọ")

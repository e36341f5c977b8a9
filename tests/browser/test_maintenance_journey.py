"""Fifteen million a year for maintenance (khoản 6 Điều 4 TT 116/2015/TT-BTC), as Hoa and Bình meet it."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import follow, press
from tests.plans import money, planning

pytestmark = pytest.mark.browser

REFUSED = "Vượt trần 15.000.000 đồng – khoản 6 Điều 4 TT 116/2015/TT-BTC (vượt 1.000.000 đồng)"
KEPT = "Duy trì, cải tiến"


@pytest.fixture
def declared(now, window):
    """An agency that declared in 2019 stands in a draft; Bình and Hoa have it open, money is there."""
    now("2020-11-25 09:00")
    agency = make.department("Sở Nội vụ")
    plan = planning.drafted(agency, code="KH-DT")
    money.declared(agency, date(2019, 5, 1))
    for year in (2020, 2021):
        money.source(year=year)
    return plan, window(planning.planner()), window(money.finance())


def type_maintenance(page: Page, plan: planning.RolloutPlan, *lines: tuple[str, str]) -> None:
    page.goto(f"/plans/{plan.pk}/funding/")
    for number, (year, estimate) in enumerate(lines, start=1):
        if number > 1:
            press(page, "Thêm dòng")
        line = page.get_by_role("group", name=f"Dòng mới {number}")
        line.get_by_label("Cơ quan").select_option("Sở Nội vụ")
        line.get_by_label("Dòng", exact=True).select_option(KEPT)
        line.get_by_label("Năm").fill(year)
        line.get_by_label("Nguồn").select_option(f"Sự nghiệp khoa học và công nghệ ({year})")
        line.get_by_label("Dự toán (đồng)").fill(estimate)
    press(page, "Lưu dự toán")
    expect(page.get_by_role("status")).to_contain_text(f"thêm {len(lines)} dòng")


def submit(page: Page, plan: planning.RolloutPlan) -> None:
    page.goto(f"/plans/{plan.pk}/submit/")
    press(page, "Trình thẩm định")
    expect(page.get_by_role("status")).to_contain_text("Đã trình thẩm định")


def test_nine_and_seven_million_in_one_year_are_marked_at_once_and_cannot_be_cleared(declared):
    plan, binh, hoa = declared
    type_maintenance(binh, plan, ("2020", "9 triệu"), ("2020", "7.000.000"))
    expect(binh.get_by_role("row").filter(has_text=REFUSED)).to_have_count(1)
    assert faults_at_every_size(binh) == []
    submit(binh, plan)
    hoa.goto(f"/plans/{plan.pk}/finance-review/")
    expect(hoa.get_by_role("button", name="Thẩm định xong")).to_have_count(0)
    hoa.goto(f"/plans/{plan.pk}/clear/")
    press(hoa, "Thẩm định xong")
    expect(hoa.get_by_role("main")).to_contain_text(f"Sở Nội vụ, {KEPT}: {REFUSED}")
    assert faults_at_every_size(hoa) == []


def test_with_the_second_in_the_next_year_they_are_cleared(declared):
    plan, binh, hoa = declared
    type_maintenance(binh, plan, ("2020", "9 triệu"), ("2021", "7.000.000"))
    expect(binh.get_by_role("main")).not_to_contain_text("Vượt trần")
    submit(binh, plan)
    hoa.goto(f"/plans/{plan.pk}/")
    follow(hoa, "Thẩm định kinh phí")
    press(hoa, "Thẩm định xong")
    expect(hoa.get_by_role("status")).to_contain_text("Đã thẩm định xong KH-DT")

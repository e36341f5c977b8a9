"""A merger from three chairs: the clerk carries it out, the officer of the new commune writes the old report."""

import pytest
from playwright.sync_api import Page, expect

from agencies.models import Agency
from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import follow, press

pytestmark = pytest.mark.browser


@pytest.fixture
def two(now, window):
    """Two communes with open reports; Bình of the department, and Lan of one of the two."""
    now("2021-06-20 09:00")
    town = make.agency("Ủy ban nhân dân thị trấn An Phú", code="30337")
    village = make.agency("Ủy ban nhân dân xã Vĩnh Hội Đông", code="30349")
    lan, binh = make.officer(town), make.staff()
    make.cycle()
    make.document("1654/NQ-UBTVQH15")
    return village, window(binh), window(lan)


def test_two_communes_merge_and_the_old_report_is_written_in_the_new_one(two):
    village, binh, lan = two
    fill_in(binh, village)
    assert faults_at_every_size(binh) == []
    press(binh, "Xác nhận")
    expect(binh.get_by_role("status")).to_contain_text("Đã thực hiện")
    assert faults_at_every_size(binh) == []
    heir = Agency.objects.get(code="30337", valid_to__isnull=True)
    binh.goto(f"/agencies/{village.pk}/")
    expect(binh.locator("main")).to_contain_text("Đã sáp nhập vào UBND xã An Phú")
    binh.goto(f"/agencies/{heir.pk}/")
    expect(binh.locator("#before")).to_contain_text("UBND xã Vĩnh Hội Đông")
    assert faults_at_every_size(binh) == []
    lan.goto("/reports/")
    expect(lan.locator("main")).to_contain_text("UBND xã Vĩnh Hội Đông")


def fill_in(page: Page, village: Agency) -> None:
    page.goto(f"/agencies/{village.pk}/")
    follow(page, "Sáp nhập, chia tách…")
    page.get_by_label("Cơ quan trước").select_option(
        ["UBND thị trấn An Phú (30337)", "UBND xã Vĩnh Hội Đông (30349)"]
    )
    page.get_by_label("Mã cơ quan mới").fill("30337")
    page.get_by_label("Tên mới").fill("Ủy ban nhân dân xã An Phú")
    page.get_by_label("Có hiệu lực từ ngày").fill("20/06/2021")
    page.get_by_label("Văn bản", exact=False).last.select_option(index=1)
    press(page, "Xem trước")
    expect(page.locator("#ahead")).to_contain_text("19/06/2021")

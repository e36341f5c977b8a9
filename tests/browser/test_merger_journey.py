"""A merger from two chairs, and a split: the clerk carries them out, the officer finds the old report."""

import pytest
from playwright.sync_api import Page, expect

from agencies.models import Agency, Succession
from reports.actions.succession import carry_out_due
from reports.models import AnnualReport
from tests import make
from tests.browser.looking import faults_at_every_size
from tests.browser.people import follow, press

pytestmark = pytest.mark.browser


@pytest.fixture
def three(now, window):
    """Three communes with open reports; Bình of the department, and Lan of one of them."""
    now("2021-06-20 09:00")
    town = make.agency("Ủy ban nhân dân thị trấn An Phú", code="30337")
    village = make.agency("Ủy ban nhân dân xã Vĩnh Hội Đông", code="30349")
    island = make.agency("Ủy ban nhân dân xã Phú Hội", code="30346")
    lan, binh = make.officer(town), make.staff()
    make.cycle()
    make.document("1654/NQ-UBTVQH15")
    return (town, village, island), window(binh), window(lan)


def test_three_communes_merge_and_each_open_report_goes_where_it_was_sent(three, now):
    (town, village, island), binh, lan = three
    binh.goto(f"/agencies/{village.pk}/")
    follow(binh, "Sáp nhập, chia tách…")
    pick(binh, "Cơ quan trước", "thi tran an phu", town)
    pick(binh, "Cơ quan trước", "30346", island)
    new_agency(binh, 1, "30337", "Ủy ban nhân dân xã An Phú")
    on(binh, "25/06/2021")
    assert faults_at_every_size(binh) == []
    press(binh, "Xem trước")
    expect(binh.locator("#ahead")).to_contain_text("24/06/2021")
    binh.get_by_label(village.in_lists).select_option("Cơ quan cũ làm xong trước ngày kết thúc")
    binh.get_by_label(island.in_lists).select_option("Thôi, có lý do")
    press(binh, "Xác nhận")
    expect(binh.get_by_role("alert")).to_contain_text("ghi lý do thôi không làm")
    binh.get_by_label("Lý do thôi không làm").nth(1).fill("Đã báo cáo chung với xã An Phú")
    assert faults_at_every_size(binh) == []
    press(binh, "Xác nhận")
    expect(binh.get_by_role("status")).to_contain_text("đến lúc đó còn hủy được")
    now("2021-06-25 09:00")
    carry_out_due(as_of=make.at("2021-06-25 09:00"))
    binh.reload()
    expect(binh.locator("#duties")).to_contain_text("Đã báo cáo chung với xã An Phú")
    expect(binh.locator("#duties")).to_contain_text("Chuyển cho cơ quan kế thừa: UBND xã An Phú")
    heir = Agency.objects.get(code="30337", valid_to__isnull=True)
    binh.goto(f"/agencies/{village.pk}/")
    expect(binh.locator("main")).to_contain_text("Đã sáp nhập vào UBND xã An Phú")
    binh.goto(f"/agencies/{heir.pk}/")
    expect(binh.locator("#before")).to_contain_text("UBND xã Vĩnh Hội Đông")
    assert faults_at_every_size(binh) == []
    lan.goto("/reports/")
    expect(lan.locator("main")).to_contain_text("UBND xã Vĩnh Hội Đông")


def test_a_commune_is_split_into_three_of_which_two_are_new(three):
    (town, village, _island), binh, _lan = three
    binh.goto("/successions/add/")
    binh.get_by_label("Hình thức").select_option("Chia tách")
    pick(binh, "Cơ quan trước", "an phu", town)
    pick(binh, "Cơ quan kế thừa đã có", "vinh hoi dong", village)
    new_agency(binh, 1, "30338", "Ủy ban nhân dân xã Nhất")
    press(binh, "Thêm cơ quan mới")
    new_agency(binh, 2, "30339", "Ủy ban nhân dân xã Nhì")
    pick(binh, "Cấp trên của cơ quan mới", "ubnd tinh", make.province(), line=2)
    on(binh, "20/06/2021")
    press(binh, "Xem trước")
    expect(binh.locator("#ahead")).to_contain_text("Lập mới, trực thuộc UBND tỉnh An Giang")
    binh.get_by_label(town.in_lists).select_option("Chuyển cho cơ quan kế thừa")
    binh.get_by_label("Chuyển cho", exact=False).last.select_option(index=3)
    press(binh, "Xác nhận")
    expect(binh.get_by_role("status")).to_contain_text("Đã thực hiện")
    assert faults_at_every_size(binh) == []
    assert Agency.objects.filter(links_before__succession=Succession.objects.get()).count() == 3
    report = AnnualReport.objects.get(agency=town)
    assert (report.passed_to.code, report.passed_to.superior) == ("30339", make.province())


def pick(page: Page, field: str, words: str, agency: Agency, *, line: int = 1) -> None:
    """Type until it is found, then tick it."""
    group = page.get_by_role("group", name=field).nth(line - 1)
    group.get_by_role("searchbox").fill(words)
    group.get_by_label(f"{agency} ({agency.code})").check()


def new_agency(page: Page, line: int, code: str, name: str) -> None:
    group = page.get_by_role("group", name=f"Cơ quan mới {line}")
    group.get_by_label("Mã cơ quan mới").fill(code)
    group.get_by_label("Tên cơ quan mới").fill(name)


def on(page: Page, day: str) -> None:
    page.get_by_label("Có hiệu lực từ ngày").fill(day)
    page.locator("#id_document").select_option(index=1)

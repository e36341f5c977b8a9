"""Pages of declarations and upkeep."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from plans.models import Declaration, StandardVersion, Upkeep, UpkeepKind
from plans.procedures import read_procedures
from tests import make
from tests.plans import money
from tests.plans.classes import book, building, upkeep, upload

pytestmark = pytest.mark.django_db
DONE = {
    "INTERNAL_AUDIT": date(2021, 2, 1),
    "MANAGEMENT_REVIEW": date(2021, 2, 10),
    "EFFECTIVENESS_CONFIRMED": date(2021, 2, 20),
}


@pytest.fixture(autouse=True)
def morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def lan():
    return make.officer(make.agency())


def url(name, *args):
    return reverse(f"plans:{name}", args=args)


def typed(*procedures):
    return {
        "number": "125/QĐ-UBND",
        "standard": StandardVersion.objects.get(code="2015").pk,
        "confirmed_on": "20/02/2021",
        "declared_on": "25/02/2021",
        "signer": "Lê Văn C",
        "position": "Chủ tịch",
        "scope": "Giải quyết thủ tục hành chính",
        "procedures_file": upload(book(["STT", "Tên thủ tục hành chính"], *procedures)),
    }


def test_an_officer_declares_with_a_list_of_procedures(lan, browse):
    building(lan.agency, **DONE)
    procedures = (["1", "Đăng ký khai sinh"], ["2", "Đăng ký kết hôn"])
    answer = browse(lan).post(url("declaration-add", lan.agency.pk), typed(*procedures))
    made = Declaration.objects.get()
    assert answer.url == url("declaration-detail", made.pk)
    assert made.procedures == ["Đăng ký khai sinh", "Đăng ký kết hôn"]


def test_what_is_missing_is_said_and_nothing_typed_is_lost(lan, browse):
    building(lan.agency, INTERNAL_AUDIT=date(2021, 2, 1))
    answer = browse(lan).post(url("declaration-add", lan.agency.pk), typed(["1", "Đăng ký khai sinh"]))
    assert answer.status_code == 409
    assert "Xem xét của lãnh đạo và hoàn thiện hệ thống" in answer.content.decode()
    assert answer.context["form"]["signer"].value() == "Lê Văn C"


def test_every_wrong_cell_of_the_procedures_is_told(lan, browse):
    building(lan.agency, **DONE)
    rows = (["1", "Đăng ký khai sinh"], ["2", "đăng ký  khai sinh"], ["3", "12"])
    answer = browse(lan).post(url("declaration-add", lan.agency.pk), typed(*rows))
    assert [one.address for one in answer.context["mistakes"]] == ["B3", "B4"]
    assert not Declaration.objects.exists()


def test_procedures_are_read_in_their_order():
    found = read_procedures(book(["Tên thủ tục hành chính"], ["Thủ tục B"], ["Thủ tục A"]))
    assert (found.names, found.mistakes) == (["Thủ tục B", "Thủ tục A"], [])


def test_notice_posting_and_address_follow(lan, browse):
    declaration = money.declared(lan.agency, date(2021, 2, 25))
    after = {
        "notified_on": "1/3/2021",
        "notice_number": "7/TB",
        "posted_on": "2/3/2021",
        "url": "ag.gov.vn/cb",
    }
    browse(lan).post(url("declaration-publish", declaration.pk), after)
    declaration.refresh_from_db()
    assert declaration.is_complete
    assert declaration.url == "https://ag.gov.vn/cb"


def test_a_notice_without_its_number_is_sent_back(lan, browse):
    declaration = money.declared(lan.agency, date(2021, 2, 25))
    answer = browse(lan).post(url("declaration-publish", declaration.pk), {"notified_on": "1/3/2021"})
    assert "notice_number" in answer.context["form"].errors


def test_upkeep_is_recorded_and_shown_as_a_duty(lan, browse):
    declaration = money.declared(lan.agency, date(2021, 2, 25))
    told = {"kind": UpkeepKind.LEGAL_UPDATE, "happened_on": "1/4/2021", "about": "NĐ 1/2021"}
    answer = browse(lan).post(url("upkeep-add", lan.agency.pk), told)
    assert answer.url == url("declaration-detail", declaration.pk)
    page = browse(lan).get(answer.url).content.decode()
    assert "Cập nhật văn bản: NĐ 1/2021" in page and "Còn 15 ngày" in page
    act = Upkeep.objects.get()
    browse(lan).post(url("upkeep-finish", act.pk), {"done_on": "10/6/2021"})
    act.refresh_from_db()
    assert act.done_on == date(2021, 6, 10)


def test_an_audit_is_not_recorded_before_it_happened(lan, browse):
    told = {"kind": UpkeepKind.INTERNAL_AUDIT, "happened_on": "17/6/2021", "about": "Đợt 1"}
    answer = browse(lan).post(url("upkeep-add", lan.agency.pk), told)
    assert answer.context["form"].errors["happened_on"] == ["Ngày không thể sau hôm nay."]


def test_the_list_finds_who_has_not_declared(browse):
    one = make.agency("Ủy ban nhân dân xã Phú Hữu")
    make.agency("Ủy ban nhân dân xã Khánh An")
    money.declared(one, date(2021, 2, 25))
    browser = browse(make.staff())
    page = browser.get(url("declaration-list"), {"status": "none", "q": "khanh an"})
    assert [line["agency"].name for line in page.context["lines"]] == ["Ủy ban nhân dân xã Khánh An"]
    page = browser.get(url("declaration-list"), {"status": "incomplete"})
    assert [line["agency"] for line in page.context["lines"]] == [one]


def test_a_superior_reads_and_does_not_write(browse):
    above = make.district()
    below = make.agency(superior=above)
    declaration = money.declared(below, date(2021, 2, 25))
    browser = browse(make.officer(above))
    assert browser.get(url("declaration-detail", declaration.pk)).status_code == 200
    assert browser.get(url("declaration-publish", declaration.pk)).status_code == 404
    assert browser.get(url("declaration-add", below.pk)).status_code == 404
    assert browser.get(url("upkeep-add", below.pk)).status_code == 404


def test_a_sibling_and_a_stranger_find_nothing(lan, browse):
    declaration = money.declared(lan.agency, date(2021, 2, 25))
    act = upkeep(lan.agency, UpkeepKind.LEGAL_UPDATE, date(2021, 4, 1))
    far = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    for agency in (make.agency("Ủy ban nhân dân xã Phú Hữu"), make.agency(superior=far)):
        browser = browse(make.officer(agency))
        assert browser.get(url("declaration-detail", declaration.pk)).status_code == 404
        assert browser.get(url("upkeep-finish", act.pk)).status_code == 404
        assert lan.agency not in [
            line["agency"] for line in browser.get(url("declaration-list")).context["lines"]
        ]


def test_the_leader_reads_and_the_administrator_does_not(lan, browse):
    declaration = money.declared(lan.agency, date(2021, 2, 25))
    leader, admin = (make.user(role, make.province()) for role in (Role.LEADER, Role.ADMINISTRATOR))
    assert browse(leader).get(url("declaration-detail", declaration.pk)).status_code == 200
    assert browse(leader).get(url("declaration-publish", declaration.pk)).status_code == 404
    assert browse(admin).get(url("declaration-list")).status_code == 404


def test_the_list_costs_the_same_for_one_agency_and_for_many(browse):
    browser = browse(make.staff())
    money.declared(make.agency(), date(2020, 2, 25))
    browser.get(url("declaration-list"))
    with CaptureQueriesContext(connection) as few:
        browser.get(url("declaration-list"))
    for place in range(9):
        money.declared(make.agency(f"Ủy ban nhân dân xã Số {place}"), date(2020, 2, 25))
    with CaptureQueriesContext(connection) as many:
        browser.get(url("declaration-list"))
    assert len(few) == len(many)

"""Changing an agency from a day on, and its mailbox."""

from datetime import date

import pytest

from agencies.models import Role
from isotrack.journal.models import Entry
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


def typed(agency, **changed):
    values = {
        "superior": agency.superior_id,
        "name": agency.name,
        "kind": agency.kind,
        "group": agency.group,
        "mandate": agency.mandate,
        "ceiling_tier": agency.ceiling_tier,
        "reports_annually": "on",
        "on": "01/06/2021",
        "reason": "Quyết định 12/QĐ-UBND",
    }
    return values | changed


def test_a_new_name_counts_from_its_day_and_the_old_one_before(browse):
    agency = make.agency()
    browse(make.staff()).post(
        f"/agencies/{agency.pk}/edit/", typed(agency, name="Ủy ban nhân dân xã Khánh Bình")
    )
    names = list(agency.standings.order_by("starts_on").values_list("name", "ends_on"))
    assert names == [
        ("Ủy ban nhân dân xã Khánh An", date(2021, 5, 31)),
        ("Ủy ban nhân dân xã Khánh Bình", None),
    ]


def test_the_reason_and_both_names_stand_in_the_journal(browse):
    agency = make.agency()
    browse(make.staff()).post(
        f"/agencies/{agency.pk}/edit/", typed(agency, name="Ủy ban nhân dân xã Khánh Bình")
    )
    entry = Entry.objects.about("agency", agency.pk).get(verb="agency-changed")
    assert entry.reason == "Quyết định 12/QĐ-UBND"
    assert entry.changes["name"] == ["Ủy ban nhân dân xã Khánh An", "Ủy ban nhân dân xã Khánh Bình"]


def test_a_new_superior_takes_everything_below_along(browse):
    here, there = make.district(), make.district("Ủy ban nhân dân huyện Phú Tân")
    agency = make.agency(superior=here)
    browse(make.staff()).post(f"/agencies/{agency.pk}/edit/", typed(agency, superior=there.pk))
    agency.refresh_from_db()
    assert (agency.superior, agency.path) == (there, f"{there.path}{agency.pk}/")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "Tên khác", "on": "17/06/2021"}, "muộn nhất là hôm nay"),
        ({"name": "Tên khác", "on": "01/01/2020"}, "phải sau ngày bắt đầu"),
        ({"name": "Tên khác", "on": "31/02/2021"}, "không có trong lịch"),
        ({"name": "Tên khác", "reason": ""}, "là bắt buộc"),
        ({"name": ""}, "là bắt buộc"),
        ({"kind": "planet"}, "không phải"),
        ({}, "Chưa có thông tin nào khác"),
    ],
)
def test_a_change_that_cannot_be_is_told_and_keeps_what_was_typed(browse, changed, told):
    agency = make.agency()
    response = browse(make.staff()).post(f"/agencies/{agency.pk}/edit/", typed(agency, **changed))
    assert response.status_code == 200
    errors = " ".join(str(error) for errors in response.context["form"].errors.values() for error in errors)
    assert told in errors
    assert agency.standings.count() == 1


def test_nobody_is_hung_below_themselves(browse):
    district = make.district()
    below = make.agency(superior=district)
    response = browse(make.staff()).post(f"/agencies/{district.pk}/edit/", typed(district, superior=below.pk))
    assert "superior" in response.context["form"].errors


def test_a_page_with_an_error_still_names_the_agency_as_it_is(browse):
    agency = make.agency()
    response = browse(make.staff()).post(
        f"/agencies/{agency.pk}/edit/", typed(agency, name="Tên khác", reason="")
    )
    assert "Ghi thay đổi của UBND xã Khánh An" in " ".join(response.content.decode().split())


def test_the_province_itself_has_no_superior_to_choose(browse):
    response = browse(make.staff()).get(f"/agencies/{make.province().pk}/edit/")
    assert "superior" not in response.context["form"].fields


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.FINANCE, Role.ADMINISTRATOR])
def test_only_the_department_keeps_the_registry(browse, role):
    agency = make.agency()
    assert browse(make.user(role, agency)).get(f"/agencies/{agency.pk}/edit/").status_code == 404


def test_a_clerk_of_another_province_finds_nothing(browse):
    agency = make.agency()
    stranger = make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    assert browse(stranger).get(f"/agencies/{agency.pk}/edit/").status_code == 404


def test_an_officer_sets_the_mailbox_of_their_own_agency(browse):
    agency = make.agency(contact="")
    browse(make.officer(agency)).post(
        f"/agencies/{agency.pk}/contact/", {"contact_email": "khanhan@angiang.example"}
    )
    agency.refresh_from_db()
    assert agency.contact_email == "khanhan@angiang.example"


def test_an_officer_does_not_set_the_mailbox_of_an_agency_below(browse):
    district = make.district()
    below = make.agency(superior=district)
    assert browse(make.officer(district)).get(f"/agencies/{below.pk}/contact/").status_code == 404


def test_emptying_the_mailbox_is_told_to_have_a_price(browse):
    agency = make.agency()
    response = browse(make.staff()).post(
        f"/agencies/{agency.pk}/contact/", {"contact_email": ""}, follow=True
    )
    assert "không ai ở cơ quan này được nhắc" in response.content.decode()


def test_an_address_that_is_none_is_refused_beside_its_field(browse):
    agency = make.agency()
    response = browse(make.staff()).post(f"/agencies/{agency.pk}/contact/", {"contact_email": "khanhan"})
    assert "contact_email" in response.context["form"].errors

"""Finding a superior by typing, however many there are."""

from datetime import date

import pytest

from agencies.actions.agency import change
from tests import make

pytestmark = pytest.mark.django_db

LIST = "/agencies/"


@pytest.fixture
def districts():
    here = make.district("Ủy ban nhân dân huyện An Phú", code="89-AP")
    there = make.district("Ủy ban nhân dân huyện Phú Tân", code="89-PT")
    make.agency("Ủy ban nhân dân xã Khánh An", superior=here)
    make.agency("Ủy ban nhân dân xã Phú Lâm", superior=there)
    return here, there


def shown(response):
    return [str(agency) for agency in response.context["agencies"]]


@pytest.mark.parametrize(
    "typed", ["an phu", "UBND huyện An Phú (89-AP)", "89-ap", "  AN PHÚ ", "tên cũ gõ nhầm (89-AP)"]
)
def test_a_clerk_types_a_name_or_a_code(browse, districts, typed):
    assert shown(browse(make.staff()).get(LIST, {"under": typed})) == ["UBND xã Khánh An"]


def test_what_was_chosen_stands_in_the_field_with_its_code(browse, districts):
    for asked in ({"under": "an phu"}, {"superior": districts[0].pk}):
        page = browse(make.staff()).get(LIST, asked).content.decode()
        assert 'name="under" value="UBND huyện An Phú (89-AP)"' in page


def test_what_is_typed_counts_more_than_the_key_of_a_link(browse, districts):
    asked = {"superior": districts[1].pk, "under": "an phu"}
    assert shown(browse(make.staff()).get(LIST, asked)) == ["UBND xã Khánh An"]
    assert len(shown(browse(make.staff()).get(LIST, asked | {"under": ""}))) > 2


def test_words_that_fit_several_narrow_nothing_and_lead_to_each(browse, districts):
    response = browse(make.staff()).get(LIST, {"under": "phu", "sort": "code", "page": "1"})
    page = response.content.decode()
    assert len(shown(response)) > 2
    assert "Nhiều cơ quan khớp “phu”" in page and "<details open>" in page
    assert not response.context["picks"]  # nobody changes all of them for some
    for district in districts:
        assert f"?sort=code&amp;superior={district.pk}" in page


def test_nobody_exports_or_changes_all_for_some_where_words_fit_several(browse, districts):
    clerk = browse(make.staff())
    assert clerk.get(f"{LIST}export.xlsx", {"under": "phu"}).url == f"{LIST}?under=phu"
    assert clerk.get(f"{LIST}export.xlsx", {"under": "an phu"}).status_code == 200
    assert clerk.get(f"{LIST}bulk/", {"under": "phu", "of": "all"}).url == LIST


def test_words_that_fit_none_are_told(browse, districts):
    page = browse(make.staff()).get(LIST, {"under": "núi cấm"}).content.decode()
    assert "Không có cơ quan nào khớp “núi cấm”" in page and 'value="núi cấm"' in page


def test_the_tree_is_narrowed_alike(browse, districts):
    page = browse(make.staff()).get(LIST, {"view": "tree", "under": "an phu"}).content.decode()
    assert "UBND xã Khánh An" in page and "UBND xã Phú Lâm" not in page


def test_names_are_suggested_while_typing(browse, districts):
    names = browse(make.staff()).get("/agencies/superiors/", {"q": "phu", "on": ""}).json()["names"]
    assert names == ["UBND huyện An Phú (89-AP)", "UBND huyện Phú Tân (89-PT)"]


def test_who_has_nobody_below_is_not_suggested(browse, districts):
    assert browse(make.staff()).get("/agencies/superiors/", {"q": "khanh an"}).json() == {"names": []}


def test_an_officer_is_suggested_their_own_only(browse, districts):
    make.agency("Ủy ban nhân dân xã Phú Hữu", superior=districts[1])
    names = browse(make.officer(districts[0])).get("/agencies/superiors/", {"q": "phu"}).json()["names"]
    assert names == ["UBND huyện An Phú (89-AP)"]


def test_superiors_are_found_by_the_name_of_the_day(browse, districts, now):
    now("2021-06-16 08:00")
    change(
        districts[0],
        by=make.staff(),
        at=make.NOW,
        on=date(2021, 6, 10),
        reason="Đổi tên",
        name="Ủy ban nhân dân thị xã Búng Bình Thiên",
    )
    reader = browse(make.staff())
    then = {"on": "01/06/2021"}
    assert shown(reader.get(LIST, then | {"under": "an phu"})) == ["UBND xã Khánh An"]
    assert reader.get("/agencies/superiors/", then | {"q": "an phu"}).json() == {
        "names": ["UBND huyện An Phú (89-AP)"]
    }
    found = reader.get("/agencies/superiors/", {"q": "an phu"}).json()["names"]
    assert found == ["UBND thị xã Búng Bình Thiên (89-AP)"]  # by its former name, too


def test_the_page_does_not_grow_with_the_superiors(browse, districts):
    reader = browse(make.staff())
    few = len(reader.get(LIST, {"q": "khanh an"}).content)
    for place in range(30):
        make.agency(superior=make.district(f"Ủy ban nhân dân huyện Số {place}"), name=f"Xã {place}")
    assert abs(len(reader.get(LIST, {"q": "khanh an"}).content) - few) < 200


def test_many_that_fit_are_cut_off(browse, districts):
    for place in range(30):
        make.agency(superior=make.district(f"Ủy ban nhân dân huyện Số {place}"), name=f"Xã {place}")
    reader = browse(make.staff())
    assert len(reader.get("/agencies/superiors/", {"q": "huyen so"}).json()["names"]) == 20
    assert len(reader.get(LIST, {"under": "huyen so"}).context["filters"].meant) == 8


def test_accounts_are_found_by_the_agency_that_is_typed(browse, districts):
    make.officer(districts[0], full_name="Trần Thị Lan")
    make.officer(districts[1], full_name="Lê Văn Tư")
    reader = browse(make.staff())
    page = reader.get("/agencies/people/", {"at": "an phu"}).content.decode()
    assert "Trần Thị Lan" in page and "Lê Văn Tư" not in page
    several = reader.get("/agencies/people/", {"at": "phu"}).content.decode()
    assert f"?agency={districts[1].pk}" in several and "Lê Văn Tư" in several


def test_any_agency_is_suggested_to_those_who_see_it(browse, districts):
    commune = make.agency("Ủy ban nhân dân xã Vĩnh Hậu", code="30340", superior=districts[0])
    address = "/agencies/names/?q=vinh+hau"
    assert browse(make.staff()).get(address).json() == {"names": ["UBND xã Vĩnh Hậu (30340)"]}
    assert browse(make.officer(districts[1])).get(address).json() == {"names": []}
    assert browse(make.officer(commune)).get(address).json() == {"names": ["UBND xã Vĩnh Hậu (30340)"]}

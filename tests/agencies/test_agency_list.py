"""The registry as a table and as a tree."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import agencies
from agencies.forms.agency import SORTS
from agencies.models import Role
from agencies.models.agency import Group
from agencies.tree import SHOWN
from tests import make

pytestmark = pytest.mark.django_db

LIST = "/agencies/"


def shown(response):
    return [str(agency) for agency in response.context["agencies"]]


def questions(browser, url):
    browser.get(url)  # the first visit fills what each process reads once
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


def test_a_clerk_finds_ban_ton_giao_without_typing_marks(browse):
    make.department("Ban Tôn giáo", code="AG-BTG")
    make.department("Sở Tư pháp")
    assert shown(browse(make.staff()).get(LIST, {"q": "ban ton giao"})) == ["Ban Tôn giáo"]


def test_a_clerk_finds_an_agency_by_its_code(browse):
    make.agency(code="30340")
    assert shown(browse(make.staff()).get(LIST, {"q": "30340"})) == ["UBND xã Khánh An"]


def test_a_clerk_finds_a_committee_as_people_write_it(browse):
    make.agency("Uỷ ban nhân dân xã Khánh An")
    make.department("Sở Tư pháp")
    assert shown(browse(make.staff()).get(LIST, {"q": "ubnd xa khanh"})) == ["UBND xã Khánh An"]


def test_an_officer_sees_their_own_agency_and_those_below_only(browse):
    district = make.district()
    make.agency("Ủy ban nhân dân xã Khánh An", superior=district)
    make.agency("Ủy ban nhân dân xã Cô Tô")
    assert shown(browse(make.officer(district)).get(LIST)) == ["UBND huyện An Phú", "UBND xã Khánh An"]


def test_another_province_is_not_there(browse):
    make.agency(
        "Ủy ban nhân dân xã Vĩnh Phong", superior=make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    )
    assert "UBND xã Vĩnh Phong" not in shown(browse(make.staff()).get(LIST))


def test_names_come_in_the_order_of_the_vietnamese_alphabet(browse):
    for name in ("Đông", "Dương", "Ấn", "An", "Ân"):
        make.agency(f"Ủy ban nhân dân xã {name}")
    response = browse(make.staff()).get(LIST, {"sort": "name", "group": Group.COMMUNE})
    assert [name.removeprefix("UBND xã ") for name in shown(response)] == ["An", "Ân", "Ấn", "Dương", "Đông"]


def test_superior_filters_everything_below_it(browse):
    district = make.district()
    make.agency("Ủy ban nhân dân xã Khánh An", superior=district)
    make.agency("Ủy ban nhân dân xã Cô Tô")
    response = browse(make.staff()).get(LIST, {"superior": district.pk})
    assert shown(response) == ["UBND xã Khánh An"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"level": "district"}, ["UBND huyện An Phú"]),
        ({"kind": "department", "contact": "yes"}, ["Sở Nội vụ"]),
        ({"mandate": "encouraged"}, ["UBND xã Khánh An"]),
        ({"contact": "no", "kind": "peoples_committee_commune"}, ["UBND xã Khánh An"]),
    ],
)
def test_each_filter_leaves_what_was_asked_for(browse, asked, expected):
    make.department("Sở Nội vụ")
    make.district()
    make.agency(contact="")
    assert shown(browse(make.staff()).get(LIST, asked)) == expected


def test_an_unknown_filter_narrows_nothing(browse):
    make.agency()
    asked = {"level": "planet", "superior": "none", "sort": "size", "page": "1", "q": "\0"}
    assert "UBND xã Khánh An" in shown(browse(make.staff()).get(LIST, asked))


def test_chips_count_the_groups_within_the_other_filters(browse):
    make.agency("Ủy ban nhân dân xã Khánh An")
    make.agency("Ủy ban nhân dân xã Cô Tô")
    response = browse(make.staff()).get(LIST, {"q": "khanh an", "group": Group.DISTRICT})
    chips = {str(chip["label"]): chip["count"] for chip in response.context["chips"]}
    assert (chips["Tất cả"], chips["UBND cấp xã"], chips["UBND cấp huyện"]) == (1, 1, 0)


def test_a_name_that_repeats_is_told_apart_by_its_superior(browse):
    for district in ("huyện An Phú", "huyện Phú Tân"):
        above = make.district(f"Ủy ban nhân dân {district}")
        make.agency("Ủy ban nhân dân xã Phú Hội", superior=above)
    page = browse(make.staff()).get(LIST, {"q": "phu hoi"}).content.decode()
    assert '<span class="sub">UBND huyện An Phú</span>' in page


def test_the_responsible_officer_is_todays(browse, now):
    now("2021-06-16 08:00")
    agency = make.agency()
    make.officer(agency, full_name="Lê Thị Cũ", ends_on=date(2021, 6, 15))
    make.officer(agency, full_name="Trần Thị Lan", starts_on=date(2021, 6, 16))
    page = browse(make.staff()).get(LIST, {"q": "khanh an"}).content.decode()
    assert "Trần Thị Lan" in page and "Lê Thị Cũ" not in page


def test_an_agency_of_the_past_is_not_among_todays(browse, now):
    now("2021-06-16 08:00")
    agency = make.agency()
    agency.valid_to = date(2021, 6, 15)
    agency.save()
    assert "UBND xã Khánh An" not in shown(browse(make.staff()).get(LIST))


@pytest.mark.parametrize("asked", ["view=table", "view=tree", "view=table&q=xa", "view=tree&q=xa"])
def test_fifty_agencies_cost_as_many_questions_as_one(browse, asked):
    reader = browse(make.user(Role.LEADER, make.province()))
    make.officer(make.agency(superior=make.district()))
    one = questions(reader, f"{LIST}?{asked}")
    for place in range(49):
        make.officer(make.agency(f"Ủy ban nhân dân xã Số {place}"))
    assert questions(reader, f"{LIST}?{asked}") == one


def test_the_tree_asks_twice_for_all_it_shows(browse):
    make.agency(superior=make.district())
    reader = browse(make.user(Role.LEADER, make.province()))
    reader.get(f"{LIST}?view=tree")
    with CaptureQueriesContext(connection) as queries:
        reader.get(f"{LIST}?view=tree")
    asked = [one["sql"] for one in queries if 'FROM "agencies_agency"' in one["sql"]]
    assert len([sql for sql in asked if "GROUP BY" in sql or "ROW_NUMBER" in sql]) == 2
    # The others: whose desk the navigation counts for.
    assert len(asked) <= 3


@pytest.mark.parametrize("sort", SORTS)
def test_a_search_has_its_order_however_many_are_found(browse, monkeypatch, sort):
    for name in ("Đông", "Dương", "Ấn", "An", "Ân"):
        make.agency(f"Ủy ban nhân dân xã {name}")
    clerk = browse(make.staff())
    few = shown(clerk.get(LIST, {"q": "xa", "sort": sort}))
    monkeypatch.setattr("agencies.views.agency.FEW", 0)
    assert shown(clerk.get(LIST, {"q": "xa", "sort": sort})) == few
    assert len(few) == 5


def test_the_tree_shows_the_whole_province_with_counts(browse):
    district = make.district()
    make.agency(superior=district)
    response = browse(make.user(Role.LEADER, make.province())).get(LIST, {"view": "tree"})
    (root,) = response.context["branches"]
    assert (str(root.agency), root.below, root.children[0].below) == ("UBND tỉnh An Giang", 2, 1)


def test_the_tree_of_one_group_counts_it_alone_and_its_chips_count_all(browse):
    make.agency(superior=make.district())
    make.department("Sở Nội vụ")
    response = browse(make.user(Role.LEADER, make.province())).get(
        LIST, {"view": "tree", "group": Group.COMMUNE}
    )
    (root,) = response.context["branches"]
    assert (root.below, [str(one.agency) for one in root.children]) == (1, ["UBND huyện An Phú"])
    chips = {str(chip["label"]): chip["count"] for chip in response.context["chips"]}
    assert (chips["Tất cả"], chips["UBND cấp xã"], chips["Sở, ban, ngành"]) == (4, 1, 1)


def test_who_is_below_an_agency_that_has_ended_is_a_root_itself(browse, now):
    now("2021-06-16 08:00")
    district = make.district()
    make.agency(superior=district)
    district.valid_to = date(2021, 6, 15)
    district.save()
    response = browse(make.user(Role.LEADER, make.province())).get(LIST, {"view": "tree"})
    roots = {str(root.agency) for root in response.context["branches"]}
    assert roots == {"UBND tỉnh An Giang", "UBND xã Khánh An"}


def test_the_tree_shows_all_that_stand_below_a_province():
    with (Path(agencies.__file__).parent / "data" / "agencies_2025.csv").open(encoding="utf-8") as lines:
        below = Counter(row["parent_code"] for row in csv.DictReader(lines))
    # Its districts are gone: 118 in An Giang, and some 185 in the largest city.
    assert below.most_common(1)[0][1] < 185 < SHOWN


def test_the_tree_keeps_the_way_to_what_was_searched(browse):
    district = make.district()
    make.agency(superior=district)
    make.agency("Ủy ban nhân dân xã Cô Tô")
    response = browse(make.staff()).get(LIST, {"view": "tree", "q": "khanh an"})
    (root,) = response.context["branches"]
    assert [str(branch.agency) for branch in root.children] == ["UBND huyện An Phú"]
    assert root.children[0].is_open


def test_the_tree_of_an_officer_begins_at_their_agency(browse):
    district = make.district()
    make.agency(superior=district)
    response = browse(make.officer(district)).get(LIST, {"view": "tree"})
    assert [str(root.agency) for root in response.context["branches"]] == ["UBND huyện An Phú"]

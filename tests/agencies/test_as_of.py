"""The registry and the rates as they stood on another day."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions.agency import change
from agencies.models import Agency, Role
from tests import make

pytestmark = pytest.mark.django_db

LIST = "/agencies/"
BEFORE, AFTER = "01/02/2021", "01/04/2021"


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def moved():
    """A commune that was called Khánh An in An Phú, and is Phú Lộc in Phú Tân since March."""
    here, there = make.district(), make.district("Ủy ban nhân dân huyện Phú Tân")
    agency = make.agency(superior=here, code="30340")
    new = {
        "name": "Ủy ban nhân dân xã Phú Lộc",
        "superior": there,
        "mandate": "mandatory",
        "ceiling_tier": "2b",
    }
    return change(agency, by=None, at=make.NOW, on=date(2021, 3, 1), reason="QĐ 5", **new)


def shown(response):
    return [str(agency) for agency in response.context["agencies"]]


def ways(branches):
    return {str(branch.agency): ways(branch.children) for branch in branches}


def test_the_list_shows_the_names_and_superiors_of_that_day(browse, moved):
    page = browse(make.staff()).get(LIST, {"on": BEFORE, "level": "commune"})
    (agency,) = page.context["agencies"]
    assert (str(agency), str(agency.superior), agency.mandate) == (
        "UBND xã Khánh An",
        "UBND huyện An Phú",
        "encouraged",
    )
    assert (
        "Danh bạ tại ngày 01/02/2021" in page.content.decode()
        and 'href="?level=commune"' in page.content.decode()
    )


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [
        ({"q": "khanh"}, 1, 0),
        ({"q": "phu loc"}, 0, 1),
        ({"q": "30340"}, 1, 1),
        ({"mandate": "encouraged"}, 1, 0),
        ({"tier": "2b", "level": "commune"}, 0, 1),
        ({"group": "ubnd_xa", "annual": "yes"}, 1, 1),
        ({"kind": "board"}, 0, 0),
    ],
)
def test_search_and_filters_act_on_the_values_of_that_day(browse, moved, asked, before, after):
    clerk = browse(make.staff())
    numbers = [len(clerk.get(LIST, asked | {"on": day}).context["agencies"]) for day in (BEFORE, AFTER)]
    assert numbers == [before, after]


def test_below_a_superior_is_who_was_below_it_that_day_at_any_depth(browse, moved):
    here, there = Agency.objects.get(name__endswith="An Phú"), moved.superior
    make.agency("Ủy ban nhân dân xã Ở Lại", superior=here)
    make.agency("Trạm y tế", superior=moved)
    clerk = browse(make.staff())
    below = {
        (day, one): set(shown(clerk.get(LIST, {"on": day, "superior": one.pk})))
        for day, one in ((BEFORE, here), (AFTER, here), (AFTER, there))
    }
    assert below == {
        (BEFORE, here): {"UBND xã Khánh An", "UBND xã Ở Lại", "Trạm y tế"},
        (AFTER, here): {"UBND xã Ở Lại"},
        (AFTER, there): {"UBND xã Phú Lộc", "Trạm y tế"},
    }


def test_the_tree_is_that_days(browse, moved):
    here = Agency.objects.get(name__endswith="An Phú")
    asked = {"view": "tree", "on": BEFORE, "open": [here.pk]}
    (root,) = browse(make.staff()).get(LIST, asked).context["branches"]
    assert ways(root.children)["UBND huyện An Phú"] == {"UBND xã Khánh An": {}}


def test_who_ended_since_is_there_and_who_came_since_is_not(browse):
    ended = make.agency("Ủy ban nhân dân xã Cũ")
    Agency.objects.filter(pk=ended.pk).update(valid_to=date(2021, 3, 31))
    make.agency("Ủy ban nhân dân xã Mới", on=date(2021, 5, 1))
    clerk = browse(make.staff())
    communes = {"level": "commune"}
    assert shown(clerk.get(LIST, communes | {"on": BEFORE})) == ["UBND xã Cũ"]
    assert shown(clerk.get(LIST, communes)) == ["UBND xã Mới"]
    assert shown(clerk.get(LIST, communes | {"life": "ended"})) == ["UBND xã Cũ"]
    assert shown(clerk.get(LIST, communes | {"life": "ended", "on": BEFORE})) == []


@pytest.mark.parametrize("typed", ["17/06/2021", "31/02/2021", "hôm qua"])
def test_a_day_that_cannot_be_looked_at_is_told_and_today_is_shown(browse, moved, typed):
    response = browse(make.staff()).get(LIST, {"on": typed, "level": "commune"})
    assert shown(response) == ["UBND xã Phú Lộc"]
    assert response.context["filters"].errors["on"]


def test_the_page_of_an_agency_tells_its_facts_of_that_day(browse, moved):
    clerk = browse(make.staff())
    said = clerk.get(f"/agencies/{moved.pk}/", {"on": BEFORE}).content.decode()
    assert "<h1>UBND xã Khánh An</h1>" in said and "Tên hiện nay: Ủy ban nhân dân xã Phú Lộc" in said
    here, there = (Agency.objects.get(name__endswith=name) for name in ("An Phú", "Phú Tân"))
    below = {
        one.pk: clerk.get(f"/agencies/{one.pk}/", {"on": BEFORE}).context["subordinates"]
        for one in (here, there)
    }
    assert ([str(one) for one in below[here.pk]], below[there.pk]) == (["UBND xã Khánh An"], [])


def test_before_its_first_day_an_agency_says_so(browse):
    agency = make.agency(on=date(2021, 5, 1))
    said = browse(make.staff()).get(f"/agencies/{agency.pk}/", {"on": BEFORE}).content.decode()
    assert "Ngày đó cơ quan này không có trong danh bạ." in said


def test_people_and_reports_of_an_agency_are_judged_on_that_day(browse):
    agency = make.agency()
    make.officer(agency, full_name="Lê Thị Cũ", ends_on=date(2021, 5, 31))
    make.officer(agency, full_name="Trần Thị Lan", starts_on=date(2021, 6, 1))
    context = browse(make.staff()).get(f"/agencies/{agency.pk}/", {"on": "31/05/2021"}).context
    assert [str(post.user) for post, _trained in context["held"]] == ["Lê Thị Cũ"]


def test_the_board_and_the_list_of_cycles_count_as_of_a_day(browse):
    agency = make.agency()
    make.report(agency, sent="2021-06-10 08:00")
    clerk = browse(make.staff())
    received = [
        clerk.get("/cycles/2020/", {"on": day}).context["board"].rates.received
        for day in ("09/06/2021", "10/06/2021")
    ]
    assert received == [0, 1]
    (line,) = clerk.get("/cycles/", {"on": "09/06/2021"}).context["lines"]
    assert line.rates.received == 0
    page = clerk.get("/cycles/2020/", {"on": "09/06/2021"}).content.decode()
    assert "Số liệu đến hết ngày 09/6/2021" in page and "export.xlsx?on=09" in page


@pytest.mark.parametrize("view", ["table", "tree"])
def test_fifty_agencies_of_a_past_day_cost_as_many_questions_as_one(browse, view):
    reader = browse(make.user(Role.LEADER, make.province()))
    url = f"{LIST}?view={view}&on={BEFORE}&q=xa"
    make.officer(make.agency(superior=make.district()))

    def questions():
        reader.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url).status_code == 200
        return len(queries)

    one = questions()
    for place in range(49):
        make.officer(make.agency(f"Ủy ban nhân dân xã Số {place}"))
    assert questions() == one


def test_a_closed_branch_is_a_link_that_opens_it_and_folds_it_again(browse):
    district = make.district()
    make.agency(superior=district)
    clerk = browse(make.staff())
    (root,) = clerk.get(LIST, {"view": "tree"}).context["branches"]
    branch = next(one for one in root.children if one.agency.pk == district.pk)
    assert (branch.children, branch.below, branch.toggled) == ([], 1, [district.pk])
    (root,) = clerk.get(LIST, {"view": "tree", "open": branch.toggled}).context["branches"]
    branch = next(one for one in root.children if one.agency.pk == district.pk)
    assert ([str(one.agency) for one in branch.children], branch.toggled) == (["UBND xã Khánh An"], [])


def test_a_superior_of_very_many_shows_some_and_leads_to_the_table(browse, monkeypatch):
    monkeypatch.setattr("agencies.tree.SHOWN", 3)
    district = make.district()
    for place in range(5):
        make.agency(f"Ủy ban nhân dân xã Số {place}", superior=district)
    response = browse(make.user(Role.LEADER, make.province())).get(
        LIST, {"view": "tree", "open": district.pk}
    )
    (root,) = response.context["branches"]
    assert (len(root.children[0].children), root.children[0].left_out) == (3, 2)
    assert f"superior={district.pk}" in response.content.decode()

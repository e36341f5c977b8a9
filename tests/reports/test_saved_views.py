"""Searches that people keep under a name."""

from urllib.parse import quote

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agencies.models import ListPage, Role, SavedView
from isotrack.journal.models import Entry
from tests import make

pytestmark = pytest.mark.django_db

LIST = "/agencies/"


def add(page, query):
    return f"/views/add/?page={page}&query={quote(query)}"


def chips(response):
    return [one["view"].name for one in response.context["saved"].chips]


def test_what_a_list_shows_is_kept_under_a_name_and_opened_again(browse):
    make.agency(contact="")
    clerk = browse(make.staff())
    response = clerk.post(
        add("agencies", "contact=no&level=commune"), {"name": "Xã chưa có thư"}, follow=True
    )
    assert chips(response) == ["Xã chưa có thư"]
    assert response.context["saved"].chips[0]["current"]


@pytest.mark.parametrize(
    ("page", "query", "expected"),
    [
        ("agencies", "level=planet&mandate=mandatory&page=3&evil=1", "mandate=mandatory"),
        ("agencies", "q=khanh&view=tree&open=4", "q=khanh&view=tree"),
        ("board", "kind=missing&sort=superior&state=planet", "kind=missing"),
        ("notices", "state=failed&audience=moon&q=%20", "state=failed"),
        ("journal", "verb=report-sent&since=01%2F06%2F2021&who=lan", "who=lan&since=01%2F06%2F2021"),
    ],
)
def test_only_what_the_list_knows_is_kept(browse, page, query, expected):
    clerk = make.staff()
    browse(clerk).post(add(page, query), {"name": "Của tôi"})
    assert SavedView.objects.get(owner=clerk).query == expected


def test_nothing_to_keep_is_told(browse):
    response = browse(make.staff()).get(add("agencies", "level=planet"), follow=True)
    assert "Chưa có bộ lọc nào để lưu" in response.content.decode()


def test_a_list_opens_with_the_first_view_and_shows_everything_on_demand(browse):
    clerk = make.staff()
    make.saved_view(clerk, "level=commune", is_default=True)
    browser = browse(clerk)
    assert browser.get(LIST).url == f"{LIST}?level=commune"
    response = browser.get(LIST, {"all": "1"})
    assert response.status_code == 200 and "?all=1" in response.content.decode()


def test_the_first_view_of_a_colleague_opens_only_theirs(browse):
    make.saved_view(make.staff(), "level=commune", is_default=True)
    assert browse(make.staff()).get(LIST).status_code == 200


@pytest.mark.parametrize("url", ["/cycles/2020/", "/notices/", "/journal/"])
def test_the_other_lists_open_so_too(browse, url):
    clerk = make.staff()
    make.cycle()
    page = {"/cycles/2020/": ListPage.BOARD, "/notices/": ListPage.NOTICES, "/journal/": ListPage.JOURNAL}[
        url
    ]
    make.saved_view(clerk, "q=xa", page=page, is_default=True)
    assert browse(clerk).get(url).url == f"{url}?q=xa"


def test_a_new_first_view_takes_the_place_of_the_one_before(browse):
    clerk = make.staff()
    before = make.saved_view(clerk, is_default=True)
    browse(clerk).post(add("agencies", "level=commune"), {"name": "Xã", "is_default": "on"})
    before.refresh_from_db()
    assert not before.is_default and SavedView.objects.get(name="Xã").is_default


def test_the_database_allows_one_first_view_only():
    clerk = make.staff()
    make.saved_view(clerk, is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.saved_view(clerk, name="Khác", is_default=True)


def test_a_name_is_taken_once(browse):
    clerk = make.staff()
    make.saved_view(clerk, name="Xã")
    response = browse(clerk).post(add("agencies", "level=commune"), {"name": "Xã"})
    assert "Đã có chế độ xem mang tên này" in str(response.context["form"].errors["name"])


def test_shared_ones_serve_the_department_and_nobody_else(browse):
    make.saved_view(make.staff(), name="Chung")
    make.saved_view(make.staff(), name="Riêng", is_shared=False)
    elsewhere = make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    leader = make.user(Role.LEADER, make.province())
    seen = {person: chips(browse(person).get(LIST)) for person in (make.staff(), elsewhere, leader)}
    assert list(seen.values()) == [["Chung"], [], []]


def test_only_the_department_shares(browse):
    officer = make.officer(make.district())
    browse(officer).post(add("agencies", "level=commune"), {"name": "Xã", "is_shared": "on"})
    assert not SavedView.objects.get(owner=officer).is_shared


def test_shared_ones_stand_in_the_journal_with_every_change(browse):
    view = make.saved_view(make.staff())
    clerk = browse(make.staff())
    clerk.post(add("agencies", "level=commune"), {"name": "Xã", "is_shared": "on"})
    clerk.post(f"/views/{view.pk}/edit/", {"name": "Xã Khánh Bình", "is_shared": "on"})
    clerk.post(f"/views/{view.pk}/remove/")
    verbs = Entry.objects.of_kinds(["view"]).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["view-shared", "view-changed", "view-removed"]
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_own_ones_are_put_in_order(browse):
    clerk = make.staff()
    _first, second = make.saved_view(clerk, name="A"), make.saved_view(clerk, name="B", position=1)
    browser = browse(clerk)
    browser.post(f"/views/{second.pk}/move/", {"to": "front"})
    assert chips(browser.get(LIST)) == ["B", "A"]
    browser.post(f"/views/{second.pk}/move/", {"to": "back"})
    assert chips(browser.get(LIST)) == ["A", "B"]


def test_twenty_views_cost_as_many_questions_as_one(browse):
    clerk = make.staff()
    browser = browse(clerk)

    def questions(url):
        browser.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    make.saved_view(clerk)
    one = [questions(url) for url in (LIST, "/views/")]
    for number in range(19):
        make.saved_view(clerk, name=f"Số {number}")
    assert [questions(url) for url in (LIST, "/views/")] == one

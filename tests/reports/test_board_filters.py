"""Narrowing the board: every filter lives in the address, and nonsense in it is harmless."""

import pytest

from agencies.models import Role
from tests import make

pytestmark = pytest.mark.django_db
BOARD = "/cycles/2020/"


@pytest.fixture
def cycle():
    """One department, one district with two communes; one commune has sent on 1 June."""
    make.department("Ban Tôn giáo", code="AG-BTG")
    an_phu = make.district()
    sent = make.agency("Ủy ban nhân dân xã Khánh An", superior=an_phu, code="30340")
    make.agency("Ủy ban nhân dân xã Đa Phước", superior=an_phu, contact="")
    cycle = make.cycle()
    make.report(sent, cycle, sent="2021-06-01 09:00")
    return cycle


@pytest.fixture
def names(cycle, browse, now):
    """The agencies the board shows for these filters."""
    now("2021-06-16 08:00")
    clerk = browse(make.staff())

    def asked(**filters):
        page = clerk.get(BOARD, filters)
        assert page.status_code == 200
        return {row.name for row in page.context["page_obj"].object_list}

    return asked


def test_search_needs_no_marks(names):
    assert names(q="ban ton giao") == {"Ban Tôn giáo"}
    assert names(q="da phuoc") == {"UBND xã Đa Phước"}


def test_search_finds_codes(names):
    assert names(q="30340") == {"UBND xã Khánh An"}


def test_a_group_narrows(names):
    assert names(group="ubnd_xa") == {"UBND xã Khánh An", "UBND xã Đa Phước"}


def test_a_superior_narrows(names, cycle):
    superior = cycle.reports.get(agency__code="30340").superior_id
    assert names(superior=superior) == {"UBND xã Khánh An", "UBND xã Đa Phước"}


def test_a_state_narrows(names):
    assert names(state="submitted") == {"UBND xã Khánh An"}


def test_received_until_a_day_counts_that_day(names):
    assert names(until="2021-06-01") == {"UBND xã Khánh An"}
    assert names(until="2021-05-31") == set()


def test_who_has_no_address_can_be_asked(names):
    assert names(contact="no-address") == {"UBND xã Đa Phước"}


def test_who_has_nobody_in_the_post_can_be_asked(names, cycle):
    make.officer(cycle.reports.get(agency__code="30340").agency)
    assert names(contact="no-holder") == {"Ban Tôn giáo", "UBND huyện An Phú", "UBND xã Đa Phước"}


def test_a_post_that_has_ended_reaches_nobody(names, cycle):
    commune = cycle.reports.get(agency__code="30340").agency
    make.officer(commune, ends_on=make.at("2021-06-15").date())
    assert "UBND xã Khánh An" in names(contact="no-holder")


def test_filters_work_together(names):
    assert names(group="ubnd_xa", kind="not_due") == {"UBND xã Đa Phước"}


def test_sorting_by_name_follows_the_vietnamese_alphabet(cycle, browse):
    page = browse(make.staff()).get(BOARD, {"sort": "name"})
    shown = [row.name for row in page.context["page_obj"].object_list]
    assert shown == ["UBND huyện An Phú", "Ban Tôn giáo", "UBND xã Đa Phước", "UBND xã Khánh An"]


@pytest.mark.parametrize("sort", ["superior", "name", "code", "newest", "-name", "x"])
def test_every_order_has_every_row(names, sort):
    assert len(names(sort=sort)) == 4


@pytest.mark.parametrize(
    "nonsense",
    [
        {"superior": "abc"},
        {"superior": "99999999999999999999"},
        {"superior": "²"},
        {"group": "x"},
        {"state": "x"},
        {"kind": "x"},
        {"until": "31/02/2021"},
        {"contact": "x"},
        {"page": "-1"},
        {"page": "x"},
        {"q": "\x00"},
    ],
)
def test_nonsense_in_the_address_asks_for_nothing(names, nonsense):
    assert len(names(**nonsense)) == 4


def test_a_very_long_search_is_cut(names):
    assert names(q="khanh " * 5000) == {"UBND xã Khánh An"}


def test_nothing_found_says_what_to_do(cycle, browse):
    page = browse(make.staff()).get(BOARD, {"q": "xyzzy"}).content.decode()
    assert "Không có cơ quan nào khớp" in page


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER])
def test_finance_and_leader_see_every_row(cycle, browse, role):
    page = browse(make.user(role, make.province())).get(BOARD)
    assert page.context["page_obj"].paginator.count == 4
    assert "Thiết lập kỳ" not in page.content.decode()


def test_an_officer_sees_the_board_of_her_own_tree(cycle, browse):
    lan = make.officer(cycle.reports.get(group="ubnd_huyen").agency)
    page = browse(lan).get(BOARD)
    shown = {row.name for row in page.context["page_obj"].object_list}
    assert shown == {"UBND huyện An Phú", "UBND xã Khánh An", "UBND xã Đa Phước"}
    assert "Ban Tôn giáo" not in page.content.decode()


def test_an_administrator_sees_no_board(cycle, browse):
    assert browse(make.user(Role.ADMINISTRATOR, make.province())).get(BOARD).status_code == 404


def test_another_province_has_no_such_cycle(cycle, browse):
    other = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    assert browse(make.staff(other)).get(BOARD).status_code == 404

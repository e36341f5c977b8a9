"""The statistics of a cycle as a page: the same cost for any province, each figure a link to its rows."""

import re
from datetime import date

import pytest

from agencies.models import Role
from tests import make
from tests.reports.pages import words
from tests.reports.test_board_cost import questions

pytestmark = pytest.mark.django_db
SENT = "2021-06-10 08:00"


@pytest.fixture(autouse=True)
def morning(now):
    now("2021-06-16 08:00")


@pytest.mark.parametrize(
    "url",
    [
        "/cycles/2020/statistics/",
        "/cycles/2020/statistics/rows/?question=staff_total",
        "/cycles/2020/statistics/rows/?kind=received",
    ],
)
def test_1_agency_costs_as_many_questions_as_50(browse, url):
    first = make.reports(1).reports.get()
    make.report(first.agency, first.cycle, sent=SENT, figures={"staff_total": 3})
    clerk = browse(make.staff())
    one = questions(clerk, url)
    for place in range(49):
        make.agency(f"Ủy ban nhân dân phường {place}")
    cycle = make.cycle()
    for report in cycle.reports.exclude(pk=first.pk):
        make.report(report.agency, cycle, sent=SENT, figures={"staff_total": 3})
    assert questions(clerk, url) == one


def test_every_link_of_the_page_lists_something_or_says_that_there_is_nothing(browse):
    agency = make.agency()
    cycle = make.cycle()
    make.report(
        agency, cycle, sent=SENT, figures={"staff_total": 12, "qms_state": "declared", "inspected": False}
    )
    clerk = browse(make.staff())
    page = clerk.get("/cycles/2020/statistics/").content.decode()
    links = set(re.findall(r'href="(/cycles/2020/statistics/rows/[^"]*)"', page))
    assert len(links) > 50
    assert {clerk.get(link.replace("&amp;", "&")).status_code for link in links} == {200}


def test_last_years_sum_says_of_how_many_agencies_it_is(browse):
    agency = make.agency(on=date(2019, 1, 1))
    for year, staff in ((2019, 10), (2020, 12)):
        make.report(agency, make.cycle(year=year), sent=f"{year + 1}-06-10", figures={"staff_total": staff})
    page = words(browse(make.staff()).get("/cycles/2020/statistics/"))
    assert "10 1 cơ quan +2 " in " ".join(re.sub("<[^>]+>", " ", page).split())


def test_the_rows_of_a_choice_name_the_agency_and_its_answer(browse):
    agency = make.agency()
    cycle = make.cycle()
    make.report(agency, cycle, sent=SENT, figures={"qms_state": "declared"})
    url = "/cycles/2020/statistics/rows/?question=qms_state&value=declared"
    page = words(browse(make.staff()).get(url))
    assert "<h1>Tình trạng hệ thống đến 31/12: Đã công bố</h1>" in page
    assert "UBND xã Khánh An" in page and "1–1 trong 1 cơ quan" in page


def test_the_leader_reads_it_and_freezes_nothing(browse):
    make.reports(1)
    leader = browse(make.user(Role.LEADER, make.province()))
    page = words(leader.get("/cycles/2020/statistics/"))
    assert "Thống kê kỳ 2020" in page and "/snapshots/add/" not in page
    assert 'href="/snapshots/"' in page  # the leader's navigation


def test_an_officer_is_a_stranger_here_and_the_board_does_not_lead_her_there(browse):
    agency = make.agency()
    make.cycle()
    lan = browse(make.officer(agency))
    assert lan.get("/cycles/2020/statistics/").status_code == 404
    assert "/statistics/" not in lan.get("/cycles/2020/").content.decode()


def test_another_provinces_cycle_is_its_own(browse):
    make.reports(2)
    other = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    make.cycle(other)
    page = words(browse(make.staff(other)).get("/cycles/2020/statistics/rows/"))
    assert "UBND xã Số 1" not in page

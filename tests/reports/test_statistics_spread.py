"""How the answers to one numeric question spread."""

import pytest

from reports.statistics.spread import Spread
from tests import make
from tests.reports.pages import words
from tests.reports.test_board_cost import questions

pytestmark = pytest.mark.django_db
STAFF = "question=staff_total"


def spread(*numbers, key="staff_total"):
    return Spread.of(make.cycle().questions.by_key[key], numbers)


def shown(found) -> dict[str, int]:
    return {bar.name: bar.done for bar in found.bars}


def test_few_different_answers_have_a_bar_each():
    assert shown(spread(3, 1, 3)) == {"1": 1, "3": 2}


def test_many_are_gathered_in_ranges_that_leave_out_nobody():
    found = spread(*range(1, 61))
    assert shown(found) == {"0 – 9": 9, "10 – 19": 10, "20 – 29": 10, "30 – 39": 10, "40 – 49": 10} | {
        "50 – 59": 10,
        "60 – 69": 1,
    }


@pytest.mark.parametrize("largest", [9, 10, 99, 100, 1_000_000, 2_000_000_000])
def test_no_answer_is_lost_at_an_edge(largest):
    found = spread(*range(9), largest)
    assert sum(bar.done for bar in found.bars) == len(found.numbers)
    assert len(found.bars) <= 8


def test_quartiles_are_read_as_people_read_numbers():
    assert [number for _name, number in spread(1000, 2000, 3000, 4000, 5001).marks] == [
        "1.000",
        "2.000",
        "3.000",
        "4.000",
        "5.001",
    ]


@pytest.mark.parametrize("numbers", [(), (4,), (4, 4)])
def test_what_does_not_differ_does_not_spread(numbers):
    assert spread(*numbers) is None


@pytest.fixture
def cycle(now):
    now("2021-07-05 09:00")
    opened = make.reports(3)
    for place, report in enumerate(opened.reports.order_by("pk").select_related("agency")[:2]):
        make.report(report.agency, opened, sent="2021-06-10", figures={"staff_total": 20 + place})
    return opened


def test_the_page_of_rows_and_the_frozen_one_show_it(cycle, browse):
    clerk = browse(make.staff())
    code = make.snapshot(cycle, as_of="2021-07-05 08:00").code
    for page in (f"/cycles/2020/statistics/rows/?{STAFF}", f"/snapshots/{code}/rows/?{STAFF}"):
        found = clerk.get(page).context["spread"]
        assert shown(found) == {"20": 1, "21": 1}
        assert "Phân bố" in words(clerk.get(page))
    assert clerk.get("/cycles/2020/statistics/rows/?kind=missing").context["spread"] is None


def test_it_costs_one_statement_however_many_there_are(cycle, browse):
    clerk = browse(make.staff())
    page = f"/cycles/2020/statistics/rows/?{STAFF}"
    few = questions(clerk, page)
    for report in cycle.reports.filter(first_submitted_at=None).select_related("agency"):
        make.report(report.agency, cycle, sent="2021-06-10", figures={"staff_total": 50})
    assert questions(clerk, page) == few

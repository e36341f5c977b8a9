"""The board and the home pages ask the same number of questions whatever the number of agencies."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.board import Board, Wanted
from tests import make

pytestmark = pytest.mark.django_db


def questions(browser, url):
    browser.get(url)  # the first visit fills what each process reads once
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "url", ["/", "/cycles/", "/cycles/2020/", "/cycles/2020/?q=xa", "/cycles/2020/?sort=name&group=ubnd_xa"]
)
def test_1_agency_costs_as_many_questions_as_50(browse, url):
    make.reports(1)
    clerk = browse(make.staff())
    one = questions(clerk, url)
    for place in range(49):
        make.agency(f"Ủy ban nhân dân phường {place}")
    make.cycle()  # creates the reports of those who came late
    assert questions(clerk, url) == one


def test_the_board_asks_three_questions_for_its_rows():
    cycle = make.reports(3)
    clerk = make.staff()
    assert clerk.agency
    with CaptureQueriesContext(connection) as queries:
        board = Board(cycle, clerk, Wanted(), make.NOW)
        page = board.page("1")
        assert board.blocks(page)
        assert board.chips
        assert board.superiors
    assert len(queries) == 2  # the third is the cycle itself


def test_an_officers_home_asks_at_most_eight_questions(browse):
    commune = make.agency()
    make.cycle()
    assert questions(browse(make.officer(commune)), "/") <= 8

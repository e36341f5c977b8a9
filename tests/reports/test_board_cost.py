"""The board and the home pages ask the same number of questions whatever the number of agencies."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.board import Board, Sort, Wanted
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


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("sees_all", [True, False])
def test_a_page_of_a_long_board_is_that_of_a_short_one(monkeypatch, sort, sees_all):
    district = make.district()
    for place in range(7):
        make.agency(f"Ủy ban nhân dân xã Số {place}", superior=district)
    cycle, person = make.cycle(), make.staff() if sees_all else make.officer(district)
    assert person.agency
    monkeypatch.setattr("reports.board.ROWS_A_PAGE", 3)

    def pages():
        board = Board(cycle, person, Wanted(sort=sort), make.NOW)
        with CaptureQueriesContext(connection) as queries:
            found = [board.page(number).object_list for number in ("1", "2", "3")]
        return found, len(queries)

    short = pages()
    assert len({row.pk for page in short[0] for row in page}) > 7
    monkeypatch.setattr("reports.board.LONG", 0)
    assert pages() == short


def test_an_officers_home_asks_at_most_eight_questions(browse):
    commune = make.agency()
    make.cycle()
    assert questions(browse(make.officer(commune)), "/") <= 8

"""How the answers to one numeric question spread."""

import pytest

from reports.consolidated import Consolidated
from reports.jobs.consolidated import book_of, paper_of
from reports.models import AnnualReport, Snapshot
from reports.statistics.spread import Quartiles, Spread
from tests import make
from tests.reports.pages import words
from tests.reports.papers import words as printed
from tests.reports.test_board_cost import questions
from tests.reports.test_snapshot_papers import cells

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


# Frozen with a snapshot


@pytest.mark.parametrize(
    ("given", "numbers"),
    [([7], [7] * 5), ([1, 2], [1, 1.25, 1.5, 1.75, 2]), ([5, 1, 2, 3, 4], [1, 2, 3, 4, 5])],
)
def test_quartiles_lie_between_answers_in_proportion(given, numbers):
    found = Quartiles.of(make.cycle().questions.by_key["staff_total"], given)
    assert (found.count, [float(one) for one in found.numbers]) == (len(given), numbers)


def test_quartiles_come_back_as_they_were_kept():
    questions = make.cycle().questions.by_key
    found = Quartiles.of(questions["coverage_percent"], [85.5, 12.25, 100])
    assert Quartiles.from_json(questions["coverage_percent"], found.as_json()) == found
    assert found.shown == ["12,25\u00a0%", "48,88\u00a0%", "85,50\u00a0%", "92,75\u00a0%", "100,00\u00a0%"]


def test_the_box_lies_between_the_smallest_and_the_largest():
    box = Quartiles.of(make.cycle().questions.by_key["staff_total"], [0, 10, 20, 30, 100]).box
    assert box == {"low": 10.0, "median": 20.0, "high": 30.0, "width": 20.0}


def test_the_annex_and_the_workbook_tell_how_answers_lie(cycle):
    snapshot = make.snapshot(cycle, as_of="2021-07-05 08:00")
    AnnualReport.objects.update(figures={"staff_total": 1})
    snapshot = Snapshot.objects.get(pk=snapshot.pk)
    told = [(one.question.key, one.count, one.shown) for one in Consolidated.of(snapshot).spread]
    paper = printed(paper_of(snapshot))
    assert told[0][0] == "staff_total"
    assert "Phân bố câu trả lời bằng số" in paper
    assert f"{told[0][1]} {' '.join(told[0][2])}" in paper
    heads, *lines = cells(book_of(snapshot, "vi"))["Câu hỏi"][4:]
    row = dict(zip(heads, lines[0], strict=True))
    assert row["Nhỏ nhất"] < row["Một phần tư không quá"] < row["Trung vị"] < row["Lớn nhất"]


def test_figures_frozen_without_quartiles_are_still_read(cycle):
    snapshot = make.snapshot(cycle, as_of="2021-07-05 08:00")
    del snapshot.figures["quartiles"]
    assert "Phân bố" not in printed(paper_of(snapshot))
    heads, *lines = cells(book_of(snapshot, "vi"))["Câu hỏi"][4:]
    assert dict(zip(heads, lines[0], strict=True))["Trung vị"] is None

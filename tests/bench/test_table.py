"""The arithmetic of the benchmarks: what is within its budget, and how a line is written."""

import pytest

from tests.bench import table
from tests.bench.timing import Cost, Pair, alternate, middle


def pair(ours: float, floor: float) -> Pair:
    """Busy seconds; the wall took longer, as others were at work."""
    return Pair(Cost(ours * 3, ours), Cost(floor * 3, floor))


@pytest.mark.parametrize(("ours", "kept"), [(0.020, True), (0.0201, False)])
def test_a_measure_may_cost_so_many_times_its_floor(ours, kept):
    assert table.at_most("board", pair(ours, 0.010), 2.0).kept is kept


@pytest.mark.parametrize(
    ("ours", "floor", "kept"),
    [(0.0089, 0.004, True), (0.0091, 0.004, False), (0.012, 0.006, True), (0.0121, 0.006, False)],
)
def test_over_a_small_floor_a_page_may_cost_five_milliseconds_more(ours, floor, kept):
    assert table.page("board", pair(ours, floor), 2.0).kept is kept


@pytest.mark.parametrize(("ours", "kept"), [(0.030, True), (0.031, False)])
def test_a_peer_must_be_so_many_times_slower(ours, kept):
    assert table.peer("board", pair(ours, 0.090), 3.0).kept is kept


@pytest.mark.parametrize(("ours", "kept"), [(80, True), (79, False)])
def test_a_rate_must_reach_its_part_of_the_floors(ours, kept):
    assert table.rate("mails", ours, 100, 0.8, "mails/s").kept is kept


@pytest.mark.parametrize(
    ("values", "kept"), [([1.0, 1.2, 0.8], True), ([1.0, 1.21], False), ([1.0, 0.79, 1.0], False)]
)
def test_flat_is_judged_by_the_value_furthest_from_the_first(values, kept):
    assert table.flat("home", values, 0.2).kept is kept


@pytest.mark.parametrize(("number", "kept"), [(6, True), (7, False)])
def test_a_count_has_a_most(number, kept):
    assert table.no_more("statements", number, 6).kept is kept


def test_what_was_only_told_breaks_no_budget():
    rows = [
        table.told("page", pair(9, 1)),
        table.at_most("a", pair(1, 1), 2),
        table.at_most("b", pair(3, 1), 2),
    ]
    assert [row.measure for row in table.over(rows)] == ["b"]


def test_a_line_says_what_was_measured():
    row = table.at_most("autosave", pair(0.0061, 0.0041), 1.6)
    assert row.cells == ("autosave", "6.1 ms", "4.1 ms", "1.49", "≤ 1.6 ×", "kept")
    assert table.in_markdown(table.HEADS, [row.cells]).splitlines()[2] == f"| {' | '.join(row.cells)} |"


def test_seconds_are_written_for_their_size():
    assert [table.seconds(value) for value in (0.0069, 1.234, 13.71)] == ["6.9 ms", "1,234.0 ms", "13.7 s"]


def test_two_things_are_measured_in_turns_and_the_first_round_does_not_count():
    order: list[str] = []

    def measure(name: str, costs: list[float]):
        def run() -> Cost:
            order.append(name)
            return Cost(0, costs.pop(0))

        return run

    found = alternate(measure("ours", [9, 2, 4, 3]), measure("floor", [9, 1, 1, 2]), 3)
    assert (found.ours.busy, found.floor.busy) == (3, 1)
    assert order == ["floor", "ours", "ours", "floor"] * 2


def test_one_slow_run_among_three_changes_nothing():
    assert middle([Cost(1, 1), Cost(50, 50), Cost(2, 2)]) == Cost(2, 2)

"""The geometry of the plots: what is drawn stands where the numbers say."""

from dataclasses import replace
from datetime import date

import pytest

from isotrack.kit.plots import Drawing, GroupRow, Series, groups_plot, submissions_plot

CUTOFF = date(2021, 6, 29)
THIS = Series("Kỳ 2020", [(-100, 2), (-30, 60), (0, 156), (6, 180)])
LAST = Series("Kỳ 2019", [(-90, 3), (0, 131), (20, 168), (170, 197)])
GROUP = GroupRow("UBND cấp xã", on_time=117, late=21, missing=18, not_due=0)


def submissions(today: date = date(2021, 7, 5), this: Series = THIS, last: Series | None = LAST):
    return submissions_plot(this, last, last_day=CUTOFF, expected=202, today=today)


def ends_of(drawing: Drawing, css: str) -> tuple[float, float]:
    """Where a line ends."""
    d = next(path.d for path in drawing.paths if path.css == css)
    x, y = d[1:].split("L")[-1].split()
    return float(x), float(y)


def cutoff_of(drawing: Drawing) -> float:
    return float(next(path.d for path in drawing.paths if path.css == "cutoff")[1:].split()[0])


def texts_of(drawing: Drawing) -> list[str]:
    return [words.text for words in drawing.texts]


@pytest.mark.parametrize("place", [0, 1])
def test_the_line_stops_today_with_a_dot_and_its_figure(place):
    drawing = submissions().drawings[place]
    assert (drawing.dots[0].x, drawing.dots[0].y) == ends_of(drawing, "this")
    assert drawing.dots[0].x > cutoff_of(drawing)
    assert "Kỳ 2020: 180" in texts_of(drawing)


def test_a_visitor_on_16_june_sees_only_what_had_arrived_by_then():
    wide, _narrow = submissions(date(2021, 6, 16)).drawings
    assert "Kỳ 2020: 60" in texts_of(wide)
    assert wide.dots[0].x < cutoff_of(wide)


def test_last_year_is_aligned_to_its_cutoff_and_cut_thirty_days_after():
    wide, _narrow = submissions().drawings
    assert ends_of(wide, "last")[0] == 708
    assert "Kỳ 2019: 168" in texts_of(wide)


def test_nothing_is_received_between_two_reports():
    assert Series("", [(-10, 5), (-2, 9)]).until(0) == [(-10, 5), (-3, 5), (-2, 9), (0, 9)]


def test_the_number_expected_is_the_top_of_the_plot():
    wide, _narrow = submissions().drawings
    assert next(words.y for words in wide.texts if words.text == "202") == 48


def test_more_reports_than_expected_stay_on_the_paper():
    wide, _narrow = submissions(this=Series("Kỳ 2020", [(0, 500)])).drawings
    assert wide.dots[0].y == 44


@pytest.mark.parametrize("day", range(-100, 60, 7))
def test_no_label_overprints_another_or_leaves_the_paper(day):
    today = date.fromordinal(CUTOFF.toordinal() + day)
    for drawing in submissions(today).drawings:
        labels = drawing.texts
        assert not [(a, b) for a in labels for b in labels if a is not b and a.meets(b)]
        assert all(a.left >= -1 and a.left + a.length <= drawing.width + 1 for a in labels)


def test_a_cycle_without_reports_has_no_axes():
    assert submissions(this=Series("Kỳ 2020", [])).drawings == ()


def test_a_first_cycle_has_nothing_to_compare_with():
    wide, _narrow = submissions(last=None).drawings
    assert not [path for path in wide.paths if path.css == "last"]


@pytest.mark.parametrize("place", [0, 1])
def test_a_bar_is_divided_as_the_group_is(place):
    drawing = groups_plot([GROUP]).drawings[place]
    assert [box.css for box in drawing.boxes] == ["f-ok", "f-late", "f-missing"]
    whole = sum(box.width + 1.5 for box in drawing.boxes)
    assert drawing.boxes[0].width + 1.5 == pytest.approx(whole * 0.75, abs=0.2)
    assert "117" in texts_of(drawing)


def test_a_part_too_small_for_its_figure_has_none():
    wide, _narrow = groups_plot([replace(GROUP, on_time=1)]).drawings
    assert "1" not in texts_of(wide)


def test_a_group_without_reports_keeps_its_place_as_an_empty_bar():
    wide, _narrow = groups_plot([GROUP, GroupRow("Khác", 0, 0, 0, 0)]).drawings
    assert [box.css for box in wide.boxes][-1] == "f-none"


def test_no_group_with_reports_makes_no_plot():
    assert groups_plot([GroupRow("Khác", 0, 0, 0, 0)]).drawings == ()

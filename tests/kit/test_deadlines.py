"""Deadlines in days, instants and sentences."""

from datetime import date, time

import pytest

from isotrack.kit.deadlines import Deadline, last_day_before, months_after
from tests.make import at


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def last(due_before: date, *, counts: bool = False, moves: bool = False) -> date:
    return last_day_before(
        due_before, day_itself_counts=counts, moves_to_working_day=moves, is_working=weekdays
    )


def test_before_the_30th_ends_with_the_29th():
    deadline = Deadline(last(date(2021, 6, 30)))
    assert deadline.met_by(at("2021-06-29 23:59:59"))
    assert not deadline.met_by(at("2021-06-30 00:00:00"))


def test_with_the_first_switch_the_30th_counts():
    deadline = Deadline(last(date(2021, 6, 30), counts=True))
    assert deadline.met_by(at("2021-06-30 23:59:59"))
    assert not deadline.met_by(at("2021-07-01 00:00:00"))


@pytest.mark.parametrize(
    ("due_before", "counts", "expected"),
    [
        (date(2024, 6, 30), False, date(2024, 7, 1)),  # 29/6/2024 is a Saturday
        (date(2024, 6, 30), True, date(2024, 7, 1)),  # 30/6/2024 is a Sunday
        (date(2029, 6, 30), True, date(2029, 7, 2)),  # 30/6/2029 is a Saturday
        (date(2021, 6, 30), True, date(2021, 6, 30)),  # a Wednesday stays
    ],
)
def test_with_the_second_switch_a_day_off_moves_to_the_next_working_day(due_before, counts, expected):
    assert last(due_before, counts=counts, moves=True) == expected


def test_a_cut_off_and_its_deadline_are_the_same_thing():
    deadline = Deadline(date(2021, 6, 29))
    assert Deadline.ending_at(deadline.cutoff) == deadline


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2021, 6, 15), "Còn 14 ngày"),
        (date(2021, 6, 28), "Còn 1 ngày"),
        (date(2021, 6, 29), "Hạn cuối là hôm nay, đến 24:00"),
        (date(2021, 6, 30), "Đã qua hạn 1 ngày"),
        (date(2021, 7, 5), "Đã qua hạn 6 ngày"),
    ],
)
def test_the_days_left_are_said_in_words(today, words):
    assert Deadline(date(2021, 6, 29)).left_in_words(today) == words


def test_the_cut_off_is_always_said_with_both_halves():
    assert Deadline(date(2021, 6, 29)).in_words() == "trước ngày 30/6/2021 (hết ngày 29/6/2021)"
    moved = Deadline(date(2024, 7, 1)).in_words(date(2024, 6, 30))
    assert moved == "trước ngày 30/6/2024 (hết ngày 01/7/2024)"


def test_a_step_falls_so_many_days_from_the_last_day_in_the_morning():
    assert Deadline(date(2021, 6, 29)).moment(-7, time(7)) == at("2021-06-22 07:00")
    assert Deadline(date(2021, 6, 29)).moment(1, time(7)) == at("2021-06-30 07:00")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 31), 3, date(2027, 3, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
    ],
)
def test_a_period_in_months_ends_on_the_same_day_or_the_month_s_last(day, months, expected):
    assert months_after(day, months) == expected

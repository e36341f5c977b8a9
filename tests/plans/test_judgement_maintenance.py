"""Maintenance: fifteen million a year, and only of what was declared (khoản 6 Điều 4 TT 116/2015)."""

from datetime import date

import pytest

from plans.judgement import judge
from plans.models import LineKind
from tests import make
from tests.plans import money

pytestmark = pytest.mark.django_db


def maintained(entry, estimate, year=2020, **values):
    return money.line(entry, LineKind.MAINTENANCE, estimate, year=year, item="MAINTENANCE", **values)


def declared_entry(plan=None, agency=None):
    entry = money.entry(plan, agency)
    if agency is None:
        money.declared(entry.agency, date(2019, 5, 1))
    return entry


def test_nine_and_seven_million_in_one_year_are_refused():
    entry = declared_entry()
    maintained(entry, 9_000_000)
    maintained(entry, 7_000_000)
    (found,) = judge(entry.plan, money.DAY).violations
    assert found.sentence == (
        "Vượt trần 15.000.000 đồng – khoản 6 Điều 4 TT 116/2015/TT-BTC (vượt 1.000.000 đồng)"
    )


def test_nine_and_seven_million_in_two_years_are_accepted():
    entry = declared_entry()
    maintained(entry, 9_000_000)
    maintained(entry, 7_000_000, year=2021)
    assert judge(entry.plan, money.DAY).is_clear


@pytest.mark.parametrize("state", ["cleared", "approved", "running", "closed"])
def test_what_another_plan_promised_counts(state):
    first = declared_entry(money.plan(state))
    maintained(first, 9_000_000)
    entry = money.entry(money.plan(), first.agency)
    maintained(entry, 7_000_000)
    (found,) = judge(entry.plan, money.DAY).violations
    assert found.sentence.endswith("; đã tính 9.000.000 đồng ở kế hoạch khác")


@pytest.mark.parametrize("state", ["draft", "finance_review", "returned"])
def test_what_another_plan_only_asks_for_does_not_count(state):
    first = declared_entry(money.plan(state))
    maintained(first, 9_000_000)
    entry = money.entry(money.plan(), first.agency)
    maintained(entry, 7_000_000)
    assert judge(entry.plan, money.DAY).is_clear


def test_what_was_never_declared_is_not_maintained():
    entry = money.entry()
    maintained(entry, 9_000_000)
    (found,) = judge(entry.plan, money.DAY).violations
    assert found.sentence == (
        "Chưa có bản công bố đến hết năm 2020 nên chưa chi duy trì – khoản 6 Điều 4 TT 116/2015/TT-BTC"
    )


@pytest.mark.parametrize(("day", "is_paid"), [(date(2020, 12, 31), True), (date(2021, 1, 1), False)])
def test_a_declaration_by_the_last_day_of_the_year_opens_that_year(day, is_paid):
    entry = money.entry()
    money.declared(entry.agency, day)
    maintained(entry, 9_000_000)
    assert judge(entry.plan, money.DAY).is_clear is is_paid


def test_the_declaration_of_the_agency_that_covers_it_is_enough():
    other = make.department("Ủy ban nhân dân tỉnh, Văn phòng")
    money.declared(other, date(2019, 5, 1))
    entry = money.entry(agency=make.department("Trung tâm", covered_by=other))
    maintained(entry, 9_000_000)
    assert judge(entry.plan, money.DAY).is_clear


def test_a_line_struck_out_by_finance_asks_for_no_declaration():
    entry = money.entry()
    maintained(entry, 9_000_000, approved=0)
    assert judge(entry.plan, money.DAY).is_clear

"""A source gives no more than it has."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.judgement import judge
from plans.models import LineKind
from tests import make
from tests.plans import money

pytestmark = pytest.mark.django_db


def test_87_million_are_missing_from_the_science_budget():
    plan, source = money.plan("cleared"), money.source(300_000_000)
    for tier, a, b in [("2b", 45, 50)] + [("2c", 33, 40)] * 4:
        entry = money.entry(plan, tier=tier)
        money.line(entry, LineKind.HIRED, a * 10**6, source=source)
        money.line(entry, LineKind.OWN_WORK, b * 10**6, source=source, item="DOCUMENT_WRITING")
    judgement = judge(plan, money.DAY)
    assert judgement.violations == []
    (short,) = judgement.shortfalls
    assert (short.available, short.committed, short.missing) == (300_000_000, 387_000_000, 87_000_000)
    assert "thiếu 87.000.000 đồng" in short.sentence


def test_what_other_approved_plans_take_is_gone():
    source = money.source(50_000_000)
    taken = money.entry(money.plan("approved"))
    money.line(taken, LineKind.HIRED, 40_000_000, approved=30_000_000, source=source)
    entry = money.entry()
    money.line(entry, LineKind.HIRED, 25_000_000, source=source)
    (short,) = judge(entry.plan, money.DAY).shortfalls
    assert (short.committed, short.missing) == (55_000_000, 5_000_000)
    assert "kế hoạch khác đã dùng 30.000.000 đồng" in short.sentence


def test_what_finance_puts_beside_an_estimate_commits_nothing():
    source = money.source(50_000_000)
    asked = money.entry(money.plan("finance_review"))
    money.line(asked, LineKind.HIRED, 40_000_000, approved=40_000_000, source=source)
    entry = money.entry()
    money.line(entry, LineKind.HIRED, 25_000_000, source=source)
    assert judge(entry.plan, money.DAY).is_clear


def queries_for(agencies):
    plan = money.plan()
    for _ in range(agencies):
        entry = money.entry(plan)
        money.declared(entry.agency, money.DAY)
        money.line(entry, LineKind.HIRED, 50_000_000)
        money.line(entry, LineKind.MAINTENANCE, 9_000_000, item="MAINTENANCE")
    with CaptureQueriesContext(connection) as queries:
        judgement = judge(plan, money.DAY)
    assert len(judgement.violations) == agencies
    return len(queries)


def test_fifty_agencies_are_judged_in_as_many_statements_as_one():
    make.reference()
    assert queries_for(1) == queries_for(50) == 6

"""`manage.py funding PLAN_CODE`."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from isotrack.kit.commands import BadInput
from plans.models import LineKind
from tests.plans import money

pytestmark = pytest.mark.django_db


def answer(code):
    out = StringIO()
    call_command("funding", code, "--format", "json", "--as-of", "2020-11-25", stdout=out)
    return json.loads(out.getvalue())


def test_it_tells_the_sums_the_sources_and_what_breaks_a_ceiling():
    entry = money.entry(tier="2c")
    source = money.source(30_000_000)
    line = money.line(entry, LineKind.HIRED, 35_500_000, source=source)
    assert answer(entry.plan.code) == {
        "plan": entry.plan.code,
        "lines": 1,
        "estimate": 35_500_000,
        "approved": 0,
        "allocated": 0,
        "spent": 0,
        "settled": 0,
        "sources": [
            {
                "source": source.name,
                "year": 2020,
                "available": 30_000_000,
                "committed": 35_500_000,
                "balance": -5_500_000,
            }
        ],
        "violations": [
            {
                "line": line.pk,
                "clause": "điểm c khoản 2 Điều 4 TT 116/2015/TT-BTC",
                "limit": 33_000_000,
                "amount": 35_500_000,
            }
        ],
    }


def test_a_plan_nobody_made_is_bad_input():
    with pytest.raises(BadInput, match="Không có kế hoạch mang mã KH-0"):
        call_command("funding", "KH-0")

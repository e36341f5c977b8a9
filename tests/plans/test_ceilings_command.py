"""`manage.py ceilings`, as an administrator types it."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from isotrack.kit.commands import BadInput
from plans.actions.reference import load_ceilings
from tests import make

pytestmark = pytest.mark.django_db
# The five agencies of letter 1141/UBND-TH: 387.000.000 đồng for a first build.
SEED = {"AG-BDT": "2b", "AG-BTG": "2c", "AG-BTDKT": "2c", "AG-CCVTLT": "2c", "AG-CCQLDD": "2c"}


@pytest.fixture(autouse=True)
def law():
    load_ceilings()


def asked(*arguments: str):
    out = StringIO()
    call_command("ceilings", *arguments, "--format", "json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_the_five_agencies_of_the_letter_may_spend_387_million():
    root = make.province()
    for code, tier in SEED.items():
        make.agency(code, code=code, ceiling_tier=tier, superior=root)
    found = [asked(code, "--on", "2020-12-17") for code in SEED]
    assert [answer["A"] + answer["B"] for answer in found] == [95_000_000] + 4 * [73_000_000]


def test_the_answer_has_exactly_the_keys_promised():
    make.agency(code="AG-BTG", ceiling_tier="2c")
    answer = asked("AG-BTG", "--on", "2020-12-17")
    assert list(answer) == [
        "agency",
        "tier",
        "mode",
        "A",
        "B",
        "per_process",
        "independent_consultant",
        "self_build",
        "maintenance_year",
        "clauses",
    ]
    assert (answer["agency"], answer["tier"], answer["mode"]) == ("AG-BTG", "2c", "first")
    assert answer["clauses"]["A"] == "điểm c khoản 2 Điều 4 TT 116/2015/TT-BTC"


def test_an_extension_has_its_own_amounts():
    make.agency(code="AG-BTG", ceiling_tier="2c")
    assert asked("AG-BTG", "--mode", "extension", "--on", "2020-12-17")["A"] == 20_000_000


def test_without_a_day_it_is_today(now):
    now("2021-06-16 08:00")
    make.agency(code="AG-BTG", ceiling_tier="2c")
    assert asked("AG-BTG")["maintenance_year"] == 15_000_000


def test_the_tier_is_the_one_of_that_day():
    agency = make.agency(code="AG-BTG", ceiling_tier="2c")
    agency.standings.update(ceiling_tier="2b")
    assert asked("AG-BTG", "--on", "2020-12-17")["tier"] == "2b"


def test_for_an_agency_that_ended_it_is_its_last_day_and_says_so(now):
    now("2026-11-23 08:00")
    agency = make.agency(code="AG-BTG", ceiling_tier="2c")
    agency.valid_to = date(2025, 2, 28)
    agency.save()
    said = StringIO()
    call_command("ceilings", "AG-BTG", stdout=StringIO(), stderr=said)
    assert "28/02/2025" in said.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [["AG-NONE"], ["AG-BTG", "--on", "2010-01-01"], ["AG-BTG", "--on", "x"], ["AG-BTG", "--mode", "third"]],
)
def test_an_unknown_agency_day_or_mode_is_bad_input(arguments):
    make.agency(code="AG-BTG", ceiling_tier="2c")
    with pytest.raises(BadInput):
        asked(*arguments)


def test_a_day_before_the_circular_is_bad_input():
    make.agency(code="AG-BTG", ceiling_tier="2c", on=date(2010, 1, 1))
    with pytest.raises(BadInput, match="01/01/2012"):
        asked("AG-BTG", "--on", "2012-01-01")

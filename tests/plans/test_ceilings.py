"""How much an agency may spend, and which clause says so."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from plans.actions.reference import load_ceilings, load_cost_items
from plans.ceilings import NoCeiling, ceiling, ceilings_for, maintenance_ceiling
from plans.models import Ceiling, CostItem

pytestmark = pytest.mark.django_db
SEED = date(2020, 12, 17)


@pytest.fixture(autouse=True)
def law():
    load_ceilings()


@pytest.mark.parametrize(
    ("tier", "first", "extension"),
    [
        ("1a", (100_000_000, 130_000_000, 2_500_000), (65_000_000, 100_000_000, 2_500_000)),
        ("1b", (80_000_000, 80_000_000, 2_500_000), (50_000_000, 50_000_000, 2_500_000)),
        ("2a", (60_000_000, 65_000_000, 2_000_000), (30_000_000, 50_000_000, 2_000_000)),
        ("2b", (45_000_000, 50_000_000, 2_000_000), (25_000_000, 40_000_000, 2_000_000)),
        ("2c", (33_000_000, 40_000_000, 2_000_000), (20_000_000, 25_000_000, 2_000_000)),
        ("2d", (26_400_000, 32_000_000, 1_600_000), (16_000_000, 20_000_000, 1_600_000)),
    ],
)
def test_each_tier_has_the_amounts_of_the_circular(tier, first, extension):
    for mode, wanted in (("first", first), ("extension", extension)):
        found = ceilings_for(tier, mode, SEED)
        assert (found.A, found.B, found.per_process) == wanted


@pytest.mark.parametrize(
    ("tier", "consultant", "self_build"),
    [
        ("2b", (36_000_000, 20_000_000), (38_250_000, 21_250_000)),
        ("2c", (26_400_000, 16_000_000), (28_050_000, 17_000_000)),
        ("2d", (21_120_000, 12_800_000), (22_440_000, 13_600_000)),
    ],
)
def test_consultants_and_own_builders_get_their_share_of_a(tier, consultant, self_build):
    first, extension = (ceilings_for(tier, mode, SEED) for mode in ("first", "extension"))
    assert (first.independent_consultant, extension.independent_consultant) == consultant
    assert (first.self_build, extension.self_build) == self_build


def test_the_clauses_are_quoted_smallest_unit_first():
    assert ceilings_for("2c", "first", SEED).clauses == {
        "A": "điểm c khoản 2 Điều 4 TT 116/2015/TT-BTC",
        "B": "điểm c khoản 2 Điều 4 TT 116/2015/TT-BTC",
        "per_process": "điểm c khoản 2 Điều 4 TT 116/2015/TT-BTC",
        "independent_consultant": "khoản 3 Điều 4 TT 116/2015/TT-BTC",
        "self_build": "khoản 5 Điều 4 TT 116/2015/TT-BTC",
        "maintenance_year": "khoản 6 Điều 4 TT 116/2015/TT-BTC",
    }


def test_a_commune_may_spend_four_fifths_of_a_sub_department():
    commune, sub_department = (ceilings_for(tier, "first", SEED) for tier in ("2d", "2c"))
    assert commune.A * 10 == sub_department.A * 8
    assert commune.B * 10 == sub_department.B * 8


def test_maintenance_is_fifteen_million_a_year():
    assert maintenance_ceiling(SEED) == 15_000_000


def test_a_ceiling_that_asks_no_tier_is_found_by_clause_and_line():
    assert ceiling("7", "model_framework", SEED) == 12_000_000
    assert ceiling("9", "model_framework", SEED) is None


def test_before_the_circular_there_is_no_ceiling():
    for question in (lambda day: ceilings_for("2c", "first", day), maintenance_ceiling):
        with pytest.raises(NoCeiling, match="25/10/2015"):
            question(date(2015, 10, 25))
    assert ceilings_for("2c", "first", date(2015, 10, 26))


def test_a_new_circular_counts_from_its_day_and_not_before():
    old = Ceiling.objects.get(line="maintenance_year")
    old.effective_to = date(2026, 12, 31)
    old.save()
    new = Ceiling.objects.get(pk=old.pk)
    new.pk, new.amount, new.effective_from, new.effective_to = None, 20_000_000, date(2027, 1, 1), None
    new.save()
    assert maintenance_ceiling(date(2026, 12, 31)) == 15_000_000
    assert maintenance_ceiling(date(2027, 1, 1)) == 20_000_000


def test_asking_takes_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        ceilings_for("2c", "first", SEED)


def test_loading_twice_creates_nothing_and_keeps_what_staff_edited():
    Ceiling.objects.filter(line="certifier").update(note="Đã sửa")
    assert load_ceilings() == 0
    assert (Ceiling.objects.count(), Ceiling.objects.get(line="certifier").note) == (37, "Đã sửa")


def test_the_fifteen_items_are_loaded_once_in_the_order_of_the_circular():
    assert load_cost_items() == 15
    assert load_cost_items() == 0
    assert [item.code for item in CostItem.objects.all()][:6] == [
        "3.1.a",
        "3.1.b",
        "3.1.c",
        "3.1.d",
        "3.1.đ",
        "3.1.e",
    ]


def test_the_work_of_the_ministry_is_no_item_of_a_province():
    load_cost_items()
    assert not CostItem.objects.local().filter(identifier="MINISTRY_WORK").exists()
    assert CostItem.objects.local().count() == 14


def test_an_item_quotes_its_clause_and_speaks_the_readers_language():
    load_cost_items()
    item = CostItem.objects.get(identifier="MAINTENANCE")
    assert item.in_words == "điểm g khoản 1 Điều 3 TT 116/2015/TT-BTC"
    assert str(item) == "Duy trì, cải tiến, mở rộng, hoàn thiện"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": None, "ratio": None},
        {"amount": 0},
        {"ratio": Decimal("1.2")},
        {"effective_to": date(2015, 1, 1)},
        {"effective_from": date(2015, 10, 26)},
    ],
    ids=["neither", "nothing", "more than all", "ends before it starts", "twice"],
)
def test_the_database_refuses_a_ceiling_that_makes_no_sense(wrong):
    row = Ceiling.objects.get(line="model_framework")
    row.pk, row.effective_from = None, date(2027, 1, 1)
    for name, value in wrong.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError):
        row.save()

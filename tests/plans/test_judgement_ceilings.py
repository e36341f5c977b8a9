"""What the law lets an agency spend, judged over a plan."""

from datetime import date, timedelta

import pytest

from agencies.actions.agency import change
from plans.judgement import judge
from plans.models import Ceiling, LineKind, Mode
from tests import make
from tests.plans import money

pytestmark = pytest.mark.django_db


def sentences(entry, on=money.DAY):
    return [found.sentence for found in judge(entry.plan, on).violations]


def test_the_refusal_quotes_the_ceiling_the_clause_and_the_excess():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.HIRED, 35_500_000)
    assert sentences(entry) == [
        "Vượt trần 33.000.000 đồng – điểm c khoản 2 Điều 4 TT 116/2015/TT-BTC (vượt 2.500.000 đồng)"
    ]


@pytest.mark.parametrize(
    ("tier", "mode", "kind", "limit"),
    [
        ("2a", Mode.FIRST, LineKind.HIRED, 60_000_000),
        ("2b", Mode.FIRST, LineKind.HIRED, 45_000_000),
        ("2b", Mode.EXTENSION, LineKind.HIRED, 25_000_000),
        ("2b", Mode.FIRST, LineKind.OWN_WORK, 50_000_000),
        ("2c", Mode.EXTENSION, LineKind.OWN_WORK, 25_000_000),
        # Communes have 80 % of what sub-departments have.
        ("2d", Mode.FIRST, LineKind.HIRED, 26_400_000),
        ("2d", Mode.FIRST, LineKind.OWN_WORK, 32_000_000),
        # 85 % of A for the whole of the work, 80 % of A for independent consultants.
        ("2c", Mode.FIRST, LineKind.SELF_BUILD, 28_050_000),
    ],
)
def test_a_ceiling_is_kept_to_the_dong(tier, mode, kind, limit):
    entry = money.entry(tier=tier, mode=mode)
    line = money.line(entry, kind, limit, quantity=100)
    assert sentences(entry) == []
    line.estimate = limit + 1
    line.save()
    (sentence,) = sentences(entry)
    assert "(vượt 1 đồng)" in sentence


def test_lines_of_one_kind_are_summed_and_the_one_that_passes_the_ceiling_is_marked():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.HIRED, 20_000_000)
    second = money.line(entry, LineKind.HIRED, 14_000_000)
    (found,) = judge(entry.plan, money.DAY).violations
    assert (found.line, found.amount, found.limit) == (second.pk, 34_000_000, 33_000_000)


def test_a_and_b_of_one_agency_are_judged_apart():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.HIRED, 33_000_000)
    money.line(entry, LineKind.OWN_WORK, 40_000_000)
    assert sentences(entry) == []


def test_two_agencies_have_a_ceiling_each():
    plan = money.plan()
    for _ in range(2):
        money.line(money.entry(plan, tier="2c"), LineKind.HIRED, 33_000_000)
    assert judge(plan, money.DAY).is_clear


def test_an_approved_amount_counts_instead_of_the_estimate():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.HIRED, 35_500_000, approved=33_000_000)
    assert sentences(entry) == []


def test_each_process_has_its_own_ceiling():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.PER_PROCESS, 6_000_001, quantity=3)
    (sentence,) = sentences(entry)
    assert sentence.startswith("Vượt trần 6.000.000 đồng – điểm c khoản 2")


def test_processes_lie_inside_line_b():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.OWN_WORK, 30_000_000)
    money.line(entry, LineKind.PER_PROCESS, 12_000_000, quantity=6)
    (sentence,) = sentences(entry)
    assert sentence.startswith("Vượt trần 40.000.000 đồng") and "vượt 2.000.000 đồng" in sentence


def test_no_more_processes_are_paid_than_the_agency_will_issue():
    entry = money.entry(tier="2c", processes=4)
    money.line(entry, LineKind.PER_PROCESS, 10_000_000, quantity=5)
    (sentence,) = sentences(entry)
    assert sentence.startswith("Vượt trần 8.000.000 đồng")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (5_600_000, []),
        (14_800_000, []),
        (14_800_001, ["Vượt trần 14.800.000 đồng – khoản 3 Điều 4 TT 116/2015/TT-BTC (vượt 1 đồng)"]),
        (
            5_599_999,
            ["Thấp hơn mức tối thiểu 5.600.000 đồng – khoản 3 Điều 4 TT 116/2015/TT-BTC (thiếu 1 đồng)"],
        ),
    ],
)
def test_an_independent_consultant_is_paid_by_the_month_within_the_frame(amount, said):
    entry = money.entry(tier="2b")
    money.line(entry, LineKind.INDEPENDENT, amount, quantity=2)
    assert sentences(entry) == said


def test_independent_consultants_together_stay_within_their_share_of_a():
    entry = money.entry(tier="2c")
    for _ in range(2):
        money.line(entry, LineKind.INDEPENDENT, 14_000_000, quantity=2)
    assert sentences(entry) == [
        "Vượt trần 26.400.000 đồng – khoản 3 Điều 4 TT 116/2015/TT-BTC (vượt 1.600.000 đồng)"
    ]


def test_self_build_pays_for_the_share_of_the_work_done():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.SELF_BUILD, 14_025_001, quantity=50)
    assert sentences(entry) == ["Vượt trần 14.025.000 đồng – khoản 5 Điều 4 TT 116/2015/TT-BTC (vượt 1 đồng)"]


def test_nobody_does_more_than_the_whole_of_the_work():
    entry = money.entry(tier="2c")
    for _ in range(2):
        money.line(entry, LineKind.SELF_BUILD, 20_000_000, quantity=80)
    assert sentences(entry)[0].startswith("Vượt trần 28.050.000 đồng")


def test_a_framework_and_a_certifier_have_their_own_clauses():
    entry = money.entry()
    money.line(entry, LineKind.FRAMEWORK, 12_000_001)
    money.line(entry, LineKind.CERTIFIER, 5_000_001)
    assert sentences(entry) == [
        "Vượt trần 12.000.000 đồng – khoản 7 Điều 4 TT 116/2015/TT-BTC (vượt 1 đồng)",
        "Vượt trần 5.000.000 đồng – khoản 8 Điều 4 TT 116/2015/TT-BTC (vượt 1 đồng)",
    ]


def test_what_another_regulation_pays_for_has_no_ceiling_here():
    entry = money.entry()
    money.line(entry, LineKind.OTHER, 900_000_000, document=make.document())
    assert sentences(entry) == []


def test_every_line_names_its_source():
    entry = money.entry()
    money.line(entry, LineKind.HIRED, 1_000_000, source=None)
    assert sentences(entry) == ["Chưa ghi nguồn kinh phí – khoản 1 Điều 5 TT 116/2015/TT-BTC"]


def test_the_tier_of_the_day_decides():
    entry = money.entry(tier="2c")
    change(entry.agency, by=None, at=make.NOW, on=date(2021, 1, 1), reason="lên hạng", ceiling_tier="2b")
    money.line(entry, LineKind.HIRED, 45_000_000)
    assert sentences(entry, date(2021, 1, 1)) == []
    assert len(sentences(entry, date(2020, 12, 31))) == 1


def test_a_new_circular_counts_from_its_day_on():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.HIRED, 40_000_000)
    row = Ceiling.objects.get(tier="2c", line="A", mode="first")
    new = date(2021, 1, 1)
    row.pk, row.amount, row.effective_from = None, 50_000_000, new
    row.save()
    assert sentences(entry, new) == []
    assert len(sentences(entry, new - timedelta(days=1))) == 1


def test_before_the_circular_there_was_nothing_to_spend():
    entry = money.entry()
    money.line(entry, LineKind.HIRED, 1)
    assert sentences(entry, date(2014, 1, 1)) == [
        "Không có mức chi “Thuê tổ chức tư vấn” có hiệu lực ngày 01/01/2014."
    ]


def test_the_first_build_is_first_only_once():
    agency = make.department(ceiling_tier="2c")
    money.line(money.entry(money.plan("approved"), agency), LineKind.HIRED, 20_000_000)
    again = money.entry(money.plan(), agency)
    money.line(again, LineKind.HIRED, 20_000_000)
    (sentence,) = sentences(again)
    assert sentence.endswith("(vượt 7.000.000 đồng); đã tính 20.000.000 đồng ở kế hoạch khác")


def test_each_line_says_which_ceiling_it_is_held_against():
    entry = money.entry(tier="2b")
    line = money.line(entry, LineKind.HIRED, 1)
    said = str(judge(entry.plan, money.DAY).limits[line.pk])
    assert said == "Trần 45.000.000 đồng – điểm b khoản 2 Điều 4 TT 116/2015/TT-BTC"


def test_the_five_agencies_of_the_letter_may_spend_387_million():
    plan = money.plan()
    for tier in ("2b", "2c", "2c", "2c", "2c"):
        money.line(money.entry(plan, tier=tier), LineKind.HIRED, 1)
    assert judge(plan, money.DAY).ceiling == 387_000_000

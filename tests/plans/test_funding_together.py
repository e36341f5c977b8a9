"""Whatever two people do at once, no sum passes a ceiling and no balance falls below zero.

Real transactions on real connections: every step is two acts at the same moment, drawn by Hypothesis.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from isotrack.kit.states import WrongState
from plans.actions.funding import Edit, LinesRefused, change_source, save_lines
from plans.actions.plan import NotCleared, approve, clear, return_for_correction, start, submit
from plans.models import FundingLine, FundingSource, LineKind, RolloutPlan
from plans.models.funding import BINDING, COMMITTED
from tests import make
from tests.plans import money

pytestmark = pytest.mark.django_db(transaction=True)
AT = make.at("2020-11-25")
REFUSALS = (WrongState, NotCleared, LinesRefused, ValidationError)
# What Điều 4 TT 116/2015 gives a sub-department (tier 2c), written here once more on purpose.
MOST = {LineKind.HIRED: 33_000_000, LineKind.OWN_WORK: 40_000_000, LineKind.MAINTENANCE: 15_000_000}
KINDS = {"A": "CONSULT_DOCS", "B": "DOCUMENT_WRITING", "maintenance": "MAINTENANCE"}
AMOUNTS = st.sampled_from(
    [0, 7_000_000, 9_000_000, 15_000_000, 16_000_000, 20_000_000, 33_000_000, 34_000_000]
)
numbers = count(1)

plans_, lines_ = st.integers(0, 1), st.integers(0, 5)
ACTS = st.one_of(
    st.tuples(
        st.sampled_from(["submit", "return_", "clear", "clear", "approve", "approve", "start"]), plans_
    ),
    st.tuples(st.just("write"), st.just("estimate"), lines_, AMOUNTS),
    st.tuples(
        st.just("write"), st.sampled_from(["approved", "allocated", "spent", "settled"]), lines_, AMOUNTS
    ),
    st.tuples(st.just("fund"), st.sampled_from([0, 20_000_000, 40_000_000, 80_000_000])),
)


def raced(*acts):
    """Run acts at the same moment; return those that were refused. Whatever else they raise is raised."""
    barrier = threading.Barrier(len(acts))

    def hand(act):
        try:
            barrier.wait(10)
            act()
        except REFUSALS as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        found = [pool.submit(hand, act).result for act in acts]
        return [refusal for result in found if (refusal := result(30)) is not None]


class TwoPeople(RuleBasedStateMachine):
    """Two plans that pay the same agency from the same source."""

    @initialize(amounts=st.lists(AMOUNTS, min_size=6, max_size=6))
    def begin(self, amounts):
        self.person = money.finance()
        self.source = money.source(80_000_000, name=f"Nguồn {next(numbers)}")
        agency = make.agency(f"Chi cục {next(numbers)}", ceiling_tier="2c")
        money.declared(agency, date(2019, 1, 1))
        # In review already, or the machine would spend its steps on getting there.
        self.plans = [money.plan("finance_review") for _ in range(2)]
        self.lines = []
        for plan in self.plans:
            entry = money.entry(plan, agency)
            for kind, item in KINDS.items():
                amount = amounts[len(self.lines)]
                self.lines.append(money.line(entry, kind, amount, item=item, source=self.source))

    @rule(first=ACTS, second=ACTS)
    def at_once(self, first, second):
        raced(*(lambda act=act: getattr(self, act[0])(*act[1:]) for act in (first, second)))

    def submit(self, place):
        submit(self.fresh(place), by=self.person, at=AT)

    def return_(self, place):
        return_for_correction(self.fresh(place), by=self.person, at=AT, reason="Xem lại")

    def clear(self, place):
        plan = self.fresh(place)
        plan.comments.update(mended_at=AT)
        clear(plan, by=self.person, at=AT)

    def approve(self, place):
        number = f"{next(numbers)}/QĐ-UBND"
        approve(self.fresh(place), by=self.person, at=AT, number=number, issued_on=date(2020, 11, 24))

    def start(self, place):
        start(self.fresh(place), by=self.person, at=AT)

    def write(self, column, place, amount):
        line = self.lines[place]
        edits = [Edit(line.pk, {column: amount})]
        save_lines(line.entry.plan, by=self.person, at=AT, column=column, edits=edits)

    def fund(self, amount):
        change_source(self.source, by=self.person, at=AT, amount=amount)

    def fresh(self, place):
        return RolloutPlan.objects.get(pk=self.plans[place].pk)

    @invariant()
    def no_sum_passes_its_ceiling(self):
        bound = FundingLine.objects.filter(entry__plan__in=self.plans, entry__plan__state__in=BINDING)
        for kind, most in MOST.items():
            spent = bound.filter(kind=kind).aggregate(sum=Sum(Coalesce("approved", "estimate")))["sum"]
            assert (spent or 0) <= most, kind

    @invariant()
    def no_balance_is_below_zero(self):
        taken = FundingLine.objects.filter(source=self.source, entry__plan__state__in=COMMITTED)
        committed = taken.aggregate(sum=Sum("approved"))["sum"] or 0
        assert committed <= FundingSource.objects.get(pk=self.source.pk).amount

    @invariant()
    def no_amount_exceeds_the_one_before_it(self):
        own = FundingLine.objects.filter(entry__plan__in=self.plans)
        for less, more in [("settled", "spent"), ("spent", "allocated"), ("allocated", "approved")]:
            assert not own.filter(**{f"{less}__gt": F(more)}).exists()


def test_two_people_at_once_break_neither_ceiling_nor_balance():
    make.reference()
    some = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(TwoPeople, settings=some)


@pytest.mark.parametrize("_turn", range(5))
def test_two_plans_cleared_at_once_do_not_both_take_the_maintenance_of_a_year(_turn):
    person, agency = money.finance(), make.agency("Chi cục Biển", ceiling_tier="2c")
    money.declared(agency, date(2019, 1, 1))
    plans = [money.plan("finance_review") for _ in range(2)]
    for plan in plans:
        # Each has its own source: nothing but the agency is common to them.
        own = money.source(name=f"Nguồn {next(numbers)}")
        entry = money.entry(plan, agency)
        money.line(entry, LineKind.MAINTENANCE, 9_000_000, item="MAINTENANCE", source=own)
    refused = raced(*(lambda plan=plan: clear(plan, by=person, at=AT) for plan in plans))
    assert len(refused) == 1 and "khoản 6 Điều 4" in str(refused[0])


@pytest.mark.parametrize("_turn", range(5))
def test_two_plans_approved_at_once_do_not_spend_the_same_money(_turn):
    person, source = money.finance(), money.source(10_000_000)
    plans = [money.plan("cleared") for _ in range(2)]
    for plan in plans:
        money.line(money.entry(plan), estimate=8_000_000, source=source)

    def approved(plan):
        approve(plan, by=person, at=AT, number=f"{plan.pk}/QĐ-UBND", issued_on=date(2020, 11, 24))

    (refused,) = raced(*(lambda plan=plan: approved(plan) for plan in plans))
    assert "thiếu 6.000.000 đồng" in str(refused)


@pytest.mark.parametrize("_turn", range(5))
def test_a_source_is_not_lowered_under_an_approval(_turn):
    person, source, plan = money.finance(), money.source(10_000_000), money.plan("cleared")
    money.line(money.entry(plan), estimate=8_000_000, source=source)
    refused = raced(
        lambda: approve(plan, by=person, at=AT, number=f"{plan.pk}/QĐ", issued_on=date(2020, 11, 24)),
        lambda: change_source(source, by=person, at=AT, amount=5_000_000),
    )
    assert len(refused) == 1

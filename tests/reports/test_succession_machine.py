"""Successions as a machine: whatever is merged, split, moved or taken back when, what must hold holds.

Hypothesis draws the acts. Before the clock moves on, the day's registry and rates are put down; at every step
they must be told the same, every open duty must be somebody's, and who follows whom must come to an end.
"""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from agencies.actions.succession import After, Before, Wish, cancel, plan
from agencies.models import Agency, Document, Succession, SuccessionDuty, User
from isotrack.kit.clock import ZONE
from isotrack.kit.states import WrongState
from reports.actions.report import declare_nil, save_answers
from reports.actions.succession import Decision, carry_out, carry_out_due, choose, decide
from reports.models import AnnualReport, ReportCycle
from reports.open_duties import open_duties
from reports.rates import rates_of_by
from tests import make
from tests.plans import planning
from tests.reports.successions import Choice, Kind, new

pytestmark = pytest.mark.django_db
REFUSALS = (ValidationError, WrongState)
PICK = st.integers(0, 99)
LONG_AGO = date(2018, 1, 1)


class Reform(RuleBasedStateMachine):
    """A small province and its agencies, in a savepoint that the end of each story gives up."""

    binh: User
    lan: User
    law: Document

    def __init__(self) -> None:
        super().__init__()
        self.story = transaction.savepoint()
        self.today = date(2021, 6, 1)
        self.founded = 0
        self.registries: dict[date, Any] = {}
        self.rates: dict[datetime, Any] = {}
        self.obligations = self.all_obligations()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.story)

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(9), ZONE)

    def living(self) -> list[Agency]:
        """Those that may be reformed: all but the province and the department."""
        found = Agency.objects.valid_on(self.today).filter(valid_to__isnull=True).order_by("pk")
        return list(found.exclude(superior=None).exclude(name__startswith="Sở"))

    def picked(self, pick: int) -> Agency | None:
        there = self.living()
        return there[pick % len(there)] if there else None

    def founding(self, number: int) -> list[dict[str, Any]]:
        """New agencies under the province."""
        self.founded += number
        codes = [f"M{place}" for place in range(self.founded - number, self.founded)]
        return [new(code, f"Ủy ban nhân dân xã {code}", superior="89") for code in codes]

    def planned(self, kind: str, *before: Agency, ahead: int, choices: int, **told: Any) -> None:
        """Plan it, choose for its open duties, and carry it out where it is for today; or be refused."""
        founding = told.pop("founding", [])
        after = [After(one.code, one.name) for one in told.pop("after", [])]
        after += [After(one["code"], one["name"]) for one in founding]
        wish = Wish(
            kind=kind,
            effective_on=self.today + timedelta(days=ahead),
            before=[Before.of(one) for one in before],
            after=after,
            founding=founding,
            document=self.law,
            **told,
        )
        with suppress(*REFUSALS), transaction.atomic():
            done = plan(wish, by=self.binh, at=self.now, province=make.province())
            choose(done, self.decisions(before, choices), at=self.now)
            if not ahead:
                carry_out([done], by=self.binh, at=self.now)

    def decisions(self, before: tuple[Agency, ...], choices: int) -> dict[str, Decision]:
        """A choice for each open duty that can be chosen; the digits of `choices` say which."""
        found = {}
        for place, duty in enumerate(open_duties([one.pk for one in before], self.now)):
            choice = [Choice.PASSED, Choice.BEFORE, Choice.CANCELLED][choices // 3**place % 3]
            choice = Choice.PASSED if duty.undroppable and choice == Choice.CANCELLED else choice
            found[duty.name] = Decision(choice, reason="Thôi" if choice == Choice.CANCELLED else "")
        return found

    @rule(days=st.integers(1, 25))
    def time_goes_on(self, days: int) -> None:
        evening = datetime.combine(self.today, time(23, 59), ZONE)
        self.registries[self.today] = registry(self.today)
        self.rates[evening] = all_rates(evening)
        self.today += timedelta(days=days)
        carry_out_due(as_of=self.now)

    @rule(one=PICK, other=PICK, ahead=st.integers(0, 20), choices=PICK, founds=st.booleans())
    def two_merge(self, one: int, other: int, ahead: int, choices: int, founds: bool) -> None:
        first, second = self.picked(one), self.picked(other)
        if first is None or second is None or first == second:
            return
        if founds:
            told: dict[str, Any] = {"founding": self.founding(1)}
            self.planned(Kind.MERGED, first, second, ahead=ahead, choices=choices, **told)
        else:
            self.planned(Kind.DISSOLVED_INTO, first, ahead=ahead, choices=choices, after=[second])

    @rule(one=PICK, other=PICK, ahead=st.integers(0, 20), choices=PICK)
    def one_is_split(self, one: int, other: int, ahead: int, choices: int) -> None:
        first, second = self.picked(one), self.picked(other)
        if first is None or second is None:
            return
        after = [second] if second != first else []
        told: dict[str, Any] = {"founding": self.founding(2 - len(after)), "after": after}
        self.planned(Kind.SPLIT, first, ahead=ahead, choices=choices, **told)

    @rule(one=PICK, ahead=st.integers(0, 20), choices=PICK)
    def one_is_dissolved(self, one: int, ahead: int, choices: int) -> None:
        if agency := self.picked(one):
            self.planned(Kind.DISSOLVED, agency, ahead=ahead, choices=choices)

    @rule(one=PICK, above=PICK, ahead=st.integers(0, 20), renames=st.booleans())
    def one_goes_on_otherwise(self, one: int, above: int, ahead: int, renames: bool) -> None:
        agency, superior = self.picked(one), self.picked(above)
        if agency is None or superior is None:
            return
        self.founded += renames
        changes = (
            {"name": f"Ủy ban nhân dân phường {self.founded}"} if renames else {"superior": superior.code}
        )
        kind = Kind.RENAMED if renames else Kind.MOVED
        self.planned(kind, agency, ahead=ahead, choices=0, changes=changes)

    @rule(pick=PICK)
    def a_planned_one_is_taken_back(self, pick: int) -> None:
        there = list(Succession.objects.planned().order_by("pk"))
        if there:
            cancel(there[pick % len(there)], by=self.binh, at=self.now, reason="Chưa thông qua")

    @rule(pick=PICK, sends=st.booleans())
    def somebody_writes(self, pick: int, sends: bool) -> None:
        there = list(AnnualReport.objects.filter(cycle__year=2020).order_by("pk"))
        report = there[pick % len(there)]
        with suppress(*REFUSALS), transaction.atomic():
            if sends:
                declare_nil(report, by=self.lan, at=self.now, reason="Không phát sinh")
            else:
                save_answers(report, by=self.lan, at=self.now, answers={"staff_total": pick + 30}, seen={})

    @rule(pick=PICK, heir=PICK)
    def what_waits_is_decided(self, pick: int, heir: int) -> None:
        there = list(SuccessionDuty.objects.undecided().order_by("pk"))
        to = self.picked(heir)
        if there and to:
            with suppress(*REFUSALS), transaction.atomic():
                decide(there[pick % len(there)], Decision(Choice.PASSED, to), by=self.binh, at=self.now)

    @invariant()
    def every_past_day_is_told_as_it_was(self) -> None:
        assert {day: registry(day) for day in self.registries} == self.registries

    @invariant()
    def no_rate_of_the_past_moves(self) -> None:
        assert {instant: all_rates(instant) for instant in self.rates} == self.rates

    @invariant()
    def every_open_duty_is_somebodys(self) -> None:
        alive = set(Agency.objects.valid_on(self.today).values_list("pk", flat=True))
        waiting = {f"{one.about_kind}:{one.about_key}" for one in SuccessionDuty.objects.undecided()}
        for duty in open_duties(list(Agency.objects.values_list("pk", flat=True)), self.now):
            assert duty.agency_pk in alive or duty.name in waiting, duty

    @invariant()
    def an_obligation_is_one_report(self) -> None:
        assert self.all_obligations() == self.obligations

    @invariant()
    def heirs_are_alive_and_nobody_is_his_own(self) -> None:
        for agency in Agency.objects.filter(heir__isnull=False).select_related("heir"):
            assert agency.heir != agency and agency.heir.valid_to is None and agency.valid_to is not None

    @invariant()
    def nobody_hangs_under_who_ended_without_an_heir_being_sought(self) -> None:
        ended = Agency.objects.filter(valid_to__lt=self.today, heir__isnull=False)
        assert not Agency.objects.filter(superior__in=ended, valid_to__isnull=True).exists()

    @staticmethod
    def all_obligations() -> list[tuple[int, int, str]]:
        rows = AnnualReport.objects.order_by("cycle", "agency")
        return list(rows.values_list("cycle", "agency", "agency_name"))


def registry(day: date) -> list[tuple[Any, ...]]:
    """What the list of agencies shows as of a day."""
    stood: Any = Agency.objects.valid_on(day).stood_on(day)
    rows = stood.with_standing(day).order_by("pk")
    return list(rows.values_list("code", "name_then", "superior_name_then", "kind_then", "group_then"))


def all_rates(instant: datetime) -> Any:
    """The rates of every cycle by superior, as of an instant."""
    return rates_of_by(AnnualReport.objects.all(), "cycle_id", "superior_id", "group", as_of=instant)


def small_province() -> None:
    """A district with three communes, two under the province; a closed year, an open one, a plan, a duty."""
    district = make.district(on=LONG_AGO)
    below = [make.agency(f"Ủy ban nhân dân xã {name}", superior=district, on=LONG_AGO) for name in "ABC"]
    free = [make.agency(f"Ủy ban nhân dân xã {name}", on=LONG_AGO) for name in "DE"]
    past = make.cycle(year=2019)
    make.report(below[0], past, sent="2020-06-01 08:00")
    make.report(below[1], past, sent="2020-07-02 08:00")
    ReportCycle.objects.filter(pk=past.pk).update(closed_at=make.at("2020-08-01 08:00"))
    make.cycle()
    make.duty(district, make.report(below[2]))
    planning.running(free[0])


def test_a_reform_in_any_order_leaves_the_past_alone_and_nothing_without_an_owner():
    small_province()
    Reform.binh, Reform.law = make.staff(), make.document("1654/NQ-UBTVQH15")
    Reform.lan = make.officer(make.agency("Ủy ban nhân dân xã Khác"))
    story = settings(
        max_examples=8,
        stateful_step_count=20,
        deadline=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Reform, settings=story)

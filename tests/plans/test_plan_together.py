"""Two hands on one plan at the same instant: real transactions on two connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from isotrack.kit.states import WrongState
from plans.actions import plan as act
from plans.actions.entry import add_entry
from tests import make
from tests.plans import money, planning
from tests.plans.planning import AT

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time"),
]


def _at_once(*actions):
    """What each action returned, or the class of what it raised."""
    ready = Barrier(len(actions))

    def run(action):
        try:
            ready.wait(5)
            return action()
        except (WrongState, act.NotCleared, ValidationError) as refusal:
            return type(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_an_agency_is_added_before_or_not_at_all_when_the_plan_is_submitted():
    plan = planning.drafted(make.department("Ban Dân tộc"))
    late, clerk = make.department("Ban Tôn giáo"), planning.planner()
    added, version = _at_once(
        lambda: add_entry(plan, by=clerk, at=AT, agency=late), lambda: act.submit(plan, by=clerk, at=AT)
    )
    assert len(version.content["entries"]) == (1 if added is WrongState else 2)


def test_the_same_agency_added_by_two_is_there_once():
    plan, agency, clerk = planning.drafted(), make.department("Ban Dân tộc"), planning.planner()
    outcomes = _at_once(*[lambda: add_entry(plan, by=clerk, at=AT, agency=agency)] * 2)
    assert outcomes.count(ValidationError) == 1 and plan.entries.count() == 1


def test_a_plan_submitted_by_two_has_one_version():
    plan, clerk = planning.drafted(make.department("Ban Dân tộc")), planning.planner()
    outcomes = _at_once(*[lambda: act.submit(plan, by=clerk, at=AT)] * 2)
    assert outcomes.count(WrongState) == 1 and plan.versions.count() == 1


def test_two_plans_approved_at_once_never_spend_the_same_money():
    source, plans = money.source(50_000_000), []
    for name in ("Ban Dân tộc", "Sở Y tế"):
        plan = planning.drafted(make.department(name, ceiling_tier="2b"))
        money.line(plan.entries.get(), "A", 30_000_000, source=source)
        act.submit(plan, by=planning.planner(), at=AT)
        act.clear(plan, by=money.finance(), at=AT)
        plans.append(plan)
    leader, day = planning.leader(), date(2020, 11, 1)
    outcomes = _at_once(
        *[
            lambda plan=plan, n=n: act.approve(plan, by=leader, at=AT, number=f"{n}/QĐ-UBND", issued_on=day)
            for n, plan in enumerate(plans)
        ]
    )
    assert outcomes.count(act.NotCleared) == 1

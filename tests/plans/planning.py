"""Builders of plans that go through the actions, and the people who decide on them."""

from datetime import date
from itertools import count
from typing import Any

from agencies.models import Agency, Role, User
from plans.actions.entry import add_entries, save_steps
from plans.actions.plan import approve, clear, draft, start, submit
from plans.actions.reference import load_build_steps
from plans.models import EntryStep, PlanEntry, RolloutPlan
from tests import make
from tests.plans.money import finance, standard

AT = make.at("2020-11-20 09:00")
_numbers = count(1)


def planner() -> User:
    """Bình, the clerk who writes plans."""
    return User.objects.filter(role=Role.STAFF).first() or make.staff()


def leader() -> User:
    """Dung, who decides for the People's Committee."""
    return User.objects.filter(role=Role.LEADER).first() or make.user(
        Role.LEADER, make.province(), full_name="Phạm Thị Dung"
    )


def drafted(*agencies: Agency, **values: Any) -> RolloutPlan:
    """A draft of 12/2020 to 11/2021 with these agencies and their twelve steps."""
    make.reference()
    load_build_steps()
    usual: dict[str, Any] = {
        "province": make.province(),
        "code": f"KH-BS{next(_numbers)}",
        "title": "Kế hoạch bổ sung năm cơ quan",
        "standard": standard(),
        "starts_on": date(2020, 12, 1),
        "ends_on": date(2021, 11, 30),
    }
    plan = draft(by=planner(), at=AT, **usual | values)
    if agencies:
        add_entries(plan, by=planner(), at=AT, agencies=agencies)
    return plan


def running(*agencies: Agency, **values: Any) -> RolloutPlan:
    """The same, cleared, approved by a decision, and begun."""
    plan = drafted(*agencies, **values)
    submit(plan, by=planner(), at=AT)
    clear(plan, by=finance(), at=AT)
    approve(plan, by=leader(), at=AT, number=f"{next(_numbers)}/QĐ-UBND", issued_on=date(2020, 11, 19))
    return start(plan, by=planner(), at=AT)


def five() -> list[Agency]:
    """The five agencies of letter 1141."""
    names = ("Ban Dân tộc", "Ban Tôn giáo", "Ban Thi đua - Khen thưởng")
    agencies = [make.department(name) for name in names]
    return [
        *agencies,
        make.department("Chi cục Văn thư - Lưu trữ"),
        make.department("Chi cục Quản lý đất đai"),
    ]


def step(entry: PlanEntry, code: str) -> EntryStep:
    """One of the twelve."""
    return entry.steps.select_related("step").get(step__code=code)


def done(entry: PlanEntry, *codes: str, on: date = date(2021, 1, 15), by: User | None = None) -> None:
    """Record these steps as done."""
    changes = {step(entry, code).pk: {"done_on": on} for code in codes}
    save_steps(entry, by=by or planner(), at=make.at("2021-06-16"), changes=changes)

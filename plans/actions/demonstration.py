"""The plans of the An Giang demonstration: the plan of 2017, and its supplement of five agencies.

The five agencies, letter 1141/UBND-TH and the ceilings are facts; the numbers of the older papers, the dates
of steps and the balance of the source are invented. Everything goes through the actions that people use, in
the name of the demonstration's accounts, and a second run creates nothing.
"""

from datetime import date, datetime, timedelta
from functools import partial

from agencies.models import Agency, Document, Role, User
from agencies.models.agency import Group
from isotrack.kit.clock import ZONE, day_of
from plans.actions import plan as act
from plans.actions.entry import add_entries, save_steps
from plans.actions.funding import NewLine, add_source, default_item, save_lines
from plans.actions.reference import load_build_steps, load_ceilings, load_cost_items, load_standards
from plans.models import (
    Ceiling,
    CostItem,
    FundingSource,
    LineKind,
    PlanEntry,
    RolloutPlan,
    SourceKind,
    StandardVersion,
)
from plans.models.funding import Mode
from plans.models.plan import EVERY_YEAR

BASE, SUPPLEMENT = "KH-2017", "KH-2020-BS1"
FIVE = ("AG-BDT", "AG-BTDKT", "AG-BTG", "AG-CCVTLT", "AG-CCQLDD")
SOURCE = "Sự nghiệp khoa học và công nghệ"
AVAILABLE = 300_000_000  # of 2020; the five need 387 million
PLENTY = 10_000_000_000  # of 2017, long spent
# Declared long ago, extending their scope now, and behind with it: code, steps done.
BEHIND = {"AG-CCTL": 6, "AG-CCKL": 7, "AG-CCPTNT": 10}
SUPPLEMENT_AT = datetime(2020, 11, 16, 9, tzinfo=ZONE)
MAY_HIRE = ("GAP_ASSESSMENT", "TRAINING", "DOCUMENTS_ISSUED", "DISSEMINATED", "INTERNAL_AUDIT")


def seed_plans(province: Agency, at: datetime) -> int:
    """Build both plans where they are missing, the base entered at the instant `at`; return how many are new.

    The province's agencies, documents and accounts have to be there.
    """
    load_ceilings()
    load_cost_items()
    load_build_steps()
    load_standards()
    there = set(RolloutPlan.objects.filter(province=province).values_list("code", flat=True))
    if BASE not in there:
        _base(province, at)
    if SUPPLEMENT not in there:
        _supplement(province)
    return len({BASE, SUPPLEMENT} - there)


def _base(province: Agency, at: datetime) -> None:
    """The plan under which all but five built their systems: approved on paper in 2017, running."""
    clerk, finance, leader = (_account(province, role) for role in (Role.STAFF, Role.FINANCE, Role.LEADER))
    plan = act.draft(
        by=clerk,
        at=at,
        province=province,
        code=BASE,
        title="Kế hoạch xây dựng, áp dụng HTQLCL theo TCVN ISO 9001:2015 giai đoạn 2017 - 2021",
        standard=StandardVersion.objects.get(code="2015"),
        starts_on=date(2017, 7, 3),
        ends_on=date(2021, 12, 31),
    )
    first, extending = _builders(province)
    entries = add_entries(plan, by=clerk, at=at, agencies=first, processes=25)
    entries += add_entries(
        plan, by=clerk, at=at, agencies=extending, mode=Mode.EXTENSION, processes=10, note="Mở rộng phạm vi"
    )
    source = add_source(by=finance, at=at, province=province, **_source(2017, PLENTY))
    _at_the_ceiling(plan, entries, source, by=clerk, at=at)
    act.submit(plan, by=clerk, at=at)
    act.clear(plan, by=finance, at=at)
    act.approve(plan, by=leader, at=at, number="1820/QĐ-UBND", issued_on=date(2017, 6, 15))
    act.start(plan, by=clerk, at=at)
    for entry in entries:
        _play_steps(entry, by=clerk, at=at)


def _supplement(province: Agency) -> None:
    """The five agencies of letter 1141, in the hands of the Department of Finance."""
    clerk, finance = _account(province, Role.STAFF), _account(province, Role.FINANCE)
    plan = act.draft(
        by=clerk,
        at=SUPPLEMENT_AT,
        province=province,
        code=SUPPLEMENT,
        title="Kế hoạch bổ sung năm cơ quan xây dựng, áp dụng HTQLCL theo TCVN ISO 9001:2015",
        extends=RolloutPlan.objects.get(province=province, code=BASE),
        standard=StandardVersion.objects.get(code="2015"),
        starts_on=date(2020, 12, 1),
        ends_on=date(2021, 12, 31),
        consent=Document.objects.filter(number="1141/UBND-TH").first(),
    )
    five = {agency.code: agency for agency in Agency.objects.filter(province=province, code__in=FIVE)}
    agencies = [five[code] for code in FIVE]
    entries = add_entries(plan, by=clerk, at=SUPPLEMENT_AT, agencies=agencies, processes=12)
    for entry in entries:
        hired = entry.steps.filter(step__code__in=MAY_HIRE)
        changes = {step.pk: {"is_hired": True, "responsible": "Thư ký ISO"} for step in hired}
        save_steps(entry, by=clerk, at=SUPPLEMENT_AT, changes=changes)
    source = add_source(by=finance, at=SUPPLEMENT_AT, province=province, **_source(2020, AVAILABLE))
    _at_the_ceiling(plan, entries, source, by=clerk, at=SUPPLEMENT_AT)
    act.submit(plan, by=clerk, at=SUPPLEMENT_AT + timedelta(hours=2))


def _account(province: Agency, role: Role) -> User:
    """The first account of a role in this province."""
    found = User.objects.filter(role=role, posts__agency__province=province).order_by("pk").first()
    assert found is not None, role
    return found


def _source(year: int, amount: int) -> dict[str, object]:
    return {"fiscal_year": year, "kind": SourceKind.LOCAL_BUDGET, "name": SOURCE, "amount": amount}


def _builders(province: Agency) -> tuple[list[Agency], list[Agency]]:
    """Departments, units and districts with a system of their own, without the five; who extends, apart."""
    groups = (Group.DEPARTMENT, Group.SUB_DEPARTMENT, Group.DISTRICT)
    mandatory = Agency.objects.filter(province=province, group__in=groups, covered_by__isnull=True)
    agencies = list(mandatory.exclude(code__in=FIVE).select_related("covered_by").in_protocol_order())
    extending = [agency for agency in agencies if agency.code in BEHIND]
    return [agency for agency in agencies if agency.code not in BEHIND], extending


def _at_the_ceiling(
    plan: RolloutPlan, entries: list[PlanEntry], source: FundingSource, *, by: User, at: datetime
) -> None:
    """Lines A and B of every agency, each exactly what the law allows (khoản 2 Điều 4 TT 116/2015)."""
    limits = {(row.tier, row.line, row.mode): row.amount for row in Ceiling.objects.in_force(day_of(at))}
    items = {item.identifier: item for item in CostItem.objects.all()}
    lines = [
        NewLine(
            f"{entry.pk}{kind}",
            {
                "entry": entry,
                "item": items[default_item(kind)],
                "kind": kind,
                "quantity": 1,
                "fiscal_year": source.fiscal_year,
                "source": source.pk,
                "estimate": limits[entry.agency.ceiling_tier, str(kind), str(entry.mode)],
            },
        )
        for entry in entries
        for kind in (LineKind.HIRED, LineKind.OWN_WORK)
    ]
    save_lines(plan, by=by, at=at, column="estimate", new=lines)


def _play_steps(entry: PlanEntry, *, by: User, at: datetime) -> None:
    """The first agencies finished everything within three years; those behind stopped somewhere."""
    steps = list(entry.steps.select_related("step").order_by("step__order"))
    todo = [step for step in steps if step.step.code != EVERY_YEAR]
    done = todo[: BEHIND.get(entry.agency.code, len(todo))]
    on = partial(_done_on, entry.plan.starts_on, day_of(at), len(todo))
    changes = {step.pk: {"done_on": on(place)} for place, step in enumerate(done, start=1)}
    save_steps(entry, by=by, at=at, changes=changes)


def _done_on(first: date, last: date, steps: int, place: int) -> date:
    """Steps follow each other evenly up to the last day."""
    return first + timedelta(days=(last - first).days * place // (steps + 1))

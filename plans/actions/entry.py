"""The agencies of a plan and their steps: added, removed, planned, and recorded as done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agencies.actions.document import register
from agencies.models import Agency, Document, User
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.states import WrongState
from isotrack.kit.words import say_date
from plans.actions.plan import locked, must_be_editable
from plans.models import Consultant, EntryStep, PlanEntry, RolloutPlan
from plans.models.funding import Mode
from plans.models.plan import DECLARED
from plans.schedule import spread

# What must be done before a system is declared (QĐ 19/2014 Đ4 k2, k3).
BEFORE_DECLARING = ("INTERNAL_AUDIT", "MANAGEMENT_REVIEW", "EFFECTIVENESS_CONFIRMED")
PLANNED = frozenset({"planned_on", "is_hired", "consultant", "responsible", "note"})
PROGRESS = frozenset({"done_on", "evidence", "consultant", "responsible", "note"})

_SYMBOLS = {
    "/QĐ": Document.Kind.DECISION,
    "/KH": Document.Kind.PLAN,
    "/BC": Document.Kind.REPORT,
    "/BB": Document.Kind.MINUTES,
    "/TTr": Document.Kind.SUBMISSION,
}


@dataclass(frozen=True)
class Refusal:
    """Why the value of one field of one step was refused."""

    step: int
    field: str
    sentence: str


class StepsRefused(Exception):
    """Nothing was saved: every refused value of the entry's steps, by step and field."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(one.sentence for one in refusals))
        self.refusals = list(refusals)


@transaction.atomic
def add_entries(
    plan: RolloutPlan,
    *,
    by: User | None,
    at: datetime,
    agencies: Sequence[Agency],
    mode: str = Mode.FIRST,
    processes: int = 0,
    note: str = "",
) -> list[PlanEntry]:
    """Add agencies to a draft, each with the twelve steps planned over its period; all of them or none.

    Raises ValidationError with a sentence for every agency that cannot be added, WrongState when the plan is
    no longer the department's to write. A constant number of statements, whatever the number of agencies.
    """
    plan = locked(plan)
    must_be_editable(plan)
    refused = list(_refusals(plan, agencies, mode=mode, today=day_of(at)))
    if refused:
        raise ValidationError({"agencies": refused})
    new = [
        PlanEntry(plan=plan, agency=agency, mode=mode, processes=processes, note=note) for agency in agencies
    ]
    try:
        with transaction.atomic():
            entries = PlanEntry.objects.bulk_create(new)
    except IntegrityError:
        raise ValidationError({"agencies": [_("Cơ quan này đã có trong kế hoạch.")]}, code="twice") from None
    EntryStep.objects.bulk_create(list(_usual_steps(plan, entries)), batch_size=2000)
    names = [str(agency) for agency in agencies]
    _record("plan-entries-added", plan, by=by, at=at, changes={"agencies": [None, names]})
    return entries


def add_entry(
    plan: RolloutPlan, *, by: User | None, at: datetime, agency: Agency, **values: Any
) -> PlanEntry:
    """Add one agency, as `add_entries` does."""
    return add_entries(plan, by=by, at=at, agencies=[agency], **values)[0]


@transaction.atomic
def remove_entry(entry: PlanEntry, *, by: User, at: datetime) -> None:
    """Take an agency out of a draft with its steps and lines; what was submitted keeps it.

    Raises WrongState.
    """
    plan = locked(entry.plan)
    must_be_editable(plan)
    amounts = list(entry.lines.values_list("estimate", flat=True))
    changes = {"agencies": [[str(entry.agency)], None], "estimate": [sum(amounts), None]}
    _record("plan-entry-removed", plan, by=by, at=at, changes=changes)
    entry.delete()


@transaction.atomic
def change_entry(
    entry: PlanEntry, *, by: User, at: datetime, mode: str, processes: int, note: str
) -> PlanEntry:
    """Change how an agency stands in a draft. Raises WrongState, ValidationError as `add_entries` does."""
    plan = locked(entry.plan)
    must_be_editable(plan)
    kept = plan.entries.select_related("agency", "plan").get(pk=entry.pk)
    building = _being_built(plan) if mode == Mode.FIRST else {}
    if kept.agency_id in building:
        raise ValidationError({"mode": _built_already(kept.agency, building[kept.agency_id])})
    new = {"mode": str(mode), "processes": processes, "note": note}
    changes = {name: [getattr(kept, name), value] for name, value in new.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    for name, value in new.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(new))
    if changes:
        _record_entry("plan-entry-changed", kept, plan, by=by, at=at, changes=changes)
    return kept


@transaction.atomic
def save_steps(
    entry: PlanEntry, *, by: User, at: datetime, changes: Mapping[int, Mapping[str, Any]]
) -> list[EntryStep]:
    """Save changed fields of the entry's steps: days and hiring in a draft, progress once it is approved.

    `changes` maps a step's key to its changed fields; fields left out keep what another hand saved meanwhile.
    `evidence` is a document or the number of one: a number that the register does not know is entered.
    Returns the changed steps. Raises StepsRefused with every refused value, WrongState when the plan is in
    another hand's review or closed.
    """
    plan = locked(entry.plan)
    _must_be_open(plan)
    allowed = PLANNED if plan.is_editable else PROGRESS
    steps = list(
        entry.steps.select_related("step", "consultant", "evidence").prefetch_related(
            "consultant__confirmations"
        )
    )
    said: dict[str, list[Any]] = {}
    for step in steps:
        wanted = changes.get(step.pk, {})
        said |= _take(step, {name: wanted[name] for name in wanted if name in allowed})
    if not said:
        return []
    refusals = list(_wrong(plan, steps, today=day_of(at)))
    if refusals:
        raise StepsRefused(refusals)
    touched = [step for step in steps if step.pk in changes]
    for step in touched:
        number = changes[step.pk].get("evidence")
        if isinstance(number, str) and f"{step.step.code}.evidence" in said:
            step.evidence = _evidence(plan, entry, step, number, by=by, at=at) if number else None
    EntryStep.objects.bulk_update(touched, sorted(allowed))
    verb = "plan-steps-planned" if plan.is_editable else "plan-steps-recorded"
    _record_entry(verb, entry, plan, by=by, at=at, changes=said)
    return touched


def _refusals(plan: RolloutPlan, agencies: Sequence[Agency], *, mode: str, today: date) -> Iterator[str]:
    """A sentence for each agency that cannot be in this plan."""
    there = set(plan.entries.values_list("agency_id", flat=True))
    building = _being_built(plan) if mode == Mode.FIRST else {}
    for place, agency in enumerate(agencies):
        words = {"agency": agency, "plan": plan.code}
        if agency.pk in there or agency in agencies[:place]:
            yield _("%(agency)s đã có trong kế hoạch %(plan)s.") % words
        elif agency.pk in building:
            yield _built_already(agency, building[agency.pk])
        else:
            yield from _unfit(plan, agency, today)


def _built_already(agency: Agency, base: str) -> str:
    return _(
        "%(agency)s đã xây dựng lần đầu trong kế hoạch %(base)s. "
        "Chọn hình thức “Mở rộng phạm vi”, hoặc bỏ cơ quan này."
    ) % {"agency": agency, "base": base}


def _being_built(plan: RolloutPlan) -> dict[int, str]:
    """Agencies built for the first time in the plan that this one extends, or in its other supplements."""
    if plan.extends_id is None:
        return {}
    family = PlanEntry.objects.in_family_of(plan).built_for_the_first_time()
    return dict(family.values_list("agency_id", "plan__code"))


def _unfit(plan: RolloutPlan, agency: Agency, today: date) -> Iterator[str]:
    words: dict[str, Any] = {"agency": agency}
    if agency.province_id != plan.province_id:
        yield _("%(agency)s không thuộc tỉnh của kế hoạch.") % words
    elif agency.valid_to is not None and agency.valid_to < max(plan.starts_on, today):
        words["last"] = say_date(agency.valid_to)
        yield _("%(agency)s đã ngừng hoạt động, ngày cuối cùng là %(last)s. Chọn cơ quan kế thừa.") % words
    elif agency.valid_from > plan.ends_on:
        words["first"] = say_date(agency.valid_from)
        yield _("%(agency)s chỉ hoạt động từ %(first)s, sau khi kế hoạch kết thúc.") % words
    elif agency.covered_by is not None:
        words["other"] = agency.covered_by
        yield _("%(agency)s dùng chung hệ thống với %(other)s (Điều 6 TT 26/2014). Thêm %(other)s.") % words


def _usual_steps(plan: RolloutPlan, entries: Sequence[PlanEntry]) -> Iterator[EntryStep]:
    usual = spread(plan.starts_on, plan.ends_on)
    for entry in entries:
        for step, day in usual.items():
            yield EntryStep(entry=entry, step=step, planned_on=day, may_hire=step.may_hire)


def _take(step: EntryStep, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set what differs, and say what was and is; a document named by its number is found later."""
    said: dict[str, list[Any]] = {}
    for name, value in wanted.items():
        by_number = name == "evidence" and isinstance(value, str)
        old = (step.evidence.number if step.evidence else "") if by_number else getattr(step, name)
        if old == value:
            continue
        said[f"{step.step.code}.{name}"] = [_plain(old), _plain(value)]
        if not by_number:
            setattr(step, name, value)
    return said


def _evidence(
    plan: RolloutPlan, entry: PlanEntry, step: EntryStep, number: str, *, by: User, at: datetime
) -> Document:
    """The document of that number, the agency's own first; one that is not there yet is registered."""
    issuer = entry.agency.in_lists
    known = list(Document.objects.filter(number=number, province=plan.province).order_by("-issued_on"))
    own = [document for document in known if document.issuer == issuer]
    if own or known:
        return (own or known)[0]
    return register(
        by=by,
        at=at,
        province=plan.province,
        kind=_kind_of(number),
        number=number,
        issued_on=step.done_on or day_of(at),
        issuer=issuer,
        abstract=f"{step.step.name_vi}: {entry.agency}"[:500],
    )


def _kind_of(number: str) -> Document.Kind:
    """What the symbol says: "12/QĐ-BDT" is a decision (NĐ 30/2020, abbreviations of kinds)."""
    return next((kind for symbol, kind in _SYMBOLS.items() if symbol in number), Document.Kind.LETTER)


def _must_be_open(plan: RolloutPlan) -> None:
    if not plan.is_editable and not plan.is_under_way:
        raise WrongState(
            _("%(plan)s đang ở trạng thái “%(state)s”, không ghi được. Những gì vừa nhập chưa được lưu.")
            % {"plan": plan.code, "state": plan.get_state_display()}
        )


def _wrong(plan: RolloutPlan, steps: Sequence[EntryStep], *, today: date) -> Iterator[Refusal]:
    begins = plan.starts_on
    for step in steps:
        yield from _wrong_days(plan, step, today)
        yield from _wrong_hand(step, begins)
        begins = step.planned_on
    yield from _wrong_declaration(steps)


def _wrong_days(plan: RolloutPlan, step: EntryStep, today: date) -> Iterator[Refusal]:
    first, last = say_date(plan.starts_on), say_date(plan.ends_on)
    if not plan.starts_on <= step.planned_on <= plan.ends_on:
        sentence = _("Ngày dự kiến phải trong thời gian của kế hoạch, từ %(first)s đến %(last)s.")
        yield Refusal(step.pk, "planned_on", sentence % {"first": first, "last": last})
    if step.done_on is not None and step.done_on < plan.starts_on:
        sentence = _("Ngày xong không được trước ngày kế hoạch bắt đầu, %(first)s.")
        yield Refusal(step.pk, "done_on", sentence % {"first": first})
    if step.done_on is not None and step.done_on > today:
        yield Refusal(step.pk, "done_on", _("Ngày xong không được sau hôm nay."))


def _wrong_hand(step: EntryStep, begins: date) -> Iterator[Refusal]:
    """Own work stays the agency's (TT 26/2014 Đ7 k2); a consultant is confirmed throughout (Đ41)."""
    if step.is_hired and not step.step.may_hire:
        sentence = _("Bước này cơ quan phải tự làm, không giao cho tư vấn (%(basis)s).")
        yield Refusal(step.pk, "is_hired", sentence % {"basis": step.step.in_words})
    if step.consultant is None:
        return
    if not step.is_hired:
        yield Refusal(step.pk, "consultant", _("Chọn “thuê tư vấn” khi ghi tên tư vấn."))
    elif not _confirmed(step.consultant, min(begins, step.planned_on), step.planned_on):
        sentence = _("Giấy xác nhận của %(consultant)s không còn giá trị đến hết bước này, %(last)s.")
        words = {"consultant": step.consultant, "last": say_date(step.planned_on)}
        yield Refusal(step.pk, "consultant", sentence % words)


def _confirmed(consultant: Consultant, first: date, last: date) -> bool:
    """As Consultant.is_confirmed_throughout, over confirmations that are already loaded."""
    held = consultant.confirmations.all()
    return any(one.valid_from <= first and one.valid_to >= last for one in held)


def _wrong_declaration(steps: Sequence[EntryStep]) -> Iterator[Refusal]:
    """Not declared before internal audit, management review and the head's confirmation."""
    by_code = {step.step.code: step for step in steps}
    declared = by_code.get(DECLARED)
    if declared is None or declared.done_on is None:
        return
    for code in BEFORE_DECLARING:
        before = by_code.get(code)
        if before is not None and (before.done_on is None or before.done_on > declared.done_on):
            sentence = _("Chưa công bố được: bước “%(step)s” phải xong trước.")
            yield Refusal(declared.pk, "done_on", sentence % {"step": before.step.name})


def _record(verb: str, plan: RolloutPlan, **details: Any) -> None:
    record(verb, ("plan", plan.pk, plan), province=plan.province_id, **details)


def _record_entry(verb: str, entry: PlanEntry, plan: RolloutPlan, **details: Any) -> None:
    record(verb, ("plan-entry", entry.pk, entry), province=plan.province_id, **details)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)

"""Declaring that a system conforms, and keeping it alive (QĐ 19/2014/QĐ-TTg Đ4 k3, k4).

An agency declares itself, after internal audit, management review and its head's confirmation. Where a plan
that is under way builds the system, its steps tell; afterwards the records of upkeep do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from agencies.models import Agency, Document, User
from agencies.models.calendar import Holiday
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import months_after, next_working
from isotrack.kit.states import WrongState
from isotrack.kit.words import say_date
from plans.models import (
    BuildStep,
    Declaration,
    EntryStep,
    PlanEntry,
    RolloutPlan,
    StandardVersion,
    Upkeep,
    UpkeepKind,
)
from plans.models.plan import DECLARED

AUDIT, REVIEW, CONFIRMED = "INTERNAL_AUDIT", "MANAGEMENT_REVIEW", "EFFECTIVENESS_CONFIRMED"
# Audit and review at least once a year (QĐ 19/2014 Đ4 k4b): older ones carry no declaration.
MONTHS_FRESH = 12
MONTHS_TO_UPDATE = 3  # QĐ 19/2014 Đ4 k4a


class NotReady(Exception):
    """The agency may not declare yet; `readiness` names what is missing, the message says it."""

    def __init__(self, readiness: "Readiness") -> None:
        missing = ", ".join(f"“{name}”" for name in readiness.missing)
        said = _("Chưa công bố được: còn thiếu %(missing)s (khoản 2, khoản 3 Điều 4 QĐ 19/2014/QĐ-TTg).")
        super().__init__(said % {"missing": missing})
        self.readiness = readiness


@dataclass(frozen=True)
class Readiness:
    """What must come before a declaration: each need in words and the day it was met, None while it is not.

    `entry` is the agency's entry in a plan that is under way, or None where records of upkeep tell.
    """

    needs: list[tuple[str, date | None]] = field(default_factory=list)
    entry: PlanEntry | None = None

    @property
    def missing(self) -> list[str]:
        """What is not done yet, in words."""
        return [name for name, day in self.needs if day is None]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def from_day(self) -> date | None:
        """The first day on which the declaration may be dated."""
        return max((day for _name, day in self.needs if day is not None), default=None)


def readiness_of(agency: Agency, on: date) -> Readiness:
    """Whether the agency may declare on a day, by its plan under way or else by its upkeep of a year."""
    entry = _entry_to_declare(agency)
    if entry is None:
        return Readiness(_needs_by_upkeep(agency, on))
    steps = entry.steps.select_related("step").filter(step__code__in=[AUDIT, REVIEW, CONFIRMED])
    needs = [(step.step.name, _by(step.done_on, on)) for step in steps.order_by("step__order")]
    return Readiness(needs or [(_("Các bước của kế hoạch"), None)], entry)


@transaction.atomic
def declare(
    agency: Agency,
    *,
    by: User,
    at: datetime,
    standard: StandardVersion,
    declared_on: date,
    procedures: Sequence[str],
    **values: Any,
) -> Declaration:
    """Record the agency's declaration, its newest one from now on, and finish the step in its plan.

    `values` are the other fields of Declaration. Raises NotReady while audit, review or confirmation are
    missing on the day of the declaration, ValidationError for days in disorder, a standard that is not (or no
    longer) to be applied, or a declaration that is there already.
    """
    Agency.objects.select_for_update().get(pk=agency.pk)  # one declaration at a time
    readiness = readiness_of(agency, declared_on)
    if not readiness.is_ready:
        raise NotReady(readiness)
    declaration = Declaration(
        agency=agency, standard=standard, declared_on=declared_on, procedures=list(procedures), **values
    )
    _refuse_days(declaration, readiness, day_of(at))
    _refuse_standard(declaration, readiness.entry)
    declaration.full_clean()
    declaration.save()
    changes = {"declared_on": [None, str(declared_on)], "standard": [None, str(standard)]}
    _record("declaration-made", ("declaration", declaration), agency, by=by, at=at, changes=changes)
    if readiness.entry is not None:
        _finish_step(readiness.entry, declaration)
    return declaration


@transaction.atomic
def publish(declaration: Declaration, *, by: User, at: datetime, **values: Any) -> Declaration:
    """Record notice, posting and web address (`values`: notified_on, notice_number, posted_on, url).

    Raises ValidationError for days before the declaration or after today.
    """
    stored = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    changes = {
        name: [_plain(getattr(stored, name)), _plain(new)]
        for name, new in values.items()
        if getattr(stored, name) != new
    }
    for name, value in values.items():
        setattr(stored, name, value)
    _refuse_publication(stored, day_of(at))
    stored.full_clean()
    stored.save()
    if changes:
        _record(
            "declaration-published", ("declaration", stored), stored.agency, by=by, at=at, changes=changes
        )
    return stored


@transaction.atomic
def record_upkeep(
    agency: Agency,
    *,
    by: User | None,
    at: datetime,
    kind: str,
    happened_on: date,
    about: str,
    done_on: date | None = None,
    document: Document | None = None,
) -> Upkeep:
    """Record an audit, a review, a legal document to be taken in, or a change of scope.

    Audit and review are done on the day they happened. A legal document is due within three months of its
    effect. A change of scope stays open until the agency declares again. Raises ValidationError for days in
    disorder.
    """
    upkeep = Upkeep(
        agency=agency, kind=kind, happened_on=happened_on, about=about, done_on=done_on, document=document
    )
    if kind in (UpkeepKind.INTERNAL_AUDIT, UpkeepKind.MANAGEMENT_REVIEW):
        upkeep.done_on = happened_on
    elif kind == UpkeepKind.LEGAL_UPDATE:
        upkeep.due_on = due_of_update(happened_on)
    else:
        upkeep.done_on = None
    _refuse_future(upkeep, day_of(at))
    upkeep.full_clean()
    upkeep.save()
    _record("upkeep-recorded", ("upkeep", upkeep), agency, by=by, at=at)
    return upkeep


@transaction.atomic
def finish_upkeep(upkeep: Upkeep, *, by: User, at: datetime, done_on: date) -> Upkeep:
    """Record that a legal document has been taken in.

    Raises WrongState when another hand finished it, or when it is a change of scope, which only a new
    declaration closes; ValidationError for a day after today or before the document took effect.
    """
    stored = Upkeep.objects.select_for_update(of=("self",)).get(pk=upkeep.pk)
    if stored.done_on is not None or stored.kind == UpkeepKind.SCOPE_CHANGE:
        raise WrongState(_("Việc này không còn chờ ghi hoàn thành."))
    stored.done_on = done_on
    _refuse_future(stored, day_of(at))
    stored.save(update_fields=["done_on"])
    changes = {"done_on": [None, str(done_on)]}
    _record("upkeep-finished", ("upkeep", stored), stored.agency, by=by, at=at, changes=changes)
    return stored


def due_of_update(effective_on: date) -> date:
    """The last day for taking in a document in force from `effective_on` (QĐ 19/2014 Đ4 k4a).

    Three months end on the same day of the third month, or on the next working day (BLDS 2015 Đ148 k3, k5).
    """
    return next_working(months_after(effective_on, MONTHS_TO_UPDATE), Holiday.objects.working_days())


def _entry_to_declare(agency: Agency) -> PlanEntry | None:
    """The newest entry of the agency in a plan under way that has not led to a declaration yet.

    Whoever ticked the step before entering the declaration still enters it for that plan.
    """
    open_steps = EntryStep.objects.open().filter(entry=OuterRef("pk"), step__code=DECLARED)
    since = Declaration.objects.filter(agency=agency, declared_on__gte=OuterRef("plan__starts_on"))
    waiting = PlanEntry.objects.filter(Exists(open_steps) | ~Exists(since), agency=agency)
    under_way = waiting.filter(plan__in=RolloutPlan.objects.under_way())
    return under_way.select_related("plan__standard").order_by("-plan__starts_on", "-pk").first()


def _needs_by_upkeep(agency: Agency, on: date) -> list[tuple[str, date | None]]:
    """Audit and review of the year before `on`, the newest of each; the head's day is on the declaration."""
    done = Upkeep.objects.filter(agency=agency, done_on__gt=months_after(on, -MONTHS_FRESH), done_on__lte=on)
    newest = {row["kind"]: row["done_on"] for row in done.order_by("done_on").values("kind", "done_on")}
    names = {step.code: step.name for step in BuildStep.objects.filter(code__in=[AUDIT, REVIEW])}
    return [
        (names.get(AUDIT, str(UpkeepKind.INTERNAL_AUDIT.label)), newest.get(UpkeepKind.INTERNAL_AUDIT)),
        (
            names.get(REVIEW, str(UpkeepKind.MANAGEMENT_REVIEW.label)),
            newest.get(UpkeepKind.MANAGEMENT_REVIEW),
        ),
    ]


def _by(day: date | None, on: date) -> date | None:
    """The day, where it had come by `on`."""
    return day if day is not None and day <= on else None


def _refuse_days(declaration: Declaration, readiness: Readiness, today: date) -> None:
    """Audit and review come before the head's confirmation, that before the declaration, that before now."""
    if declaration.declared_on > today:
        raise ValidationError({"declared_on": _("Ngày công bố không thể sau hôm nay.")}, code="future")
    earliest = readiness.from_day
    if earliest and declaration.confirmed_on < earliest:
        said = _("Đánh giá, xem xét và xác nhận xong ngày %(day)s: ngày xác nhận hiệu lực không thể sớm hơn.")
        raise ValidationError({"confirmed_on": said % {"day": say_date(earliest)}}, code="early")
    _refuse_publication(declaration, today)


def _refuse_publication(declaration: Declaration, today: date) -> None:
    """Notice and posting follow the declaration and have happened."""
    errors = {}
    for name in ("notified_on", "posted_on"):
        day = getattr(declaration, name)
        if day is not None and not declaration.declared_on <= day <= today:
            first = say_date(declaration.declared_on)
            errors[name] = _("Ngày phải từ ngày công bố (%(first)s) đến hôm nay.") % {"first": first}
    if declaration.notified_on and not declaration.notice_number:
        errors["notice_number"] = _("Ghi số, ký hiệu của văn bản thông báo.")
    if errors:
        raise ValidationError(errors)


def _refuse_standard(declaration: Declaration, entry: PlanEntry | None) -> None:
    """The version must have been announced, still be in use on the day, and be the one of the plan."""
    standard, day = declaration.standard, declaration.declared_on
    told = {"standard": standard, "day": say_date(standard.apply_until or day)}
    if standard.announced_on and standard.announced_on > day:
        raise ValidationError(
            {"standard": _("%(standard)s chưa được công bố vào ngày này.") % told}, code="standard"
        )
    if standard.apply_until and standard.apply_until < day:
        said = _("%(standard)s chỉ áp dụng đến ngày %(day)s: chọn phiên bản mới hơn.")
        raise ValidationError({"standard": said % told}, code="standard")
    if entry is not None and entry.plan.standard_id != standard.pk:
        said = _("Kế hoạch %(plan)s yêu cầu %(standard)s.")
        told = {"plan": entry.plan.code, "standard": entry.plan.standard}
        raise ValidationError({"standard": said % told}, code="standard")


def _refuse_future(upkeep: Upkeep, today: date) -> None:
    """What happened lies behind us; only a legal document may take effect later."""
    if upkeep.kind != UpkeepKind.LEGAL_UPDATE and upkeep.happened_on > today:
        raise ValidationError({"happened_on": _("Ngày không thể sau hôm nay.")}, code="future")
    if upkeep.done_on is None:
        return
    if upkeep.done_on > today:
        raise ValidationError({"done_on": _("Ngày hoàn thành không thể sau hôm nay.")}, code="future")


def _finish_step(entry: PlanEntry, declaration: Declaration) -> None:
    """The step of the plan is done on the day of the declaration, which is its evidence."""
    step = EntryStep.objects.select_for_update(of=("self",)).get(entry=entry, step__code=DECLARED)
    step.done_on, step.evidence = declaration.declared_on, declaration.document or step.evidence
    step.save(update_fields=["done_on", "evidence"])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def _record(verb: str, about: tuple[str, Any], agency: Agency, **details: Any) -> None:
    kind, thing = about
    record(verb, (kind, thing.pk, thing), province=agency.province_id, **details)

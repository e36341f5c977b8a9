"""The yearly plan of inspections: drawn up, approved and frozen (TT 26/2014 Đ33-34)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import Agency, Document, User
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.states import WrongState, move
from isotrack.kit.words import show_date
from reports.actions.corrective import hold_by_dossier
from reports.models import FileInspection, Inspection, InspectionPlan

FIRST_YEAR = 2015  # the circular is in force since 2014
CHANGEABLE = ("unit", "partner", "starts_on", "ends_on", "cost")


@transaction.atomic
def draft_plan(province: Agency, year: int, *, by: User | None, at: datetime) -> InspectionPlan:
    """Begin the plan of a year, from 2015 up to the next one. Raises ValidationError."""
    if not FIRST_YEAR <= year <= day_of(at).year + 1:
        raise ValidationError(_("Chỉ lập được kế hoạch từ năm 2015 đến năm sau."))
    plan, created = InspectionPlan.objects.get_or_create(province=province, year=year)
    if created:
        _write("inspectionplan-drafted", plan, by=by, at=at)
    return plan


@transaction.atomic
def add_rows(
    plan: InspectionPlan,
    agencies: Iterable[Agency],
    *,
    by: User | None,
    at: datetime,
    form: str,
    unit: str,
    starts_on: date,
    ends_on: date,
    partner: str = "",
    cost: int | None = None,
    reason: str = "",
) -> list[Inspection]:
    """Put agencies into the plan with one form and one time; whoever stands in it with that form is left out.

    Raises ValidationError for days outside the plan's year, and for an approved plan without a reason.
    """
    plan = InspectionPlan.objects.select_for_update().get(pk=plan.pk)
    _must_say_why(plan, reason)
    _must_fit(plan, starts_on, ends_on)
    there = set(plan.rows.standing().filter(form=form).values_list("agency", flat=True))
    told: dict[str, Any] = {"form": form, "unit": unit, "partner": partner, "cost": cost}
    told |= {"starts_on": starts_on, "ends_on": ends_on}
    fresh = [agency for agency in agencies if agency.pk not in there]
    rows = Inspection.objects.bulk_create(Inspection(plan=plan, agency=one, **told) for one in fresh)
    if rows:
        names = [agency.in_lists for agency in fresh]
        _write(
            "inspectionplan-extended", plan, by=by, at=at, reason=reason, changes={"agencies": [[], names]}
        )
    if form == Inspection.Form.DOSSIER:
        _tie_dossiers(plan, rows, by=by, at=at)
    return rows


def _tie_dossiers(plan: InspectionPlan, rows: Sequence[Inspection], *, by: User | None, at: datetime) -> None:
    """Reports that were reviewed before their agency came into the plan."""
    done = FileInspection.objects.filter(
        report__cycle__province=plan.province,
        report__cycle__year=plan.reported_year,
        report__agency__in=[row.agency_id for row in rows],
    )
    of_agency = {one.report.agency_id: one for one in done.select_related("report")}
    for row in rows:
        if row.agency_id in of_agency:
            hold_by_dossier(row, of_agency[row.agency_id], by=by, at=at)


@transaction.atomic
def change_row(row: Inspection, *, by: User, at: datetime, reason: str = "", **values: Any) -> Inspection:
    """Change units, days or cost of a row that is still to be held; `values` are those of CHANGEABLE.

    Raises WrongState when it was held or cancelled, ValidationError as add_rows does.
    """
    row = _locked(row)
    _must_be_planned(row)
    _must_say_why(row.plan, reason)
    _must_fit(row.plan, values.get("starts_on", row.starts_on), values.get("ends_on", row.ends_on))
    changes = {
        name: [_told(getattr(row, name)), _told(values[name])]
        for name in CHANGEABLE
        if name in values and values[name] != getattr(row, name)
    }
    for name in changes:
        setattr(row, name, values[name])
    if changes:
        row.save(update_fields=list(changes))
        _write_row("inspection-changed", row, by=by, at=at, reason=reason, changes=changes)
    return row


@transaction.atomic
def leave_out(row: Inspection, *, by: User, at: datetime, reason: str = "") -> bool:
    """Take a row out of a draft, or cancel it in an approved plan; return whether it stays there.

    Raises ValidationError without a reason in an approved plan, WrongState when it was held already.
    """
    row = _locked(row)
    _must_be_planned(row)
    _must_say_why(row.plan, reason)
    if not row.plan.is_approved:
        changes = {"agencies": [[row.agency.in_lists], []]}
        row.delete()
        _write("inspectionplan-shortened", row.plan, by=by, at=at, changes=changes)
        return False
    move(row, Inspection.State.CANCELLED, cancel_reason=reason.strip())
    _write_row("inspection-cancelled", row, by=by, at=at, reason=reason.strip())
    return True


@transaction.atomic
def approve_plan(
    plan: InspectionPlan,
    *,
    by: User,
    at: datetime,
    number: str,
    issued_on: date,
    file: Any = None,
) -> InspectionPlan:
    """Put down the document by which the People's Committee approves; the list is frozen from then on.

    The document is entered into the register unless it stands there. Raises ValidationError for an empty plan
    or a document of a day to come, WrongState when the plan was approved already.
    """
    plan = InspectionPlan.objects.select_for_update(of=("self",)).select_related("province").get(pk=plan.pk)
    if issued_on > day_of(at):
        raise ValidationError({"issued_on": _("Ngày phê duyệt không được sau hôm nay.")})
    if not plan.rows.standing().exists():
        raise ValidationError(_("Kế hoạch chưa có cơ quan nào, chưa phê duyệt được."))
    decision = _decision(plan, number.strip(), issued_on)
    if file is not None:
        decision.file.save(file.name, file, save=True)
    move(plan, InspectionPlan.State.APPROVED, decision=decision, approved_at=at)
    _write("inspectionplan-approved", plan, by=by, at=at, changes={"decision": [None, str(decision)]})
    return plan


def _decision(plan: InspectionPlan, number: str, issued_on: date) -> Document:
    kept, _created = Document.objects.get_or_create(
        number=number,
        issued_on=issued_on,
        issuer=plan.province.in_lists,
        defaults={
            "province": plan.province,
            "kind": Document.Kind.DECISION,
            "abstract": f"Phê duyệt Kế hoạch kiểm tra năm {plan.year}",
        },
    )
    return kept


def _must_say_why(plan: InspectionPlan, reason: str) -> None:
    if plan.is_approved and not reason.strip():
        raise ValidationError({"reason": _("Kế hoạch đã được phê duyệt: ghi lý do thay đổi.")})


def _must_fit(plan: InspectionPlan, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("Ngày cuối không được trước ngày đầu.")})
    for name, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day.year != plan.year:
            said = _("Ngày %(day)s không thuộc năm %(year)s của kế hoạch.")
            raise ValidationError({name: said % {"day": show_date(day), "year": plan.year}})


def _must_be_planned(row: Inspection) -> None:
    if not row.is_planned:
        said = _("Lần kiểm tra này không thay đổi được nữa: %(state)s.")
        raise WrongState(said % {"state": str(row.get_state_display()).lower()})


def _locked(row: Inspection) -> Inspection:
    """The row as it is now, held until the end of the transaction."""
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("plan__province", "agency")
    return rows.get(pk=row.pk)


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def _write(verb: str, plan: InspectionPlan, **details: Any) -> None:
    record(verb, ("inspectionplan", plan.pk, plan), province=plan.province_id, **details)


def _write_row(verb: str, row: Inspection, **details: Any) -> None:
    record(verb, ("inspection", row.pk, row), province=row.plan.province_id, **details)

"""Opening a cycle, turning its switches, closing it."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, Value
from django.utils.translation import gettext as _

from agencies.actions.registry import read_rows
from agencies.models import Agency, Document, Standing, User
from agencies.models.agency import StandingQuerySet
from isotrack.journal.record import record
from isotrack.kit import clock
from isotrack.kit.bulk import insert_select
from isotrack.kit.deadlines import start_of
from isotrack.kit.states import WrongState
from reports.actions.directive import open_duties
from reports.consolidated import digest_of
from reports.directive import behind_in, closing_rows
from reports.models import AnnualReport, QuestionnaireVersion, ReportCycle, Snapshot
from reports.models.report import make_check_code
from reports.rates import rates

DEFAULTS = Path(__file__).resolve().parent.parent / "data" / "cycle.csv"


@transaction.atomic
def open_cycle(
    year: int, *, province: Agency, by: User | None, at: datetime, expected_on: date | None = None
) -> tuple[ReportCycle, int]:
    """Open the cycle of a reporting year; return it and how many reports were created now.

    Every agency that reports on `expected_on` (31/12 of the year unless history says otherwise) owes one. A
    second call creates nothing, except for agencies entered late with an earlier date. Raises ValidationError
    when no questionnaire is published.
    """
    # A year has one cycle, also where a province has taken over the years of another.
    cycle = ReportCycle.objects.filter(province_id__in=province.realm, year=year).first()
    if cycle is None:
        day = expected_on or date(year, 12, 31)
        cycle = _new_cycle(year, _province_on(day, province), day)
    created = _create_reports(cycle)
    if created:
        changes = {"expected": [None, cycle.reports.count()], "cutoff": [None, cycle.cutoff.isoformat()]}
        _record("cycle-opened", cycle, by=by, at=at, changes=changes)
    return cycle, created


@transaction.atomic
def turn_switches(
    cycle: ReportCycle,
    *,
    by: User,
    at: datetime,
    reason: str,
    day_itself_counts: bool | None = None,
    moves_to_working_day: bool | None = None,
    scan_required: bool | None = None,
    head_confirms: bool | None = None,
) -> ReportCycle:
    """Turn switches of a cycle; those not named stay as they are.

    The two of the deadline move every cut-off that is not extended. The two of sending, a signed scan and
    the head's confirmation, hold for what is sent from now on; what waits for a head goes on waiting.
    """
    cycle = ReportCycle.objects.select_for_update().get(pk=cycle.pk)
    wanted = {
        "day_itself_counts": day_itself_counts,
        "moves_to_working_day": moves_to_working_day,
        "scan_required": scan_required,
        "head_confirms": head_confirms,
    }
    turned = {name: on for name, on in wanted.items() if on is not None and on != getattr(cycle, name)}
    changes: dict[str, list[Any]] = {name: [not on, on] for name, on in turned.items()}
    for name, on in turned.items():
        setattr(cycle, name, on)
    changes |= _move_cutoffs(cycle, at)
    cycle.save(update_fields=[*turned, "cutoff"])
    _record("cycle-switched", cycle, by=by, at=at, changes=changes, reason=reason)
    return cycle


@transaction.atomic
def close_cycle(
    cycle: ReportCycle, *, by: User | None, at: datetime, due_on: date | None = None
) -> ReportCycle:
    """End a cycle: nobody is reminded any more, who is late or missing is frozen, superiors have to write.

    Letters are due `due_on`, else ten working days on. What comes later still counts. Raises WrongState when
    the cycle is closed already or not yet due, ValidationError for a last day that has passed.
    """
    cycle = ReportCycle.objects.select_for_update(of=("self",)).select_related("province").get(pk=cycle.pk)
    if cycle.closed_at is not None:
        raise WrongState(_("Kỳ này đã kết thúc."))
    if at < cycle.cutoff:
        raise WrongState(_("Kỳ này chưa hết hạn: %(deadline)s.") % {"deadline": cycle.in_words})
    cycle.closed_at = at
    cycle.save(update_fields=["closed_at"])
    frozen = _freeze(cycle, by=by, at=at)
    _record("cycle-closed", cycle, by=by, at=at, changes={"code": [None, frozen.code]})
    open_duties(cycle, by=by, at=at, due_on=due_on)
    return cycle


def standings_owing(province_pk: int, day: date) -> StandingQuerySet:
    """How each agency stood that owes a report because it reported on `day`: one row an agency."""
    # Where an agency belonged on that day its superior of that day says: it may have moved since.
    there = Q(superior__province_id=province_pk) | Q(superior__isnull=True, agency__province_id=province_pk)
    standings = Standing.objects.on(day).reporting().filter(there)
    return standings.filter(agency__in=Agency.objects.valid_on(day))


def _freeze(cycle: ReportCycle, *, by: User | None, at: datetime) -> Snapshot:
    """Keep the rates and the list of late and missing as they are now, under a code."""
    behind = behind_in(cycle, at)
    superiors = Agency.objects.in_bulk({one.superior_pk for one in behind if one.superior_pk})
    figures, rows = asdict(rates(cycle, at)), closing_rows(behind, superiors)
    code = f"KT-{cycle.province.code}-{cycle.year}"
    return Snapshot.objects.create(
        cycle=cycle,
        kind=Snapshot.Kind.CLOSING,
        code=code,
        as_of=at,
        made_at=at,
        made_by=by,
        figures=figures,
        rows=rows,
        digest=digest_of(figures, rows),
        check_code=make_check_code(code, at),
    )


def _move_cutoffs(cycle: ReportCycle, at: datetime) -> dict[str, list[Any]]:
    """Work out the cut-off anew; where it moved, every report's that has no extension. Says what changed."""
    before = cycle.cutoff
    cycle.set_cutoff()
    if cycle.cutoff == before:
        return {}
    cycle.reports.filter(extended_to__isnull=True).update(cutoff=cycle.cutoff)
    # Flags that the new cut-off makes untrue; what it makes true the next flagging finds.
    cycle.reports.filter(first_submitted_at__lt=F("cutoff")).update(flagged_late_at=None)
    cycle.reports.filter(cutoff__gt=at).update(flagged_missing_at=None)
    return {"cutoff": [before.isoformat(), cycle.cutoff.isoformat()]}


def _province_on(day: date, province: Agency) -> Agency:
    """The People's Committee of that day: a past year opened late is that of the province before."""
    if not province.keeps:
        return province
    return Agency.objects.valid_on(day).filter(pk__in=province.realm).first() or province


def _new_cycle(year: int, province: Agency, expected_on: date) -> ReportCycle:
    """The dates a new cycle starts from come from the reference file; staff may change them later."""
    questionnaire = QuestionnaireVersion.objects.for_year(year, province).first()
    if questionnaire is None:
        raise ValidationError(_("Chưa có biểu mẫu nào được phát hành; chạy load_reference trước."))
    usual = next(read_rows(DEFAULTS))
    cycle = ReportCycle(
        province=province,
        year=year,
        expected_on=expected_on,
        opens_at=start_of(_in_year(year + 1, usual["opens"])),
        due_before=_in_year(year + 1, usual["due_before"]),
        locks_at=start_of(_in_year(year + 1, usual["locks"])),
        questionnaire=questionnaire,
    )
    cycle.set_cutoff()
    cycle.full_clean()
    cycle.save()
    basis = Document.objects.filter(number__in=usual["documents"].split(";"), province=province)
    cycle.documents.set(basis.filter(issued_on__lte=clock.day_of(cycle.opens_at)))
    return cycle


def _create_reports(cycle: ReportCycle) -> int:
    """One statement, whatever the number of agencies."""
    owing = standings_owing(cycle.province_id, cycle.expected_on)
    columns: dict[str, Any] = {
        "cycle": Value(cycle.pk),
        "agency": F("agency_id"),
        "agency_name": F("name"),
        "group": F("group"),
        "mandate": F("mandate"),
        "superior": F("superior_id"),
        # Of an agency that has ended since: a year may be opened late.
        "passed_to": F("agency__heir_id"),
        "cutoff": Value(cycle.cutoff),
        "state": Value(AnnualReport.State.NOT_STARTED.value),
        "answers": Value("{}"),
        "figures": Value("{}"),
        "saves": Value("{}"),
        "notes": Value("{}"),
        "is_nil": Value(False),
        "nil_reason": Value(""),
        "return_comment": Value(""),
        "letter_symbol": Value(""),
        "letter_signer": Value(""),
        "letter_position": Value(""),
    }
    return insert_select(AnnualReport, owing, columns)


def _in_year(year: int, month_and_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_and_day}")


def _record(verb: str, cycle: ReportCycle, **details: Any) -> None:
    record(verb, ("cycle", cycle.pk, cycle), province=cycle.province_id, **details)

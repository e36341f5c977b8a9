"""Opening a cycle, turning its switches, closing it."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.utils.translation import gettext as _

from agencies.actions.registry import read_rows
from agencies.models import Agency, Document, Standing, User
from agencies.models.agency import StandingQuerySet
from isotrack.journal.record import record
from isotrack.kit import clock
from isotrack.kit.bulk import insert_select
from isotrack.kit.deadlines import start_of
from reports.models import AnnualReport, QuestionnaireVersion, ReportCycle

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
    cycle = ReportCycle.objects.filter(province=province, year=year).first()
    if cycle is None:
        cycle = _new_cycle(year, province, expected_on or date(year, 12, 31))
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
    day_itself_counts: bool,
    moves_to_working_day: bool,
) -> ReportCycle:
    """Turn the two switches of the deadline and move every cut-off that is not extended."""
    cycle = ReportCycle.objects.select_for_update().get(pk=cycle.pk)
    before = (cycle.day_itself_counts, cycle.moves_to_working_day, cycle.cutoff.isoformat())
    cycle.day_itself_counts = day_itself_counts
    cycle.moves_to_working_day = moves_to_working_day
    cycle.set_cutoff()
    cycle.save(update_fields=["day_itself_counts", "moves_to_working_day", "cutoff"])
    cycle.reports.filter(extended_to__isnull=True).update(cutoff=cycle.cutoff)
    # Flags that the new cut-off makes untrue; what it makes true the next flagging finds.
    cycle.reports.filter(first_submitted_at__lt=F("cutoff")).update(flagged_late_at=None)
    cycle.reports.filter(cutoff__gt=at).update(flagged_missing_at=None)
    after = (cycle.day_itself_counts, cycle.moves_to_working_day, cycle.cutoff.isoformat())
    names = ("day_itself_counts", "moves_to_working_day", "cutoff")
    changes = {name: [old, new] for name, old, new in zip(names, before, after, strict=True) if old != new}
    _record("cycle-switched", cycle, by=by, at=at, changes=changes, reason=reason)
    return cycle


@transaction.atomic
def close_cycle(cycle: ReportCycle, *, by: User | None, at: datetime) -> ReportCycle:
    """End a cycle: nobody is reminded any more; reports and rates stay as they are."""
    ReportCycle.objects.filter(pk=cycle.pk, closed_at__isnull=True).update(closed_at=at)
    cycle.refresh_from_db(fields=["closed_at"])
    _record("cycle-closed", cycle, by=by, at=at)
    return cycle


def standings_owing(province_pk: int, day: date) -> StandingQuerySet:
    """How each agency stood that owes a report because it reported on `day`: one row an agency."""
    standings = Standing.objects.on(day).reporting().filter(agency__province_id=province_pk)
    return standings.filter(agency__in=Agency.objects.valid_on(day))


def _new_cycle(year: int, province: Agency, expected_on: date) -> ReportCycle:
    """The dates a new cycle starts from come from the reference file; staff may change them later."""
    questionnaire = QuestionnaireVersion.objects.for_year(year).first()
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

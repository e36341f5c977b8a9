"""Flagging: past its effective cut-off an open report becomes missing, a later one late; once each."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, F, JSONField, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Replace

from isotrack.journal.models import Entry, Notice
from isotrack.journal.record import system_name
from isotrack.kit.bulk import insert_select
from isotrack.kit.clock import day_of
from isotrack.kit.text import fold
from reports import mails
from reports.actions.corrective import flag_overdue_actions
from reports.actions.directive import flag_overdue_duties
from reports.actions.reminder import staff_readers
from reports.models import AnnualReport, ReportCycle
from reports.models.report import ReportQuerySet


@dataclass
class Flagged:
    """Newly flagged by one run; `duties` counts overdue letters, `actions` overdue corrective actions."""

    late: int = 0
    missing: int = 0
    duties: int = 0
    actions: int = 0


def flag_overdue(*, as_of: datetime, dry_run: bool = False) -> Flagged:
    """Flag every report that has become missing or late by `as_of`; a second run flags nothing.

    So it does with duties whose letter is overdue, those of closed cycles among them, and with corrective
    actions. Constant number of
    statements per cycle, whatever the number of reports. A `dry_run` only counts.
    """
    flagged = Flagged(
        duties=flag_overdue_duties(as_of=as_of, dry_run=dry_run),
        actions=flag_overdue_actions(as_of=as_of, dry_run=dry_run),
    )
    for cycle in ReportCycle.objects.filter(closed_at__isnull=True, opens_at__lte=as_of):
        if dry_run:
            flagged.late += _late(cycle, as_of).count()
            flagged.missing += _missing(cycle, as_of).count()
        else:
            _flag_cycle(cycle, as_of, flagged)
    return flagged


@transaction.atomic
def _flag_cycle(cycle: ReportCycle, as_of: datetime, flagged: Flagged) -> None:
    # One run at a time: the second finds nothing left to flag.
    ReportCycle.objects.select_for_update().get(pk=cycle.pk)
    late = _late(cycle, as_of).update(flagged_late_at=as_of)
    missing = _missing(cycle, as_of).update(flagged_missing_at=as_of)
    if late:
        _write_entries("report-late", cycle.reports.filter(flagged_late_at=as_of), as_of)
    if missing:
        _write_entries("report-missing", cycle.reports.filter(flagged_missing_at=as_of), as_of)
    if late or missing:
        _plan_digest(cycle, as_of)
    flagged.late += late
    flagged.missing += missing


def _late(cycle: ReportCycle, as_of: datetime) -> ReportQuerySet:
    return cycle.reports.received_late(as_of).filter(flagged_late_at__isnull=True)


def _missing(cycle: ReportCycle, as_of: datetime) -> ReportQuerySet:
    return cycle.reports.overdue(as_of).filter(flagged_missing_at__isnull=True)


def _write_entries(verb: str, reports: "QuerySet[AnnualReport]", as_of: datetime) -> None:
    key = Cast("pk", CharField())
    # As str(report) has it, which a statement cannot call.
    name = Replace(F("agency_name"), Value("Ủy ban nhân dân"), Value("UBND"))
    written = Entry.objects.filter(
        verb=verb, about_kind="report", about_key=Cast(OuterRef("pk"), CharField()), at=as_of
    )
    columns = {
        "at": Value(as_of),
        "province": Cast("cycle__province_id", CharField()),
        "actor": Value(system_name()),
        "actor_key": Value(""),
        "verb": Value(verb),
        "about_kind": Value("report"),
        "about_key": key,
        "about_label": Concat(Value("Báo cáo năm "), Cast("cycle__year", CharField()), Value(" – "), name),
        "changes": Value({}, JSONField()),
        "reason": Value(""),
        "search": Concat(
            Value(" bao cao nam "),
            Cast("cycle__year", CharField()),
            Value(" ubnd "),
            "agency__name_search",
            Value(f" {fold(system_name())}"),
            output_field=TextField(),
        ),
    }
    insert_select(Entry, reports.filter(~Exists(written)), columns)


def _plan_digest(cycle: ReportCycle, as_of: datetime) -> None:
    """One mail a day to each person of the department, however often the flagging runs."""
    columns = mails.notice_columns(
        voice=mails.DIGEST,
        about=Value(f"cycle:{cycle.pk}"),
        about_label=Value(str(cycle)),
        step=f"digest-{day_of(as_of).isoformat()}",
        recipient=F("email"),
        recipient_label=F("full_name"),
        province=cycle.province_id,
        planned_for=as_of,
    )
    insert_select(Notice, staff_readers(cycle, as_of), columns)

"""Corrective actions after inspections: asked for, answered, decided upon, reminded of (TT 26/2014 Đ37)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Concat, Replace
from django.utils.translation import gettext as _

from agencies.models import Holiday, User
from isotrack.journal.models import Entry, Notice
from isotrack.journal.record import entry_of, record
from isotrack.journal.tasks import deliver_notices
from isotrack.kit.bulk import insert_select
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.deadlines import months_after, next_working, start_of
from isotrack.kit.states import WrongState, move
from isotrack.kit.words import say_date
from reports import mails_corrective
from reports.mails import notice_columns
from reports.models import CorrectiveAction, FileFinding, FileInspection, Inspection
from reports.models.inspection_plan import ActionQuerySet

MONTHS_TO_REMEDY = 2  # after the minutes are signed (TT 26/2014 Đ37 k2)
REMIND_BEFORE = 14  # days before the last day
MAILS_LEAVE = time(7)  # Vietnamese time; what midnight finds waits until then
State = CorrectiveAction.State


def due_day(asked_on: date) -> date:
    """The last day to report: two months on, or that month's end, or the next working day (BLDS Đ148)."""
    return next_working(months_after(asked_on, MONTHS_TO_REMEDY), Holiday.objects.working_days())


# Asked for


def ask_after_minutes(inspection: Inspection, *, by: User | None, at: datetime) -> list[CorrectiveAction]:
    """Ask for a remedy of each item that failed at the seat; inside the transaction of the signing."""
    assert inspection.signed_on is not None  # whoever calls has just set it
    due_on = due_day(inspection.signed_on)
    failed = inspection.findings.filter(answer=FileFinding.Answer.NO).select_related("item")
    asked = [
        CorrectiveAction(
            agency=inspection.agency,
            inspection=inspection,
            item=finding.item,
            text=finding.remark or finding.item.text_vi,
            opened_at=at,
            due_on=due_on,
        )
        for finding in failed
    ]
    return _ask(asked, by=by, at=at)


def follow_dossier(inspection: FileInspection, *, by: User | None, at: datetime) -> None:
    """After a file inspection was kept: its rows in plans are held, and what it asks for is owed.

    The circular gives no period for what a dossier asks for; it is the same two months, from the day of the
    inspection. What is no longer asked for is dropped. Inside the transaction that keeps the inspection.
    """
    _hold_rows(inspection, by=by, at=at)
    there = CorrectiveAction.objects.filter(file_inspection=inspection).exclude(state=State.DROPPED).first()
    fails = inspection.result == FileInspection.Result.NOT_PASSED
    if there is None and fails:
        told = {"text": inspection.remark, "due_on": due_day(inspection.inspected_on), "opened_at": at}
        action = CorrectiveAction(agency=inspection.report.answering, file_inspection=inspection, **told)
        _ask([action], by=by, at=at)
    elif there is not None and not fails and there.state in (State.OPEN, State.ANSWERED):
        move(there, State.DROPPED)
        _write("action-dropped", there, by=by, at=at)
    elif there is not None and there.is_open and there.text != inspection.remark:
        before, there.text = there.text, inspection.remark
        there.save(update_fields=["text"])
        _write("action-changed", there, by=by, at=at, changes={"text": [before, there.text]})


def _hold_rows(inspection: FileInspection, *, by: User | None, at: datetime) -> None:
    """A dossier row of the year's plan is held once the review of that report has a result."""
    report = inspection.report
    rows = Inspection.objects.by_dossier().standing().filter(agency=report.agency)
    rows = rows.filter(plan__year=report.cycle.year + 1, plan__province=report.cycle.province)
    for row in rows.select_related("plan", "agency"):
        hold_by_dossier(row, inspection, by=by, at=at)


def hold_by_dossier(row: Inspection, inspection: FileInspection, *, by: User | None, at: datetime) -> None:
    """Tie a dossier row to the file inspection that is its inspection; held when that has a result."""
    if row.file_inspection_id != inspection.pk:
        row.file_inspection = inspection
        row.save(update_fields=["file_inspection"])
    if bool(inspection.result) == row.took_place:
        return
    before = row.state
    move(row, Inspection.State.HELD if inspection.result else Inspection.State.PLANNED)
    about = ("inspection", row.pk, row)
    changes = {"state": [before, row.state]}
    record("inspection-held", about, by=by, at=at, province=row.plan.province_id, changes=changes)


def _ask(asked: list[CorrectiveAction], *, by: User | None, at: datetime) -> list[CorrectiveAction]:
    made = CorrectiveAction.objects.bulk_create(asked)
    for action in made:
        changes = {"text": ["", action.text], "due_on": [None, str(action.due_on)]}
        _write("action-asked", action, by=by, at=at, changes=changes)
    _tell(CorrectiveAction.objects.filter(pk__in=[one.pk for one in made]), mails_corrective.ASKED, at)
    return made


# Answered and decided upon


@transaction.atomic
def answer(
    action: CorrectiveAction, *, by: User, at: datetime, text: str, file: Any = None
) -> CorrectiveAction:
    """Say what was done, with a file (a checked upload) where there is one. Raises WrongState."""
    if not text.strip():
        raise ValidationError({"text": _("Ghi đã khắc phục thế nào.")})
    kept: dict[str, Any] = {"answer_file": "", "answer_name": "", "answer_sha256": ""}
    if file is not None:
        action.answer_file.save(file.name, file, save=False)
        kept = {
            "answer_file": action.answer_file.name,
            "answer_name": file.name,
            "answer_sha256": file.sha256,
        }
    move(action, State.ANSWERED, answer=text.strip(), answered_at=at, **kept)
    changes = {"answer": ["", action.answer], "answer_name": ["", action.answer_name]}
    _write("action-answered", action, by=by, at=at, changes=changes)
    return action


@transaction.atomic
def accept(action: CorrectiveAction, *, by: User, at: datetime, verdict: str = "") -> CorrectiveAction:
    """The remedy will do. Raises WrongState where nothing was answered."""
    move(action, State.ACCEPTED, verdict=verdict.strip(), decided_at=at)
    _write("action-accepted", action, by=by, at=at, reason=verdict.strip())
    return action


@transaction.atomic
def refuse(
    action: CorrectiveAction, *, by: User, at: datetime, verdict: str, due_on: date
) -> CorrectiveAction:
    """The remedy will not do: why, and by when it has to (Đ37 k2: in writing). The agency is told.

    Raises ValidationError without a reason or for a day that has passed, WrongState where nothing was
    answered.
    """
    if not verdict.strip():
        raise ValidationError({"verdict": _("Không chấp nhận thì ghi rõ lý do.")})
    if due_on < day_of(at):
        raise ValidationError({"due_on": _("Hạn mới phải từ hôm nay trở đi.")})
    before = action.due_on
    told = {"verdict": verdict.strip(), "due_on": due_on, "decided_at": at, "flagged_overdue_at": None}
    move(action, State.OPEN, **told)
    changes = {"due_on": [str(before), str(due_on)]}
    _write("action-refused", action, by=by, at=at, reason=verdict.strip(), changes=changes)
    _tell(CorrectiveAction.objects.filter(pk=action.pk), mails_corrective.ASKED, at)
    return action


# The clock


@transaction.atomic
def flag_overdue_actions(*, as_of: datetime, dry_run: bool = False) -> int:
    """Put down every action whose last day has passed, once, and tell its agency; return how many.

    A `dry_run` only counts.
    """
    late = CorrectiveAction.objects.overdue(day_of(as_of)).unflagged()
    if dry_run:
        return late.count()
    flagged = late.update(flagged_overdue_at=as_of)
    if flagged:
        newly = CorrectiveAction.objects.open().filter(flagged_overdue_at=as_of)
        wanted = newly.select_related("agency", "item")
        Entry.objects.bulk_create(entry_of("action-overdue", **_about(one, None, as_of)) for one in wanted)
        _tell(newly, mails_corrective.OVERDUE, _morning_of(as_of))
    return flagged


@transaction.atomic
def remind_agencies(*, as_of: datetime, dry_run: bool = False) -> int:
    """Remind agencies whose remedy is due within two weeks, once an inspection; return how many mails.

    A day of downtime loses nothing; what was asked for within these two weeks has its own mail already.
    """
    today = day_of(as_of)
    soon = Q()
    for left in range(REMIND_BEFORE + 1):
        due = today + timedelta(days=left)
        soon |= Q(due_on=due, opened_at__lt=start_of(due - timedelta(days=REMIND_BEFORE)))
    owed = CorrectiveAction.objects.open().filter(soon)
    if dry_run:
        return _untold(owed, mails_corrective.BEFORE).values_list(F("_about"), F("_step")).distinct().count()
    return _tell(owed, mails_corrective.BEFORE, _morning_of(as_of))


def _morning_of(as_of: datetime) -> datetime:
    """Not in the night: that day's morning, or now when that has passed."""
    return max(as_of, datetime.combine(day_of(as_of), MAILS_LEAVE, ZONE))


def _tell(actions: ActionQuerySet, step: str, at: datetime) -> int:
    """Owe each agency one mail for all that one inspection asks for by the same day."""
    columns = notice_columns(
        voice=mails_corrective.VOICE,
        about=_ABOUT,
        about_label=Concat(Value("Khắc phục sau kiểm tra: "), _NAME),
        step=step,
        recipient=_MAILBOX,
        recipient_label=F("agency__name"),
        province=0,
        planned_for=at,
    )
    columns |= {"step": _step(step), "province": Cast("agency__province_id", CharField())}
    told = insert_select(Notice, _untold(actions, step), columns)
    transaction.on_commit(deliver_notices.delay, robust=True)
    return told


def _untold(actions: ActionQuerySet, step: str) -> ActionQuerySet:
    """Those whose agency has a mailbox and has not been told this step."""
    said = Notice.objects.filter(
        about=OuterRef("_about"), step=OuterRef("_step"), recipient=OuterRef("_mailbox")
    )
    named = actions.annotate(_about=_ABOUT, _step=_step(step), _mailbox=_MAILBOX).exclude(_mailbox="")
    return named.filter(~Exists(said))


def _step(step: str) -> Concat:
    return Concat(Value(f"{step}@"), Cast("due_on", CharField()))


_ABOUT = Case(
    When(
        inspection__isnull=False,
        then=Concat(Value(mails_corrective.SITE), Cast("inspection_id", CharField())),
    ),
    default=Concat(Value(mails_corrective.DOSSIER), Cast("file_inspection_id", CharField())),
    output_field=CharField(),
)
_MAILBOX = Case(
    When(agency__heir__isnull=False, then=F("agency__heir__contact_email")),
    default=F("agency__contact_email"),
)
_NAME = Replace(F("agency__name"), Value("Ủy ban nhân dân"), Value("UBND"))


# The journal


def _about(action: CorrectiveAction, by: User | None, at: datetime) -> dict[str, Any]:
    about = ("action", action.pk, action)
    return {"about": about, "by": by, "at": at, "province": action.agency.province_id}


def _write(verb: str, action: CorrectiveAction, *, by: User | None, at: datetime, **details: Any) -> None:
    record(verb, **_about(action, by, at), **details)


def must_be_settled(actions: Iterable[CorrectiveAction]) -> None:
    """Raises WrongState naming the last day of what is still to be remedied."""
    for action in actions:
        said = _("Còn việc phải khắc phục (hạn %(day)s), chưa kết thúc được.")
        raise WrongState(said % {"day": say_date(action.due_on)})

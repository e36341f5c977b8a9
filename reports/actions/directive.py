"""Directive duties: opening them, drawing the list anew, recording the letter, taking one back, chasing it.

Letter 1141/UBND-TH: a superior writes to those below it that report late or not at all. A duty is open until
its letter is recorded or the department takes it back. Opening, flagging and reminding take a constant number
of statements, whatever the number of superiors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import Case, CharField, Exists, F, JSONField, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast, Concat, Replace
from django.utils.translation import gettext as _

from agencies.models import Agency, User
from isotrack.journal.models import Entry, Notice
from isotrack.journal.record import name_of, record
from isotrack.journal.tasks import deliver_notices
from isotrack.kit.bulk import insert_select
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.deadlines import start_of
from isotrack.kit.states import WrongState, move
from isotrack.kit.text import fold
from isotrack.kit.words import say_date
from reports import mails_directive
from reports.directive import Behind, behind_in, by_superior, due_day
from reports.mails import notice_columns
from reports.models import DirectiveDuty, DirectiveItem, ReportCycle
from reports.models.directive import DutyQuerySet

State = DirectiveDuty.State
REMIND_BEFORE = 3  # days before the last day
MAILS_LEAVE = time(7)  # Vietnamese time; what midnight finds waits until then


@dataclass
class Opened:
    """What one run did: duties opened, and open ones whose list was drawn anew because more were behind."""

    duties: int = 0
    redrawn: int = 0


# Opening


@transaction.atomic
def open_duties(cycle: ReportCycle, *, by: User | None, at: datetime, due_on: date | None = None) -> Opened:
    """Open one duty for every superior with late or missing subordinates; each is told by mail.

    A second run opens nothing; where somebody became late or missing since, the list of a duty that is still
    open is drawn anew. Cancelled and recorded ones stay as they are. Due `due_on`, else ten working days on.
    Raises ValidationError for a last day that has passed.
    """
    ReportCycle.objects.select_for_update().get(pk=cycle.pk)  # one run at a time
    grouped = by_superior(behind_in(cycle, at))
    there = {duty.superior_id: duty for duty in cycle.duties.select_related("superior", "cycle")}
    new = {pk: rows for pk, rows in grouped.items() if pk not in there}
    _open(cycle, new, by=by, at=at, due_on=due_on)
    grown = _grown(there.values(), grouped)
    for duty in grown:
        _draw(duty, grouped[duty.superior_id], by=by, at=at)
    return Opened(len(new), len(grown))


@transaction.atomic
def open_duty(
    cycle: ReportCycle, superior: Agency, *, by: User, at: datetime, due_on: date | None = None
) -> DirectiveDuty:
    """Open the duty of one superior, before the cycle is closed.

    Raises WrongState when it has one in this cycle already, or nobody below it is late or missing;
    ValidationError for a last day that has passed.
    """
    ReportCycle.objects.select_for_update().get(pk=cycle.pk)
    there = cycle.duties.of_superior(superior).first()
    if there is not None:
        said = _("%(superior)s đã có nhiệm vụ trong kỳ này (%(state)s).")
        raise WrongState(said % {"superior": superior.in_lists, "state": there.get_state_display()})
    rows = behind_in(cycle, at, superior)
    if not rows:
        said = _("%(superior)s không có cơ quan trực thuộc nào trễ hạn hoặc chưa gửi.")
        raise WrongState(said % {"superior": superior.in_lists})
    (duty,) = _open(cycle, {superior.pk: rows}, by=by, at=at, due_on=due_on)
    return duty


def _open(
    cycle: ReportCycle,
    grouped: dict[int, list[Behind]],
    *,
    by: User | None,
    at: datetime,
    due_on: date | None,
) -> list[DirectiveDuty]:
    due = _due(due_on, day_of(at))
    heirs = dict(Agency.objects.filter(pk__in=grouped, heir__isnull=False).values_list("pk", "heir_id"))
    given = {"cycle": cycle, "opened_at": at, "listed_at": at, "due_on": due}
    duties = DirectiveDuty.objects.bulk_create(
        # A superior that has ended cannot write: its heir does.
        DirectiveDuty(superior_id=pk, passed_to_id=heirs.get(pk), **given)
        for pk in grouped
    )
    items = [_item(duty, one) for duty in duties for one in grouped[duty.superior_id]]
    DirectiveItem.objects.bulk_create(items)
    made = DirectiveDuty.objects.filter(pk__in=[duty.pk for duty in duties])
    _write_all("duty-opened", made, by=by, at=at, changes={"due_on": [None, str(due)]})
    _tell(made, mails_directive.GIVEN, at)
    return duties


def _due(due_on: date | None, today: date) -> date:
    due = due_on or due_day(today)
    if due < today:
        raise ValidationError({"due_on": _("Hạn ban hành phải từ hôm nay trở đi.")}, code="past")
    return due


def _item(duty: DirectiveDuty, one: Behind) -> DirectiveItem:
    return DirectiveItem(
        duty=duty, report=one.report, kind=one.kind, days_late=one.days, contact=one.contact[:300]
    )


def _grown(duties: Iterable[DirectiveDuty], grouped: dict[int, list[Behind]]) -> list[DirectiveDuty]:
    """Open duties whose list lacks somebody who is behind now."""
    open_ones = [duty for duty in duties if duty.is_open]
    listed = set(DirectiveItem.objects.filter(duty__in=open_ones).values_list("duty_id", "report_id"))
    return [
        duty
        for duty in open_ones
        if any((duty.pk, one.report.pk) not in listed for one in grouped.get(duty.superior_id, []))
    ]


# The list of one duty


@transaction.atomic
def redraw(duty: DirectiveDuty, *, by: User, at: datetime) -> DirectiveDuty:
    """Draw the list of an open duty anew as of `at`, because reports came meanwhile.

    Raises WrongState when the letter is recorded or the duty taken back, and when nobody is behind any more.
    """
    duty = _locked(duty)
    _must_be_open(duty)
    rows = behind_in(duty.cycle, at, duty.superior)
    if not rows:
        raise WrongState(_("Không còn cơ quan trực thuộc nào trễ hạn hoặc chưa gửi; danh sách giữ nguyên."))
    _draw(duty, rows, by=by, at=at)
    return duty


def _draw(duty: DirectiveDuty, rows: Sequence[Behind], *, by: User | None, at: datetime) -> None:
    before = duty.items.count()
    duty.items.all().delete()
    DirectiveItem.objects.bulk_create(_item(duty, one) for one in rows)
    duty.listed_at = at
    duty.save(update_fields=["listed_at"])
    _write("duty-redrawn", duty, by=by, at=at, changes={"items": [before, len(rows)]})


# The letter


@transaction.atomic
def record_letter(
    duty: DirectiveDuty,
    *,
    by: User,
    at: datetime,
    number: int,
    symbol: str,
    dated: date,
    signer: str,
    position: str,
    content: BinaryIO,
    name: str,
    sha256: str,
) -> DirectiveDuty:
    """Put down the letter that was signed, with its scan; whoever it names is mailed that letter.

    Raises WrongState when the duty is not open any more, ValidationError for a day that cannot be.
    """
    duty = _locked(duty)
    _must_be_open(duty)
    _check_day(duty, dated, day_of(at))
    duty.scan.save(name, content if isinstance(content, File) else File(content), save=False)
    letter = {
        "letter_number": number,
        "letter_symbol": symbol,
        "letter_dated": dated,
        "letter_signer": signer,
        "letter_position": position,
    }
    kept = {"scan": duty.scan.name, "scan_name": name, "scan_sha256": sha256}
    move(duty, State.DONE, recorded_at=at, recorded_by=by, **letter, **kept)
    changes = {field: [None, str(value)] for field, value in (letter | {"scan_sha256": sha256}).items()}
    _write("duty-recorded", duty, by=by, at=at, changes=changes)
    _send_letter(duty, at)
    return duty


def _check_day(duty: DirectiveDuty, dated: date, today: date) -> None:
    """A reminder cannot be signed tomorrow, nor before anybody was late."""
    last_day = duty.cycle.deadline.last_day
    if dated > today:
        raise ValidationError({"dated": _("Ngày ký không thể sau hôm nay.")}, code="future")
    if dated <= last_day:
        said = _("Hạn gửi báo cáo là hết ngày %(last)s; ngày ký phải sau ngày đó.")
        raise ValidationError({"dated": said % {"last": say_date(last_day)}}, code="early")


def _send_letter(duty: DirectiveDuty, at: datetime) -> None:
    """One mail to each agency the letter names, or to who took its report over, where it has a mailbox."""
    heir = When(report__passed_to__isnull=False, then=F("report__passed_to__contact_email"))
    items = duty.items.annotate(_mailbox=Case(heir, default=F("report__agency__contact_email")))
    columns = notice_columns(
        voice=mails_directive.LETTER,
        about=Concat(Value("report:"), Cast("report_id", CharField())),
        about_label=_label(F("duty__superior__name"), F("duty__cycle__year")),
        step=mails_directive.LETTER_STEP,
        recipient=F("_mailbox"),
        recipient_label=F("report__agency_name"),
        province=duty.cycle.province_id,
        planned_for=at,
    )
    insert_select(Notice, items.exclude(_mailbox=""), columns)
    transaction.on_commit(deliver_notices.delay, robust=True)


# Taking back, and giving again


@transaction.atomic
def cancel_duty(duty: DirectiveDuty, *, by: User, at: datetime, reason: str) -> DirectiveDuty:
    """Take an open duty back, with the reason. Raises WrongState when it is not open any more."""
    move(duty, State.CANCELLED, cancel_reason=reason)
    _write("duty-cancelled", duty, by=by, at=at, reason=reason)
    return duty


@transaction.atomic
def reopen_duty(duty: DirectiveDuty, *, by: User, at: datetime, due_on: date | None = None) -> DirectiveDuty:
    """Give a cancelled duty again, with a new last day and the list of now where somebody is behind.

    The superior is told again. Raises WrongState when it is not cancelled, ValidationError for a past day.
    """
    due = _due(due_on, day_of(at))
    reason, before = duty.cancel_reason, duty.due_on
    move(duty, State.OPEN, due_on=due, cancel_reason="", flagged_overdue_at=None)
    _write("duty-reopened", duty, by=by, at=at, reason=reason, changes={"due_on": [str(before), str(due)]})
    if rows := behind_in(duty.cycle, at, duty.superior):
        _draw(duty, rows, by=by, at=at)
    _tell(DirectiveDuty.objects.filter(pk=duty.pk), mails_directive.GIVEN, at)
    return duty


# The clock


@transaction.atomic
def flag_overdue_duties(*, as_of: datetime, dry_run: bool = False) -> int:
    """Put down every duty whose last day has passed, once, and remind its superior; return how many.

    A `dry_run` only counts.
    """
    late = DirectiveDuty.objects.overdue(day_of(as_of)).unflagged()
    if dry_run:
        return late.count()
    flagged = late.update(flagged_overdue_at=as_of)
    if flagged:
        newly = DirectiveDuty.objects.open().filter(flagged_overdue_at=as_of)
        _write_all("duty-overdue", newly, by=None, at=as_of, changes={})
        _tell(newly, mails_directive.AFTER, morning_of(as_of))
    return flagged


@transaction.atomic
def remind_superiors(*, as_of: datetime, dry_run: bool = False) -> int:
    """Remind superiors whose letter is due within three days, once a duty; return how many were planned.

    A day of downtime loses nothing. A duty given within these days has its own mail already. A `dry_run`
    only counts.
    """
    today = day_of(as_of)
    soon = Q()
    for left in range(REMIND_BEFORE + 1):
        due = today + timedelta(days=left)
        soon |= Q(due_on=due, opened_at__lt=start_of(due - timedelta(days=REMIND_BEFORE)))
    owed = DirectiveDuty.objects.open().filter(soon)
    if dry_run:
        return not_reminded(owed).count()
    return _tell(owed, mails_directive.BEFORE, morning_of(as_of))


def not_reminded(duties: DutyQuerySet) -> DutyQuerySet:
    """Those whose superior has a mailbox, `_mailbox`, and was not reminded of the last day yet."""
    return _untold(duties, mails_directive.BEFORE)


def morning_of(as_of: datetime) -> datetime:
    """Not in the night: that day's morning, or now when that has passed."""
    return max(as_of, datetime.combine(day_of(as_of), MAILS_LEAVE, ZONE))


def _tell(duties: DutyQuerySet, step: str, at: datetime) -> int:
    """Owe the superior of each duty a mail; the step names the last day, so that a new one is told again."""
    columns = notice_columns(
        voice=mails_directive.DUTY,
        about=_ABOUT,
        about_label=_label(F("superior__name"), F("cycle__year")),
        step=step,
        recipient=_MAILBOX,
        recipient_label=F("superior__name"),
        province=0,
        planned_for=at,
    )
    columns |= {"step": _step(step), "province": Cast("cycle__province_id", CharField())}
    told = insert_select(Notice, _untold(duties, step), columns)
    transaction.on_commit(deliver_notices.delay, robust=True)
    return told


def _untold(duties: DutyQuerySet, step: str) -> DutyQuerySet:
    """Those whose superior has a mailbox and has not been told this step."""
    said = Notice.objects.filter(
        about=OuterRef("_about"), step=OuterRef("_step"), recipient=OuterRef("_mailbox")
    )
    named = duties.annotate(_about=_ABOUT, _step=_step(step), _mailbox=_MAILBOX).exclude(_mailbox="")
    return named.filter(~Exists(said))


def _step(step: str) -> Concat:
    return Concat(Value(f"{step}@"), Cast("due_on", CharField()))


_ABOUT = Concat(Value("duty:"), Cast("pk", CharField()))
_MAILBOX = Case(
    When(passed_to__isnull=False, then=F("passed_to__contact_email")), default=F("superior__contact_email")
)


# The journal


def _locked(duty: DirectiveDuty) -> DirectiveDuty:
    """The row as it is now, held until the end of the transaction."""
    rows = DirectiveDuty.objects.select_for_update(of=("self",)).select_related("cycle", "superior")
    return rows.get(pk=duty.pk)


def _must_be_open(duty: DirectiveDuty) -> None:
    if not duty.is_open:
        said = _("Nhiệm vụ này không còn mở: %(state)s.")
        raise WrongState(said % {"state": duty.get_state_display().lower()})


def _write(verb: str, duty: DirectiveDuty, **details: Any) -> None:
    record(verb, ("duty", duty.pk, duty), province=duty.cycle.province_id, **details)


def _write_all(
    verb: str, duties: DutyQuerySet, *, by: User | None, at: datetime, changes: dict[str, Any]
) -> None:
    """One entry for each of `duties`, in one statement."""
    key = Cast("pk", CharField())
    written = Entry.objects.filter(
        verb=verb, about_kind="duty", about_key=Cast(OuterRef("pk"), CharField()), at=at
    )
    columns = {
        "at": Value(at),
        "province": Cast("cycle__province_id", CharField()),
        "actor": Value(name_of(by)),
        "actor_key": Value(str(by.pk) if by else ""),
        "verb": Value(verb),
        "about_kind": Value("duty"),
        "about_key": key,
        "about_label": _label(F("superior__name"), F("cycle__year")),
        "changes": Value(changes, JSONField()),
        "reason": Value(""),
        "search": Concat(
            Value(" "),
            F("superior__name_search"),
            Value(" ubnd nhac nho viec bao cao nam "),
            Cast("cycle__year", CharField()),
            Value(f" {fold(name_of(by))}"),
            output_field=TextField(),
        ),
    }
    insert_select(Entry, duties.filter(~Exists(written)), columns)


def _label(name: Any, year: Any) -> Concat:
    """As str(duty) has it in Vietnamese, which a statement cannot call."""
    short = Replace(name, Value("Ủy ban nhân dân"), Value("UBND"))
    short = Replace(short, Value("Uỷ ban nhân dân"), Value("UBND"))
    return Concat(short, Value(" nhắc nhở việc báo cáo năm "), Cast(year, CharField()))

"""The reports' tasks: each may run at any time and twice, and only calls its action."""

from celery import shared_task

from isotrack.journal.tasks import deliver_notices
from isotrack.kit import clock
from reports.actions.corrective import remind_agencies
from reports.actions.demonstration import play
from reports.actions.directive import remind_superiors
from reports.actions.overdue import flag_overdue
from reports.actions.people import keep_people
from reports.actions.reminder import plan_reminders
from reports.actions.succession import carry_out_due


@shared_task
def remind_of_reports() -> None:
    """Plan what is owed and let the journal send it."""
    plan_reminders(as_of=clock.now())
    deliver_notices.delay()


@shared_task
def flag_overdue_reports() -> None:
    """Flag what has become missing or late, and let the journal send the digest."""
    flag_overdue(as_of=clock.now())
    deliver_notices.delay()


@shared_task
def remind_of_letters() -> None:
    """Remind superiors that a letter to those below them falls due, and let the journal send it."""
    remind_superiors(as_of=clock.now())
    deliver_notices.delay()


@shared_task
def remind_of_remedies() -> None:
    """Remind agencies that a remedy after an inspection falls due, and let the journal send it."""
    remind_agencies(as_of=clock.now())
    deliver_notices.delay()


@shared_task
def carry_out_successions() -> None:
    """Carry out what was planned for today or for a day that was missed."""
    carry_out_due(as_of=clock.now())


@shared_task
def keep_people_in_step() -> None:
    """Settle posts that ended, let invitations run out, warn and lock the absent."""
    keep_people(as_of=clock.now())
    deliver_notices.delay()


@shared_task
def play_days(since: str, until: str) -> None:
    """In a demonstration: what would have happened between two ISO instants, in order."""
    play(since=clock.read_instant(since), until=clock.read_instant(until))

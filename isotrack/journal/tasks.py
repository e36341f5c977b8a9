"""The journal's tasks: each may run at any time and twice."""

from datetime import datetime, timedelta

from celery import shared_task

from isotrack.journal.deliver import deliver_owed
from isotrack.journal.jobs import make_part, sweep
from isotrack.kit import clock

# A run ends before the broker takes its worker for dead; the next one goes on.
A_RUN = timedelta(minutes=8)


@shared_task
def deliver_notices(as_of: str | None = None) -> None:
    """Send what is owed now, or at the ISO instant `as_of` when a demonstration plays its days."""
    deliver_owed(datetime.fromisoformat(as_of) if as_of else clock.now(), at_most=A_RUN)


@shared_task
def make_job_part(pk: int) -> None:
    """Make one part of a job."""
    make_part(pk)


@shared_task
def sweep_jobs() -> None:
    """Hand out again what was lost, and remove what is old."""
    sweep()

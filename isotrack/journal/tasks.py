"""The journal's task: may run at any time and twice."""

from datetime import datetime

from celery import shared_task

from isotrack.journal.deliver import deliver_owed
from isotrack.kit import clock


@shared_task
def deliver_notices(as_of: str | None = None) -> None:
    """Send what is owed now, or at the ISO instant `as_of` when a demonstration plays its days."""
    deliver_owed(datetime.fromisoformat(as_of) if as_of else clock.now())

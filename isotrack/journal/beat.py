"""The scheduler: any number may be started, on any machines; one of them leads.

The leader holds a lease in the database and renews it with every tick; when it dies, another one takes over
as soon as the lease has run out, when it is stopped, at once. When each task last ran stands in the
database too (TaskRun), so whoever takes over goes on from there, and no file of one machine matters. While
the installation is paused nothing is started.
"""

import logging
import os
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.beat import Scheduler
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from isotrack.journal import leases, pauses
from isotrack.journal.models import TaskRun

logger = logging.getLogger(__name__)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class LeadingScheduler(Scheduler):
    """Celery's scheduler, for as long as this process leads."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.holder = f"{socket.gethostname()} {os.getpid()}"
        self.length = timedelta(seconds=settings.BEAT_LEASE_SECONDS)
        self.leads = False
        super().__init__(*args, **options)

    def setup_schedule(self) -> None:
        """The schedule of the settings alone: results are not kept, so there are none to clean up."""
        self.update_from_dict(self.app.conf.beat_schedule)

    def tick(self, *args: Any, **options: Any) -> float:
        """Start one task that is due, if we lead; gives the seconds until the next look."""
        pause = self.length.total_seconds() / 4
        try:
            close_old_connections()
            if not self._lead() or pauses.reason():
                return float(pause)
        except DatabaseError as trouble:
            logger.warning("No database, nothing is started: %s", trouble)
            self.leads = False
            return float(pause)
        return float(min(pause, super().tick(*args, **options)))

    def close(self) -> None:
        """Stopped in order: the next one need not wait for the lease to run out."""
        super().close()
        try:
            leases.give_back(leases.BEAT, self.holder)
        except DatabaseError as trouble:
            logger.warning("The lease runs out by itself: %s", trouble)

    def _lead(self) -> bool:
        led, self.leads = self.leads, leases.hold(leases.BEAT, self.holder, self.length)
        if self.leads and not led:
            logger.info("%s leads the schedule", self.holder)
            self._go_on()
        return self.leads

    def _go_on(self) -> None:
        """From where the last leader was; a task that never ran is due now."""
        began = dict(TaskRun.objects.values_list("name", "began_at"))
        for entry in self.schedule.values():
            entry.last_run_at = began.get(str(entry.task), LONG_AGO)
        self._heap = None  # counted anew by the next tick

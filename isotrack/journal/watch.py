"""Somebody notices when the scheduler is silent: every web process and every worker looks once a minute.

A scheduler that is dead cannot say so, and with it nothing is started, not even the sending of mail. So the
one who notices sends the alarm itself: a notice per administrator, once an outage (its key is the last
tick), and delivered from here without queue, worker or scheduler. Of several that notice at once the
notice's own key and claim let one send. settings.ALARM_RECIPIENTS names who is told.
"""

import logging
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from isotrack.journal import leases
from isotrack.journal.announce import plan
from isotrack.journal.deliver import deliver_owed
from isotrack.kit import clock

logger = logging.getLogger(__name__)

SILENT_FOR = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=1)
# A machine that slept hears nothing of what ran meanwhile: it first lets a scheduler tick again.
SLEPT = timedelta(minutes=5)
VOICE, STEP = "beat-silent", "silent"
_watching = Event()


class Recipients(Protocol):
    """Finds who is told: address, name and province of each."""

    def __call__(self) -> Iterable[tuple[str, str, str]]:
        """The addresses, names and provinces."""
        ...


def look(now: datetime) -> int:
    """Send the alarm where the scheduler has been silent for an hour at the real instant `now`.

    Returns how many notices were newly planned: none for an outage that was told already.
    """
    ticked_at = leases.seen(leases.BEAT).ticked_at
    if now - ticked_at < SILENT_FOR:
        return 0
    recipients: Recipients = import_string(settings.ALARM_RECIPIENTS)
    about = f"beat:{ticked_at.isoformat()}"
    at = clock.now()
    planned = sum(
        plan(
            voice=VOICE,
            about=about,
            about_label=_("Bộ lập lịch"),
            step=STEP,
            recipients=[(address, name)],
            province=province,
            at=at,
        )
        for address, name, province in recipients()
    )
    if planned:
        logger.error("The scheduler has been silent since %s", ticked_at.isoformat())
    deliver_owed(at, voice=VOICE)
    return planned


def start() -> None:
    """Look once a minute for as long as this process lives; a second call changes nothing."""
    if not _watching.is_set():
        _watching.set()
        Thread(target=_watch, name="watch", daemon=True).start()


def _watch() -> None:
    every = LOOK_EVERY.total_seconds() + os.getpid() % 10  # not all of them at once
    last = clock.real_now()
    while True:
        Event().wait(every)
        last, before = clock.real_now(), last
        if last - before < SLEPT:
            _look_once(last)


def _look_once(now: datetime) -> None:
    """Trouble ends no watch; the connection is closed, as a process made later must not inherit it."""
    try:
        look(now)
    except (DatabaseError, OSError) as trouble:
        logger.warning("Could not look after the scheduler: %s", trouble)
    finally:
        connections.close_all()

"""One thing to be said at once to a few people: the row first, the mail after the commit."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation

from isotrack.journal.models import Notice
from isotrack.journal.tasks import deliver_notices


def announce(
    *,
    voice: str,
    about: str,
    about_label: object,
    step: str,
    recipients: Iterable[tuple[str, str]],
    province: object,
    at: datetime,
) -> int:
    """Owe each of `recipients` (address, name) one notice; saying it twice plans nothing. Returns how many.

    A queue that is down loses nothing: the next scheduled delivery finds the rows.
    """
    planned = plan(
        voice=voice,
        about=about,
        about_label=about_label,
        step=step,
        recipients=recipients,
        province=province,
        at=at,
    )
    if planned:
        transaction.on_commit(deliver_notices.delay, robust=True)
    return planned


def plan(
    *,
    voice: str,
    about: str,
    about_label: object,
    step: str,
    recipients: Iterable[tuple[str, str]],
    province: object,
    at: datetime,
) -> int:
    """The rows alone, for whoever delivers them itself. Returns how many are new."""
    with translation.override(settings.LANGUAGE_CODE):
        label = str(about_label)[:300]
    notices = [
        Notice(
            voice=voice,
            about=about,
            about_label=label,
            step=step,
            recipient=address,
            recipient_label=name,
            province=str(province),
            planned_for=at,
        )
        for address, name in recipients
    ]
    before = Notice.objects.about_thing(about).filter(step=step).count()
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return Notice.objects.about_thing(about).filter(step=step).count() - before

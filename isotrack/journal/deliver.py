"""Sending what is owed: claim a batch, send each mail, stamp each result.

The row is the outbox. A killed process leaves rows planned; the next run takes them up once the claim has
lapsed, so nothing is lost and only the one mail in flight can go twice, under the same Message-ID.
"""

import logging
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q

from isotrack.journal.models import Notice
from isotrack.journal.voices import NoLonger, Words, voice_called
from isotrack.kit import clock

logger = logging.getLogger(__name__)

BATCH = 100
CLAIM_LAPSES_AFTER = timedelta(minutes=10)
TRIES = 3


@dataclass
class Delivered:
    """How a run went: mails accepted by the server, given up, and not sent because no longer true."""

    sent: int = 0
    failed: int = 0
    skipped: int = 0


class MailServerGone(Exception):
    """The mail server cannot be reached: what is owed stays owed until the next run."""


def deliver_owed(as_of: datetime) -> Delivered:
    """Send every notice owed at `as_of`, in order of their moments, over one kept-open connection."""
    result = Delivered()
    connection = get_connection()
    try:
        for batch in _batches(as_of):
            _send_batch(batch, connection, as_of, result)
    except MailServerGone as gone:
        logger.warning("Mail server cannot be reached, notices stay owed: %s", gone)
    finally:
        connection.close()
    return result


def _send_batch(
    batch: list[Notice], connection: BaseEmailBackend, as_of: datetime, result: Delivered
) -> None:
    """Send one claimed batch; when the server is not there or goes away, hand back what was not tried."""
    untried = list(batch)
    try:
        _open(connection)
        words = _find_words(batch, as_of)
        while untried:
            notice = untried.pop(0)
            _settle(notice, words[notice.pk], connection, as_of, result)
    except MailServerGone:
        handed_back = Notice.objects.filter(pk__in=[notice.pk for notice in untried])
        handed_back.update(claimed_at=None, tries=F("tries") - 1)
        raise


def _batches(as_of: datetime) -> Iterator[list[Notice]]:
    while batch := _claim(as_of):
        yield batch


def _claim(as_of: datetime) -> list[Notice]:
    """Take up to BATCH owed notices for this process; rows another one holds are passed over."""
    now = clock.real_now()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_LAPSES_AFTER)
    with transaction.atomic():
        owed = Notice.objects.owed(as_of).filter(free).order_by("planned_for", "pk")
        batch = list(owed.select_for_update(skip_locked=True)[:BATCH])
        for notice in batch:
            notice.message_id = notice.message_id or make_msgid(f"notice-{notice.pk}", domain=_domain())
            notice.claimed_at = now
            notice.tries += 1
        Notice.objects.bulk_update(batch, ["message_id", "claimed_at", "tries"])
    return batch


def _find_words(batch: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    words: dict[int, Words | NoLonger] = {}
    for voice in {notice.voice for notice in batch}:
        words |= voice_called(voice)([notice for notice in batch if notice.voice == voice], as_of)
    return words


def _settle(
    notice: Notice, words: Words | NoLonger, connection: BaseEmailBackend, as_of: datetime, result: Delivered
) -> None:
    if isinstance(words, NoLonger):
        result.skipped += _stamp(notice, state=Notice.State.SKIPPED, reason=words.reason)
        return
    mail = _mail(notice, words, connection)
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as trouble:
        result.failed += _stamp_trouble(notice, trouble)
        connection.close()
        _open(connection)
        return
    result.sent += _stamp(
        notice,
        state=Notice.State.SENT,
        sent_at=as_of,
        subject=words.subject,
        body_text=words.text,
        body_html=words.html,
    )


def _open(connection: BaseEmailBackend) -> None:
    """Open the connection and keep it open. Raises MailServerGone."""
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as trouble:
        raise MailServerGone(str(trouble)) from trouble


def _stamp(notice: Notice, **stamps: object) -> int:
    """Stamp the result once; 0 where another process was quicker."""
    owed = Notice.objects.filter(pk=notice.pk, state=Notice.State.PLANNED)
    return owed.update(claimed_at=None, **stamps)


def _stamp_trouble(notice: Notice, trouble: Exception) -> int:
    """Keep the server's words; give up for good after TRIES, else leave it for the next run."""
    words = str(trouble)[:500] or type(trouble).__name__
    if notice.tries >= TRIES:
        return _stamp(notice, state=Notice.State.FAILED, reason=words)
    # The claim stays: it lapses after a while, which is the pause before the next try.
    Notice.objects.filter(pk=notice.pk, state=Notice.State.PLANNED).update(reason=words)
    return 0


def _mail(notice: Notice, words: Words, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=words.subject,
        body=words.text,
        to=[notice.recipient],
        reply_to=[settings.REPLY_TO] if settings.REPLY_TO else None,
        headers=notice.mail_headers(),
        connection=connection,
    )
    mail.attach_alternative(words.html, "text/html")
    return mail


def _domain() -> str:
    return str(settings.DEFAULT_FROM_EMAIL).rstrip(">").rpartition("@")[2]

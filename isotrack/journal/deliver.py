"""Sending what is owed: claim a batch, find its words, send each mail, stamp each result.

The row is the outbox, and the database alone knows what is owed. What this module promises:

* Nothing is lost. A process that dies, at whatever line, leaves rows planned; the next run takes them up once
  the claim has lapsed. A server that is not there, or refuses us as the sender, costs nobody a try.
* Nothing goes twice, except at most the one mail in flight when a process or a connection dies between the
  server's "taken" and the stamp; that one carries the same Message-ID. Two processes never hold the same row:
  a claim is one locked statement, and a batch is given back long before its claim lapses.
* One address's trouble is nobody else's. What the server refuses for good (5xx) fails at once with its words,
  and where it says that the mailbox does not exist nothing is sent there any more; what it refuses for now is
  tried again after growing pauses; a notice whose voice fails is marked, and the rest of its batch leaves.
* Memory is flat (a batch at a time), and nothing waits inside a transaction.

The pace (settings.MAIL_PER_MINUTE) is kept by each process for itself.
"""

import logging
import re
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Concat
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from isotrack.journal.addresses import dead_among, mark_dead
from isotrack.journal.mail import mail_of
from isotrack.journal.models import DeadAddress, Notice
from isotrack.journal.models.notice import NoticeQuerySet
from isotrack.journal.voices import NoLonger, Words, voice_called
from isotrack.kit import clock

logger = logging.getLogger(__name__)

BATCH = 100
CLAIM_LAPSES_AFTER = timedelta(minutes=10)
BATCH_LASTS = timedelta(minutes=5)  # then the rest is given back, well before the claim lapses
SAID_WITHIN = timedelta(seconds=30)  # at a slow pace: who sends meanwhile is not reminded all the same
PAUSES = tuple(timedelta(minutes=pause) for pause in (5, 20, 80, 320))  # after each try but the last
TRIES = len(PAUSES) + 1
# "No such mailbox", "moved away", "no mailbox of that name"; 5.7.x is a policy about us, not the mailbox.
NO_SUCH_MAILBOX = (550, 551, 553)
POLICY = re.compile(r"\b5\.7\.\d+\b")
# What a voice may stumble over in one notice; trouble with the database ends the run instead.
VOICE_TROUBLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    ObjectDoesNotExist,
    OSError,
    TemplateDoesNotExist,
    TemplateSyntaxError,
    TypeError,
    ValueError,
)


@dataclass
class Delivered:
    """How a run went: mails accepted by the server, given up, and not sent because no longer true."""

    sent: int = 0
    failed: int = 0
    skipped: int = 0


@dataclass(frozen=True)
class Mute:
    """Why a notice cannot be sent at all."""

    reason: str


Said = Words | NoLonger | Mute


class MailServerGone(Exception):
    """The mail server cannot be used now: what is owed stays owed until the next run."""


class Pace:
    """At most so many mails a minute from this process, evenly spaced; 0 is as fast as the server goes."""

    def __init__(self, per_minute: int) -> None:
        self.pause = 60 / per_minute if per_minute else 0.0
        self.next = 0.0

    def wait(self) -> None:
        """Wait for the moment of the next mail."""
        if self.pause:
            now = monotonic()
            sleep(max(0.0, self.next - now))
            self.next = max(now, self.next) + self.pause

    def batch(self) -> int:
        """How many mails leave while their words are still true."""
        fitting = int(SAID_WITHIN.total_seconds() / self.pause) if self.pause else BATCH
        return max(1, min(BATCH, fitting))


def deliver_owed(as_of: datetime, *, at_most: timedelta | None = None, voice: str = "") -> Delivered:
    """Send every notice owed at `as_of`, in order of their moments, over one kept-open connection.

    Stops after `at_most` where that is given; what is left goes with the next run. With `voice`, only those
    of that kind.
    """
    run = _Run(as_of, get_connection(), Pace(settings.MAIL_PER_MINUTE), voice)
    ends = None if at_most is None else monotonic() + at_most.total_seconds()
    try:
        for batch in run.batches():
            run.send(batch)
            if ends is not None and monotonic() > ends:
                break
    except MailServerGone as gone:
        logger.warning("Mail server cannot be used, notices stay owed: %s", gone)
    finally:
        run.connection.close()
    return run.result


@dataclass
class _Run:
    """One process at work: what it goes by, and how it went so far."""

    as_of: datetime
    connection: BaseEmailBackend
    pace: Pace
    voice: str = ""
    result: Delivered = field(default_factory=Delivered)

    def batches(self) -> Iterator[list[Notice]]:
        """Claimed batches until nothing is owed any more."""
        while batch := _claim(self.as_of, self.pace.batch(), self.voice):
            yield batch

    def send(self, batch: list[Notice]) -> None:
        """Send one claimed batch; what was not tried is handed back. Raises MailServerGone."""
        untried = list(batch)
        ends = monotonic() + BATCH_LASTS.total_seconds()
        try:
            self._open()
            words = _find_words(batch, self.as_of)
            while untried:
                if monotonic() > ends:
                    raise MailServerGone(f"too slow: {len(untried)} of {len(batch)} given back")
                self._settle(untried[0], words[untried[0].pk])
                untried.pop(0)
        except MailServerGone:
            _hand_back(untried)
            raise

    def _settle(self, notice: Notice, words: Said) -> None:
        if isinstance(words, NoLonger):
            self.result.skipped += _stamp(notice, state=Notice.State.SKIPPED, reason=words.reason[:500])
            return
        if isinstance(words, Mute):
            self.result.failed += _fail(notice, words.reason)
            return
        self.pace.wait()
        try:
            mail_of(notice, words, self.connection).send()
        except (smtplib.SMTPException, OSError) as trouble:
            self._trouble(notice, trouble)
        except ValueError as trouble:  # an address or a header that no mail can carry
            self.result.failed += _fail(notice, str(trouble))
        else:
            self.result.sent += _stamp_sent(notice, words, self.as_of)

    def _trouble(self, notice: Notice, trouble: Exception) -> None:
        """Later, never, or never there again: what the server's answer means for this notice."""
        if isinstance(trouble, smtplib.SMTPSenderRefused):
            raise MailServerGone(str(trouble)) from trouble
        code, words = _answer(trouble)
        if 500 <= code < 600:
            self.result.failed += _fail(notice, words)
            if _says_dead(trouble, code, words):
                _bury(notice, words, self.as_of)
        elif notice.tries >= TRIES:
            self.result.failed += _fail(notice, words)
        else:
            _try_later(notice, words)
        if code in (0, 421):  # it hung up, or is about to
            self.connection.close()
            self._open()

    def _open(self) -> None:
        """Open the connection and keep it open. Raises MailServerGone."""
        try:
            self.connection.open()
        except (smtplib.SMTPException, OSError) as trouble:
            raise MailServerGone(str(trouble)) from trouble


def _free(as_of: datetime, now: datetime) -> NoticeQuerySet:
    """What may be claimed: nobody holds it, and its pause after a refusal is over."""
    unclaimed = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_LAPSES_AFTER)
    rested = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    return Notice.objects.owed(as_of).filter(unclaimed, rested)


def _claim(as_of: datetime, number: int, voice: str = "") -> list[Notice]:
    """Take up to `number` owed notices for this process; rows another one holds are passed over."""
    now, ending = clock.real_now(), f".{get_random_string(10)}@{_domain()}>"
    named = Concat(Value("<notice-"), Cast("pk", CharField()), Value(ending))
    with transaction.atomic():
        free = _free(as_of, now).of_voice(voice) if voice else _free(as_of, now)
        owed = free.order_by("planned_for", "pk")
        batch = list(owed.select_for_update(skip_locked=True)[:number])
        Notice.objects.filter(pk__in=[notice.pk for notice in batch]).update(
            claimed_at=now,
            tries=F("tries") + 1,
            message_id=Case(When(message_id="", then=named), default=F("message_id")),
        )
    for notice in batch:
        notice.message_id = notice.message_id or f"<notice-{notice.pk}{ending}"
        notice.tries += 1
    return batch


def _hand_back(untried: Sequence[Notice]) -> None:
    held = Notice.objects.filter(pk__in=[notice.pk for notice in untried], state=Notice.State.PLANNED)
    held.update(claimed_at=None, tries=F("tries") - 1)


def _find_words(batch: Sequence[Notice], as_of: datetime) -> dict[int, Said]:
    """What to say in each notice, why not to, or why nobody can."""
    dead = dead_among(batch)
    words: dict[int, Said] = {
        pk: Mute(_("Địa chỉ đã được ghi là không nhận thư: %(why)s") % {"why": found.reason})
        for pk, found in dead.items()
    }
    living = [notice for notice in batch if notice.pk not in dead]
    for voice in {notice.voice for notice in living}:
        words |= _ask(voice, [notice for notice in living if notice.voice == voice], as_of)
    return words


def _ask(voice: str, notices: Sequence[Notice], as_of: datetime) -> dict[int, Said]:
    """Ask a voice for all at once; where it stumbles, one by one, so that only the culprit stays unsaid."""
    try:
        found = voice_called(voice)(notices, as_of)
        return {notice.pk: found[notice.pk] for notice in notices}
    except VOICE_TROUBLE as trouble:
        if len(notices) > 1:
            singly = [_ask(voice, [notice], as_of) for notice in notices]
            return {pk: words for one in singly for pk, words in one.items()}
        logger.exception("No words for notice %s", notices[0].pk)
        why = f"{type(trouble).__name__}: {trouble}"
        return {notices[0].pk: Mute(_("Không soạn được lời thư: %(why)s") % {"why": why})}


def _answer(trouble: Exception) -> tuple[int, str]:
    """The server's code and words; 0 where it hung up or never answered."""
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(trouble.recipients.values()))
        return code, _in_words(code, said)
    if isinstance(trouble, smtplib.SMTPResponseException):
        return trouble.smtp_code, _in_words(trouble.smtp_code, trouble.smtp_error)
    return 0, str(trouble) or type(trouble).__name__


def _in_words(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {text}".replace("\x00", "")


def _says_dead(trouble: Exception, code: int, words: str) -> bool:
    refused = isinstance(trouble, smtplib.SMTPRecipientsRefused)
    return refused and code in NO_SUCH_MAILBOX and not POLICY.search(words)


def _bury(notice: Notice, words: str, at: datetime) -> None:
    source = DeadAddress.Source.REFUSED
    mark_dead(notice.recipient, by=None, at=at, province=notice.province, reason=words, source=source)


def _stamp(notice: Notice, **stamps: object) -> int:
    """Stamp the result once; 0 where another process was quicker."""
    owed = Notice.objects.filter(pk=notice.pk, state=Notice.State.PLANNED)
    return owed.update(claimed_at=None, next_try_at=None, **stamps)


def _stamp_sent(notice: Notice, words: Words, at: datetime) -> int:
    """The same for a mail that was taken, by the one statement that every mail has to wait for."""
    when = connection.ops.adapt_datetimefield_value(at)
    said = words.subject[:300], words.kept(words.text), words.kept(words.html)
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [when, *said, notice.pk])
        return int(cursor.rowcount)


# Composing it anew for each mail cost as much as carrying it out (measured).
_SENT = """
    UPDATE journal_notice
    SET state = 'sent', sent_at = %s, reason = '', claimed_at = NULL, next_try_at = NULL, subject = %s,
        body_text = %s, body_html = %s
    WHERE id = %s AND state = 'planned'
"""


def _fail(notice: Notice, words: str) -> int:
    return _stamp(notice, state=Notice.State.FAILED, reason=words[:500] or "–")


def _try_later(notice: Notice, words: str) -> None:
    """Keep the server's words and give the notice back, to be tried again after its pause."""
    rested = clock.real_now() + PAUSES[notice.tries - 1]
    held = Notice.objects.filter(pk=notice.pk, state=Notice.State.PLANNED)
    held.update(claimed_at=None, next_try_at=rested, reason=words[:500])


def _domain() -> str:
    return str(settings.DEFAULT_FROM_EMAIL).rstrip(">").rpartition("@")[2]

"""Who finds the words of a notice.

The journal knows that something is owed to somebody; only the app above it knows whether it is still true and
how to say it. Settings, which compose the apps, name a voice for each kind of notice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from isotrack.journal.models import Notice


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; read when the mail is made, so that a batch never holds all of them."""

    name: str
    media_type: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Words:
    """What to send: a subject of one line, the same content as text and as HTML, its headers and files.

    `secret`, where given, is what only the receiver may read: the ledger keeps the mail without it.
    """

    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    secret: str = ""

    def kept(self, said: str) -> str:
        """A part of the mail as the ledger keeps it."""
        return said.replace(self.secret, "…") if self.secret else said


@dataclass(frozen=True)
class NoLonger:
    """Why it need not be said any more (for example "Đã nộp ngày 25/6/2021")."""

    reason: str


class Voice(Protocol):
    """Finds words for a batch of notices of its kind as of an instant, in a constant number of queries."""

    def __call__(self, notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
        """Return words, or why there are none, for the key of every notice."""
        ...


def voice_called(name: str) -> Voice:
    """The voice that settings.NOTICE_VOICES names; KeyError for a name that nobody speaks for."""
    voice: Voice = import_string(settings.NOTICE_VOICES[name])
    return voice

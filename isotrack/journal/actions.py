"""What people do with notices and addresses; sending itself is isotrack.journal.deliver's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.states import move
from isotrack.kit.words import say_time

from .addresses import mark_dead
from .bounces import Bounce
from .models import DeadAddress, Entry, Notice
from .models.notice import NoticeQuerySet
from .record import Actor, name_of, record
from .tasks import deliver_notices

FAILED, PLANNED = Notice.State.FAILED, Notice.State.PLANNED
OWED_ANEW = {"reason": "", "tries": 0, "claimed_at": None, "next_try_at": None}


@transaction.atomic
def retry(notice: Notice, *, by: Actor, at: datetime) -> Notice:
    """Owe a failed notice once more: to the same address, under the same Message-ID, with fresh tries.

    Raises WrongState when it has not failed (any more). A queue that is down loses nothing: the next
    scheduled delivery finds the row.
    """
    reason = notice.reason
    move(notice, PLANNED, **OWED_ANEW)
    changes = {"state": [FAILED.value, PLANNED.value], "reason": [reason, ""]}
    about = ("notice", notice.pk, notice)
    record("notice-retried", about, by=by, at=at, province=notice.province, changes=changes)
    transaction.on_commit(deliver_notices.delay, robust=True)
    return notice


@transaction.atomic
def retry_all(notices: NoticeQuerySet, *, by: Actor, at: datetime) -> int:
    """Owe every failed one among `notices` once more, but for those to addresses known to be dead.

    Returns how many; each has its own entry in the journal, whatever the number in three statements.
    """
    failed = notices.failed().to_living().select_for_update(of=("self",))
    found = list(failed.order_by("pk").only("pk", "about_label", "step", "recipient", "reason", "province"))
    Entry.objects.bulk_create([_retried(notice, by, at) for notice in found], batch_size=1000)
    Notice.objects.failed().filter(pk__in=[notice.pk for notice in found]).update(state=PLANNED, **OWED_ANEW)
    if found:
        transaction.on_commit(deliver_notices.delay, robust=True)
    return len(found)


@transaction.atomic
def report_dead(notice: Notice, *, by: Actor, at: datetime, reason: str) -> bool:
    """Somebody knows that a notice's mail did not arrive: its address is marked, and it counts as failed.

    False where the address was known to be dead already.
    """
    source = DeadAddress.Source.TYPED
    is_new = mark_dead(notice.recipient, by=by, at=at, province=notice.province, reason=reason, source=source)
    _came_back(notice, by=by, at=at, reason=reason)
    return is_new


@transaction.atomic
def works_again(dead: DeadAddress, *, by: Actor, at: datetime) -> None:
    """Let mail go to an address again: reminders not said meanwhile are planned anew by the next round."""
    about = ("address", dead.address[:40], dead.address)
    changes = {"source": [dead.source, None]}
    record("address-revived", about, by=by, at=at, province=dead.province, changes=changes)
    dead.delete()


@dataclass(frozen=True)
class Outcome:
    """What became of one returned mail: the address it is about, and which of the kinds below."""

    kind: str
    address: str
    words: str
    notice: Notice | None = None

    DEAD = "dead"
    KNOWN = "known"
    TEMPORARY = "temporary"
    FOREIGN = "foreign"

    @property
    def says(self) -> str:
        """The kind in words."""
        return str(_KINDS[self.kind])


_KINDS = {
    Outcome.DEAD: gettext_lazy("ghi là không nhận thư"),
    Outcome.KNOWN: gettext_lazy("đã ghi từ trước"),
    Outcome.TEMPORARY: gettext_lazy("trục trặc tạm thời, không ghi"),
    Outcome.FOREIGN: gettext_lazy("không phải thư của hệ thống, không ghi"),
}


def take_bounces(
    bounces: Iterable[Bounce], *, by: Actor | None, at: datetime, province: str
) -> list[Outcome]:
    """Mark the addresses that returned mails say do not exist; tell what became of each.

    A returned mail counts where its original is a notice of this province (by Message-ID), or goes to an
    address that notices went to. The same file twice marks nothing twice.
    """
    return [_take(bounce, by=by, at=at, province=province) for bounce in bounces]


@transaction.atomic
def _take(bounce: Bounce, *, by: Actor | None, at: datetime, province: str) -> Outcome:
    notice = _original(bounce, province)
    if notice is None:
        return Outcome(Outcome.FOREIGN, bounce.address, bounce.words)
    # The original's own address, not the one that its server passed the mail on to.
    address = notice.recipient
    if not bounce.is_permanent:
        return Outcome(Outcome.TEMPORARY, address, bounce.words, notice)
    source = DeadAddress.Source.BOUNCE
    is_new = mark_dead(address, by=by, at=at, province=province, reason=bounce.words, source=source)
    if bounce.message_id == notice.message_id:
        _came_back(notice, by=by, at=at, reason=bounce.words)
    return Outcome(Outcome.DEAD if is_new else Outcome.KNOWN, address, bounce.words, notice)


def _original(bounce: Bounce, province: str) -> Notice | None:
    """The notice that came back; else the newest one to the same address."""
    ours = Notice.objects.of_province(province)
    by_name = ours.filter(message_id=bounce.message_id).first() if bounce.message_id else None
    return by_name or ours.to_address(bounce.address).order_by("-planned_for", "-pk").first()


def _came_back(notice: Notice, *, by: Actor | None, at: datetime, reason: str) -> None:
    """A sent notice was not received after all; one that was not sent stays as it is."""
    if notice.state != Notice.State.SENT or notice.sent_at is None:
        return
    sent = say_time(notice.sent_at)
    told = _("Gửi lúc %(time)s nhưng không đến: %(why)s") % {"time": sent, "why": reason}
    changes: dict[str, list[Any]] = {
        "state": [Notice.State.SENT.value, FAILED.value],
        "sent_at": [notice.sent_at.isoformat(), None],
    }
    move(notice, FAILED, sent_at=None, reason=told[:500])
    about = ("notice", notice.pk, notice)
    record("notice-came-back", about, by=by, at=at, province=notice.province, changes=changes, reason=reason)


def _retried(notice: Notice, by: Actor, at: datetime) -> Entry:
    with translation.override(settings.LANGUAGE_CODE):
        label = str(notice)[:300]
    return Entry(
        at=at,
        province=notice.province,
        actor=name_of(by),
        actor_key=str(by.pk),
        verb="notice-retried",
        about_kind="notice",
        about_key=str(notice.pk),
        about_label=label,
        changes={"state": [FAILED.value, PLANNED.value], "reason": [notice.reason, ""]},
    )

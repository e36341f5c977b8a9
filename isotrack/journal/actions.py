"""What people do with notices; sending itself is isotrack.journal.deliver's."""

from datetime import datetime

from django.db import transaction

from isotrack.kit.states import move

from .models import Notice
from .record import Actor, record
from .tasks import deliver_notices


@transaction.atomic
def retry(notice: Notice, *, by: Actor, at: datetime) -> Notice:
    """Owe a failed notice once more: to the same address, under the same Message-ID, with fresh tries.

    Raises WrongState when it has not failed (any more). A queue that is down loses nothing: the next
    scheduled delivery finds the row.
    """
    reason = notice.reason
    move(notice, Notice.State.PLANNED, reason="", tries=0, claimed_at=None)
    changes = {"state": [Notice.State.FAILED.value, Notice.State.PLANNED.value], "reason": [reason, ""]}
    about = ("notice", notice.pk, notice)
    record("notice-retried", about, by=by, at=at, province=notice.province, changes=changes)
    transaction.on_commit(deliver_notices.delay, robust=True)
    return notice

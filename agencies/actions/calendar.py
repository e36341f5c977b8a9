"""The secret address of a person's calendar: made, changed, taken back. The journal never holds it."""

import secrets
from datetime import datetime

from django.db import transaction

from agencies.models import User
from isotrack.journal.record import record

BYTES = 32


@transaction.atomic
def renew_calendar(user: User, *, by: User, at: datetime) -> str:
    """Give the calendar a new address; the old one is dead at once. Returns the new secret."""
    user.calendar_token = secrets.token_urlsafe(BYTES)
    _save("calendar-renewed", user, by=by, at=at)
    return user.calendar_token


@transaction.atomic
def revoke_calendar(user: User, *, by: User | None, at: datetime) -> None:
    """Take the address back: nobody reads the calendar until a new one is made."""
    if user.calendar_token is not None:
        user.calendar_token = None
        _save("calendar-revoked", user, by=by, at=at)


def _save(verb: str, user: User, *, by: User | None, at: datetime) -> None:
    user.save(update_fields=["calendar_token"])
    province = user.agency.province_id if user.agency else ""
    record(verb, ("user", user.pk, user), by=by, at=at, province=province)

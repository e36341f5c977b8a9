"""How a person signs in: what changed, and a second factor that was lost."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from agencies.actions.person import end_sessions
from agencies.models import User
from agencies.sealing import seal, unseal
from isotrack.journal.record import record

SEALED = ("secret", "seed")  # what django-allauth seals in the data of a second factor


@transaction.atomic
def reset_second_factor(user: User, *, by: User, at: datetime, reason: str) -> int:
    """Take away every second factor of somebody who lost theirs; return how many there were.

    Their sessions end; who must have one sets it up anew at the next sign-in.
    """
    number, _by_model = Authenticator.objects.filter(user=user).delete()
    end_sessions(user, at=at)
    _record("second-factor-reset", user, by=by, at=at, reason=reason)
    return number


def note_change(user: User, verb: str, *, by: User, at: datetime, what: str) -> None:
    """Keep in the journal that a password or second factor changed; never the thing itself."""
    _record(verb, user, by=by, at=at, reason=what)


@transaction.atomic
def seal_again() -> int:
    """Seal every stored secret anew under the present key; returns how many second factors there are.

    Raises ValueError, and changes nothing, where one was sealed under a key that is not named.
    """
    every = list(Authenticator.objects.select_for_update().order_by("pk"))
    for one in every:
        sealed = {name: seal(unseal(one.data[name])) for name in SEALED if name in one.data}
        one.data = one.data | sealed
        one.save(update_fields=["data"])
    return len(every)


def _record(verb: str, user: User, *, by: User, at: datetime, reason: str) -> None:
    province = user.agency.province_id if user.agency else ""
    record(verb, ("user", user.pk, user), by=by, at=at, province=province, reason=reason)

"""One process at a time: a lease in the database, which all machines share; its clock is the database's."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, Q
from django.db.models.functions import Now

from isotrack.journal.models import Lease
from isotrack.kit import clock

BEAT = "beat"


def hold(name: str, holder: str, length: timedelta) -> bool:
    """Take or keep a lease for `length` from now; False while another process holds it."""
    Lease.objects.get_or_create(name=name, defaults={"ticked_at": clock.real_now()})
    free = Q(holder=holder) | Q(until__isnull=True) | Q(until__lt=Now())
    until = ExpressionWrapper(Now() + length, output_field=DateTimeField())
    mine = Lease.objects.filter(free, name=name)
    return bool(mine.update(holder=holder, until=until, ticked_at=Now()))


def give_back(name: str, holder: str) -> None:
    """Let the next process have it at once."""
    Lease.objects.filter(name=name, holder=holder).update(until=None, holder="")


def seen(name: str) -> Lease:
    """The lease as it stands; watched from now on where nobody ever held it."""
    lease, _is_new = Lease.objects.get_or_create(name=name, defaults={"ticked_at": clock.real_now()})
    return lease

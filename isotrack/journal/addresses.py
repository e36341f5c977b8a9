"""Addresses that mail comes back from: known by hand, from returned mail, or from the server's refusal."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from isotrack.journal.models import DeadAddress, Notice
from isotrack.journal.record import Actor, record


@transaction.atomic
def mark_dead(
    address: str, *, by: Actor | None, at: datetime, province: str, reason: str, source: DeadAddress.Source
) -> bool:
    """Send nothing there any more; False when that was known already.

    Whoever comes second changes nothing: the first reason stands.
    """
    if DeadAddress.objects.of_province(province).at(address).exists():
        return False
    dead = DeadAddress(address=address, province=province, since=at, reason=reason[:500], source=source)
    DeadAddress.objects.bulk_create([dead], ignore_conflicts=True)
    about = ("address", address[:40], address)
    changes = {"source": [None, source.value]}
    record("address-dead", about, by=by, at=at, province=province, reason=reason[:500], changes=changes)
    return True


def dead_among(notices: Iterable[Notice]) -> dict[int, DeadAddress]:
    """Key of a notice → why its address is dead, for those whose address is; one statement."""
    rows = list(notices)
    asked = Q(province__in={row.province for row in rows}, folded__in={row.recipient.lower() for row in rows})
    found = DeadAddress.objects.annotate(folded=Lower("address")).filter(asked)
    known = {(dead.province, dead.address.lower()): dead for dead in found}
    pairs = ((row.pk, known.get((row.province, row.recipient.lower()))) for row in rows)
    return {pk: dead for pk, dead in pairs if dead is not None}

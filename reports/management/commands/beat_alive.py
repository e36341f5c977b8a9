"""Whether the scheduler ticks: what a container's health check asks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from isotrack.journal import leases
from isotrack.kit import clock
from isotrack.kit.commands import HouseCommand, RefusalsListed


class Command(HouseCommand):
    """Exit status 1 when none has ticked for five lengths of its lease."""

    help = "Say when the scheduler last ticked."
    requires_system_checks = []  # a look, not an examination

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Who leads and when it ticked. Raises RefusalsListed when that is too long ago."""
        lease = leases.seen(leases.BEAT)
        told = {"leader": lease.holder, "ticked_at": lease.ticked_at}
        if clock.real_now() - lease.ticked_at > timedelta(seconds=5 * settings.BEAT_LEASE_SECONDS):
            raise RefusalsListed(told)
        return told

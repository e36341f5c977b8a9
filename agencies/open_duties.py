"""What an agency may leave open when it ends, as the room that knows it tells it.

Each app names its own sources; whoever carries a succession out asks all of them (`reports.open_duties`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agencies.models import Agency, Document, User
from isotrack.journal.record import record


@dataclass(frozen=True)
class OpenDuty:
    """One thing an agency has not done: what, how it stands, and why it cannot be dropped ("" when it can).

    `agency_pk` is who answers for it now.
    """

    kind: str
    key: int
    agency_pk: int
    label: str
    state: str
    province: int
    undroppable: str = ""

    @property
    def name(self) -> str:
        """As addresses and forms name it."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True)
class Deed:
    """Who settles an open duty, when, on the strength of what."""

    by: User | None
    at: datetime
    document: Document | None
    why: str


@dataclass(frozen=True)
class Source:
    """One kind of duty: how to find the open ones of agencies, pass one on, and drop one with a reason."""

    kind: str
    title: Any
    find: Callable[[Sequence[int], datetime], Iterable[OpenDuty]]
    pass_on: Callable[[OpenDuty, Agency, Deed], Agency]
    drop: Callable[[OpenDuty, str, Deed], None]


def tell(verb: str, duty: OpenDuty, deed: Deed, *, reason: str = "", **changes: list[Any]) -> None:
    """One entry in the journal of the thing itself."""
    about = (duty.kind, duty.key, duty.label)
    record(
        verb,
        about,
        by=deed.by,
        at=deed.at,
        province=duty.province,
        changes=changes,
        reason=reason or deed.why,
    )

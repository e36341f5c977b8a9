"""Turning the pages of the journal: each begins after an entry, so that the last costs what the first does.

Measured with 300,000 entries on PostgreSQL: page 5,000 by offset took 171 ms against 3 for the first, by key
as long as the first one. What is found is counted up to a limit, for the same reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from isotrack.journal.models import Entry
from isotrack.journal.models.entry import EntryQuerySet

ENTRIES_A_PAGE = 50
COUNTED_UP_TO = 10_000


@dataclass(frozen=True)
class Leaf:
    """One page of entries, newest first, and the keys its neighbours begin at (None where there is none)."""

    found: EntryQuerySet
    entries: list[Entry]
    older: int | None
    newer: int | None

    @cached_property
    def _counted(self) -> int:
        return self.found.order_by()[: COUNTED_UP_TO + 1].count()

    @property
    def number(self) -> int:
        """How many entries were found, counted up to the limit."""
        return min(self._counted, COUNTED_UP_TO)

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self._counted > COUNTED_UP_TO


def leaf(found: EntryQuerySet, asked: Mapping[str, str], size: int = ENTRIES_A_PAGE) -> Leaf:
    """The page that ?older=KEY or ?newer=KEY asks for; the newest without, or for an unknown entry."""
    return _newer(found, asked.get("newer", ""), size) or _older(found, asked.get("older", ""), size)


def _newer(found: EntryQuerySet, key: str, size: int) -> Leaf | None:
    """None where fewer than a page are newer: then it is the newest page."""
    mark = _entry(found, key)
    rows = list(found.after(mark).order_by("at", "pk")[: size + 1]) if mark else []
    shown = rows[:size][::-1]
    return Leaf(found, shown, older=shown[-1].pk, newer=shown[0].pk) if len(rows) > size else None


def _older(found: EntryQuerySet, key: str, size: int) -> Leaf:
    mark = _entry(found, key)
    rows = list((found.before(mark) if mark else found)[: size + 1])
    shown = rows[:size]
    older = shown[-1].pk if len(rows) > size else None
    return Leaf(found, shown, older, newer=shown[0].pk if mark and shown else None)


def _entry(found: EntryQuerySet, key: str) -> Entry | None:
    is_key = key.isascii() and key.isdigit() and len(key) < 19
    return found.filter(pk=key).only("at").first() if is_key else None

"""The journal as a workbook: one row an entry, its changes in words in one cell."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.journal.models import Entry
from isotrack.journal.models.entry import EntryQuerySet
from isotrack.kit.sheets import TEXT, TIME, Column
from reports.journal_words import Change, Line, lines

_AT_ONCE = 2000
_LONGEST = 32_000  # letters; a cell takes 32.767

JOURNAL: list[Column[Line]] = [
    Column(gettext_lazy("Thời điểm"), lambda line: line.entry.at, TIME),
    Column(gettext_lazy("Việc"), lambda line: line.verb, TEXT, 34),
    Column(gettext_lazy("Về"), lambda line: line.kind, TEXT, 20),
    Column(gettext_lazy("Đối tượng"), lambda line: line.entry.about_label, TEXT, 48),
    Column(gettext_lazy("Người làm"), lambda line: line.entry.actor, TEXT, 26),
    Column(gettext_lazy("Thay đổi"), lambda line: say_changes(line.changes), TEXT, 70),
    Column(gettext_lazy("Lý do"), lambda line: line.entry.reason, TEXT, 40),
]


def in_words(entries: EntryQuerySet) -> Iterator[Line]:
    """Entries as a stream of lines; memory stays flat however many there are."""
    return (line for batch in _batches(entries.iterator(chunk_size=_AT_ONCE)) for line in lines(batch))


def say_changes(changes: Iterable[Change]) -> str:
    """One line a change: "tên: cũ → mới"."""
    said = "\n".join(f"{change.label}: {change.old} → {change.new}" for change in changes)
    return said if len(said) <= _LONGEST else said[:_LONGEST] + _(" … (còn nữa, xem trên màn hình)")


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while batch := list(islice(entries, _AT_ONCE)):
        yield batch

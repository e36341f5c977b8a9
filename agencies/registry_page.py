"""A judgement as its preview shows it: what would enter and change in words, and an excerpt of the sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from agencies.models.agency import in_lists
from agencies.registry_judge import Judgement, Line, Message, Outcome
from agencies.registry_match import Being
from agencies.registry_sheet import CHOICES, HEADINGS, NAMES
from isotrack.kit.words import NOTHING, show_date, show_number

SHOWN = 200  # messages, and agencies; the coloured copy has them all
EXCERPT = 12


@dataclass(frozen=True)
class Row:
    """One agency that would enter or change: its name and its fields in words, [heading, old, new]."""

    label: str
    code: str
    address: str
    fields: list[tuple[Any, str, str]]


@dataclass(frozen=True)
class Box:
    """One cell of the excerpt: its text, and "bad", "chg", "add" or nothing."""

    text: str
    look: str


@dataclass(frozen=True)
class Excerpt:
    """A few rows of a sheet as they stand there."""

    sheet: str
    letters: list[str]
    headings: list[Any]
    rows: list[tuple[int, list[Box]]]


class Preview:
    """What the page shows of a judgement."""

    def __init__(self, found: Judgement) -> None:
        self.found = found
        self.counts = found.counts
        self.errors, self.error_count = _first(found.errors), len(found.errors)
        self.warnings, self.warning_count = _of_level(found, "warning")
        self.remarks, self.remark_count = _of_level(found, "info")
        self.bad_cells = len({(one.sheet, one.cell) for one in found.errors})
        self.updated = [_row(line) for line in found.of(Outcome.UPDATED)[:SHOWN]]
        self.created = [_row(line) for line in found.of(Outcome.CREATED)[:SHOWN]]

    @property
    def can_confirm(self) -> bool:
        """Whether there is something to write and nothing to mend."""
        return not self.counts["refused"] and bool(self.counts["created"] or self.counts["updated"])

    @property
    def changes_nothing(self) -> bool:
        """Whether the registry says all this already."""
        return not any(self.counts[name] for name in ("created", "updated", "refused"))

    @property
    def sheets(self) -> str:
        """The titles of the sheets that were read."""
        return ", ".join(f"“{title}”" for title in self.found.sheets)

    @property
    def excerpts(self) -> list[Excerpt]:
        """Of each sheet the first rows that are wrong, change or are new."""
        wrong = {(one.sheet, one.cell) for one in self.found.errors}
        return [one for title in self.found.sheets if (one := _excerpt(self.found, title, wrong)).rows]


def _first(messages: Sequence[Message]) -> Sequence[Message]:
    return messages[:SHOWN]


def _of_level(found: Judgement, level: str) -> tuple[Sequence[Message], int]:
    messages = [one for one in found.messages if one.level == level]
    return _first(messages), len(messages)


def _row(line: Line) -> Row:
    fields = [
        (HEADINGS[name], shown(name, old), shown(name, new)) for name, (old, new) in line.changes.items()
    ]
    old = line.being.values.get("name", "") if line.being else ""
    return Row(in_lists(old), line.code, line.row.address, fields)


def shown(name: str, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Being):
        return f"{in_lists(value.values['name'])} ({value.code})"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, date):
        return show_date(value)
    if name in CHOICES:
        return str(CHOICES[name](value).label)
    return show_number(value) if isinstance(value, int) else str(value)


def _excerpt(found: Judgement, title: str, wrong: set[tuple[str, str]]) -> Excerpt:
    of_sheet = [line for line in found.lines if line.sheet == title]
    told = {Outcome.REFUSED: 0, Outcome.UPDATED: 1, Outcome.CREATED: 2}
    chosen = sorted((line for line in of_sheet if line.outcome in told), key=lambda one: told[one.outcome])
    chosen = sorted(chosen[:EXCERPT], key=lambda one: one.row.number)
    if not chosen:
        return Excerpt(title, [], [], [])
    first = chosen[0].row.cells
    names = [name for name in NAMES if name in first]
    names.sort(key=lambda name: _place(first[name].address))
    letters = [first[name].address.rstrip("0123456789") for name in names]
    rows = [(line.row.number, [_box(line, name, wrong) for name in names]) for line in chosen]
    return Excerpt(title, letters, [HEADINGS[name] for name in names], rows)


def _place(address: str) -> tuple[int, str]:
    letters = address.rstrip("0123456789")
    return len(letters), letters


def _box(line: Line, name: str, wrong: set[tuple[str, str]]) -> Box:
    cell = line.row.cells[name]
    text = show_date(cell.value) if isinstance(cell.value, date) else line.row.text(name)
    if (line.sheet, cell.address) in wrong:
        return Box(text or _("(trống)"), "bad")
    if line.outcome == Outcome.CREATED:
        return Box(f"+ {text}" if name == "code" else text, "add")
    if name in line.changes:
        old, new = line.changes[name]
        return Box(f"{shown(name, old)} → {shown(name, new)}", "chg")
    return Box(text, "")

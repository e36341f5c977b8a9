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

SHOWN = 25  # messages, and agencies, of each outcome where all are on one page
A_PAGE = 100  # where one outcome is chosen
LEVELS = ("error", "warning", "info")
LISTED = (Outcome.UPDATED, Outcome.CREATED, Outcome.UNCHANGED)
# The filters of the page; those of messages with their level
SHOWABLE = {
    "refused": "error",
    "warnings": "warning",
    Outcome.UPDATED: "",
    Outcome.CREATED: "",
    Outcome.UNCHANGED: "",
    "skipped": "info",
}
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
    """What the page shows of a judgement: plain values, so that it can be kept between two pages."""

    def __init__(self, found: Judgement) -> None:
        self.counts, self.digest = found.counts, found.digest
        self.messages = {level: [one for one in found.messages if one.level == level] for level in LEVELS}
        self.bad_cells = len({(one.sheet, one.cell) for one in found.errors})
        self.rows = {outcome: [_row(line) for line in found.of(outcome)] for outcome in LISTED}
        self.sheets = ", ".join(f"“{title}”" for title in found.sheets)
        self.excerpts = _excerpts(found)

    def list_of(self, shown: str) -> Sequence[Row | Message]:
        """Everything under one filter of the page, a value of SHOWABLE."""
        level = SHOWABLE[shown]
        return self.messages[level] if level else self.rows[shown]

    @property
    def parts(self) -> list[tuple[str, Sequence[Row | Message], int]]:
        """What the page without a filter shows: of each list its name, its first rows and its length."""
        lists = ((name, self.list_of(name)) for name in SHOWABLE if name != Outcome.UNCHANGED)
        return [(name, found[:SHOWN], len(found)) for name, found in lists if found]

    @property
    def can_confirm(self) -> bool:
        """Whether there is something to write and nothing to mend."""
        return not self.counts["refused"] and bool(self.counts["created"] or self.counts["updated"])

    @property
    def changes_nothing(self) -> bool:
        """Whether the registry says all this already."""
        return not any(self.counts[name] for name in ("created", "updated", "refused"))


def _excerpts(found: Judgement) -> list[Excerpt]:
    """Of each sheet the first rows that are wrong, change or are new."""
    wrong = {(one.sheet, one.cell) for one in found.errors}
    return [one for title in found.sheets if (one := _excerpt(found, title, wrong)).rows]


def _row(line: Line) -> Row:
    fields = [
        (str(HEADINGS[name]), shown(name, old), shown(name, new)) for name, (old, new) in line.changes.items()
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
    return Excerpt(title, letters, [str(HEADINGS[name]) for name in names], rows)


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

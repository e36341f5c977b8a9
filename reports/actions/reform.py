"""Applying a reform from files: everything that happened by an instant, in the order of its days.

What lies ahead is planned and carried out by the scheduler on its day. A row that is wrong is refused with its
cell, and what belongs to it; a row that was applied before is unchanged, so a second run changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.actions.registry import DATA, read_rows
from agencies.actions.succession import Wish, plan
from agencies.models import Agency, Document, Post, Succession, SuccessionDuty, SuccessionLink
from agencies.reform import Reform, Row, is_outside, known_on, read_reform, same_name, wish_of
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.text import fold
from isotrack.kit.words import say_date
from reports.actions.succession import carry_out

What = Succession.Kind
DAY = timedelta(days=1)
DOCUMENTS = DATA / "documents_2025.csv"


@dataclass(frozen=True)
class Message:
    """One thing a person should know, with its place in the file."""

    sheet: str
    cell: str
    level: str
    code: str
    message: str


@dataclass
class Applied:
    """What a run did with the rows of the file: created + updated + unchanged + skipped + refused = rows."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    messages: list[Message] = field(default_factory=list)

    def say(self, row: Row, level: str, code: str, message: str) -> None:
        """Keep a message about a row."""
        self.messages.append(Message(row.sheet, row.cell, level, code, message))


def apply_reform(file: Path, *, at: datetime, keep: bool) -> Applied:
    """Apply FILE with its companions as of `at`; without `keep` nothing is saved. Raises FileRefused."""
    reform = read_reform(file)
    with transaction.atomic():
        applied = _Run(reform, at).whole()
        if not keep:
            transaction.set_rollback(True)
    return applied


class _Run:
    """One pass over the days of a reform."""

    def __init__(self, reform: Reform, at: datetime) -> None:
        self.reform, self.at = reform, at
        self.applied = Applied(len(reform.rows))
        self.known_before = _applied_before()
        self.documents: dict[str, Document] = {}
        self.planned: dict[int, Sequence[Row]] = {}

    def whole(self) -> Applied:
        """Every day in its order, then what nobody knows."""
        self.documents = _documents(self.reform, self.at)
        for day in self.reform.days:
            self.day(day)
        for group in self.reform.groups_on(None):
            self.unknown(group[0])
        self.tell_of_outsiders()
        return self.applied

    def day(self, day: date) -> None:
        """Plan what happens on a day, and carry it out where the day has come."""
        groups = list(self.reform.groups_on(day))
        codes = [row["predecessor_code"] for group in groups for row in group]
        renamed = self.reform.renamed_on(day)
        known = known_on([*codes, *(row["code"] for row in renamed)], day - DAY)
        batch = [one for row in renamed if (one := self.rename(row, known))]
        taken: set[str] = set()
        for group in sorted(groups, key=_splits_last):
            batch += self.group(group, known, taken)
        if batch and day <= day_of(self.at):
            self.carry_out(batch, day)

    def rename(self, row: Row, known: dict[str, Agency]) -> Succession | None:
        """A change of name between the two registries; not one of the file's own rows."""
        agency = known.get(row["code"])
        if agency is None:
            self.applied.say(row, "warning", "unknown-code", _unknown(row["code"], row.day))
        elif same_name(agency.name, row["new_name"]) and agency.name != row["old_name"]:
            return None
        elif not same_name(agency.name, row["old_name"]):
            self.applied.say(row, "warning", "other-name", _other_name(agency, row["old_name"]))
        elif (str(What.RENAMED), str(row.day), row["code"], agency.name, row["code"]) not in self.known_before:
            wish = Wish(What.RENAMED, row.day, [_before(agency)], changes={"name": row["new_name"]})
            said = _("%(old)s đổi thành %(new)s từ %(day)s.")
            words = {"old": agency.name, "new": row["new_name"], "day": say_date(row.day)}  # type: ignore[arg-type]
            succession = self.plan(wish, [row], agency.province)
            self.applied.say(row, "info", "renamed", said % words)
            return succession
        return None

    def group(self, rows: list[Row], known: dict[str, Agency], taken: set[str]) -> list[Succession]:
        """Rows that belong together, as one succession; none where all were applied or one is wrong."""
        fresh = [row for row in rows if _key(row) not in self.known_before]
        self.applied.counts["unchanged"] += len(rows) - len(fresh)
        if not fresh:
            return []
        province = self.province
        wrong = [row for row in fresh if not self.fits(row, known, province)]
        if wrong:
            self.applied.counts["refused"] += len(fresh)
            return []
        day = fresh[0].day
        assert day is not None
        founding = []
        for code in dict.fromkeys(row["successor_code"] for row in fresh if row["successor_code"]):
            new = self.reform.founded(code, day)
            if new is not None and code not in taken and code not in known_on([code], day) | _of_one(fresh, known):
                founding.append(new)
                taken.add(code)
            elif new is not None and fresh[0]["kind"] in Succession.OF_ONE:
                founding.append(new)
        succession = self.plan(wish_of(fresh, known, founding), fresh, province)
        return [succession] if succession else []

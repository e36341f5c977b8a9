"""A reform as files: who follows whom, the agencies that begin, and changes of name between the registries.

FILE lists predecessors and successors, one pair a row (the reference: `data/successions_2025.csv`). The files
that go with it are looked for beside it, else in `agencies/data`. Everything here only reads.

The communes of old Kiên Giang are predecessors without a row in the registry. No row is made up for them:
their superiors, duties and dates were never here, and a province that never reported would stand in every
list of provinces. They are kept by name and code on the succession, where search and the successor's page
find them.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from agencies.actions.registry import DATA, read_rows
from agencies.actions.succession import After, Before, Wish
from agencies.models import Agency, Succession
from agencies.models.agency import Group, Kind
from isotrack.kit.text import fold

What = Succession.Kind
RENAMES, NEW = "renames_2021_2024.csv", ("agencies_2025_transition.csv", "agencies_2025.csv")
COLUMNS = (
    "predecessor_code",
    "predecessor_name",
    "successor_code",
    "successor_name",
    "kind",
    "effective_date",
    "legal_basis",
)
COLUMNS_OF_RENAMES = ("code", "old_name", "new_name", "effective_date", "legal_basis")
_GROUPS = {
    Kind.PEOPLES_COMMITTEE_PROVINCE: Group.NONE,
    Kind.PEOPLES_COMMITTEE_DISTRICT: Group.DISTRICT,
    Kind.PEOPLES_COMMITTEE_COMMUNE: Group.COMMUNE,
    Kind.SUB_DEPARTMENT: Group.SUB_DEPARTMENT,
    Kind.PUBLIC_SERVICE_UNIT: Group.SUB_DEPARTMENT,
}
_WITH_ONE = (What.MERGED, What.DISSOLVED_INTO)


class FileRefused(Exception):
    """The file cannot be read as what it should be; the message says why, in one line."""


@dataclass(frozen=True)
class Row:
    """One row of a file: its number in it (the header is 1) and its values."""

    sheet: str
    number: int
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def cell(self) -> str:
        """The row as messages name it."""
        return f"A{self.number}"

    @property
    def day(self) -> date | None:
        """The day it takes effect; None where the file does not know. Raises FileRefused."""
        text = self["effective_date"]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            said = _("%(sheet)s, ô %(cell)s: “%(text)s” không phải là ngày (năm-tháng-ngày).")
            raise FileRefused(said % {"sheet": self.sheet, "cell": self.cell, "text": text}) from None


@dataclass(frozen=True)
class Planned:
    """One succession the files ask for, and the rows that ask for it."""

    wish: Wish
    rows: Sequence[Row]
    basis: str


@dataclass(frozen=True)
class Reform:
    """What the files say, row by row."""

    rows: Sequence[Row]
    renames: Sequence[Row]
    new: Mapping[tuple[str, str], Mapping[str, str]] = field(repr=False)

    @cached_property
    def days(self) -> list[date]:
        """Every day on which something happens."""
        return sorted({row.day for row in (*self.rows, *self.renames) if row.day})

    def renamed_on(self, day: date) -> list[Row]:
        """Changes of name of that day."""
        return [row for row in self.renames if row.day == day]

    def groups_on(self, day: date | None) -> Iterator[list[Row]]:
        """The rows of a day as they belong together: into one successor, or out of one predecessor."""
        groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.day == day:
                side = "successor_code" if row["kind"] in _WITH_ONE else "predecessor_code"
                groups[row["kind"], side, row[side]].append(row)
        return iter(groups.values())

    def founded(self, code: str, day: date) -> dict[str, Any] | None:
        """The fields of the agency that begins with this code on that day; None where none does."""
        row = self.new.get((code, day.isoformat()))
        return None if row is None else _founding(row)


def read_reform(file: Path) -> Reform:
    """Read FILE and the files that go with it. Raises FileRefused."""
    new = {
        (row["code"], row["valid_from"]): row
        for name in NEW
        for row in (one.values for one in _rows(_beside(file, name), ("code", "valid_from", "kind")))
    }
    return Reform(_rows(file, COLUMNS), _rows(_beside(file, RENAMES), COLUMNS_OF_RENAMES), new)


def known_on(codes: Sequence[str], day: date) -> dict[str, Agency]:
    """Code → the agency that bears it on a day; one query."""
    found = Agency.objects.valid_on(day).filter(code__in=codes).select_related("province")
    return {agency.code: agency for agency in found}


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for marks, case, hyphens and a remark in brackets ("… (cũ)")."""
    return _letters(one) == _letters(other)


def is_outside(row: Row, province: str) -> bool:
    """Whether the predecessor comes from another province than this registry's ("Tỉnh An Giang")."""
    return not province.endswith(fold(row["old_province"])) or not row["old_province"]


def wish_of(rows: Sequence[Row], known: Mapping[str, Agency], founding: Sequence[Mapping[str, Any]]) -> Wish:
    """What a group of rows asks for; `founding` are the agencies that it founds."""
    first, kind = rows[0], What(rows[0]["kind"])
    before = {row["predecessor_code"] + row["predecessor_name"]: _before(row, known) for row in rows}
    after = {row["successor_code"]: After(row["successor_code"], row["successor_name"]) for row in rows}
    after.pop("", None)
    wish = Wish(
        kind=kind,
        effective_on=first.day,
        before=list(before.values()),
        after=list(after.values()),
        founding=founding,
        reason=first["note"],
    )
    goes_on = wish.before[0].agency if kind in Succession.OF_ONE else None
    return wish if goes_on is None else replace(wish, founding=(), changes=_changes(goes_on, founding))


def _letters(name: str) -> list[str]:
    return re.sub(r"\(.*?\)", "", fold(name)).replace("-", " ").split()


def _before(row: Row, known: Mapping[str, Agency]) -> Before:
    agency = known.get(row["predecessor_code"])
    place = ", ".join(filter(None, [row["old_district"], row["old_province"]]))
    return Before(row["predecessor_code"], row["predecessor_name"], agency, "" if agency else place)


def _changes(agency: Agency, founding: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of an agency that goes on: what the new registry says otherwise."""
    new = founding[0] if founding else {}
    names = ("name", "kind", "group", "mandate", "ceiling_tier")
    changes = {name: new[name] for name in names if name in new and new[name] != getattr(agency, name)}
    return changes | ({"superior": new["superior"]} if new.get("superior") else {})


def _founding(row: Mapping[str, str]) -> dict[str, Any]:
    kind = Kind(row["kind"])
    shares = row["qms_code"] not in ("", row["code"])
    is_commune = kind == Kind.PEOPLES_COMMITTEE_COMMUNE
    return {
        "code": row["code"],
        "superior": row["parent_code"],
        "name": row["name"],
        "short_name": row["short_name"],
        "kind": kind.value,
        "level": row["level"],
        "group": _GROUPS.get(kind, Group.DEPARTMENT).value,
        "mandate": row["mandate"],
        "ceiling_tier": row["ceiling_tier"],
        # Whose system is another's is counted through that one (TT 26/2014 Đ6).
        "reports_annually": not shares,
        "covered_by": row["qms_code"] if shares else "",
        "sort_order": 1000 if is_commune else int(row["sort_order"]),
    }


def _beside(file: Path, name: str) -> Path:
    beside = file.parent / name
    return beside if beside.exists() else DATA / name


def _rows(file: Path, columns: Sequence[str]) -> list[Row]:
    try:
        rows = [Row(file.name, number, row) for number, row in enumerate(read_rows(file), start=2)]
    except OSError as failed:
        raise FileRefused(_("Không đọc được %(file)s: %(why)s.") % {"file": file, "why": failed}) from failed
    except (UnicodeDecodeError, csv.Error) as failed:
        said = _("%(file)s không phải là tệp CSV mã UTF-8.")
        raise FileRefused(said % {"file": file.name}) from failed
    missing = [name for name in columns if not rows or name not in rows[0].values]
    if missing:
        said = _("%(file)s thiếu cột: %(columns)s.")
        raise FileRefused(said % {"file": file.name, "columns": ", ".join(missing)})
    return rows

"""What the agencies say in their own words: reasons, difficulties, proposals, tasks of next year.

All of it is read from what had been sent by an instant, in one statement, and kept as JSON values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from isotrack.kit.text import clean, fold
from reports.models import ReportCycle, Submission
from reports.statistics.picture import STATE
from reports.statistics.rows import Row

NOT_STARTED, REASON = "not_started", "not_started_reason"
DIFFICULTIES, PROPOSALS, TASKS = "difficulties", "proposals", "next_year_tasks"
MONTHS_A_QUARTER, QUARTERS = 3, 4
COMMON = 8  # how many of the tasks that several agencies plan are named
# What people write into a box in which they have nothing to say, folded.
NOTHING_SAID = frozenset(
    [
        *("", "0", "none", "n a", "khong", "khong co", "khong co gi", "khong phat sinh", "chua co"),
        *("chua phat sinh", "khong vuong mac", "khong kho khan", "khong co kho khan"),
        *("khong co kho khan vuong mac", "khong co vuong mac", "khong de xuat", "khong kien nghi"),
        *("khong co de xuat", "khong co kien nghi", "khong co de xuat kien nghi"),
    ]
)


def voices_of(cycle: ReportCycle, rows: Sequence[Row], as_of: datetime) -> dict[str, Any]:
    """`not_started`, `difficulties`, `proposals`: name and words in row order; `tasks` as counts."""
    said = _answers(cycle, as_of)
    told = [
        (row, said[row.report]) for row in rows if row.is_received and not row.is_nil and row.report in said
    ]
    return {
        NOT_STARTED: _reasons(rows, said),
        DIFFICULTIES: _words(told, DIFFICULTIES),
        PROPOSALS: _words(told, PROPOSALS),
        "tasks": _tasks([answers.get(TASKS) for _row, answers in told]),
    }


def _answers(cycle: ReportCycle, as_of: datetime) -> dict[int, dict[str, Any]]:
    """Report → its newest answers to the questions meant here; the last sending of those that count."""
    keys = (REASON, DIFFICULTIES, PROPOSALS, TASKS)
    sent = Submission.objects.valid().filter(report__cycle=cycle, sent_at__lte=as_of)
    found = sent.order_by("sent_at", "number").values_list("report", *(f"answers__{key}" for key in keys))
    return {report: dict(zip(keys, given, strict=True)) for report, *given in found}


def _reasons(rows: Iterable[Row], said: Mapping[int, Mapping[str, Any]]) -> list[list[str]]:
    """Agencies that have not begun, and why."""
    waiting = [row for row in rows if row.figures.get(STATE) == NOT_STARTED]
    return [[row.name, str(said.get(row.report, {}).get(REASON) or "").strip()] for row in waiting]


def _words(told: Iterable[tuple[Row, Mapping[str, Any]]], key: str) -> list[list[str]]:
    given = ((row.name, clean(str(answers.get(key) or ""))) for row, answers in told)
    return [[name, text] for name, text in given if not says_nothing(text)]


def says_nothing(text: str) -> bool:
    """Whether these words only say that there is nothing to say ("Không.", "Không có đề xuất, kiến nghị")."""
    bare = "".join(sign if sign.isalnum() else " " for sign in fold(text))
    return " ".join(bare.split()) in NOTHING_SAID


def _tasks(tables: Sequence[Any]) -> dict[str, Any]:
    """How many agencies plan how many tasks, by quarter, and the tasks that more than one of them names."""
    planned = [[row for row in table if isinstance(row, dict)] for table in tables if isinstance(table, list)]
    rows = [row for table in planned for row in table]
    months = [row.get("month") for row in rows]
    quarters = [(month - 1) // MONTHS_A_QUARTER for month in months if isinstance(month, int)]
    named = alike(clean(str(row.get("task") or "")) for row in rows)
    return {
        "agencies": sum(bool(table) for table in planned),
        "count": len(rows),
        "quarters": [quarters.count(quarter) for quarter in range(QUARTERS)],
        "common": [[one.text, one.count] for one in named if one.count > 1][:COMMON],
    }


@dataclass(frozen=True)
class Said:
    """The same words, whatever their tones and case, and how often they were written."""

    text: str
    count: int


def alike(texts: Iterable[str]) -> list[Said]:
    """Texts that differ only in marks, case and the full stop as one, the most frequent first."""
    first: dict[str, str] = {}
    counts: dict[str, int] = {}
    for text in filter(None, texts):
        key = fold(text).rstrip(" .;")
        first.setdefault(key, text.rstrip(" .;"))
        counts[key] = counts.get(key, 0) + 1
    return sorted((Said(first[key], count) for key, count in counts.items()), key=lambda one: -one.count)

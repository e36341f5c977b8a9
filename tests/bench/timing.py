"""What something costs: seconds on the wall, and *busy* seconds of this process and of its database backend.

Verdicts go by busy seconds. On an idle machine the two are the same for everything that one process does; on
a busy one the wall tells how many others were at work. What runs in several processes is timed on the wall.
"""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection, transaction

Work = Callable[[], object]


@dataclass(frozen=True)
class Cost:
    """Seconds."""

    wall: float
    busy: float


@dataclass(frozen=True)
class Pair:
    """What ours and its floor cost, medians of as many runs each."""

    ours: Cost
    floor: Cost

    @property
    def ratio(self) -> float:
        """Ours in floors."""
        return self.ours.busy / self.floor.busy


def cost(work: Work) -> Cost:
    """Do it once."""
    spent, start = _spent(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - start, _spent() - spent)


def undone(work: Work, *, before: Work = lambda: None) -> Cost:
    """Do it once in a transaction that is rolled back; what `before` prepares in it is not counted."""
    with transaction.atomic():
        before()
        found = cost(work)
        transaction.set_rollback(True)
    return found


def alternate(ours: Callable[[], Cost], floor: Callable[[], Cost], times: int, *, warm: int = 1) -> Pair:
    """Measure both in turns; the first `warm` rounds do not count."""
    return Pair(*in_turns((ours, floor), times, warm=warm))


def in_turns(measures: Sequence[Callable[[], Cost]], times: int, *, warm: int = 1) -> list[Cost]:
    """The medians of several, each of the outermost first as often: a machine has slower minutes."""
    found: list[tuple[Callable[[], Cost], list[Cost]]] = [(measure, []) for measure in measures]
    for turn in range(times + warm):
        for measure, kept in found[:: 1 if turn % 2 else -1]:
            kept.append(measure())
    return [middle(kept[warm:]) for _measure, kept in found]


def middle(costs: list[Cost]) -> Cost:
    """The median of each of the two."""
    return Cost(median(one.wall for one in costs), median(one.busy for one in costs))


class Statements:
    """Counts what is sent to the database while it wraps it."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            self.texts.append(sql)
        return execute(sql, params, many, context)


def statements_of(work: Work) -> list[str]:
    """The statements it takes."""
    counted = Statements()
    with connection.execute_wrapper(counted):
        work()
    return counted.texts


@contextmanager
def peak() -> "Iterator[list[float]]":
    """MiB by which the process was at its largest above where it stood; in the list after the block."""
    found: list[float] = []
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    idle = _status("VmRSS")
    yield found
    found.append((_status("VmHWM") - idle) / 1024)


def _status(name: str) -> float:
    """KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(name)))


def _spent() -> float:
    return time.process_time() + _backend()


def _backend() -> float:
    """Seconds for which the backend of our connection has been running; 0 where it is on another machine."""
    connection.ensure_connection()
    try:
        told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    except OSError:
        return 0.0
    return int(told.split()[0]) / 1e9


def children() -> float:
    """Busy seconds of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

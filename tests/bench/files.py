"""Files: workbooks out and in beside openpyxl, papers beside WeasyPrint."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO, StringIO
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.db import connections
from openpyxl import Workbook, load_workbook
from weasyprint import HTML

from agencies.models import User
from isotrack.journal import jobs
from isotrack.journal.models import Job, JobPart
from isotrack.kit import papers
from isotrack.kit.sheets import Sheet, write_book
from reports.actions.directive import open_duties
from reports.actions.snapshot import freeze
from reports.board import Board, Wanted
from reports.consolidated import Consolidated
from reports.jobs.consolidated import paper_of
from reports.models import DirectiveDuty, DirectiveItem, ReportCycle
from reports.sheets import BOARD
from tests.bench.mail import FORK
from tests.bench.nation import LAST_YEAR, NOW, Nation
from tests.bench.table import Row, at_most, no_more, rate, seconds
from tests.bench.timing import Cost, Pair, alternate, cost, peak

EXPORT_MEMORY = 40  # MiB above the idle process
LETTERS = 400


# Out


def export(nation: Nation) -> "Iterator[Row]":
    """Every report of every province, as the board exports it, beside the same cells by openpyxl alone."""
    rows = list(_board_rows(nation))
    cells = [tuple(_plain(column.value(row)) for column in BOARD) for row in rows]
    number = len(rows)
    del rows
    pair = alternate(
        lambda: _in_child(lambda: _ours_out(nation)), lambda: _in_child(lambda: _floor_out(cells)), 1, warm=0
    )

    yield at_most(f"Excel export, {number:,} rows", Pair(pair.ours, pair.floor), 1.4)
    grown = _grown(lambda: _ours_out(nation))
    yield no_more("Excel export, memory above the idle process", grown, EXPORT_MEMORY, "MiB")


def _board_rows(nation: Nation) -> "Iterator[Any]":
    roots = {tree.root.pk: tree.clerk for tree in nation.provinces}
    cycles = ReportCycle.objects.filter(province__in=roots).order_by("pk")
    boards = (Board(cycle, roots[cycle.province_id], Wanted(), NOW) for cycle in cycles)
    return chain.from_iterable(board.rows() for board in boards)


def _ours_out(nation: Nation) -> None:
    with TemporaryDirectory() as folder, (Path(folder) / "ours.xlsx").open("wb") as file:
        write_book(file, [Sheet("Báo cáo", BOARD, _board_rows(nation))])


def _floor_out(cells: "list[tuple[Any, ...]]") -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("Báo cáo")
    for row in cells:
        page.append(row)
    with TemporaryDirectory() as folder:
        book.save(Path(folder) / "floor.xlsx")


def _plain(value: Any) -> Any:
    """What openpyxl takes as it stands."""
    if isinstance(value, datetime):
        return value.astimezone(NOW.tzinfo).replace(tzinfo=None)
    return value if isinstance(value, int | float | None.__class__) or hasattr(value, "year") else str(value)


# In


def importing(nation: Nation) -> "Iterator[Row]":
    """The whole registry taken in again, of which nothing changes, beside openpyxl reading the same file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "agencies.xlsx"
        call_command("export_agencies", str(file), stdout=StringIO())

        def read() -> None:
            for _row in load_workbook(file, read_only=True).active.iter_rows(values_only=True):
                pass

        rows: list[int] = []

        def ours() -> None:
            out = StringIO()
            call_command("import_agencies", str(file), "--format", "json", stdout=out)
            rows.append(json.loads(out.getvalue())["unchanged"])

        pair = alternate(lambda: cost(ours), lambda: cost(read), 2, warm=0)
        yield at_most(f"Excel import of the same file again, {rows[0]:,} agencies", pair, 1.5)


# Papers


def consolidated(nation: Nation) -> "Iterator[Row]":
    """The report of a province as PDF, beside WeasyPrint on the page that was made of it."""
    cycle = nation.provinces[0].cycle(LAST_YEAR - 1)
    snapshot, _is_new = freeze(cycle, "committee", by=None, at=NOW, as_of=NOW)
    page = _page_of(lambda: papers.pdf(*Consolidated.of(snapshot).paper()))

    def floor() -> None:
        paper = HTML(string=page, base_url=papers.BASE, url_fetcher=papers._OwnFiles())
        paper.write_pdf(pdf_variant="pdf/ua-1")

    pair = alternate(lambda: cost(lambda: paper_of(snapshot)), lambda: cost(floor), 3)
    yield at_most(f"consolidated PDF, {nation.provinces[0].agencies} agencies", pair, 1.2)


def _page_of(make: "Callable[[], bytes]") -> str:
    """The HTML that is printed."""
    kept: list[str] = []
    original = papers.HTML

    def keeping(string: str, **more: Any) -> HTML:
        kept.append(string)
        return original(string=string, **more)

    papers.HTML = keeping  # type: ignore[assignment, misc]
    try:
        make()
    finally:
        papers.HTML = original  # type: ignore[misc]
    return kept[0]


def letters(nation: Nation) -> "Iterator[Row]":
    """Every directive letter of a cycle as one job, by one worker and by two."""
    tree = nation.trees[-1]
    cycle, clerk = tree.cycle(LAST_YEAR), tree.clerk
    after = cycle.cutoff.replace(month=9)
    open_duties(cycle, by=None, at=after)
    kept = cycle.duties.order_by("pk").values_list("pk", flat=True)[:LETTERS]
    extra = DirectiveDuty.objects.filter(cycle=cycle).exclude(pk__in=list(kept))
    DirectiveItem.objects.filter(duty__in=extra).delete()
    extra.delete()
    number = cycle.duties.count()
    alone, together = (number / _job(cycle, clerk, after, workers) for workers in (1, 2))
    yield rate(f"{number} letters as one job, two workers beside one", together, alone, 1.7, "letters/s")


def _job(cycle: ReportCycle, clerk: User, at: datetime, workers: int) -> float:
    """Seconds for which so many processes make the parts of a new job."""
    arguments = {"cycle": cycle.pk, "today": at.date().isoformat()}
    job = jobs.ask(
        "directive-letters", "bench", by=clerk, at=at, province=cycle.province_id, arguments=arguments
    )
    parts = list(JobPart.objects.filter(job=job).order_by("number").values_list("pk", flat=True))
    connections.close_all()
    processes = [FORK.Process(target=_make, args=(parts,)) for _worker in range(workers)]
    start = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    spent = time.perf_counter() - start
    made = Job.objects.get(pk=job.pk)
    assert made.state == Job.State.DONE, made.message
    return spent


def _make(parts: "list[int]") -> None:
    """What a worker does with the tasks it gets; a part that another one has is passed over."""
    for part in parts:
        jobs.make_part(part)


# Children


def _in_child(work: "Callable[[], None]") -> Cost:
    """Do it in a process of its own, so that neither leaves anything to the other."""
    return _asked(lambda: cost(work))


def _grown(work: "Callable[[], None]") -> float:
    """MiB at most above where the process stood before it."""

    def watched() -> float:
        with peak() as found:
            work()
        return found[0]

    return _asked(watched)


def _asked(question: "Callable[[], Any]") -> Any:
    connections.close_all()
    answers = FORK.Queue()
    process = FORK.Process(target=lambda: answers.put(question()))
    process.start()
    answer = answers.get()
    process.join()
    return answer


__all__ = ["BytesIO", "consolidated", "export", "importing", "letters", "seconds"]

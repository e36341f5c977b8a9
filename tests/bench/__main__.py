"""`python -m tests.bench [--size small] [--only WORD]`: see the package."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
django.setup()

from isotrack.kit import clock  # noqa: E402  after the settings
from tests.bench import files, mail, pages, sets  # noqa: E402
from tests.bench.growth import HEADS as GROWTH_HEADS  # noqa: E402
from tests.bench.growth import Growth  # noqa: E402
from tests.bench.nation import NOW, SIZES, Nation, Size  # noqa: E402
from tests.bench.table import HEADS, Row, in_columns, in_markdown, over  # noqa: E402

REPORT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
# Those that leave something behind come last.
MEASURES: tuple[Callable[[Nation], Iterator[Row]], ...] = (
    pages.board,
    pages.deep,
    pages.home,
    pages.agencies,
    pages.registry,
    pages.statistics,
    pages.officer,
    pages.autosave,
    sets.opening,
    sets.flagging,
    sets.planning,
    files.export,
    files.importing,
    files.consolidated,
    files.letters,
    mail.delivering,
)


def main() -> int:
    """Build, measure, print, write; 1 when something is over its budget."""
    asked = _arguments()
    clock.Anchor(NOW, clock.real_now()).write(clock._anchor_path())
    size, growth, rows = SIZES[asked.size], Growth(), list[Row]()
    nation = Nation(size, _say)
    nation.found()
    for years in size.stages:
        nation.store(years)
        if not asked.only:
            growth.stored(nation, years)
    if not asked.only:
        growth.grown(nation)
        rows += growth.rows()
    for measure in MEASURES:
        name = f"{measure.__module__.rpartition('.')[2]}.{measure.__name__}"
        if asked.only in name:
            _say(name)
            rows += measure(nation)
    _say("done")
    _print(rows, growth)
    if not asked.only and size.name == "full":
        REPORT.write_text(report(size, rows, growth), encoding="utf-8")
    return 1 if over(rows) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--only", default="", help="measures whose name holds this word; writes no report")
    return parser.parse_args()


def _say(words: str) -> None:
    sys.stderr.write(f"{time.process_time():7.1f} s  {words}\n")


def _print(rows: list[Row], growth: Growth) -> None:
    tables = [in_columns(HEADS, [row.cells for row in rows])]
    tables += [in_columns((title, *GROWTH_HEADS[1:]), lines) for title, lines in growth.tables()]
    sys.stdout.write("\n\n".join(tables) + "\n")


def report(size: Size, rows: list[Row], growth: Growth) -> str:
    """What docs/benchmarks.md says."""
    cores, gib = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [
        "# Benchmarks",
        "Written by `make bench`; do not edit. What is measured, and how, stands in `tests/bench`.",
        f"The machine: {cores} cores, {gib:.0f} GiB; load {os.getloadavg()[0]:.1f} at the end of the run. "
        f"The database: {size.provinces} provinces with {size.agencies:,} agencies, {size.years} years, "
        f"{size.agencies * size.years:,} reports with three mails each, {size.lines:,} funding lines; beside "
        f"them single trees of {', '.join(f'{number:,}' for number in size.trees)} agencies for what is said "
        "of one cycle of that size. Times are medians of the busy seconds of the process and of its database "
        "backend, taken in turns with those of the floor; only their ratios travel.",
        in_markdown(HEADS, [row.cells for row in rows]),
        "## Growth",
    ]
    parts += [in_markdown((title, *GROWTH_HEADS[1:]), lines) for title, lines in growth.tables()]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())

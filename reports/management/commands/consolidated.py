"""Freeze the figures of a cycle for the People's Committee, and write the report as PDF and workbook."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from isotrack.kit import clock
from isotrack.kit.commands import BadInput, HouseCommand
from reports.actions.snapshot import freeze
from reports.consolidated import Consolidated
from reports.jobs.consolidated import book_of, paper_of
from reports.management.commands._cycle import the_cycle, the_province
from reports.models import Snapshot
from reports.rates import Rates

COUNTS = ("expected", "received", "on_time", "late", "missing", "not_due", "nil", "exempt", "extended")


class Command(HouseCommand):
    """Makes or finds the snapshot: nothing new where nothing has changed since one of the same day."""

    help = "Freeze the consolidated report of a year; write it as PDF and workbook where asked."
    takes_as_of = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="Year of the reporting cycle, for example 2020.")
        parser.add_argument("--province", help="Code of the province; needed where there are several.")
        parser.add_argument("--pdf", type=Path, metavar="FILE", help="Write the report in official form.")
        parser.add_argument("--xlsx", type=Path, metavar="FILE", help="Write the same figures as a workbook.")
        parser.add_argument(
            "--kind",
            choices=[Snapshot.Kind.COMMITTEE.value, Snapshot.Kind.MINISTRY.value],
            default=Snapshot.Kind.COMMITTEE.value,
            help="For the People's Committee of the province, or the one of December for the Ministry.",
        )

        parser.add_argument(
            "--report-year",
            type=int,
            help="Year of the report to the Ministry: the cycle's or the next. Without it, that of --as-of.",
        )

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Freeze, write, count."""
        cycle = the_cycle(options["year"], the_province(options["province"]))
        for file in filter(None, (options["pdf"], options["xlsx"])):
            _must_be_writable(file)
        try:
            snapshot, _is_new = freeze(
                cycle,
                options["kind"],
                by=None,
                at=clock.now(),
                as_of=options["as_of"],
                year=options["report_year"],
            )
        except ValidationError as refused:
            raise BadInput(" ".join(refused.messages)) from refused
        if options["pdf"]:
            options["pdf"].write_bytes(paper_of(snapshot))
        if options["xlsx"]:
            options["xlsx"].write_bytes(book_of(snapshot, settings.LANGUAGE_CODE))
        totals = _totals(Consolidated.of(snapshot).picture.rates)
        return {"year": cycle.year, "snapshot": snapshot.code, "totals": totals}


def _totals(rates: Rates) -> dict[str, Any]:
    counts = {name: getattr(rates, name) for name in COUNTS}
    return {**counts, "rate": rates.rate, "rate_on_time": rates.rate_on_time}


def _must_be_writable(file: Path) -> None:
    """Found out before anything is frozen."""
    there = file if file.exists() else file.parent
    if file.is_dir() or not there.exists() or not os.access(there, os.W_OK):
        raise BadInput(f"Cannot write {file}: name a file in a folder that exists and can be written.")

"""Take a filled-in report form into the draft of its report."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from isotrack.kit.commands import BadInput, HouseCommand, RefusalsListed
from isotrack.kit.sheets import SheetRefused, read_form
from isotrack.kit.states import WrongState
from reports.actions.workbook import Taken, take_workbook
from reports.models import AnnualReport
from reports.workbook import FormRefused, Origin, must_fit, origin_of, read_back
from reports.workbook.marked import marked


class Command(HouseCommand):
    """Without --commit nothing is saved; the messages are those of the page, cell by cell."""

    help = "Read a filled-in report form: every problem with its cell; good answers enter the draft."
    takes_as_of = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The .xlsx file as it came back.")
        parser.add_argument("--commit", action="store_true", help="Save the good answers.")
        parser.add_argument("--annotated", type=Path, metavar="OUT", help="Write the copy with marked cells.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Read, take and tell. Raises RefusalsListed when a cell was not taken or contradicts another."""
        content = BytesIO(_content(options["file"]))
        try:
            report, taken = _take(content, options["as_of"], keep=options["commit"])
            if options["annotated"]:
                options["annotated"].write_bytes(marked(content, taken.messages, options["as_of"]))
        except (FormRefused, SheetRefused, WrongState) as refused:
            raise BadInput(str(refused)) from refused
        except OSError as failed:
            raise BadInput(f"Cannot write {options['annotated']}: {failed.strerror}.") from failed
        told = _told(report, taken)
        if taken.count("error"):
            raise RefusalsListed(told)
        return told


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as failed:
        raise BadInput(f"Cannot read {file}: {failed.strerror}.") from failed


def _take(content: BytesIO, at: datetime, *, keep: bool) -> tuple[AnnualReport, Taken]:
    """Raises FormRefused, SheetRefused, WrongState."""
    pages = read_form(content)
    origin = origin_of(pages)
    report = _the_report(origin)
    must_fit(origin, report)
    returned = read_back(pages, origin, report.cycle.questions)
    return report, take_workbook(report, returned, by=None, at=at, keep=keep)


def _the_report(origin: Origin) -> AnnualReport:
    """The report a workbook belongs to. Raises BadInput."""
    reports = AnnualReport.objects.select_related("cycle__questionnaire", "agency")
    report = reports.filter(pk=origin.report, agency__code=origin.agency).first()
    if report is None:
        raise BadInput(f"There is no report of {origin.agency} for {origin.year} here.")
    return report


def _told(report: AnnualReport, taken: Taken) -> dict[str, Any]:
    shown = ("sheet", "cell", "level", "code", "message")
    messages = [{name: getattr(message, name) for name in shown} for message in taken.messages]
    return {
        "agency": report.agency.code,
        "year": report.cycle.year,
        "answers": taken.answers,
        "messages": messages,
    }

"""Write the report form of one agency as a workbook."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from isotrack.kit.commands import BadInput, HouseCommand
from reports.management.commands._cycle import the_cycle, the_province
from reports.models import AnnualReport, ReportCycle
from reports.workbook import draw, questions_in


class Command(HouseCommand):
    """The same file as the officer's button gives, whatever state the report is in."""

    help = "Write the pre-filled workbook of an agency's report."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="Reporting year, for example 2020.")
        parser.add_argument("agency", help="Code of the agency, for example 30340.")
        parser.add_argument("file", type=Path, help="The .xlsx file to write.")
        parser.add_argument("--province", help="Code of the province; needed where there are several.")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Draw and write."""
        cycle = the_cycle(options["year"], the_province(options["province"]))
        report = _the_report(cycle, options["agency"])
        try:
            options["file"].write_bytes(draw(report))
        except OSError as failed:
            raise BadInput(f"Cannot write {options['file']}: {failed.strerror}.") from failed
        return {"year": cycle.year, "agency": report.agency.code, "questions": len(questions_in(report))}


def _the_report(cycle: ReportCycle, code: str) -> AnnualReport:
    """What the agency with this code owes in a cycle. Raises BadInput."""
    owed = cycle.reports.with_last_year().select_related("cycle__questionnaire", "cycle__province", "agency")
    report = owed.filter(agency__code=code).first()
    if report is None:
        raise BadInput(f"{code} owes no report in {cycle.year}.")
    return report

"""Every agency's report form of one cycle, as an archive of workbooks."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

from isotrack.journal.jobs import Arguments
from reports.models import AnnualReport, ReportCycle
from reports.workbook import draw, file_name

AT_ONCE = 25  # forms in one part: a few seconds of work


class Forms:
    """The work of a job of kind "report-forms"; `arguments` name the cycle."""

    def parts(self, arguments: Arguments) -> Sequence[Arguments]:
        """Some reports each; the exempt owe nothing and get no form."""
        owed = AnnualReport.objects.counted().filter(cycle_id=arguments["cycle"])
        keys = list(owed.order_by("agency__sort_order", "pk").values_list("pk", flat=True))
        cut = [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]
        return [{"reports": part} for part in cut or [[]]]

    def make(self, arguments: Arguments, part: Arguments) -> bytes:
        """Draw the forms of one part."""
        reports = AnnualReport.objects.filter(pk__in=part["reports"]).with_last_year()
        wanted = reports.select_related("cycle__questionnaire", "cycle__province", "agency")
        return _archive((file_name(report), draw(report)) for report in wanted.order_by("pk"))

    def join(self, arguments: Arguments, results: Sequence[bytes]) -> tuple[str, bytes]:
        """One archive of them all."""
        year = ReportCycle.objects.values_list("year", flat=True).get(pk=arguments["cycle"])
        return f"bieu-mau-{year}.zip", _archive(_entries(results))


def _archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Workbooks are compressed already."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def _entries(archives: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    for part in archives:
        with ZipFile(BytesIO(part)) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)

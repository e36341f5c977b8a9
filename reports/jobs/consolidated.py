"""The consolidated report as paper and as workbook: one part each, from the snapshot alone."""

from collections.abc import Sequence
from io import BytesIO

from django.utils import translation

from isotrack.journal.jobs import Arguments
from isotrack.kit.papers import pdf
from isotrack.kit.sheets import write_book
from reports.consolidated import Consolidated
from reports.models import Snapshot
from reports.sheets import consolidated_sheets

PAPER, WORKBOOK = "consolidated-pdf", "consolidated-xlsx"  # as settings.JOBS calls them
KINDS = {"pdf": PAPER, "xlsx": WORKBOOK}


def arguments_of(snapshot: Snapshot, language: str) -> Arguments:
    """What these kinds of work need to know: the code of the snapshot, and the language of its workbook."""
    return {"code": snapshot.code, "language": language}


def paper_of(snapshot: Snapshot) -> bytes:
    """The report in official form, as PDF; always in Vietnamese."""
    return pdf(*Consolidated.of(snapshot).paper())


def book_of(snapshot: Snapshot, language: str) -> bytes:
    """The same figures as a workbook, its words in a language."""
    out = BytesIO()
    with translation.override(language):
        write_book(out, consolidated_sheets(Consolidated.of(snapshot)))
    return out.getvalue()


class Paper:
    """The PDF: pages are numbered through, so it is made in one part."""

    suffix = "pdf"

    def parts(self, arguments: Arguments) -> Sequence[Arguments]:
        """The whole."""
        return [{}]

    def make(self, arguments: Arguments, part: Arguments) -> bytes:
        """Print it."""
        return paper_of(_snapshot(arguments))

    def join(self, arguments: Arguments, results: Sequence[bytes]) -> tuple[str, bytes]:
        """For example "TH-89-2020-1.pdf"."""
        return f"{arguments['code']}.{self.suffix}", b"".join(results)


class Workbook(Paper):
    """The workbook, in the language of whoever asked."""

    suffix = "xlsx"

    def make(self, arguments: Arguments, part: Arguments) -> bytes:
        """Write it."""
        return book_of(_snapshot(arguments), arguments["language"])


def _snapshot(arguments: Arguments) -> Snapshot:
    return Snapshot.objects.consolidated().select_related("cycle").get(code=arguments["code"])

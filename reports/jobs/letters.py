"""Every drafted letter of a cycle in one archive, PDF and Word, made twenty superiors at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from agencies.models import Agency
from reports.directive_letters import letter
from reports.models import DirectiveDuty, ReportCycle

LETTERS_A_PART = 20


class Letters:
    """settings.JOBS["directive-letters"]: `arguments` are the key of a cycle and the day in ISO form."""

    def parts(self, arguments: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Duties by twenties; a part without any where there are none."""
        duties = DirectiveDuty.objects.filter(cycle=arguments["cycle"])
        keys = list(duties.exclude(state=DirectiveDuty.State.CANCELLED).values_list("pk", flat=True))
        starts = range(0, max(len(keys), 1), LETTERS_A_PART)
        return [{"duties": keys[start : start + LETTERS_A_PART]} for start in starts]

    def make(self, arguments: Mapping[str, Any], part: Mapping[str, Any]) -> bytes:
        """The letters of one part, as an archive of its own."""
        duties = DirectiveDuty.objects.filter(pk__in=part["duties"])
        wanted = duties.select_related("superior__superior", "superior__province", "cycle__province")
        return _archive(_files(wanted, date.fromisoformat(arguments["today"])))

    def join(self, arguments: Mapping[str, Any], results: Sequence[bytes]) -> tuple[str, bytes]:
        """One archive of all of them."""
        year = ReportCycle.objects.get(pk=arguments["cycle"]).year
        return f"van-ban-nhac-nho-{year}.zip", _archive(_unpacked(results))


letters = Letters()


def _files(duties: Iterable[DirectiveDuty], today: date) -> Iterator[tuple[str, bytes]]:
    for duty in duties:
        drafted, name = letter(duty, today=today), _name(duty.superior)
        yield f"{name}.pdf", drafted.as_pdf()
        yield f"{name}.docx", drafted.as_docx()


def _name(superior: Agency) -> str:
    """The code first, which no two share; a slash would open a folder."""
    return f"{superior.code} {superior.in_lists}".replace("/", "-")


def _unpacked(archives: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    for content in archives:
        with ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)


def _archive(files: Iterator[tuple[str, bytes]]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()

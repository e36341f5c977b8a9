"""What a workbook knows of itself: whose form it is, which questions, and what it showed when it was made.

All of it is sealed (HMAC-SHA256 with the installation's secret), so a map that was changed by hand or comes
from elsewhere is refused. The marks are words in hidden rows and columns: they move with the cells when rows
are inserted or deleted and columns moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from isotrack.kit.sheets import Box, FilledPage, Line, Page
from reports.models import AnnualReport

KEY, NUMBER, ANSWER, STILL = "#key", "#number", "#answer", "#still"  # columns of the long sheet
TABLE, COLUMN = "#table:", "#column:"  # a table's sheet and its columns, with a key behind
MAP = "isotrack"
KIND = "isotrack-report-form-1"
_CHUNK = 30_000  # characters in one cell
_FACTS = ("year", "questionnaire", "version", "agency", "report")
SALT = "reports.workbook"


class FormRefused(ValueError):
    """The whole workbook cannot be taken; `code` names why, the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Whose form a workbook is and what stood in it.

    `cells` are the questions that can be answered in it, with sheet and address as it was made; `seen` the
    draft's answers then, `offered` last year's answers that were shown for confirmation. `token` tells one
    workbook from another of the same report.
    """

    token: str
    report: int
    year: int
    agency: str
    agency_name: str
    questionnaire: str
    version: int
    cells: Mapping[str, Sequence[str]]
    seen: Mapping[str, Any]
    offered: Mapping[str, Any]

    def page(self) -> Page:
        """The hidden sheet: facts that people may read, then all of it sealed."""
        # A spreadsheet takes "_x0041_" for a letter; the seal has underscores, but no "~".
        sealed = Signer(salt=SALT).sign_object(asdict(self), compress=True).replace("_", "~")
        chunks = [sealed[start : start + _CHUNK] for start in range(0, len(sealed), _CHUNK)]
        facts = [(name, str(getattr(self, name))) for name in _FACTS]
        rows = [("kind", KIND), *facts, *(("seal", chunk) for chunk in chunks)]
        lines = [Line([Box(value=name), Box(value=text)]) for name, text in rows]
        return Page(title=MAP, widths=(16, 60), lines=lines, secret=True)


def origin_of(pages: Sequence[FilledPage]) -> Origin:
    """What a returned workbook says of itself. Raises FormRefused where it is none of ours or was changed."""
    facts = next((found for page in pages if (found := _facts(page)).get("kind") == [KIND]), None)
    if facts is None:
        told = _("Tệp này không phải là biểu mẫu báo cáo tải từ đây. Tải biểu mẫu của cơ quan rồi điền vào.")
        raise FormRefused("not_ours", told)
    try:
        found = Signer(salt=SALT).unsign_object("".join(facts.get("seal", [])).replace("~", "_"))
        origin = Origin(**found)
    except (BadSignature, TypeError, ValueError) as broken:
        raise _changed() from broken
    if any(facts.get(name) != [str(getattr(origin, name))] for name in _FACTS):
        raise _changed()
    return origin


def must_fit(origin: Origin, report: AnnualReport) -> None:
    """Refuse a workbook of another agency, another year or an older version. Raises FormRefused."""
    words = {"year": origin.year, "agency": origin.agency_name, "version": origin.version}
    words |= {"own_year": report.cycle.year, "own_agency": report.name_in_lists}
    version = report.cycle.questionnaire
    if origin.year != report.cycle.year:
        told = _("Tệp này là biểu mẫu báo cáo năm %(year)s, còn đây là báo cáo năm %(own_year)s.")
        raise FormRefused("other_year", told % words)
    if origin.report != report.pk:
        told = _("Tệp này là biểu mẫu của %(agency)s, còn đây là báo cáo của %(own_agency)s.")
        raise FormRefused("other_agency", told % words)
    if (origin.questionnaire, origin.version) != (version.code, version.version):
        told = _("Tệp này theo phiên bản %(version)s của biểu mẫu, kỳ này dùng phiên bản %(now)s.")
        raise FormRefused("old_version", told % (words | {"now": version.version}))


def _facts(page: FilledPage) -> dict[str, list[str]]:
    """The two columns of the hidden sheet, top to bottom; nothing where a sheet is another one."""
    if page.title != MAP:
        return {}
    found: dict[str, list[str]] = {}
    for (row, column), cell in sorted(page.cells.items(), key=lambda item: item[0]):
        value = page.cells.get((row, 2))
        if column == 1 and value is not None:
            found.setdefault(str(cell.value), []).append(str(value.value))
    return found


def _changed() -> FormRefused:
    told = _("Phần ẩn của biểu mẫu đã bị sửa, không rõ ô nào của câu nào. Tải lại biểu mẫu rồi điền vào.")
    return FormRefused("changed", told)

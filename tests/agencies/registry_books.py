"""Registry workbooks for tests: the usual headings, a few good rows, and whatever a test adds."""

from io import BytesIO

from openpyxl import Workbook

from agencies.actions.registry_import import import_registry, preview_registry, read_registry
from tests import make

HEAD = ["Mã", "Tên cơ quan", "Cơ quan cấp trên", "Loại", "Mức chi", "Báo cáo hằng năm", "Từ ngày"]
TODAY = make.NOW.date()


def book(*rows, head=HEAD, above=(), merged=(), title="Cơ quan"):
    """A workbook with these rows below the headings."""
    made = Workbook()
    page = made.active
    page.title = title
    for row in (*above, head, *rows):
        page.append(list(row))
    for area in merged:
        page.merge_cells(area)
    return made


def data_of(made):
    """Its bytes."""
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def reading(made):
    """It as the importer reads it."""
    return read_registry(BytesIO(made if isinstance(made, bytes) else data_of(made)))


def judged(*rows, by=None, on=TODAY, **options):
    """What a workbook with these rows would do."""
    made = rows[0] if len(rows) == 1 and not isinstance(rows[0], list) else book(*rows, **options)
    return preview_registry(reading(made), by=by, on=on)


def taken(*rows, by=None, on=TODAY, at=make.NOW, **options):
    """The same, written."""
    made = rows[0] if len(rows) == 1 and not isinstance(rows[0], list) else book(*rows, **options)
    return import_registry(reading(made), by=by, at=at, on=on, reason="Nhập thử")


def outcomes(found):
    """What became of each row, in order."""
    return [line.outcome for line in found.lines]


def errors(found):
    """The errors as (cell, code)."""
    return [(one.cell, one.code) for one in found.errors]

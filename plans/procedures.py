"""The list of administrative procedures in the scope of a declaration, read from a workbook."""

from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.text import fold
from plans.intake import Mistake, mistake, read_table

HEADING = gettext_lazy("Tên thủ tục hành chính")
LONGEST = 500


@dataclass
class Procedures:
    """Names in the order of the file; with a single mistake none of them is kept."""

    names: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read_procedures(file: BinaryIO) -> Procedures:
    """Read the column of names, every wrong cell by its address.

    Raises SheetRefused for what is no workbook or has no such column.
    """
    headings = {"name": HEADING}
    found = Procedures()
    seen: dict[str, str] = {}
    for row in read_table(file, headings):
        name = row.text("name")
        cell = row.cells["name"]
        problem = cell.problem
        if len(name) > LONGEST:
            problem = _("Tên dài quá %(most)d chữ: tách thành các thủ tục riêng.") % {"most": LONGEST}
        elif fold(name) in seen:
            problem = _("Thủ tục này đã có ở ô %(cell)s.") % {"cell": seen[fold(name)]}
        elif not any(sign.isalpha() for sign in name):
            problem = problem or _("Ghi tên thủ tục bằng chữ.")
        if problem:
            found.mistakes.append(mistake(row, "name", headings, problem))
            continue
        seen[fold(name)] = cell.address
        found.names.append(name)
    return found

"""Workbooks in and out; the only place where openpyxl is named.

`write`: tables as a stream, flat in memory however many rows there are. `read`: tables from outside,
measured before they are unpacked. `fill`: forms that people fill in. `returned`: such a form read again, and
given back with its wrong cells marked.
"""

from isotrack.kit.sheets.fill import LONGEST_TEXT, Box, Check, Line, Look, Page, letter, write_form
from isotrack.kit.sheets.cells import Cell, ReadRow, Shape
from isotrack.kit.sheets.read import Limits, ReadSheet, SheetRefused, read_sheet
from isotrack.kit.sheets.returned import FilledCell, FilledPage, Mark, Place, mark_form, read_form
from isotrack.kit.sheets.write import (
    DATE,
    DECIMAL,
    MONEY,
    NUMBER,
    PERCENT,
    TEXT,
    TIME,
    Column,
    Kind,
    Sheet,
    legal_title,
    write_book,
    write_sheet,
)

__all__ = [
    "DATE",
    "DECIMAL",
    "LONGEST_TEXT",
    "MONEY",
    "NUMBER",
    "PERCENT",
    "TEXT",
    "TIME",
    "Box",
    "Cell",
    "Check",
    "Column",
    "FilledCell",
    "FilledPage",
    "Kind",
    "Limits",
    "Line",
    "Look",
    "Mark",
    "Page",
    "Place",
    "ReadRow",
    "ReadSheet",
    "Sheet",
    "SheetRefused",
    "legal_title",
    "letter",
    "mark_form",
    "read_form",
    "read_sheet",
    "write_book",
    "write_form",
    "write_sheet",
]

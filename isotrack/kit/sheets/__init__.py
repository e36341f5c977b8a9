"""Workbooks in and out; the only place where openpyxl is named.

`write`: tables as a stream, flat in memory however many rows there are. `read`: tables from outside,
measured before they are unpacked. `table`: the lists in them, found by their headings, and `values`: what
people write in their cells. `fill`: forms that people fill in. `returned`: such a form read again, and
given back with its wrong cells marked.
"""

from isotrack.kit.sheets.cells import Cell, ReadRow, Shape
from isotrack.kit.sheets.delimited import write_delimited
from isotrack.kit.sheets.fill import LONGEST_TEXT, Box, Check, Line, Look, Page, letter, write_form
from isotrack.kit.sheets.read import Limits, ReadSheet, SheetRefused, read_sheet
from isotrack.kit.sheets.returned import FilledCell, FilledPage, Mark, Place, mark_form, read_form
from isotrack.kit.sheets.table import Field, Passed, PassedRow, Reading, Table, TableRow, read_tables
from isotrack.kit.sheets.values import (
    code_in,
    day_in,
    decimal_in,
    flag_in,
    money_in,
    percent_in,
    text_in,
    whole_in,
)
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
    "Field",
    "FilledCell",
    "FilledPage",
    "Kind",
    "Limits",
    "Line",
    "Look",
    "Mark",
    "Page",
    "Passed",
    "PassedRow",
    "Place",
    "ReadRow",
    "ReadSheet",
    "Reading",
    "Shape",
    "Sheet",
    "SheetRefused",
    "Table",
    "TableRow",
    "code_in",
    "day_in",
    "decimal_in",
    "flag_in",
    "legal_title",
    "letter",
    "mark_form",
    "money_in",
    "percent_in",
    "read_form",
    "read_sheet",
    "read_tables",
    "text_in",
    "whole_in",
    "write_book",
    "write_delimited",
    "write_form",
    "write_sheet",
]

"""The report form as a workbook: drawn for one agency and year, and read again when it comes back.

`origin` is what a form knows of itself, sealed in a hidden sheet; `form` draws it; `back` reads it. The
questionnaire decides everything else. Words in the workbook are Vietnamese, like those of every paper.
"""

from reports.workbook.back import Message, Returned, read_back
from reports.workbook.form import draw, file_name, questions_in
from reports.workbook.origin import FormRefused, Origin, must_fit, origin_of

__all__ = [
    "FormRefused",
    "Message",
    "Origin",
    "Returned",
    "draw",
    "file_name",
    "must_fit",
    "origin_of",
    "questions_in",
    "read_back",
]

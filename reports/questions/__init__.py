"""The questionnaire engine: one definition as data drives form, workbook, PDF and statistics.

No model, no request, no clock. `read_definition` checks a YAML text, `Questionnaire.from_definition` builds
the questions and rules, `read_typed` and `show` stand between people and stored answers, and
`Questionnaire.check` says what is missing, wrong or in need of a note.
"""

from reports.questions.definition import DefinitionError, read_definition
from reports.questions.figures import figures
from reports.questions.findings import Finding, Outcome, Progress, section_progress
from reports.questions.law import legal_basis_in_words
from reports.questions.parts import (
    Answers,
    Choice,
    Column,
    Condition,
    Field,
    Question,
    Row,
    Rule,
    Section,
    Value,
)
from reports.questions.questionnaire import Questionnaire
from reports.questions.rules import RULES, Ceiling
from reports.questions.typed import read_typed, show, show_rows
from reports.questions.validation import Problem, find_problems
from reports.questions.values import expected_form, is_empty, length_limit, readable

__all__ = [
    "RULES",
    "Answers",
    "Ceiling",
    "Choice",
    "Column",
    "Condition",
    "DefinitionError",
    "Field",
    "Finding",
    "Outcome",
    "Problem",
    "Progress",
    "Question",
    "Questionnaire",
    "Row",
    "Rule",
    "Section",
    "Value",
    "expected_form",
    "figures",
    "find_problems",
    "is_empty",
    "legal_basis_in_words",
    "length_limit",
    "read_definition",
    "read_typed",
    "readable",
    "section_progress",
    "show",
    "show_rows",
]

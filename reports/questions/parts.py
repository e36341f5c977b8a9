"""What a questionnaire is made of: sections, questions, columns, choices, conditions and rules.

Frozen values without behaviour beyond naming themselves. The keys are those of the YAML definition; a
definition reaches this tree only through validation, so the types can be trusted here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Answers = Mapping[str, Any]  # key → JSON value, as stored; may hold anything an officer ever typed
Row = dict[str, "Value"]
Value = int | Decimal | date | bool | str | list[Row]  # an answer that could be read
Limit = int | Decimal

NUMERIC = frozenset({"integer", "money", "percent"})
DATE = frozenset({"date"})
BOOLEAN = frozenset({"boolean"})
TABLE = frozenset({"table"})
TEXTS = frozenset({"text", "long_text"})
TYPES = NUMERIC | DATE | BOOLEAN | TABLE | TEXTS | {"choice", "file"}
CELL_TYPES = TYPES - {"table", "file"}
MANDATES = ("mandatory", "encouraged")


def in_language(vietnamese: str, english: str, language: str | None) -> str:
    """The English text where it is asked for and exists, else the Vietnamese one, which always exists."""
    return english if english and (language or "vi").startswith("en") else vietnamese


@dataclass(frozen=True)
class Choice:
    """One value of a list of choices, with the words people see for it."""

    value: str
    label_vi: str
    label_en: str = ""

    def label(self, language: str | None = "vi") -> str:
        """The words for this value."""
        return in_language(self.label_vi, self.label_en, language)


@dataclass(frozen=True)
class Condition:
    """The answer to `key` compared with a value by `op`; an unanswered or hidden question never fits."""

    key: str
    op: str
    value: Any = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a question and a column of a table have in common: one value of one type within limits."""

    key: str
    type: str
    label_vi: str
    label_en: str = ""
    required: bool = False
    unit: str = ""
    minimum: Limit | None = None
    maximum: Limit | None = None
    max_length: int | None = None
    pattern: str = ""
    help_vi: str = ""
    help_en: str = ""
    choices: tuple[Choice, ...] = ()

    def label(self, language: str | None = "vi") -> str:
        """The question or the column's heading in words."""
        return in_language(self.label_vi, self.label_en, language)

    def help(self, language: str | None = "vi") -> str:
        """What to know before answering; may be empty."""
        return in_language(self.help_vi, self.help_en, language)


@dataclass(frozen=True, kw_only=True)
class Column(Field):
    """One column of a table question."""


@dataclass(frozen=True, kw_only=True)
class Question(Field):
    """One numbered question; the numbers run over the whole definition, so a hidden one leaves a gap."""

    number: int
    section: str
    applies_to: str = "all"
    depends_on: tuple[Condition, ...] = ()
    columns: tuple[Column, ...] = ()
    computed: str = ""
    carry_over: bool = False
    legal_basis: str = ""
    accept: tuple[str, ...] = ()
    max_mb: int | None = None
    signed_scan: bool = False
    """Whether the file is the signed report itself, which a cycle may require."""

    def asked_of(self, mandate: str | None) -> bool:
        """Whether agencies of this mandate are asked; None leaves the mandate out of account."""
        return mandate is None or self.applies_to in ("all", mandate)


@dataclass(frozen=True)
class Section:
    """A titled run of questions: one page of the browser form."""

    key: str
    title_vi: str
    title_en: str
    questions: tuple[Question, ...]

    def title(self, language: str | None = "vi") -> str:
        """The heading of the section."""
        return in_language(self.title_vi, self.title_en, language)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A statement across questions; `type` decides which of the key fields are filled (see rules.RULES)."""

    id: str
    type: str
    severity: str
    message_vi: str
    message_en: str = ""
    when: tuple[Condition, ...] = ()
    key: str = ""
    left: str = ""
    right: str = ""
    after: str = ""
    table: str = ""
    total: str = ""
    keys: tuple[str, ...] = ()
    column: str = ""
    months: int = 0
    percent: int = 0
    clause: str = ""
    line: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        """Keys of the questions this rule is about, the one to place its message at first."""
        named = (self.key, self.left, self.right, self.after, self.table, self.total, *self.keys)
        return tuple(dict.fromkeys(key for key in named if key))

    def message(self, language: str | None = "vi") -> str:
        """What the rule says when it is broken."""
        return in_language(self.message_vi, self.message_en, language)

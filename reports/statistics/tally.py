"""Adding up the answers of many reports: numbers, and how often each choice was made.

The answers that count lie in the small column AnnualReport.figures. The database adds them up in one
statement whatever the number of reports: PostgreSQL lays the whole object out as columns in one go
(`jsonb_to_record`), which took a third of the time of asking for one key after the other; SQLite asks for
each key once. Rows that are kept in a snapshot are added up in Python, to the same sums.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F

from reports.models.report import ReportQuerySet
from reports.questions import Question, Questionnaire
from reports.questions.parts import NUMERIC

Place = tuple[str, str]  # a group of agencies and a mandate, as kept on the report
Number = int | Decimal
CENT = Decimal("0.01")
# How PostgreSQL reads a figure of each type of question.
_COLUMNS = {
    "integer": "bigint",
    "money": "bigint",
    "percent": "numeric",
    "boolean": "boolean",
    "choice": "text",
}


@dataclass(frozen=True)
class Numbers:
    """The answers to one numeric question: how many, their sum, the smallest and the largest."""

    count: int = 0
    total: Number = 0
    smallest: Number | None = None
    largest: Number | None = None

    @property
    def average(self) -> Decimal | None:
        """Sum by count, two decimals, half up; None where nobody answered."""
        if not self.count:
            return None
        return (Decimal(self.total) / self.count).quantize(CENT, ROUND_HALF_UP)

    def __add__(self, other: "Numbers") -> "Numbers":
        low = [one for one in (self.smallest, other.smallest) if one is not None]
        high = [one for one in (self.largest, other.largest) if one is not None]
        count, total = self.count + other.count, self.total + other.total
        return Numbers(count, total, min(low, default=None), max(high, default=None))


@dataclass(frozen=True)
class Tally:
    """The sums of some reports: question → its numbers, question → value → how often it was chosen."""

    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        numbers = {
            key: self.numbers.get(key, Numbers()) + other.numbers.get(key, Numbers())
            for key in {**self.numbers, **other.numbers}
        }
        shares = {
            key: _together(self.shares.get(key, {}), other.shares.get(key, {}))
            for key in {**self.shares, **other.shares}
        }
        return Tally(numbers, shares)

    def only(self, keys: Iterable[str]) -> "Tally":
        """Without the questions that are not named."""
        kept = set(keys)
        return Tally(
            {key: found for key, found in self.numbers.items() if key in kept},
            {key: found for key, found in self.shares.items() if key in kept},
        )


def _together(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {value: one.get(value, 0) + other.get(value, 0) for value in {**one, **other}}


def values_of(question: Question) -> tuple[str, ...]:
    """The values a shared question can have, as the address and the tally name them."""
    if question.type == "boolean":
        return ("true", "false")
    return tuple(choice.value for choice in question.choices) if question.type == "choice" else ()


def numeric(questions: Questionnaire) -> list[Question]:
    """The questions whose answers are added up."""
    return [question for question in questions.questions if question.type in NUMERIC]


def shared(questions: Questionnaire) -> list[Question]:
    """The questions whose answers are counted by value."""
    return [question for question in questions.questions if values_of(question)]


def comparable(this: Questionnaire, last: Questionnaire) -> frozenset[str]:
    """Keys of the questions that two versions ask alike: the same key, type and unit."""
    before = {question.key: (question.type, question.unit) for question in last.questions}
    return frozenset(q.key for q in this.questions if before.get(q.key) == (q.type, q.unit))


# In the database


def tally_in_database(reports: ReportQuerySet, questions: Questionnaire) -> dict[Place, Tally]:
    """Add up the figures of these reports per group and mandate, in one statement.

    On PostgreSQL by their code (see `reports.statistics.coded`); reports that have figures and no code, which
    older sendings may lack, take a second one.
    """
    connection = connections[reports.db]
    if connection.vendor != "postgresql":
        return _from_figures(reports, questions)
    found, uncoded = _from_codes(reports, questions)
    if uncoded:
        rest = _from_figures(reports.filter(coded__isnull=True).exclude(figures={}), questions)
        found |= {place: found[place] + tally for place, tally in rest.items()}
    return found


def _from_codes(reports: ReportQuerySet, questions: Questionnaire) -> tuple[dict[Place, Tally], int]:
    """The sums of the coded figures, and how many reports have figures without a code."""
    numbers, shares = numeric(questions), shared(questions)
    kept = reports.order_by().annotate(
        at_group=F("group"), at_mandate=F("mandate"), at_figures=F("figures"), at_coded=F("coded")
    )
    columns = kept.values_list("at_group", "at_mandate", "at_figures", "at_coded")
    try:
        rows, params = columns.query.get_compiler(reports.db).as_sql()
    except EmptyResultSet:
        return {}, 0
    names = [f"a{place}" for place in range(1, len(numbers) + len(shares) + 1)]
    members = "".join(f", at_coded[{name[1:]}] AS {name}" for name in names)
    # A limit that is none keeps what stands beneath it from being done anew in each sum: here taking a member
    # out; and one level deeper unpacking the array, which in a wide row is kept packed (measured: 8 times).
    unpacked = (
        "SELECT at_group, at_mandate, at_coded IS NULL AND at_figures <> '{}'::jsonb AS is_left, "
        f"at_coded || '{{}}'::bigint[] AS at_coded FROM ({rows}) AS report OFFSET 0"
    )
    answers = f"SELECT at_group, at_mandate, is_left{members} FROM ({unpacked}) AS unpacked OFFSET 0"
    sums = [f"{how}({name})" for name in names[: len(numbers)] for how in ("COUNT", "SUM", "MIN", "MAX")]
    for name, question in zip(names[len(numbers) :], shares, strict=True):
        sums += [f"COUNT(*) FILTER (WHERE {name} = {place})" for place in range(len(values_of(question)))]
    left = "COUNT(*) FILTER (WHERE is_left)"
    statement = f"SELECT {', '.join(['at_group', 'at_mandate', left, *sums])} FROM ({answers}) AS answer"
    with connections[reports.db].cursor() as cursor:
        cursor.execute(f"{statement} GROUP BY at_group, at_mandate", params)
        sets = cursor.fetchall()
    found = {(row[0], row[1]): _read(_decoded(row[3:], numbers), numbers, shares) for row in sets}
    return found, sum(row[2] for row in sets)


def _decoded(cells: Sequence[Any], numbers: Sequence[Question]) -> Iterator[Any]:
    """Percentages out of hundredths again; a count stays what it is."""
    for place, cell in enumerate(cells):
        question = numbers[place // 4] if place // 4 < len(numbers) else None
        is_share = question is not None and question.type == "percent" and place % 4
        yield Decimal(cell) / 100 if is_share and cell is not None else cell


def _from_figures(reports: ReportQuerySet, questions: Questionnaire) -> dict[Place, Tally]:
    numbers, shares = numeric(questions), shared(questions)
    connection = connections[reports.db]
    kept = reports.order_by().annotate(at_group=F("group"), at_mandate=F("mandate"), at_figures=F("figures"))
    try:
        rows, params = (
            kept.values_list("at_group", "at_mandate", "at_figures").query.get_compiler(reports.db).as_sql()
        )
    except EmptyResultSet:
        return {}
    asked = [*numbers, *shares]
    answers = _laid_out(rows, asked) if connection.vendor == "postgresql" else _asked_for(rows, asked)
    sums, values = _sums(numbers, shares)
    # Parameters in the order of the text: the sums stand before the rows.
    statement = f"SELECT at_group, at_mandate{sums} FROM {answers} GROUP BY at_group, at_mandate"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *params])
        return {(row[0], row[1]): _read(iter(row[2:]), numbers, shares) for row in cursor.fetchall()}


def _laid_out(rows: str, asked: Sequence[Question]) -> str:
    """The answers as columns, on PostgreSQL. Keys are safe to write out: the questionnaire checks them."""
    columns = ", ".join(f'"{question.key}" {_COLUMNS[question.type]}' for question in asked)
    if not columns:
        return f"({rows}) AS report"
    return f"({rows}) AS report, jsonb_to_record(report.at_figures) AS answer({columns})"


def _asked_for(rows: str, asked: Sequence[Question]) -> str:
    """The same on SQLite; the limit keeps it from asking for a key again in each sum."""
    columns = "".join(f", json_extract(at_figures, '$.{one.key}') AS \"{one.key}\"" for one in asked)
    return f"(SELECT at_group, at_mandate{columns} FROM ({rows}) AS report LIMIT -1) AS answer"


def _sums(numbers: Sequence[Question], shares: Sequence[Question]) -> tuple[str, list[Any]]:
    """The columns of the answer, and the values they compare with."""
    names = [f'answer."{question.key}"' for question in numbers]
    counted = [f", {how}({name})" for name in names for how in ("COUNT", "SUM", "MIN", "MAX")]
    pairs = [(question, value) for question in shares for value in values_of(question)]
    counted += [f', COUNT(*) FILTER (WHERE answer."{question.key}" = %s)' for question, _value in pairs]
    return "".join(counted), [_stored(question, value) for question, value in pairs]


def _stored(question: Question, value: str) -> Any:
    return value == "true" if question.type == "boolean" else value


def _read(cells: Iterator[Any], numbers: Sequence[Question], shares: Sequence[Question]) -> Tally:
    """Take the columns off one row, in the order in which `_sums` wrote them."""
    return Tally(
        {question.key: _numbers(question, cells) for question in numbers},
        {question.key: {value: next(cells) for value in values_of(question)} for question in shares},
    )


def _numbers(question: Question, cells: Iterator[Any]) -> Numbers:
    count, total, smallest, largest = (next(cells) for _each in range(4))
    return Numbers(
        count,
        exact(question, total or 0),
        None if smallest is None else exact(question, smallest),
        None if largest is None else exact(question, largest),
    )


def exact(question: Question, value: Any) -> Number:
    """A sum as a whole number or, for percentages, with two decimals: what a float may have lost."""
    return Decimal(str(value)).quantize(CENT, ROUND_HALF_UP) if question.type == "percent" else int(value)


# In Python


def tally_of_rows(
    rows: Iterable[tuple[str, str, Mapping[str, Any]]], questions: Questionnaire
) -> dict[Place, Tally]:
    """Add up rows of (group, mandate, figures) per group and mandate: the sums the database gives."""
    found: dict[Place, list[Mapping[str, Any]]] = defaultdict(list)
    for group, mandate, figures in rows:
        found[group, mandate].append(figures)
    numbers, shares = numeric(questions), shared(questions)
    return {
        place: Tally(
            {question.key: _added(question, there) for question in numbers},
            {question.key: _counted(question, there) for question in shares},
        )
        for place, there in found.items()
    }


def _added(question: Question, rows: Sequence[Mapping[str, Any]]) -> Numbers:
    values = [exact(question, row[question.key]) for row in rows if question.key in row]
    if not values:
        return Numbers(0, exact(question, 0))
    return Numbers(len(values), exact(question, sum(values)), min(values), max(values))


def _counted(question: Question, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    given = Counter(value_of(row[question.key]) for row in rows if question.key in row)
    return {value: given[value] for value in values_of(question)}


def value_of(figure: Any) -> str:
    """A figure of a shared question as the address names it: True is "true"."""
    return str(figure).lower() if isinstance(figure, bool) else str(figure)

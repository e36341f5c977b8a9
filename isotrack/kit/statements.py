"""Statements that are composed once and asked again.

Django composes a queryset anew each time, which for the larger ones takes longer than the database does. What
stands in them has to follow from the arguments of the function that makes them; `kept` then remembers the
text and asks only the database. An instant among the arguments is left open in the text and filled in each
time: no statement about the present would ever be asked twice.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, wraps
from itertools import count
from typing import Any, NoReturn, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

Rows = list[tuple[Any, ...]]
M = TypeVar("M", bound=Model)
Maker = Callable[..., QuerySet[Any, Any]]


class Opening(datetime):
    """Stands for an instant while a statement is composed. Nothing may be told from it: no day, no order."""

    def _refuse(self, *_args: object) -> NoReturn:
        raise TypeError("an instant of a kept statement is only asked for by the database")

    date = timetz = time = __lt__ = __le__ = __gt__ = __ge__ = __add__ = __sub__ = _refuse


class Key(int):
    """A key that is left open, too: where there are too many of them to keep a text for each."""


def _opening(place: int, arg: Any) -> Any:
    """What stands for an argument while a statement is composed; values that nobody asks about."""
    if isinstance(arg, datetime):
        return Opening(1901, 2, 3, 4, 5, 6, place, tzinfo=UTC)
    return Key(2_147_480_000 + place) if isinstance(arg, Key) else arg


@dataclass(frozen=True)
class Statement:
    """The text of a values_list, its values, and how its columns are read.

    `openings` says which of the values are to be filled in: place → number of the argument.
    """

    sql: str
    params: tuple[Any, ...]
    openings: tuple[tuple[int, int], ...]
    converters: tuple[tuple[int, list[Callable[..., Any]], Any], ...]

    @classmethod
    def of(cls, rows: "QuerySet[Any, Any]", args: Sequence[Any] = ()) -> "Statement | None":
        """Compose it, made with `args`; None where it can have no rows."""
        compiler = rows.query.get_compiler(rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        read = compiler.get_converters(columns)
        left = {_written(arg): number for number, arg in enumerate(args) if isinstance(arg, Opening | Key)}
        openings = (
            (place, left.get(value)) for place, value in enumerate(params) if isinstance(value, Hashable)
        )
        return cls(
            sql,
            tuple(params),
            tuple((place, number) for place, number in openings if number is not None),
            tuple((place, *one) for place, one in read.items()),
        )

    def ask(self, args: Sequence[Any] = ()) -> Rows:
        """Its rows now, with `args` in its openings."""
        connection, params = connections[DEFAULT_DB_ALIAS], list(self.params)
        for place, number in self.openings:
            params[place] = _written(args[number])
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            found = cursor.fetchall()
        return [self._read(row, connection) for row in found] if self.converters else list(found)

    def _read(self, row: tuple[Any, ...], connection: Any) -> tuple[Any, ...]:
        cells = list(row)
        for place, converters, expression in self.converters:
            for convert in converters:
                cells[place] = convert(cells[place], expression, connection)
        return tuple(cells)


def _written(arg: Any) -> Any:
    """As the database takes it."""
    if isinstance(arg, datetime):
        return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(arg)
    return int(arg)


def kept(number: int) -> Callable[[Maker], Callable[..., Rows]]:
    """Turns a function that makes a values_list into one that asks for its rows.

    The texts for the last `number` of different arguments are remembered. These must be hashable, and the
    queryset may depend on nothing else: neither on the clock, nor on a person, nor on what is stored. An
    instant or a Key among them is left open; a day that follows from it is an argument of its own.
    """

    def keeping(make: Maker) -> Callable[..., Rows]:
        @lru_cache(maxsize=number)
        def statement(*args: Any) -> Statement | None:
            return Statement.of(make(*args), args)

        @wraps(make)
        def ask(*args: Any) -> Rows:
            found = statement(*map(_opening, count(), args))
            return found.ask(args) if found else []

        return ask

    return keeping


def columns_of(model: type[Model]) -> list[str]:
    """What a values_list asks for that whole `instances` are made of."""
    return [field.attname for field in model._meta.concrete_fields]


def instances(model: type[M], rows: Iterable[Sequence[Any]]) -> list[M]:
    """The rows of such a values_list as the queryset would give them."""
    names = columns_of(model)
    return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows]

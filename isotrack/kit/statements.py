"""Statements that are composed once and asked again.

Django composes a queryset anew each time, which for the larger ones takes longer than the database does. What
stands in them has to follow from the arguments of the function that makes them; `kept` then remembers the
text and asks only the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

Rows = list[tuple[Any, ...]]
Maker = Callable[..., QuerySet[Any, Any]]


@dataclass(frozen=True)
class Statement:
    """The text of a values_list, its values, and how its columns are read."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, list[Callable[..., Any]], Any], ...]

    @classmethod
    def of(cls, rows: "QuerySet[Any, Any]") -> "Statement | None":
        """Compose it; None where it can have no rows."""
        compiler = rows.query.get_compiler(rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        read = compiler.get_converters(columns)
        return cls(sql, tuple(params), tuple((place, *one) for place, one in read.items()))

    def ask(self) -> Rows:
        """Its rows now."""
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            found = cursor.fetchall()
        return [self._read(row, connection) for row in found] if self.converters else list(found)

    def _read(self, row: tuple[Any, ...], connection: Any) -> tuple[Any, ...]:
        cells = list(row)
        for place, converters, expression in self.converters:
            for convert in converters:
                cells[place] = convert(cells[place], expression, connection)
        return tuple(cells)


def kept(number: int) -> Callable[[Maker], Callable[..., Rows]]:
    """Turns a function that makes a values_list into one that asks for its rows.

    The texts for the last `number` of different arguments are remembered. These must be hashable, and the
    queryset may depend on nothing else: neither on the time, nor on a person, nor on what is stored.
    """

    def keeping(make: Maker) -> Callable[..., Rows]:
        @lru_cache(maxsize=number)
        def statement(*args: Any) -> Statement | None:
            return Statement.of(make(*args))

        @wraps(make)
        def ask(*args: Any) -> Rows:
            found = statement(*args)
            return found.ask() if found else []

        return ask

    return keeping

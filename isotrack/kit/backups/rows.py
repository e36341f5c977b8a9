"""The rows of a table as JSON, and their digest, whichever database they lie in."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection
from django.db.models import BinaryField, Field, FileField, JSONField, Model, Value
from django.db.models.sql import InsertQuery
from django.utils.duration import duration_iso_string

Row = Sequence[Any]
AT_ONCE = 500
AT_ONCE_LARGE = 20  # rows that hold parts of files
_WRAP = 1 << 256


def tables() -> list[type[Model]]:
    """Every table of this installation but that of the sessions, each after those it points at."""
    found = {
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not issubclass(model, AbstractBaseSession)
    }
    ordered: dict[type[Model], None] = {}
    for model in sorted(found, key=lambda one: one._meta.db_table):
        _after_its_targets(model, found, ordered, [])
    return list(ordered)


def _after_its_targets(
    model: type[Model], found: set[type[Model]], ordered: dict[type[Model], None], above: list[type[Model]]
) -> None:
    """Tables that point at each other keep the order they are met in: their keys are checked at the end."""
    if model in ordered or model in above:
        return
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and target in found:
            _after_its_targets(target, found, ordered, [*above, model])
    ordered[model] = None


def fields_of(model: type[Model]) -> "list[Field[Any, Any]]":
    """The columns that hold something of their own; what the database computes is left out."""
    return [field for field in model._meta.concrete_fields if not field.generated]


def columns_of(model: type[Model]) -> list[str]:
    """Their names in the database."""
    return [str(field.column) for field in fields_of(model)]


def file_fields() -> Iterator[tuple[type[Model], str]]:
    """Every field that names stored files."""
    for model in tables():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                yield model, field.attname


def read(model: type[Model]) -> Iterator[list[Any]]:
    """The rows of a table as they go into JSON, in the order of their keys."""
    fields = fields_of(model)
    large = any(isinstance(field, BinaryField) for field in fields)
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=AT_ONCE_LARGE if large else AT_ONCE):
        yield [_plain(value) for value in row]


def write(model: type[Model], rows: Iterable[Row]) -> None:
    """Insert rows exactly as they were: no default, no clock and no signal of ours has a say."""
    fields = fields_of(model)
    waiting: list[Model] = []
    size = 0
    for row in rows:
        waiting.append(_instance(model, fields, row))
        size = size or min(AT_ONCE, connection.ops.bulk_batch_size(fields, waiting * AT_ONCE))
        if len(waiting) >= size:
            _insert(model, fields, waiting)
            waiting = []
    if waiting:
        _insert(model, fields, waiting)


def _insert(model: type[Model], fields: "list[Field[Any, Any]]", rows: list[Model]) -> None:
    query = InsertQuery(model)
    query.insert_values(fields, rows, raw=True)
    query.get_compiler(connection.alias).execute_sql()


def _instance(model: type[Model], fields: "list[Field[Any, Any]]", row: Row) -> Model:
    told = zip(fields, row, strict=True)
    return model(**{field.attname: read_value(field, value) for field, value in told})


def read_value(field: "Field[Any, Any]", value: Any) -> Any:
    """A value out of JSON as its field holds it. Raises ValidationError, ValueError or TypeError."""
    if isinstance(field, JSONField):
        # The JSON word null, where the column may not be empty.
        return Value(None, JSONField()) if value is None and not field.null else value
    return field.to_python(value)


def _plain(value: Any) -> Any:
    """A value as JSON carries it; what a JSON field holds is left as it is."""
    for kind, say in _SAID.items():
        if isinstance(value, kind):
            return say(value)
    return value


# datetime first: it is a date as well.
_SAID: dict[type, Any] = {
    datetime: lambda value: value.astimezone(UTC).isoformat(timespec="microseconds"),
    date: date.isoformat,
    time: time.isoformat,
    timedelta: duration_iso_string,
    Decimal: lambda value: format(value, "f"),
    UUID: str,
    bytes: lambda value: b64encode(value).decode(),
    memoryview: lambda value: b64encode(value).decode(),
}


class Digest:
    """Counts rows and sums their digests, so that their order does not matter."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Any) -> None:
        """Count one row, or anything else that JSON can carry."""
        self.rows += 1
        said = json.dumps(_canonical(row), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self._sum += int.from_bytes(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest(), "big")
        self._sum %= _WRAP

    @property
    def sha256(self) -> str:
        """The sum, in hexadecimal."""
        return f"{self._sum:064x}"

    def watch(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Pass rows on and count them."""
        for row in rows:
            self.add(row)
            yield row


def _canonical(value: Any) -> Any:
    """PostgreSQL writes 1e20 as a whole number, SQLite does not: both count as the number they are."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in value]
    return value

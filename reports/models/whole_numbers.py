"""A column of whole numbers in a fixed order: an array on PostgreSQL, JSON as text elsewhere."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class WholeNumbersField(models.Field):
    """Holds a list of int and None, or None."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """An array where the database adds up its members without reading text."""
        return "bigint[]" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """A list is an array to psycopg2."""
        return value if value is None or connection.vendor == "postgresql" else json.dumps(value)

    def from_db_value(self, value: Any, _expression: Any, _connection: BaseDatabaseWrapper) -> Any:
        """A list again."""
        return json.loads(value) if isinstance(value, str) else value

"""A folded form to search in beside every entry; older entries get theirs once, with the trigger aside."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from isotrack.journal.models.entry import in_words
from isotrack.kit.vendors import vendor_sql

_SENTENCE = "journal entries are append-only"
_BATCH = 2000

# SQLite makes the table anew for a new column, and its triggers go with the old one.
ASIDE = {
    "postgresql": ["ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_stays"],
    "sqlite": ["DROP TRIGGER journal_entry_stays_update", "DROP TRIGGER journal_entry_stays_delete"],
}
BACK = {
    "postgresql": ["ALTER TABLE journal_entry ENABLE TRIGGER journal_entry_stays"],
    "sqlite": [
        f"""
        CREATE TRIGGER journal_entry_stays_{verb.lower()} BEFORE {verb} ON journal_entry
        BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END
        """
        for verb in ("UPDATE", "DELETE")
    ],
}
INDEX = {
    "postgresql": [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX entry_search ON journal_entry USING gin (search gin_trgm_ops)",
    ],
    "sqlite": [],
}
NO_INDEX = {"postgresql": ["DROP INDEX entry_search"], "sqlite": []}


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Fold what every entry says, a batch at a time."""
    rows = apps.get_model("journal", "Entry").objects.order_by("pk")
    texts = rows.values_list("pk", "about_label", "actor", "reason").iterator(chunk_size=_BATCH)
    with editor.connection.cursor() as cursor:
        for batch in _batches(texts):
            folded = [(in_words(" ".join(words)), pk) for pk, *words in batch]
            cursor.executemany("UPDATE journal_entry SET search = %s WHERE id = %s", folded)


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


class Migration(migrations.Migration):
    """The journal is searched whatever the marks and case."""

    dependencies = [("journal", "0003_jobs_and_dead_addresses")]

    operations = [
        vendor_sql(postgresql=ASIDE["postgresql"], sqlite=ASIDE["sqlite"], undo=BACK),
        migrations.AddField(
            model_name="entry",
            name="search",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        vendor_sql(postgresql=BACK["postgresql"], sqlite=BACK["sqlite"], undo=ASIDE),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["province", "verb", "-at", "-id"], name="entry_of_verb"),
        ),
        vendor_sql(postgresql=INDEX["postgresql"], sqlite=INDEX["sqlite"], undo=NO_INDEX),
    ]

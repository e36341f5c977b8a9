"""Triggers that refuse to change or remove a journal entry, on both databases."""

from django.db import migrations

from isotrack.kit.vendors import vendor_sql

_SENTENCE = "journal entries are append-only"

POSTGRESQL = [
    f"""
    CREATE FUNCTION journal_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_SENTENCE}'; END $$
    """,
    """
    CREATE TRIGGER journal_entry_stays BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_entry_stays()
    """,
    """
    CREATE TRIGGER journal_entry_all_stay BEFORE TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_entry_stays()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER journal_entry_stays_{verb.lower()} BEFORE {verb} ON journal_entry
    BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END
    """
    for verb in ("UPDATE", "DELETE")
]
UNDO = {
    "postgresql": [
        "DROP TRIGGER journal_entry_all_stay ON journal_entry",
        "DROP TRIGGER journal_entry_stays ON journal_entry",
        "DROP FUNCTION journal_entry_stays()",
    ],
    "sqlite": ["DROP TRIGGER journal_entry_stays_update", "DROP TRIGGER journal_entry_stays_delete"],
}


class Migration(migrations.Migration):
    """Nobody deletes a journal entry, whatever code or console they use."""

    dependencies = [("journal", "0001_initial")]

    operations = [vendor_sql(postgresql=POSTGRESQL, sqlite=SQLITE, undo=UNDO)]

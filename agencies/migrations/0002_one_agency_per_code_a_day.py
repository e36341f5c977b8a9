"""Official codes are used again over time: at most one agency bears a code on any day, on both databases."""

from django.db import migrations

from isotrack.kit.vendors import vendor_sql

POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    ALTER TABLE agencies_agency ADD CONSTRAINT agency_code_once_a_day
    EXCLUDE USING gist (code WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER agency_code_once_a_day_{verb.split()[0].lower()} BEFORE {verb} ON agencies_agency
    WHEN EXISTS (
        SELECT 1 FROM agencies_agency AS other
        WHERE other.code = NEW.code AND other.id IS NOT NEW.id
        AND other.valid_from <= COALESCE(NEW.valid_to, '9999-12-31')
        AND COALESCE(other.valid_to, '9999-12-31') >= NEW.valid_from
    )
    BEGIN SELECT RAISE(ABORT, 'agency_code_once_a_day'); END
    """
    for verb in ("INSERT", "UPDATE OF code, valid_from, valid_to")
]
UNDO = {
    "postgresql": ["ALTER TABLE agencies_agency DROP CONSTRAINT agency_code_once_a_day"],
    "sqlite": ["DROP TRIGGER agency_code_once_a_day_insert", "DROP TRIGGER agency_code_once_a_day_update"],
}


class Migration(migrations.Migration):
    """A rule across rows that a plain unique constraint cannot say."""

    dependencies = [("agencies", "0001_initial")]

    operations = [vendor_sql(postgresql=POSTGRESQL, sqlite=SQLITE, undo=UNDO)]

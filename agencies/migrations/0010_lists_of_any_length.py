"""Indexes for the list, the search and the tree of a province with any number of agencies."""

from django.db import migrations, models

from isotrack.kit.vendors import vendor_sql

# Parts of words, wherever they stand in a name; SQLite reads the names of the province one after the other.
WORDS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX agency_by_words ON agencies_agency USING gin (name_search gin_trgm_ops)",
]


class Migration(migrations.Migration):
    """Three that Django knows, and one that only PostgreSQL has."""

    dependencies = [("agencies", "0009_sign_ins")]

    operations = [
        migrations.AddIndex("agency", models.Index(fields=["province", "name_sort"], name="agency_by_name")),
        migrations.AddIndex(
            "agency",
            models.Index(fields=["province", "group", "valid_from", "valid_to"], name="agency_by_group"),
        ),
        migrations.AddIndex(
            "agency",
            models.Index(
                fields=["province", "superior", "valid_from", "valid_to"], name="agency_by_superior"
            ),
        ),
        vendor_sql(
            postgresql=WORDS, sqlite=[], undo={"postgresql": ["DROP INDEX agency_by_words"], "sqlite": []}
        ),
    ]

"""The tree counts groups and superiors in one statement: one index tells both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The index of superiors gets the group as well."""

    dependencies = [("agencies", "0010_lists_of_any_length")]

    operations = [
        migrations.AddIndex(
            "agency",
            models.Index(
                fields=["province", "superior", "group", "valid_from", "valid_to"], name="agency_by_place"
            ),
        ),
        migrations.RemoveIndex("agency", "agency_by_superior"),
    ]

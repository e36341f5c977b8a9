"""Names of earlier times are searched and sorted by like present ones; views that people keep."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from agencies.models.agency import own_name
from isotrack.kit.text import fold, sort_key

_BATCH = 1000


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Fold the names that standings bear already."""
    standings = apps.get_model("agencies", "Standing").objects
    rows = standings.select_related("agency").only("name", "agency__short_name", "agency__code")
    changed = []
    for row in rows.iterator(chunk_size=_BATCH):
        row.name_sort = sort_key(own_name(row.name))
        row.name_search = fold(f"{row.name} {row.agency.short_name} {row.agency.code}")
        changed.append(row)
    standings.bulk_update(changed, ["name_sort", "name_search"], batch_size=_BATCH)


class Migration(migrations.Migration):
    """The registry of a day is found by the names of that day."""

    dependencies = [("agencies", "0003_languages_heads_calendars")]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="name_search",
            field=models.CharField(default="", editable=False, max_length=400),
        ),
        migrations.AddField(
            model_name="standing",
            name="name_sort",
            field=models.CharField(db_index=True, default="", editable=False, max_length=400),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

"""Old code works on the new schema: machines are upgraded one after the other (docs/operate.md).

Checked is every migration after BASELINE. A contracting one says since which version nobody uses what it
removes: `old_code_is_gone = "0.4.0"`.
"""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

# The newest migration of each app that may be installed during a pause only: all of version 0.3.0.
BASELINE = {"agencies": "0007", "plans": "0003", "reports": "0005", "journal": "0006"}
REMOVES = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
REFUSES = (migrations.AddConstraint, migrations.AlterUniqueTogether)
REMOVES_BY_HAND = re.compile(
    r"\b(DROP (TABLE|COLUMN|VIEW)|RENAME|SET NOT NULL|ADD CONSTRAINT|ALTER COLUMN)\b", re.I
)


def fault(operation, before):
    """Why code that does not know of this operation breaks; `before` gives a field as it was, or None."""
    if isinstance(operation, REMOVES):
        return "removes or renames what old code uses"
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return next((why for inner in operation.database_operations if (why := fault(inner, before))), None)
    if isinstance(operation, migrations.AddField) and _must_be_given(operation.field):
        return "adds a column that old code does not fill"
    if isinstance(operation, REFUSES):
        return "refuses what old code may write"
    if isinstance(operation, migrations.RunSQL) and REMOVES_BY_HAND.search(str(operation.sql)):
        return "changes by hand what old code uses"
    if isinstance(operation, migrations.AlterField):
        return altered(before(operation.model_name, operation.name), operation.field)
    return None


def altered(was, field):
    """Why old code cannot go on with a column that is now another; `was` is None where it is not known."""
    if _must_be_given(field) and (was is None or was.null):
        return "makes a column required"
    if was is None:
        return None
    if was.get_internal_type() != field.get_internal_type() or was.db_column != field.db_column:
        return "changes a column's type or name"
    if field.unique and not was.unique:
        return "refuses what old code may write"
    if field.max_length and (not was.max_length or field.max_length < was.max_length):
        return "makes a column narrower"
    return None


def _must_be_given(field):
    return not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED or field.generated)


def faults(migration, before):
    if getattr(migration, "old_code_is_gone", ""):
        return []
    # A table that old code does not know may refuse what it likes.
    new = {one.name_lower for one in migration.operations if isinstance(one, migrations.CreateModel)}
    known = [one for one in migration.operations if getattr(one, "model_name", "").lower() not in new]
    return [why for operation in known if (why := fault(operation, before))]


def after_baseline():
    found = []
    for app, newest in BASELINE.items():
        folder = Path(apps.get_app_config(app).path) / "migrations"
        names = sorted(path.stem for path in folder.glob("0*.py"))
        found += [(app, name) for name in names if name[:4] > newest]
    return found


def test_the_baseline_names_migrations_that_exist():
    for app, newest in BASELINE.items():
        folder = Path(apps.get_app_config(app).path) / "migrations"
        assert list(folder.glob(f"{newest}_*.py"))


def test_no_migration_after_the_baseline_breaks_the_version_before():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    wrong = {}
    for key in after_baseline():
        migration = loader.get_migration(*key)
        state = loader.project_state([key], at_end=False)

        def before(model, field, state=state, app=key[0]):
            known = state.models.get((app, model.lower()))
            return known.fields.get(field) if known else None

        if why := faults(migration, before):
            wrong[key] = why
    assert wrong == {}


def test_every_migration_can_be_read():
    for app, name in after_baseline():
        assert import_module(f"{apps.get_app_config(app).name}.migrations.{name}").Migration


TEXT = models.CharField(max_length=9)
SAFE = [
    migrations.CreateModel("thing", [("id", models.BigAutoField(primary_key=True))]),
    migrations.AddField("thing", "a", models.CharField(max_length=9, null=True)),
    migrations.AddField("thing", "a", models.CharField(max_length=9, db_default="")),
    migrations.AddField("thing", "a", models.ManyToManyField("thing")),
    migrations.AlterField("thing", "filled", models.CharField(max_length=90)),
    migrations.AlterField("thing", "empty", models.CharField(max_length=9, null=True)),
    migrations.AddIndex("thing", models.Index(fields=["a"], name="i")),
    migrations.RunSQL("CREATE INDEX i ON thing (a)"),
]
UNSAFE = [
    migrations.RemoveField("thing", "a"),
    migrations.RenameField("thing", "a", "b"),
    migrations.RenameModel("thing", "other"),
    migrations.DeleteModel("thing"),
    migrations.AlterModelTable("thing", "other"),
    migrations.AddField("thing", "a", TEXT),
    migrations.AddField(
        "thing", "a", models.CharField(max_length=9, default="")
    ),  # the code's, not the database's
    migrations.AlterField("thing", "empty", TEXT),
    migrations.AlterField("thing", "filled", models.CharField(max_length=3)),
    migrations.AlterField("thing", "filled", models.CharField(max_length=9, unique=True)),
    migrations.AlterField("thing", "filled", models.IntegerField()),
    migrations.AlterField("thing", "filled", models.CharField(max_length=9, db_column="other")),
    migrations.AddConstraint("thing", models.UniqueConstraint(fields=["a"], name="u")),
    migrations.AlterUniqueTogether("thing", {("a", "b")}),
    migrations.RunSQL("ALTER TABLE thing DROP COLUMN a"),
    migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("thing", "a")]),
]
WAS = {"filled": TEXT, "empty": models.CharField(max_length=9, null=True)}


@pytest.mark.parametrize("operation", SAFE, ids=lambda one: one.describe())
def test_what_old_code_can_live_with(operation):
    assert fault(operation, lambda model, field: WAS.get(field)) is None


@pytest.mark.parametrize("operation", UNSAFE, ids=lambda one: one.describe())
def test_what_breaks_old_code(operation):
    assert fault(operation, lambda model, field: WAS.get(field))


def test_what_is_gone_for_a_version_may_be_removed():
    migration = migrations.Migration("0099_gone", "reports")
    migration.operations = [migrations.RemoveField("thing", "a")]
    assert faults(migration, None)
    migration.old_code_is_gone = "0.4.0"
    assert not faults(migration, None)

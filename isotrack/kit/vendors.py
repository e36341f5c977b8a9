"""Statements for a migration that the two databases spell differently."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def vendor_sql(*, postgresql: list[str], sqlite: list[str], undo: dict[str, list[str]]) -> RunPython:
    """An operation that runs the statements of the database at hand; `undo` maps vendor → statements."""
    forward = {"postgresql": postgresql, "sqlite": sqlite}

    def run(statements: dict[str, list[str]], editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements[editor.connection.vendor]:
            editor.execute(statement, params=None)

    def apply(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        run(forward, editor)

    def revert(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        run(undo, editor)

    return RunPython(apply, revert)

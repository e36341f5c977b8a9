"""Taking a backup: one snapshot of the database, and the files its rows name."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from isotrack.kit.backups import rows
from isotrack.kit.backups.rows import Digest
from isotrack.kit.backups.store import (
    FILE_LIST,
    FILES,
    FORMAT,
    MANIFEST,
    TABLES,
    Backup,
    Refused,
    StoredFile,
    Summary,
    as_line,
    copy,
    write_lines,
)


def take(folder: Path, *, at: datetime) -> Summary:
    """Write everything into `folder`, which must not exist or be empty; a failure leaves nothing behind.

    Files that a row names and the store does not have are listed as missing. Raises Refused, OSError and what
    the database or the file store raise.
    """
    _must_be_new(folder)
    backup, summary = Backup(folder), Summary()
    try:
        for part in (folder, folder / TABLES, folder / FILES):
            part.mkdir(mode=0o700, exist_ok=True)
        with one_snapshot():
            _write_tables(backup, summary)
            _write_files(backup, summary)
            migrations = applied()
        _write_manifest(backup, summary, migrations, at)
    except BaseException:
        _clear(folder)
        raise
    return summary


def _must_be_new(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists():
        raise Refused(_("%(folder)s đã có và không rỗng: chọn thư mục mới.") % {"folder": folder})
    if not os.access(folder.parent, os.W_OK):
        raise Refused(
            _("Không ghi được vào %(folder)s: chọn thư mục khác.") % {"folder": folder.parent.resolve()}
        )


def _clear(folder: Path) -> None:
    for part in (TABLES, FILES):
        shutil.rmtree(folder / part, ignore_errors=True)
    for name in (FILE_LIST, MANIFEST, f"{MANIFEST}.new"):
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Everything read in the block stood in the database at one instant; nobody waits for us meanwhile."""
    mode = getattr(connection, "transaction_mode", None)
    is_outermost = not connection.in_atomic_block
    if connection.vendor == "sqlite" and is_outermost:
        connection.ensure_connection()
        connection.transaction_mode = None  # type: ignore[attr-defined]  # reading needs no lock
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql" and is_outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if connection.vendor == "sqlite" and is_outermost:
            connection.transaction_mode = mode  # type: ignore[attr-defined]


def applied() -> list[str]:
    """The version of the schema: the migrations that were run, as "app.name"."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _write_tables(backup: Backup, summary: Summary) -> None:
    for model in rows.tables():
        digest, table = Digest(), model._meta.db_table
        head = rows.columns_of(model)
        write_lines(backup.table(table), digest.watch(rows.read(model)), head=head)
        summary.note(table, digest)


def _write_files(backup: Backup, summary: Summary) -> None:
    digest = Digest()
    found = digest.watch(as_line(file) for file in _copied(backup, summary))
    write_lines(backup.folder / FILE_LIST, found)
    summary.files, summary.files_sha256 = digest.rows, digest.sha256


def _copied(backup: Backup, summary: Summary) -> Iterator[StoredFile]:
    for name in _names():
        target = backup.file(name)
        if target.exists():  # two rows may name one file
            continue
        try:
            source = default_storage.open(name, "rb")
        except FileNotFoundError:
            summary.missing.append(name)
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with source, target.open("xb") as out:
            yield copy(source, out, name)


def _names() -> Iterator[str]:
    for model, field in rows.file_fields():
        named = model._base_manager.exclude(**{field: ""}).exclude(**{f"{field}__isnull": True})
        yield from named.order_by("pk").values_list(field, flat=True).iterator(chunk_size=rows.AT_ONCE)


def _write_manifest(backup: Backup, summary: Summary, migrations: list[str], at: datetime) -> None:
    """Last, and in one step: a folder without it is no backup."""
    told = {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "database": connection.vendor,
        "migrations": migrations,
        "tables": summary.tables,
        "files": {"count": summary.files, "sha256": summary.files_sha256, "missing": summary.missing},
        "sha256": summary.sha256,
    }
    draft = backup.folder / f"{MANIFEST}.new"
    draft.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(backup.folder / MANIFEST)

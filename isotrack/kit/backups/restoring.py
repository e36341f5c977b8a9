"""Restoring a backup: into an empty installation of the same version, wholly or not at all.

First the backup is read from end to end and compared with its manifest; only then is anything written. Rows
go in within one transaction, past no trigger and no constraint. Before it is committed everything is read
again, rows from the database and files from the store, and must be what the backup holds.
"""

from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import SuspiciousOperation
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from django.utils.translation import gettext as _

from isotrack.kit.backups import rows
from isotrack.kit.backups.rows import Digest
from isotrack.kit.backups.store import (
    BROKEN,
    FILE_LIST,
    MANIFEST,
    TABLES,
    Backup,
    Refused,
    StoredFile,
    Summary,
    as_line,
    broken,
    copy,
)
from isotrack.kit.backups.taking import applied

# Migrating fills these itself; the keys of the backup replace its own.
MADE_BY_MIGRATING = ("auth_permission", "django_content_type")


def restore(folder: Path) -> Summary:
    """Fill this installation's empty database and file store; where something is wrong nothing is changed.

    A database without any table is migrated first. Raises Refused.
    """
    backup = Backup(folder)
    told = backup.manifest()
    expected = _expected(told)
    _check_version(told)
    _check_tables(backup, expected)
    _check_files(backup, expected)
    _must_be_empty()
    saved: list[str] = []
    try:
        with transaction.atomic():
            _write_rows(backup)
            _write_files(backup, saved)
            _compare(_standing(backup, expected), expected)
    except BaseException as trouble:
        _remove(saved)
        if isinstance(trouble, DatabaseError | SuspiciousOperation):
            raise Refused(_("Không khôi phục gì: %(why)s") % {"why": trouble}) from trouble
        raise
    ContentType.objects.clear_cache()
    return expected


def _expected(told: dict[str, Any]) -> Summary:
    try:
        files = told["files"]
        known = Summary(told["tables"], files["count"], files["sha256"], files["missing"])
        is_whole = known.sha256 == told["sha256"]
    except BROKEN as trouble:
        raise broken(MANIFEST, trouble) from trouble
    if not is_whole:
        raise broken(MANIFEST, _("mã kiểm tra không khớp"))
    return known


def _check_version(told: dict[str, Any]) -> None:
    """The schema of the backup must be the one of this version, no older and no newer."""
    ours = set(_known())
    theirs = set(told.get("migrations", ()))
    if ahead := sorted(theirs - ours):
        raise Refused(
            _("Bản sao lưu thuộc bản IsoTrack mới hơn (có %(names)s): dùng bản đó hoặc mới hơn để khôi phục.")
            % {"names": ", ".join(ahead)}
        )
    if behind := sorted(ours - theirs):
        raise Refused(
            _(
                "Bản sao lưu thuộc bản IsoTrack cũ hơn (chưa có %(names)s): "
                "khôi phục bằng bản đã tạo ra nó, rồi nâng cấp và chạy migrate."
            )
            % {"names": ", ".join(behind)}
        )


def _known() -> list[str]:
    """The migrations of this version, as `applied` names them."""
    return [f"{app}.{name}" for app, name in MigrationExecutor(connection).loader.disk_migrations]


def _check_tables(backup: Backup, expected: Summary) -> None:
    ours = {model._meta.db_table: model for model in rows.tables()}
    if ours.keys() != expected.tables.keys():
        strange = sorted(ours.keys() ^ expected.tables.keys())
        raise broken(MANIFEST, _("thừa hoặc thiếu bảng %(names)s") % {"names": ", ".join(strange)})
    for table, model in ours.items():
        digest = Digest()
        for row in digest.watch(backup.rows(table)):
            _must_fit(model, table, row)
        if {"rows": digest.rows, "sha256": digest.sha256} != expected.tables[table]:
            raise broken(f"{TABLES}/{table}", _("số dòng hoặc mã kiểm tra không khớp"))


def _must_fit(model: type[Model], table: str, row: Any) -> None:
    try:
        for field, value in zip(rows.fields_of(model), row, strict=True):
            rows.read_value(field, value)
    except BROKEN as trouble:
        raise broken(f"{TABLES}/{table}", trouble) from trouble


def _check_files(backup: Backup, expected: Summary) -> None:
    digest = Digest()
    for file in backup.files():
        try:
            with backup.file(file.name).open("rb") as kept:
                found = copy(kept, None, file.name)
        except OSError as trouble:
            raise broken(f"files/{file.name}", trouble) from trouble
        if found != file:
            raise broken(f"files/{file.name}", _("nội dung không khớp"))
        digest.add(as_line(file))
    if (digest.rows, digest.sha256) != (expected.files, expected.files_sha256):
        raise broken(FILE_LIST, _("số tệp hoặc mã kiểm tra không khớp"))


def _must_be_empty() -> None:
    """No row but what migrating makes, and no file. Raises Refused; migrates where there is no table yet."""
    if has_files():
        raise Refused(_("Kho tệp không rỗng: chỉ khôi phục vào cơ sở dữ liệu rỗng và kho tệp rỗng."))
    if not connection.introspection.table_names():
        call_command("migrate", verbosity=0, interactive=False)
    if set(applied()) != set(_known()):
        raise Refused(_("Cơ sở dữ liệu chưa chạy đủ migrate: chạy manage.py migrate rồi khôi phục lại."))
    kept = [model for model in rows.tables() if model._meta.db_table not in MADE_BY_MIGRATING]
    full = [model._meta.db_table for model in kept if model._base_manager.exists()]
    if full:
        raise Refused(
            _("Cơ sở dữ liệu không rỗng (%(tables)s): chỉ khôi phục vào cơ sở dữ liệu rỗng và kho tệp rỗng.")
            % {"tables": ", ".join(full[:5])}
        )


def has_files(folder: str = "") -> bool:
    """Whether the file store holds any file."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return False
    return bool([name for name in files if name]) or any(has_files(f"{folder}{name}/") for name in folders)


def _write_rows(backup: Backup) -> None:
    models = rows.tables()
    with connection.cursor() as cursor:
        for table in MADE_BY_MIGRATING:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        for model in models:
            rows.write(model, backup.rows(model._meta.db_table))
        connection.check_constraints()
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _write_files(backup: Backup, saved: list[str]) -> None:
    for file in backup.files():
        with backup.file(file.name).open("rb") as kept:
            name = default_storage.save(file.name, File(kept))
        saved.append(name)
        if name != file.name:
            raise Refused(_("Kho tệp đặt tên khác cho %(name)s, không khôi phục gì.") % {"name": file.name})


def _standing(backup: Backup, expected: Summary) -> Summary:
    """What stands in the database and in the file store now."""
    found = Summary(missing=expected.missing)
    for model in rows.tables():
        digest = Digest()
        for row in rows.read(model):
            digest.add(row)
        found.note(model._meta.db_table, digest)
    digest = Digest()
    for file in backup.files():
        digest.add(as_line(_stored(file.name)))
    found.files, found.files_sha256 = digest.rows, digest.sha256
    return found


def _stored(name: str) -> StoredFile:
    with default_storage.open(name, "rb") as kept:
        return copy(kept, None, name)


def _compare(found: Summary, expected: Summary) -> None:
    if found != expected:
        differing = [name for name, told in expected.tables.items() if found.tables[name] != told]
        names = ", ".join(differing) or "files"
        raise Refused(
            _("Đọc lại thấy khác với bản sao lưu (%(names)s), không khôi phục gì.") % {"names": names}
        )


def _remove(saved: list[str]) -> None:
    for name in saved:
        default_storage.delete(name)

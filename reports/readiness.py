"""Whether this process can serve: quick looks that leave nothing behind, for machines that ask often.

`manage.py doctor` looks more closely, and says what it found.
"""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from isotrack.kit.object_store import ObjectStore

SECONDS = 2
TROUBLES = (DatabaseError, ImproperlyConfigured, KombuError, RedisError, OSError)


class Missing(OSError):
    """A part is there and not as it should be."""


def not_well() -> list[str]:
    """The names of the parts that are not well, in the order of CHECKS; nothing else is told to strangers."""
    return [name for name, look in CHECKS.items() if not _is_well(look)]


def _is_well(look: Callable[[], None]) -> bool:
    try:
        look()
    except TROUBLES:
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    if not _ours() <= set(MigrationRecorder(connection).applied_migrations()):
        raise Missing("migrations")


@cache
def _ours() -> set[tuple[str, str]]:
    """What this version brings; it does not change while the process lives."""
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _broker() -> None:
    with current_app.connection_for_write(connect_timeout=SECONDS) as queue:
        queue.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)


def _storage() -> None:
    """The bucket is there and ours; a folder can be written, or made."""
    if isinstance(default_storage, ObjectStore):
        default_storage.look()
        return
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Missing("storage")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "storage": _storage,
}

"""A file between its preview and its confirmation: kept under a name nobody can guess, a day at most."""

from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.crypto import get_random_string

from isotrack.kit import clock

FOLDER = "imports/accounts"
LASTS = timedelta(days=1)  # of the machine's time: what a store stamps


def keep(file: BinaryIO) -> str:
    """Keep a file and return the name it is found under."""
    file.seek(0)
    return default_storage.save(f"{FOLDER}/{get_random_string(40)}.xlsx", File(file))


def kept(name: str) -> BinaryIO | None:
    """The file under a name; None where it is gone or none of these."""
    if not name.startswith(f"{FOLDER}/") or not default_storage.exists(name):
        return None
    return cast(BinaryIO, default_storage.open(name))


def drop(name: str) -> None:
    """Keep it no longer."""
    if name.startswith(f"{FOLDER}/"):
        default_storage.delete(name)


def drop_old(now: datetime | None = None) -> int:
    """Remove what nobody confirmed within a day; returns how many."""
    until = (now or clock.real_now()) - LASTS
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:  # object storage knows no folders: there the list is empty
        return 0
    old = [f"{FOLDER}/{name}" for name in names if _stamp(f"{FOLDER}/{name}") < until]
    for name in old:
        default_storage.delete(name)
    return len(old)


def _stamp(name: str) -> datetime:
    return default_storage.get_modified_time(name)

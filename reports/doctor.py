"""Whether this installation is well: one check for each thing it cannot do without.

A check never raises: what may go wrong with its part is named and told in its detail.
"""

import smtplib
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from queue import Empty
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.core.mail.backends import smtp
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from isotrack.journal.leases import BEAT
from isotrack.journal.models import Lease
from isotrack.journal.watch import SILENT_FOR
from isotrack.kit import clock
from isotrack.kit.papers import pdf
from isotrack.kit.words import show_time

Troubles = tuple[type[Exception], ...]

PING = "isotrack-doctor"
PAPER_FONT = "Tinos"  # what templates/print/base.html is set in
SECONDS = 5


@dataclass(frozen=True)
class Check:
    """One part: its name for scripts, whether it is well, and what was found."""

    name: str
    ok: bool
    detail: str


class NotWell(Exception):
    """A check found something wrong; the message says what."""


def examine() -> Iterator[Check]:
    """Examine every part, in the order in which one would mend them."""
    for name, (look, troubles) in CHECKS.items():
        expected: Troubles = (NotWell, *troubles)
        try:
            yield Check(name, True, look())
        except expected as trouble:
            yield Check(name, False, _in_one_line(trouble))


def findings() -> dict[str, list[dict[str, Any]]]:
    """What `examine` finds, in the form that the command promises."""
    return {"checks": [asdict(check) for check in examine()]}


def _in_one_line(trouble: BaseException) -> str:
    return " ".join(str(trouble).split()) or type(trouble).__name__


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    version = ".".join(str(part) for part in connection.get_database_version())
    return f"{connection.display_name} {version}"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _backwards in missing)
        raise NotWell(_("Chưa chạy: %(names)s") % {"names": names})
    return _("Đã chạy đủ")


def _broker() -> str:
    """A message put into the queue comes out of it again."""
    with current_app.connection_for_write() as queue:
        queue.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)
        with queue.SimpleQueue(PING) as line:
            line.clear()  # what a doctor who was interrupted left behind
            line.put({"ping": True})
            line.get(timeout=SECONDS).ack()
        return _("%(where)s: gửi vào, nhận ra được") % {"where": queue.as_uri()}


def _cache() -> str:
    """What is told to the cache can be asked back; a Redis that is away keeps nothing."""
    cache.set(PING, PING, SECONDS)
    if cache.get(PING) != PING:
        raise NotWell(_("Không giữ được gì: Redis không trả lời."))
    cache.delete(PING)
    return str(settings.CACHES["default"]["BACKEND"]).rpartition(".")[2]


def _scheduler() -> str:
    """It ticked within the hour, or was never started."""
    lease = Lease.objects.filter(name=BEAT).first()
    if lease is None:
        return _("Chưa chạy lần nào")
    when = show_time(lease.ticked_at)
    if clock.real_now() - lease.ticked_at >= SILENT_FOR:
        raise NotWell(_("Bộ lập lịch ngừng từ %(when)s: khởi động lại beat.") % {"when": when})
    return _("%(holder)s, nhịp gần nhất %(when)s") % {"holder": lease.holder or "–", "when": when}


def _mail() -> str:
    server = get_connection()
    if not isinstance(server, smtp.EmailBackend):
        # Others say all they can when they are made; opening one that writes files would leave one behind.
        return type(server).__module__.rpartition(".")[2]
    server.timeout = SECONDS
    server.open()
    server.close()
    return f"{server.host}:{server.port}"


def _storage() -> str:
    """A file written can be read and removed."""
    name = default_storage.save(f"{PING}/{PING}.txt", ContentFile(PING.encode()))
    try:
        with default_storage.open(name) as kept:
            if kept.read() != PING.encode():
                raise NotWell(_("Đọc lại khác với nội dung đã ghi."))
    finally:
        default_storage.delete(name)
    return _("%(where)s: ghi, đọc, xóa được") % {"where": default_storage.__class__.__name__}


def _fonts() -> str:
    """The letters official papers are set in, with the Vietnamese ones, and a page printed with them."""
    wanted = ["fc-list", f"{PAPER_FONT}:lang=vi", "file"]
    found = subprocess.run(wanted, capture_output=True, text=True, timeout=SECONDS * 4, check=True).stdout
    if not found.strip():
        raise NotWell(_("Chưa cài phông %(font)s có chữ tiếng Việt.") % {"font": PAPER_FONT})
    pages = len(pdf("print/demonstration_scan.html", {}))
    return _("%(font)s; in thử một trang PDF %(size)d byte") % {"font": PAPER_FONT, "size": pages}


def _clock() -> str:
    """Vietnamese time, and no demonstration where others can reach it."""
    now = clock.now()
    if now.astimezone(clock.ZONE).utcoffset() != timedelta(hours=7):
        raise NotWell(_("Dữ liệu múi giờ của máy sai: giờ Việt Nam phải là UTC+7."))
    if not clock.is_demonstration():
        return show_time(now)
    if settings.OPEN_TO_OTHERS:
        raise NotWell(_("Đồng hồ trình diễn đang chạy trên bản dùng thật: bỏ ISOTRACK_AS_OF và clock.json."))
    return _("%(time)s (đồng hồ trình diễn)") % {"time": show_time(now)}


def _messages() -> str:
    """Every catalogue of translations is compiled, and not older than its source."""
    folders = [Path(folder) for folder in settings.LOCALE_PATHS]
    sources = [source for folder in folders for source in folder.glob("*/LC_MESSAGES/*.po")]
    stale = [source for source in sources if not _is_compiled(source)]
    if stale or not sources:
        names = ", ".join(source.parts[-3] for source in stale) or settings.LANGUAGE_CODE
        raise NotWell(_("Chưa biên dịch bản dịch: %(names)s; chạy compilemessages.") % {"names": names})
    return ", ".join(sorted(source.parts[-3] for source in sources))


def _is_compiled(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime


NO_DATABASE: Troubles = (DatabaseError, ImproperlyConfigured, MigrationSchemaMissing)
# Name → how to look, and what may go wrong while looking.
CHECKS: dict[str, tuple[Callable[[], str], Troubles]] = {
    "database": (_database, NO_DATABASE),
    "migrations": (_migrations, NO_DATABASE),
    "broker": (_broker, (KombuError, RedisError, OSError, Empty)),
    "cache": (_cache, (OSError,)),
    "scheduler": (_scheduler, NO_DATABASE),
    "mail": (_mail, (smtplib.SMTPException, OSError, ImproperlyConfigured)),
    "storage": (_storage, (OSError,)),
    "fonts": (_fonts, (OSError, subprocess.SubprocessError)),
    "clock": (_clock, (OSError, LookupError, ValueError)),
    "messages": (_messages, (OSError,)),
}

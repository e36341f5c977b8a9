"""How the installation is doing: for the page of administrators, for Prometheus and for the doctor."""

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import celery
import django
from celery import current_app
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Count, Min, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import KombuError
from prometheus_client.core import GaugeMetricFamily, Metric
from redis.exceptions import RedisError

from agencies.models import User
from isotrack.journal import leases, pauses, runs
from isotrack.journal.models import Job, Lease, Notice, TaskRun
from isotrack.journal.models.notice import NoticeQuerySet
from isotrack.journal.watch import SILENT_FOR
from isotrack.kit import clock
from isotrack.kit.version import VERSION

SECONDS = 2
FAILED_SHOWN = 10
# A scheduler ticks every few seconds: after these it is gone, not slow.
LATE_AFTER = timedelta(minutes=5)


TASKS: dict[str, Promise] = {
    "isotrack.journal.tasks.deliver_notices": gettext_lazy("Gửi thư còn nợ"),
    "isotrack.journal.tasks.sweep_jobs": gettext_lazy("Làm tiếp việc chạy nền bị dở"),
    "reports.tasks.remind_of_reports": gettext_lazy("Lập thư nhắc báo cáo"),
    "reports.tasks.flag_overdue_reports": gettext_lazy("Đánh dấu trễ hạn, chưa gửi"),
    "reports.tasks.remind_of_letters": gettext_lazy("Lập thư nhắc ban hành văn bản"),
    "reports.tasks.remind_of_remedies": gettext_lazy("Lập thư nhắc khắc phục sau kiểm tra"),
    "reports.tasks.carry_out_successions": gettext_lazy("Thực hiện sắp xếp cơ quan đến ngày"),
    "reports.tasks.keep_people_in_step": gettext_lazy("Kết thúc nhiệm vụ, lời mời; khóa khi vắng mặt"),
}
# State of a task → the workflow state with the fitting drawing, and its words.
STATES: dict[str, tuple[str, Promise]] = {
    "never": ("not_started", gettext_lazy("Chưa chạy")),
    "running": ("planned", gettext_lazy("Đang chạy")),
    "done": ("accepted", gettext_lazy("Đã chạy")),
    "late": ("failed", gettext_lazy("Quá lâu chưa chạy")),
    "failed": ("failed", gettext_lazy("Gặp lỗi")),
}


def depth_of_queues() -> dict[str, int] | None:
    """How many tasks wait in each queue; None where the queue cannot be reached."""
    names = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    try:
        with current_app.connection_for_write(connect_timeout=SECONDS) as line:
            line.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)
            return {name: _depth(line, name) for name in names}
    except (KombuError, RedisError, OSError):
        return None


def _depth(line: Any, name: str) -> int:
    """An empty queue is one that Redis does not know."""
    try:
        return int(line.default_channel.queue_declare(name, passive=True).message_count)
    except line.channel_errors:
        return 0


@dataclass(frozen=True)
class ScheduledTask:
    """One line of the schedule and its last run."""

    label: str | Promise
    every: timedelta
    run: TaskRun | None
    now: datetime

    @property
    def began_at(self) -> datetime | None:
        """When it was last started."""
        return self.run.began_at if self.run else None

    @property
    def succeeded_at(self) -> datetime | None:
        """When it last ended well."""
        return self.run.succeeded_at if self.run else None

    @property
    def minutes(self) -> int:
        """How often it is started."""
        return round(self.every.total_seconds() / 60)

    @property
    def state_in_words(self) -> str:
        """The state for people."""
        return str(STATES[self.state][1])

    @property
    def icon(self) -> str:
        """The state whose drawing stands beside it."""
        return STATES[self.state][0]

    @property
    def state(self) -> str:
        """never, running, failed, late or done."""
        if self.run is None:
            return "never"
        if self.run.message:
            return "failed"
        if self.run.ended_at is None:
            return "running"
        return "late" if self.now - self.run.began_at > 2 * self.every + LATE_AFTER else "done"


class Operations:
    """What the page shows; each part asks once, when first looked at. Instants are the machine's own."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user = user
        self.now = now
        self.province = str(user.agency.province_id) if user.agency else ""

    @cached_property
    def beat(self) -> Lease:
        """Who leads the schedule."""
        return leases.seen(leases.BEAT)

    @property
    def beat_state(self) -> str:
        """never, alive, late or silent."""
        if not self.beat.holder and self.beat.until is None and self.is_young:
            return "never"
        silent = self.now - self.beat.ticked_at
        return "silent" if silent >= SILENT_FOR else "late" if silent > LATE_AFTER else "alive"

    @property
    def is_young(self) -> bool:
        """Whether no scheduled task ever ran."""
        return not self._runs

    @cached_property
    def _runs(self) -> dict[str, TaskRun]:
        return {run.name: run for run in TaskRun.objects.all()}

    @cached_property
    def tasks(self) -> list[ScheduledTask]:
        """The schedule in its order, with the last run of each."""
        found = []
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            every, task = timedelta(seconds=float(str(entry["schedule"]))), str(entry["task"])
            found.append(ScheduledTask(TASKS.get(task, name), every, self._runs.get(task), self.now))
        return found

    @cached_property
    def queues(self) -> dict[str, int] | None:
        """Waiting tasks by queue."""
        return depth_of_queues()

    @property
    def queue_lines(self) -> list[tuple[str, int]]:
        """The same as rows."""
        return list((self.queues or {}).items())

    @property
    def waiting(self) -> int:
        """All that waits."""
        return sum((self.queues or {}).values())

    @cached_property
    def jobs(self) -> dict[str, int]:
        """Long work by state; numbers only, as they are other people's."""
        return dict(Job.objects.order_by().values_list("state").annotate(rows=Count(Value(1))))

    @property
    def jobs_under_way(self) -> int:
        """Queued or being made."""
        return self.jobs.get(Job.State.QUEUED, 0) + self.jobs.get(Job.State.RUNNING, 0)

    @property
    def jobs_failed(self) -> int:
        """Those of the last days that failed."""
        return self.jobs.get(Job.State.FAILED, 0)

    @cached_property
    def failed(self) -> NoticeQuerySet:
        """The newest mails of the administrator's own province that could not be sent."""
        mine = Notice.objects.of_province(self.province).failed()
        return mine.defer("body_text", "body_html")[:FAILED_SHOWN]

    @cached_property
    def notices(self) -> dict[str, int]:
        """Mails of the own province by result."""
        return Notice.objects.of_province(self.province).counts_by_state()

    @property
    def pause(self) -> str:
        """Why nothing can be changed now, if so."""
        return pauses.reason()

    @cached_property
    def storage(self) -> "Storage":
        """Where files lie and how much room is left."""
        return Storage.of()

    @cached_property
    def versions(self) -> list[tuple[str, str]]:
        """What runs here."""
        database = ".".join(str(part) for part in connection.get_database_version())
        return [
            ("IsoTrack", VERSION),
            ("Python", platform.python_version()),
            ("Django", django.get_version()),
            ("Celery", celery.__version__),
            (str(connection.display_name), database),
        ]


@dataclass(frozen=True)
class Storage:
    """The file store, and the room on its disk in bytes (none for object storage)."""

    kind: str
    place: str
    free: int | None = None
    total: int | None = None

    @classmethod
    def of(cls) -> "Storage":
        """This installation's; never with a key or a password."""
        if settings.STORAGE_URL:
            return cls("S3", str(getattr(default_storage, "bucket_name", "")))
        folder = Path(settings.MEDIA_ROOT)
        while not folder.exists():
            folder = folder.parent
        room = shutil.disk_usage(folder)
        return cls(_("Thư mục"), str(settings.MEDIA_ROOT), room.free, room.total)

    @property
    def is_tight(self) -> bool:
        """Less than a tenth is left."""
        return self.free is not None and self.total is not None and self.free * 10 < self.total


class Gauges:
    """What Prometheus asks of the whole installation, counted in the database at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """Numbers alone; no name of a person, an agency or an address."""
        now, as_of = clock.real_now(), clock.now()
        by_state = GaugeMetricFamily("isotrack_notices", "Notices by result.", labels=["state"])
        for state, number in Notice.objects.counts_by_state().items():
            by_state.add_metric([state], number)
        yield by_state
        oldest = Notice.objects.owed(as_of).aggregate(oldest=Min("planned_for"))["oldest"]
        waited = (as_of - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily(
            "isotrack_oldest_unsent_seconds", "How long the oldest owed notice has waited.", value=waited
        )
        ticked_at = leases.seen(leases.BEAT).ticked_at
        yield GaugeMetricFamily(
            "isotrack_beat_last_tick_timestamp_seconds", "When beat last ticked.", value=ticked_at.timestamp()
        )
        yield GaugeMetricFamily(
            "isotrack_beat_silent_seconds",
            "How long beat has been silent.",
            value=max(0.0, (now - ticked_at).total_seconds()),
        )
        yield from self._tasks()
        yield from self._queues()
        yield GaugeMetricFamily(
            "isotrack_jobs_under_way", "Long work not finished.", value=Job.objects.under_way().count()
        )
        yield GaugeMetricFamily(
            "isotrack_read_only", "1 while nothing can be changed.", value=int(bool(pauses.reason()))
        )

    def _tasks(self) -> Iterator[Metric]:
        done = GaugeMetricFamily(
            "isotrack_task_last_success_timestamp_seconds", "Last run that ended well.", labels=["task"]
        )
        runs_of = {run.name: run for run in TaskRun.objects.all()}
        for name in runs.scheduled():
            run = runs_of.get(name)
            if run is not None and run.succeeded_at is not None:
                done.add_metric([name], run.succeeded_at.timestamp())
        yield done

    def _queues(self) -> Iterator[Metric]:
        depths = depth_of_queues()
        yield GaugeMetricFamily(
            "isotrack_broker_up", "1 where the queue can be reached.", value=int(depths is not None)
        )
        waiting = GaugeMetricFamily("isotrack_queue_depth", "Tasks waiting, by queue.", labels=["queue"])
        for name, number in (depths or {}).items():
            waiting.add_metric([name], number)
        yield waiting

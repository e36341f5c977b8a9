"""Processes of an installation, each group started and killed by the test, on the test's own database."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from isotrack.journal.deliver import CLAIM_LAPSES_AFTER
from isotrack.journal.models import Notice
from isotrack.kit import clock
from tests import make, sink
from tests.processes.test_worker_delivers import ROOT, queue

__all__ = ["queue"]


@pytest.fixture
def server() -> Iterator[sink.Sink]:
    with sink.listening() as listening:
        yield listening


@pytest.fixture
def environment(queue, server, tmp_path) -> dict[str, str]:
    """What every process is told: this test's database, queue and mail server, the morning of 23/6/2021."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {
        "DATABASE_URL": url.geturl(),
        "REDIS_URL": queue,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "ISOTRACK_VAR": str(tmp_path / "var"),
        "ISOTRACK_AS_OF": "2021-06-23T08:00",
        "BEAT_LEASE_SECONDS": "3",  # a killed scheduler's place is free after so long
    }


@pytest.fixture
def start(environment) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start one process; whatever still runs at the end of the test is ended."""
    with ExitStack() as running:

        def begin(*command: str, **more: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=environment | more, start_new_session=True
            )
            running.callback(_end, process)
            return process

        yield begin


def _end(process: subprocess.Popen[bytes]) -> None:
    """At once: an orderly stop of six processes took longer than the test itself."""
    process.kill()
    process.wait()


@pytest.fixture
def start_worker(start) -> Callable[..., subprocess.Popen[bytes]]:
    """A worker of one process."""
    command = ["-m", "celery", "--quiet", "--app", "tests.faults.quick", "worker", "--pool", "solo"]
    command += ["--without-mingle", "--without-gossip", "--loglevel", "CRITICAL"]
    return lambda **more: start(*command, **more)


@pytest.fixture
def start_beat(start, tmp_path) -> Callable[[str], subprocess.Popen[bytes]]:
    """A scheduler that ticks every second."""

    def begin(name: str) -> subprocess.Popen[bytes]:
        schedule = str(Path(tmp_path) / f"beat-{name}")
        command = ["-m", "celery", "--quiet", "--app", "tests.faults.quick", "beat", "--pidfile="]
        return start(*command, "--schedule", schedule, "--loglevel", "CRITICAL")

    return begin


@pytest.fixture
def move_clock(tmp_path) -> Callable[[str], None]:
    """Set the clock that every process of the test goes by."""

    def move(text: str) -> None:
        clock.Anchor(make.at(text), clock.real_now()).write(tmp_path / "var" / "clock.json")

    return move


@pytest.fixture
def lapse() -> Callable[[], int]:
    """What ten minutes do: claims of dead workers lapse, pauses after a refusal are over."""

    def later() -> int:
        lapsed = clock.real_now() - 2 * CLAIM_LAPSES_AFTER
        Notice.objects.filter(next_try_at__isnull=False).update(next_try_at=lapsed)
        return Notice.objects.filter(claimed_at__isnull=False).update(claimed_at=lapsed)

    return later

"""A real worker makes the consolidated report; killed in the middle, another one finishes it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.db import connection
from kombu import Connection

from isotrack.journal import jobs
from isotrack.journal.models import Job
from isotrack.journal.tasks import make_job_part, sweep_jobs
from isotrack.kit import clock
from reports.jobs.consolidated import PAPER, arguments_of
from tests import make
from tests.processes.test_worker_delivers import ROOT, queue

__all__ = ["queue"]
SECONDS = 120  # a worker starts and prints pages, on a machine that runs other tests beside it
pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def wait_for(what):
    """Wait until `what` is true, or fail."""
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


@pytest.fixture
def worker(queue, settings, tmp_path):
    """Starts workers on this test's database and file store."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {
        "DATABASE_URL": url.geturl(),
        "REDIS_URL": queue,
        "ISOTRACK_VAR": str(tmp_path / "worker"),
    }
    settings.MEDIA_ROOT = tmp_path / "worker" / "files"
    command = [sys.executable, "-m", "celery", "--app", "isotrack.celery:app", "worker", "--pool", "solo"]
    command += ["--without-mingle", "--without-gossip", "--loglevel", "ERROR"]

    @contextmanager
    def running():
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(SECONDS)

    return running


@pytest.fixture
def job(monkeypatch):
    """Asked for; the test itself tells the queue."""
    cycle = make.reports(3)
    monkeypatch.setattr(jobs, "hand_out", lambda parts: None)
    arguments = arguments_of(make.snapshot(cycle), "vi")
    return jobs.ask(PAPER, "Báo cáo", by=make.staff(), at=make.NOW, province="1", arguments=arguments)


def tell(queue, task, *words):
    with Connection(queue) as line:
        task.apply_async(words, connection=line)


def is_done(job):
    return Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists()


def test_a_worker_makes_the_paper_however_often_it_is_told(worker, queue, job):
    part = job.parts.get()
    with worker():
        for _each in range(3):
            tell(queue, make_job_part, part.pk)
        wait_for(lambda: is_done(job))
    made = Job.objects.get()
    assert (made.name, made.parts.get().tries) == ("TH-89-2020-1.pdf", 1)
    assert made.file.read().startswith(b"%PDF-")


def test_a_worker_killed_while_it_prints_loses_nothing(worker, queue, job):
    part = job.parts.get()
    with worker() as process:
        tell(queue, make_job_part, part.pk)
        wait_for(lambda: job.parts.filter(claimed_at__isnull=False).exists())
        process.kill()
        assert process.wait(SECONDS) == -signal.SIGKILL
    assert Job.objects.get().state == Job.State.RUNNING
    job.parts.update(claimed_at=clock.real_now() - 2 * jobs.CLAIM_LAPSES_AFTER)
    with worker():
        tell(queue, sweep_jobs)
        wait_for(lambda: is_done(job))
    assert Job.objects.get().parts.get().tries == 2

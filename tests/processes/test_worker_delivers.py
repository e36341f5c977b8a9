"""A real Celery worker over a real Redis delivers reminders to a real mail server."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.db import connection
from kombu import Connection

from isotrack.journal.models import Notice
from isotrack.kit import clock
from reports.tasks import flag_overdue_reports, remind_of_reports
from tests import make, sink

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 40


def wait_for(what):
    """Wait until `what` is true, or fail."""
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


@pytest.fixture
def queue():
    """A Redis database of this test's own, so that no other test's tasks are in it."""
    if not configured.REDIS_URL:
        pytest.skip("needs REDIS_URL; tests/services.py gives one")
    number = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    return urlsplit(configured.REDIS_URL)._replace(path=f"/{number}").geturl()


@pytest.fixture
def server():
    with sink.listening() as listening:
        yield listening


@pytest.fixture
def worker(queue, server, tmp_path):
    """Starts workers on this test's database, in the morning of 23/6/2021 by their clock."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {
        "DATABASE_URL": url.geturl(),
        "REDIS_URL": queue,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "ISOTRACK_VAR": str(tmp_path / "worker"),
        "ISOTRACK_AS_OF": "2021-06-23T08:00",
    }
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


def tell(task, queue):
    with Connection(queue) as line:
        task.apply_async(connection=line)


def test_a_reminder_goes_from_the_queue_to_the_mailbox_once_however_often_it_is_told(worker, queue, server):
    agency = make.agency()
    make.cycle()
    with worker():
        for task in (remind_of_reports, remind_of_reports, flag_overdue_reports):
            tell(task, queue)
        wait_for(lambda: Notice.objects.filter(state="sent").exists())
    (mail,) = server.mails
    assert mail["To"] == agency.contact_email
    assert mail["Subject"].strip() == "Còn 6 ngày: Báo cáo năm 2020 – UBND xã Khánh An"
    assert clock.day_of(Notice.objects.get().sent_at) == make.at("2021-06-23").date()

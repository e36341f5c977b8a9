"""Files in object storage: a server of the S3 protocol as a process of its own, and the real boto3 over HTTP.

The server is moto's: the only one that comes as a package. It keeps no password, so who may read is tested
at our own pages, and that the store itself gives nothing to strangers by the rights of each object.
"""

import os
import socket
import subprocess
import sys
import time
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client

from agencies.actions import registry_file, upload
from isotrack import settings as configured
from isotrack.journal import jobs
from isotrack.journal.models import Job, JobPart
from isotrack.kit import clock
from isotrack.kit.backups import restore, take
from isotrack.kit.object_store import StoreAway
from reports.doctor import examine
from reports.models import AnnualReport
from reports.workbook import marked
from tests import make
from tests.reports.test_filling_files import PDF, attach, download, lan

__all__ = ["lan"]
pytestmark = [pytest.mark.services, pytest.mark.django_db]
DAY = timedelta(days=1)
SECONDS = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server():
    """The port of an S3 server."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(
        command, env=os.environ | {"MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": "1048576"}, **quiet
    )
    deadline = time.monotonic() + SECONDS
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert process.poll() is None, "moto did not start"
        assert time.monotonic() < deadline, "moto does not answer"
        time.sleep(0.05)
    yield port
    process.kill()
    process.wait()


@pytest.fixture
def keep_in(settings, monkeypatch):
    """Says where files are kept, as STORAGE_URL does."""

    def kept(port, bucket="isotrack"):
        monkeypatch.setattr(configured, "STORAGE_URL", f"s3+http://key:geheim%2F@127.0.0.1:{port}/{bucket}")
        settings.STORAGES = settings.STORAGES | {"default": configured._file_store()}

    return kept


@pytest.fixture
def bucket(server, keep_in):
    """An empty bucket in which files are kept; a function that goes on with another one."""

    def another(name):
        keep_in(server, name)
        default_storage.bucket.create()
        default_storage.bucket.objects.all().delete()

    another("isotrack")
    return another


@pytest.fixture
def silent():
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield listening.getsockname()[1]


def stored():
    return sorted(entry.key for entry in default_storage.bucket.objects.all())


def readiness():
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["not_well"]


def test_a_file_is_kept_replaced_and_given_back_to_those_who_may_read_it(bucket, lan, browse):
    client, report = lan
    attach(client, report)
    attach(client, report, PDF + b" again")
    assert len(stored()) == 2
    newest = report.attachments.current().get()
    answer = download(client, report, newest)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert (answer["Content-Type"], b"".join(answer)) == ("application/pdf", PDF + b" again")
    stranger = browse(make.officer(make.agency("Ủy ban nhân dân xã Khánh Bình")))
    assert download(stranger, report, newest).status_code == 404


def test_two_files_of_one_name_never_meet(bucket):
    first, second = (default_storage.save("reports/a.pdf", ContentFile(text)) for text in (b"1", b"2"))
    assert first != second
    assert (default_storage.open(first).read(), default_storage.open(second).read()) == (b"1", b"2")


def test_the_store_gives_nothing_to_who_does_not_sign(bucket, server):
    name = default_storage.save("reports/a.pdf", ContentFile(PDF))
    with pytest.raises(HTTPError) as refused:
        urlopen(f"http://127.0.0.1:{server}/isotrack/{name}")
    assert refused.value.code == 403


def test_a_lost_file_is_not_found_and_no_error(bucket, lan):
    client, report = lan
    attach(client, report)
    file = report.attachments.get()
    default_storage.delete(file.file.name)
    assert download(client, report, file).status_code == 404
    for look in (default_storage.open, default_storage.size, default_storage.get_modified_time):
        with pytest.raises(FileNotFoundError):
            look(file.file.name)


def test_a_backup_of_one_bucket_goes_back_into_another(bucket, tmp_path):
    with transaction.atomic():
        cycle = make.reports(2)
        make.document().file.save("công văn.pdf", ContentFile(PDF))
        make.job(make.staff(), file=PDF)
        before, taken = stored(), take(tmp_path / "backup", at=make.NOW)
        transaction.set_rollback(True)
    assert not AnnualReport.objects.exists()
    bucket("spare")
    there = restore(tmp_path / "backup")
    assert (there.sha256, there.files, stored()) == (taken.sha256, 2, before)
    assert AnnualReport.objects.filter(cycle__year=cycle.year).count() == 2


def test_what_nobody_confirmed_is_gone_after_a_day(bucket):
    name = upload.keep(ContentFile(b"xlsx"))
    assert upload.drop_old() == 0
    assert upload.drop_old(clock.real_now() + 2 * DAY) == 1
    assert not default_storage.exists(name)


def test_coloured_copies_and_finished_work_are_gone_after_their_days(bucket):
    marked.keep_for_a_day(b"xlsx", make.NOW)
    last = marked.keep_for_a_day(b"xlsx", make.NOW + 3 * DAY)
    assert stored() == [last]
    job = make.job(make.staff(), file=PDF, state=Job.State.DONE, finished_at=clock.now() - 100 * DAY)
    assert default_storage.exists(job.file.name)
    jobs.sweep()
    assert (stored(), Job.objects.exists()) == ([last], False)


def test_it_is_ready_with_its_bucket_and_names_the_storage_without(bucket, server, keep_in):
    assert readiness() == (200, [])
    keep_in(server, "nobody-made-it")
    assert readiness() == (503, ["storage"])


@pytest.mark.parametrize("is_silent", [False, True], ids=["nobody listens", "no word"])
def test_a_store_that_is_away_is_named_at_once(keep_in, silent, is_silent):
    keep_in(silent if is_silent else 1)
    began = time.monotonic()
    assert readiness() == (503, ["storage"])
    assert time.monotonic() - began < 4


def test_a_store_that_is_away_is_a_page_that_says_so(bucket, lan, keep_in):
    client, report = lan
    attach(client, report)
    client.raise_request_exception = False
    keep_in(1)
    answer = download(client, report, report.attachments.get())
    assert (answer.status_code, "kho tệp tạm thời không trả lời" in answer.content.decode()) == (503, True)
    assert attach(client, report, PDF + b" again").status_code == 503
    assert report.attachments.count() == 1


def test_the_doctor_names_it_without_the_key(keep_in):
    keep_in(1)
    (found,) = [check for check in examine() if check.name == "storage"]
    assert (found.ok, "geheim" in found.detail) == (False, False)


def test_work_waits_for_a_store_that_is_away(bucket, server, keep_in, monkeypatch):
    job = make.job(make.staff(), state=Job.State.RUNNING, finished_at=None)
    JobPart.objects.create(job=job, number=1, result=PDF, made_at=clock.real_now())
    monkeypatch.setattr(jobs, "work_of", lambda kind: Joined)
    keep_in(1)
    jobs.sweep()
    assert Job.objects.get().state == Job.State.RUNNING
    keep_in(server)
    jobs.sweep()
    assert (Job.objects.get().state, Job.objects.get().file.read()) == (Job.State.DONE, PDF)


class Joined:
    @staticmethod
    def join(arguments, results):
        return "a.pdf", b"".join(results)


def test_a_registry_file_waits_for_a_store_that_is_away_and_is_not_called_lost(bucket, keep_in):
    kept = make.registry_file(make.staff())
    keep_in(1)
    with pytest.raises(StoreAway):
        registry_file.content_of(kept)

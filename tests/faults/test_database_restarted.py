"""PostgreSQL dies under load: what was accepted is there, people are told, and press again without harm."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlencode

import psycopg2
import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client

from agencies.models import User
from reports.models import AnnualReport
from tests import make, services
from tests.processes.test_worker_delivers import ROOT, queue, wait_for

__all__ = ["queue"]
pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
SECRET = "a" * 32
SECONDS = 40


class Cluster:
    """A PostgreSQL of the test's own, which may be crashed. What it says is committed lies in its log."""

    def __init__(self, folder: Path) -> None:
        self.port = services._free_port()
        self.data, self.log = folder / "data", folder / "postgresql.log"
        self.url = f"postgres://isotrack@127.0.0.1:{self.port}/isotrack"

    def run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [services._postgresql(program), *words],
            check=False,
            cwd="/",
            stdout=subprocess.DEVNULL,
            **services._unprivileged(),
        )
        assert done.returncode == 0, program

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self.run("pg_ctl", "start", "-w", "-D", str(self.data), "-l", str(self.log), "-o", options)

    def crash(self) -> None:
        self.run("pg_ctl", "stop", "-D", str(self.data), "-m", "immediate")

    def ask(self, question: str) -> list[tuple]:
        with psycopg2.connect(self.url) as line, line.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchall()


@pytest.fixture
def cluster(tmp_path_factory):
    folder = Path(services._folder(tmp_path_factory.mktemp("cluster"), "own"))
    shared = Path(gettempdir())
    for above in folder.parents:
        if above == shared:
            break
        above.chmod(0o755)  # the server's own user passes through it
    made = Cluster(folder)
    options = ["--auth=trust", "--username=isotrack", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    made.run("initdb", *options, f"--pgdata={made.data}")
    made.start()
    try:
        yield made
    finally:
        made.crash()


def copy_to(cluster):
    """This test's database as it is now, in the cluster's own."""
    own = connection.settings_dict
    cluster.run("createdb", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "isotrack", "isotrack")
    dump = [services._postgresql("pg_dump"), "-h", own["HOST"], "-p", str(own["PORT"]), "-U", own["USER"]]
    with subprocess.Popen([*dump, own["NAME"]], stdout=subprocess.PIPE) as dumped:
        load = [services._postgresql("psql"), "--quiet", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
        subprocess.run([*load, cluster.url], stdin=dumped.stdout, check=True)


@contextmanager
def web(cluster, queue, folder):
    """Two web workers on the cluster; gives their port."""
    port = services._free_port()
    environment = os.environ | {
        "DATABASE_URL": cluster.url,
        "REDIS_URL": queue,
        "ISOTRACK_VAR": str(folder / "web"),
        "ISOTRACK_AS_OF": "2021-06-29T23:50",
        "DJANGO_SETTINGS_MODULE": "tests.faults.plain",
        "SECRET_KEY": configured.SECRET_KEY,  # sessions were signed with it
    }
    command = [sys.executable, "-m", "gunicorn", "isotrack.wsgi:application", "--workers", "2"]
    command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "critical"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(SECONDS)


class Officer:
    """One officer at the button, in the last ten minutes: presses until the report is accepted."""

    def __init__(self, port, report, session):
        self.port, self.report = port, report
        self.cookies = f"sessionid={session}; csrftoken={SECRET}"
        self.pages = []

    def press(self):
        line = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            words = urlencode(
                {"csrfmiddlewaretoken": SECRET, "reason": "Trong năm không có nội dung phát sinh."}
            )
            kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookies}
            line.request("POST", f"/reports/{self.report}/nil/", words, kind)
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()

    def insist(self):
        """Press until it is accepted, and once more to be sure."""
        deadline = time.monotonic() + SECONDS
        while (page := self.press())[0] != 302:
            assert time.monotonic() < deadline, page
            self.pages.append(page)
            time.sleep(0.1)
        self.press()
        return self.report


def answers(port):
    try:
        HTTPConnection("127.0.0.1", port, timeout=1).connect()
    except OSError:
        return False
    return True


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def test_no_accepted_report_is_lost_people_are_told_and_pressing_again_sends_nothing_twice(
    cluster, queue, tmp_path
):
    cycle = make.reports(24)
    owed = dict(AnnualReport.objects.filter(cycle=cycle).values_list("pk", "agency_id"))
    people = {pk: make.officer(AnnualReport.objects.get(pk=pk).agency) for pk in owed}
    assert User.objects.count() == 24
    sessions = {pk: signed_in(person) for pk, person in people.items()}
    copy_to(cluster)
    with web(cluster, queue, tmp_path) as port, ThreadPoolExecutor(4) as crowd:
        wait_for(lambda: answers(port))
        officers = [Officer(port, pk, session) for pk, session in sessions.items()]
        pressing = [crowd.submit(officer.insist) for officer in officers]
        wait_for(lambda: sum(one.done() for one in pressing) >= 5)
        cluster.crash()
        wait_for(lambda: sum(bool(officer.pages) for officer in officers) >= 4)
        cluster.start()
        accepted = {one.result() for one in pressing}
    met = [page for officer in officers for page in officer.pages]
    assert accepted == set(owed)
    assert {status for status, _content in met} == {503}
    assert all("bấm lại không gửi thêm lần nữa" in content for _status, content in met)
    sent = cluster.ask("SELECT report_id, count(*) FROM reports_submission GROUP BY 1")
    said = cluster.ask("SELECT count(*) FROM journal_entry WHERE verb = 'report-nil-declared'")
    assert dict(sent) == dict.fromkeys(owed, 1)
    assert said == [(24,)]

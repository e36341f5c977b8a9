"""Two web machines, three of workers, two of schedulers: parts of it die under load, and nothing is lost.

Each is a process group of its own with its own folder and configuration; they share one PostgreSQL, one Redis
and one mail server. Like a service manager the test starts again what it killed.
"""

import http.client
import os
import signal
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from urllib.parse import urlencode, urlsplit

import pytest
import redis
from django.conf import settings as configured
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from isotrack.journal.jobs import CLAIM_LAPSES_AFTER, ask
from isotrack.journal.models import Job, JobPart, Lease, Notice
from isotrack.kit import clock
from reports.models import AnnualReport, Submission
from tests import make
from tests.processes.test_worker_delivers import wait_for

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
SENDING, SILENT = 24, 20
TOKEN = "t" * 32
WORDS = urlencode({"reason": "Chưa có thủ tục nào được giải quyết."})
SECONDS_TO_SEND = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        return get(port, "/healthz") == 200
    except OSError:
        return False


def get(port, path):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", path)
    return line.getresponse().status


def signed_in(user):
    """The cookie of a session as signing in makes it."""
    session = import_module(configured.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = configured.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def send(told):
    """An officer presses the button until the report is taken, at either machine; gives the tries."""
    pk, session, ports = told
    head = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
    head["Content-Type"] = "application/x-www-form-urlencoded"
    ends, tries = time.monotonic() + SECONDS_TO_SEND, 0
    while time.monotonic() < ends:
        line = http.client.HTTPConnection("127.0.0.1", ports[(pk + tries) % len(ports)], timeout=10)
        tries += 1
        try:
            line.request("POST", f"/reports/{pk}/nil/", WORDS, head)
            answer = line.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
            continue
        if answer.status == 302 and "login" not in answer.headers["Location"]:
            return tries
    raise AssertionError(f"report {pk} was not taken in {tries} tries")


@pytest.fixture
def machines(start, tmp_path):
    """Starts one process as on a machine of its own."""

    def begin(name, *command, **more):
        folder = tmp_path / name
        return start("-m", *command, ISOTRACK_VAR=str(folder), BEAT_LEASE_SECONDS="2", **more)

    return begin


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def test_parts_of_it_die_under_load_and_nothing_is_lost(machines, queue, server, lapse):
    cycle = make.reports(SENDING + SILENT)
    owed = list(cycle.reports.select_related("agency").order_by("pk"))
    officers = [(one.pk, signed_in(make.officer(one.agency))) for one in owed[:SENDING]]
    job = ask(
        "report-forms", "Biểu mẫu", by=make.staff(), at=clock.real_now(), province=1,
        arguments={"cycle": cycle.pk},
    )  # fmt: skip
    address = urlsplit(queue)
    broker = redis.Redis(host="127.0.0.1", port=address.port, db=int(address.path[1:]))
    broker.flushdb()

    ports = [free_port(), free_port()]

    def web(number):
        command = [
            "gunicorn",
            "--config",
            "deploy/gunicorn.py",
            "isotrack.wsgi:application",
            "--workers",
            "1",
        ]
        bind = f"127.0.0.1:{ports[number]}"
        more = {"PORT": str(ports[number])}
        return machines(
            f"web-{number}",
            *command,
            "--bind",
            bind,
            "--log-level",
            "critical",
            "--no-control-socket",
            **more,
        )

    def worker(name, *queues):
        command = ["celery", "--quiet", "--app", "tests.faults.quick", "worker", "--pool", "solo"]
        command += ["--without-mingle", "--without-gossip", "--loglevel", "CRITICAL", "--hostname", name]
        return machines(name, *command, "--queues", ",".join(queues))

    def beat(name):
        return machines(name, "celery", "--quiet", "--app", "tests.faults.quick", "beat", "--pidfile=",
                        "--loglevel", "CRITICAL")  # fmt: skip

    webs = [web(0), web(1)]
    mailer = worker("mail", "mail", "default")
    worker("papers", "papers", "imports")
    worker("all", "mail", "papers", "imports", "default")
    beats = {process.pid: process for process in (beat("beat-a"), beat("beat-b"))}
    wait_for(lambda: answers(ports[0]) and answers(ports[1]))

    with ThreadPoolExecutor(3) as people:
        sent = [people.submit(send, (*officer, ports)) for officer in officers]
        wait_for(lambda: any(one.done() for one in sent))
        kill(webs[0])  # in the middle of its requests …
        webs[0] = web(0)
        wait_for(lambda: len(server.mails) >= 3)
        kill(mailer)  # … of its mails …
        leader = int(Lease.objects.get(name="beat").holder.split()[-1])
        kill(beats.pop(leader))  # … the one that leads …
        broker.flushdb()  # … and what waited.
        lapse()
        JobPart.objects.filter(made_at__isnull=True, claimed_at__isnull=False).update(
            claimed_at=clock.real_now() - 2 * CLAIM_LAPSES_AFTER
        )
        tries = [one.result() for one in sent]

    assert AnnualReport.objects.filter(state="submitted").count() == SENDING
    per_report = Counter(Submission.objects.values_list("report", flat=True))
    assert (len(per_report), set(per_report.values())) == (SENDING, {1})  # pressed again: no second effect
    assert len(tries) == SENDING
    wait_for(lambda: not Notice.objects.filter(state="planned").exists() and Notice.objects.exists())
    follower = int(Lease.objects.get(name="beat").holder.split()[-1])
    assert follower in beats
    lapse()
    wait_for(lambda: not Notice.objects.filter(state="planned").exists())
    assert not Notice.objects.filter(state="failed").exists()
    silent = {one.agency.contact_email for one in owed[SENDING:]}
    names = {}
    for mail in server.mails:
        names.setdefault(mail["To"], []).append(mail["Message-ID"].strip())
    assert silent <= set(names)
    repeated = [ids for ids in names.values() if len(ids) > 1]
    assert all(len(set(ids)) == 1 for ids in repeated)  # the one in flight when its worker died
    assert len(repeated) <= 1
    wait_for(lambda: Job.objects.get(pk=job.pk).state == Job.State.DONE)

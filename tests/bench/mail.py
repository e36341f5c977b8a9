"""Delivering mails to a local server, beside a plain loop of the standard library over one connection.

Both run in processes of their own and are timed on the wall: they wait for the same server.
"""

import multiprocessing
import smtplib
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from statistics import median

from django.conf import settings
from django.db import connection, connections

from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Notice
from reports.actions.reminder import plan_reminders
from reports.models import ReportCycle
from tests.bench.nation import FRESH_YEAR, NOW, Nation
from tests.bench.sets import OPENED, REMINDED
from tests.bench.table import Row, no_more, rate
from tests.bench.timing import peak

ROUNDS = 3
MEMORY = 40  # MiB that a run may grow, however many mails leave
FORK = multiprocessing.get_context("fork")


class _Taker(socketserver.StreamRequestHandler):
    """Takes every mail and keeps none: the cheapest server there can be."""

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        for line in iter(self.rfile.readline, b""):
            if line[:4].upper() == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            self.wfile.write(b"221 bye\r\n" if line[:4].upper() == b"QUIT" else b"250 fine\r\n")


@contextmanager
def sink() -> "Iterator[int]":
    """A mail server in a process of its own; gives its port."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Taker)
    server.daemon_threads = True
    process = FORK.Process(target=server.serve_forever, daemon=True)
    process.start()
    server.socket.close()
    try:
        yield server.server_address[1]
    finally:
        process.terminate()
        process.join()


@dataclass(frozen=True)
class Letter:
    """What one mail says; the floor finds it written."""

    to: str
    subject: str
    text: str
    html: str


def delivering(nation: Nation) -> "Iterator[Row]":
    """The reminders of one round, by one worker and by two, in turns with the loops."""
    _plan(nation)
    owed = Notice.objects.filter(state=Notice.State.PLANNED).count()
    with sink() as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        _in_processes([deliver])  # the words are found, and the floor has something to send
        letters = list(_letters())
        for workers, least, words in ((1, 0.8, "one worker"), (2, 0.85, "two workers")):
            ours, floor, grown = _rates(letters, workers, port)
            yield rate(f"delivering {owed:,} mails, {words}", ours, floor, least, "mails/s")
        yield no_more("delivering, memory of a worker above its start", grown, MEMORY, "MiB")


def _plan(nation: Nation) -> None:
    cycle = nation.trees[-1].cycle(FRESH_YEAR)
    ReportCycle.objects.exclude(pk=cycle.pk).update(closed_at=OPENED)
    plan_reminders(as_of=REMINDED)


def _letters() -> "Iterator[Letter]":
    sent = Notice.objects.filter(sent_at=REMINDED).order_by("pk")
    for told in sent.values_list("recipient", "subject", "body_text", "body_html"):
        yield Letter(*told)


def _rates(letters: "list[Letter]", workers: int, port: int) -> tuple[float, float, float]:
    """Mails a second of ours and of the floor, medians of their rounds; MiB a worker grew."""
    cut = [letters[start::workers] for start in range(workers)]
    ours: list[float] = []
    floor: list[float] = []
    grown = 0.0
    for _turn in range(ROUNDS):
        _owe_again()
        seconds, mib = _in_processes([deliver] * workers)
        ours.append(len(letters) / seconds)
        grown = max(grown, mib)
        seconds, _mib = _in_processes([_loop(part, port) for part in cut])
        floor.append(len(letters) / seconds)
    return median(ours), median(floor), grown


def deliver() -> None:
    """What a worker does."""
    deliver_owed(REMINDED)


def _loop(letters: "Sequence[Letter]", port: int) -> "Callable[[], None]":
    """What anybody writes who has to send mails: build each, send it over the same connection."""

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for number, letter in enumerate(letters):
                mail = EmailMessage()
                mail["From"], mail["To"] = settings.DEFAULT_FROM_EMAIL, letter.to
                mail["Subject"], mail["Message-ID"] = letter.subject, f"<{number}@floor.example>"
                mail.set_content(letter.text)
                mail.add_alternative(letter.html, subtype="html")
                server.send_message(mail)

    return send


def _owe_again() -> None:
    sent = Notice.objects.filter(sent_at=REMINDED)
    sent.update(state=Notice.State.PLANNED, sent_at=None, message_id="", tries=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM journal_notice")


def _in_processes(works: "Sequence[Callable[[], None]]") -> tuple[float, float]:
    """Seconds until all have done theirs, each in a process; MiB by which the largest of them grew."""
    grown = FORK.Queue()
    ready = FORK.Barrier(len(works) + 1)
    connections.close_all()  # nobody shares a connection
    processes = [FORK.Process(target=_work, args=(work, ready, grown)) for work in works]
    for process in processes:
        process.start()
    ready.wait()
    start = time.perf_counter()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - start
    assert not any(process.exitcode for process in processes)
    return seconds, max(grown.get() for _process in processes)


def _work(
    work: "Callable[[], None]", ready: "threading.Barrier", grown: "multiprocessing.Queue[float]"
) -> None:
    connection.ensure_connection()
    ready.wait()
    with peak() as found:
        work()
    grown.put(found[0])


__all__ = ["NOW", "delivering"]

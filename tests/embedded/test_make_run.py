"""The README's command on a fresh copy: a visitor files a report, moves the clock, and finds the mails."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from email import message_from_bytes, policy
from http.cookiejar import CookieJar
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from isotrack.kit.words import read_date, show_date
from tests.reports.filled import answers
from tests.reports.pages import opened

pytestmark = pytest.mark.embedded
ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "IsoTrack-2021"
SECONDS_TO_START, SECONDS_TO_PLAY = 300, 120
BOUNDARY = "----a-line-that-is-in-no-answer"
PDF = b"%PDF-1.7\n% signed and scanned\n%%EOF\n"


def wait_for(what, seconds):
    """Wait until `what` gives something true and return that, or fail."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.3)
    return found


class Visitor:
    """A browser without script: cookies, forms, redirects."""

    def __init__(self, address, username):
        self.address = address
        self.web = build_opener(HTTPCookieProcessor(CookieJar()))
        self.post("/account/login/", {"login": username, "password": PASSWORD})

    def get(self, path):
        return self._page(self.web.open(urljoin(self.address, path), timeout=30))

    def post(self, path, values, files=()):
        """Send a form as a browser does: with the token of the page it stands on."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path).content.decode())[1]
        body = _multipart({"csrfmiddlewaretoken": token} | values, files)
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self._page(self.web.open(Request(urljoin(self.address, path), body, kind), timeout=60))

    @staticmethod
    def _page(answer):
        return SimpleNamespace(url=answer.geturl(), content=answer.read())


def _multipart(values, files):
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in values.items()]
    for name in files:
        head = f'name="{name}"; filename="bao-cao-2020.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        parts.append(head.encode() + PDF)
    lead = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
    return b"".join(lead + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def typed(given):
    """The answers of a sample report as a person types them: field → text, and the fields that are files."""
    fields = {}
    for key, value in given.items():
        rows = value if isinstance(value, list) else []
        fields |= {f"{key}-{n}-{column}": _text(v) for n, row in enumerate(rows) for column, v in row.items()}
        fields |= {} if rows else {key: _text(value)}
    files = {key for key in fields if key.endswith("_file")}
    return {key: text for key, text in fields.items() if key not in files}, files


def _text(value):
    if isinstance(value, bool):
        return str(value).lower()
    is_day = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    return show_date(read_date(value)) if is_day else str(value)


@pytest.fixture
def copy(tmp_path):
    """What a clone would hold, without what running and installing produced here."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / "copy" / name)
    return tmp_path / "copy"


@pytest.fixture
def var(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def address(copy, var):
    """`make run` on the embedded default, until SIGTERM; then nothing of it may be left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given_elsewhere = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "STORAGE_URL", "SECRET_KEY", "ALLOWED_HOSTS")
    environment = {name: value for name, value in os.environ.items() if name not in given_elsewhere}
    environment |= {"ISOTRACK_VAR": str(var), "PYTHONUNBUFFERED": "1"}
    with (copy.parent / "log").open("wb") as log:
        command = ["make", "run", f"PORT={port}", f"VENV={sys.prefix}"]
        process = subprocess.Popen(command, cwd=copy, env=environment, stdout=log, stderr=log)
        try:
            told = f"http://127.0.0.1:{port}/"
            wait_for(lambda: told in _said(process, copy.parent / "log"), SECONDS_TO_START)
            yield told
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    assert wait_for(lambda: not _living(var), 20)


def _said(process, log):
    text = log.read_text(errors="replace")
    assert process.poll() is None, text[-3000:]
    return text


def _living(var):
    """Processes that run for this folder."""
    mark = f"ISOTRACK_VAR={var}\0".encode()
    return [path for path in Path("/proc").glob("[0-9]*/environ") if mark in _read(path)]


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def mails(var, beginning):
    """Receivers of the mails in the outbox whose subject begins so."""
    files = (var / "outbox").glob("*.eml")
    found = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in files)
    return [str(mail["To"]) for mail in found if str(mail["Subject"]).strip().startswith(beginning)]


def file_report(visitor):
    """Fill in every section as its page asks for it, then send; return the page this ends on."""
    fields, files = typed(answers("C01"))
    start = re.search(r"/reports/\d+/fill/", visitor.get("/").content.decode())[0]
    page = visitor.get(start)
    for _step in range(60):
        if page.url.endswith("/send/"):
            # Where a figure fell far below last year's, a sentence says why.
            warned = re.findall(r'name="(note-R\d+)"', page.content.decode())
            return visitor.post(page.url, {"do": "send"} | dict.fromkeys(warned, "Sắp xếp lại biên chế."))
        held = opened(page)
        asked = {name.removeprefix("seen-") for name in held if name.startswith("seen-")}
        mine = {name: text for name, text in fields.items() if name.split("-")[0] in asked}
        there = [name for name in files if f'name="{name}"' in page.content.decode()]
        # Last year's answers that this year shares are confirmed with a tick.
        ticks = dict.fromkeys(re.findall(r'name="(confirm-\w+)"', page.content.decode()), "on")
        page = visitor.post(page.url, held | mine | ticks | {"do": "next"}, there)
    raise AssertionError(f"stuck at {page.url}")


def test_a_visitor_files_a_report_moves_the_clock_and_finds_who_was_told(address, var):
    lan = Visitor(address, "30340")
    receipt = file_report(lan)
    assert receipt.url.endswith("/receipt/")
    assert b"BC-2020-30340-1" in receipt.content

    lan.post("/demo-clock/", {"as_of": "22/06/2021 08:00", "next": "/"})
    reminded = wait_for(lambda: mails(var, "Còn 7 ngày"), SECONDS_TO_PLAY)
    assert "30340@angiang.example" not in reminded

    lan.post("/demo-clock/", {"as_of": "30/06/2021 08:00", "next": "/"})
    told = wait_for(lambda: mails(var, "Kỳ báo cáo năm 2020: "), SECONDS_TO_PLAY)
    assert "sokhcn@angiang.example" in told
    wait_for(lambda: mails(var, "Trễ 1 ngày"), SECONDS_TO_PLAY)

    board = Visitor(address, "sokhcn").get("/cycles/2020/?kind=missing").content.decode()
    named = re.findall(r'<a href="/reports/\d+/"[^>]*>\s*([^<]+?)\s*<', board)
    assert "Sở Nội vụ" in named
    assert "UBND xã Khánh An" not in named

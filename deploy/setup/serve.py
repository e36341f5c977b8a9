"""The demonstration on this machine: web, worker and scheduler, until somebody stops it.

`$(VENV)/bin/python -m deploy.setup.serve`, as `make run` does after the set-up. The processes are those of
the Procfile; this module brings the database up to date first, says where to look, and ends them all again.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from deploy.setup.steps import ROOT, fail, run, say, stop_cleanly

HOST = "127.0.0.1"
DEMONSTRATION_STARTS = "2021-06-16T08:00"
SECONDS_TO_ANSWER = 60
SECONDS_TO_STOP = 15
NOT_FOR_BROWSERS = ("package.json", "package-lock.json")


def port_number() -> int:
    """PORT of the environment, 8000 without one; ends with one line where it is no port."""
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        fail(f"PORT={text} is not a port number")
    return int(text)


def check_free(port: int) -> None:
    """End with one line where somebody else listens on `port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            fail(f"port {port} cannot be used ({error.strerror}). Another one: make run PORT={port + 1}")


def manage(*arguments: str) -> None:
    """Run one command of manage.py to its end."""
    run(sys.executable, "manage.py", *arguments)


def prepare() -> None:
    """Bring database, static files and demonstration data up to date; a second time changes nothing."""
    say("Preparing the database")
    manage("migrate", "--noinput", "--verbosity=0")
    manage("collectstatic", "--noinput", "--verbosity=0", *(f"--ignore={name}" for name in NOT_FOR_BROWSERS))
    say("Loading the demonstration")
    manage("seed_demo")


def answers(port: int) -> bool:
    """Whether a web server answers on `port`, whatever it says."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def wait_for_answer(port: int, processes: subprocess.Popen[bytes]) -> None:
    """Wait for the first page; ends with one line where it does not come."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while not answers(port):
        if processes.poll() is not None:
            fail("a process did not start; its message stands above")
        if time.monotonic() > deadline:
            fail(f"no answer on port {port} within {SECONDS_TO_ANSWER} seconds")
        time.sleep(0.2)


def stop(processes: subprocess.Popen[bytes]) -> None:
    """Take everything down; honcho kills what does not end by itself."""
    processes.terminate()
    try:
        processes.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        processes.kill()
        processes.wait()


def serve(port: int) -> int:
    """Start what the Procfile names, say where to look, and return honcho's status once it has ended."""
    honcho = [str(Path(sys.executable).with_name("honcho")), "--env", os.devnull, "start"]
    # In a session of its own: a Ctrl-C reaches it through us, once.
    processes = subprocess.Popen(honcho, cwd=ROOT, start_new_session=True)
    try:
        wait_for_answer(port, processes)
        say(f"\nIsoTrack: http://{HOST}:{port}/   (stop: Ctrl-C)\n")
        manage("demo_accounts")
        return processes.wait()
    finally:
        stop(processes)


def main() -> None:
    """Prepare and serve; ends when stopped, or with status 1 and one line when something is in the way."""
    stop_cleanly()
    port = port_number()
    check_free(port)
    os.environ["PORT"] = str(port)
    # honcho gives each process a port of its own; links in mails lead to the web server's.
    os.environ.setdefault("SITE_URL", f"http://{HOST}:{port}")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.environ.setdefault("ISOTRACK_AS_OF", DEMONSTRATION_STARTS)
    prepare()
    sys.exit(serve(port))


if __name__ == "__main__":
    main()

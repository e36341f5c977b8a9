"""A throw-away PostgreSQL and Redis around one command: `python tests/services.py -- COMMAND…`

Both listen on free ports of 127.0.0.1 and keep their files in one folder, which also holds the command's
TMPDIR and ISOTRACK_VAR and is gone afterwards. The command finds them in DATABASE_URL and REDIS_URL; where
one of these is given already, that one is used. Its exit status is ours. Whatever ends us (but for SIGKILL)
ends the servers, the command, and everything the command left running.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

Process = subprocess.Popen[bytes]
SECONDS_TO_START = 20
SECONDS_TO_STOP = 10
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # <linux/prctl.h>
# What the command must not inherit: it would test another installation than the one it is given here.
NOT_INHERITED = ("ALLOWED_HOSTS", "EMAIL_URL", "ISOTRACK_AS_OF", "STORAGE_URL", "PORT")
QUICK_RATHER_THAN_SAFE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Turn a signal into SystemExit, so that each `finally` runs; a second signal changes nothing."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> dict[str, Any]:
    """Popen's arguments for a server: PostgreSQL refuses root, who therefore becomes the user postgres."""
    if os.geteuid():
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _postgresql(name: str) -> str:
    """The path of one of PostgreSQL's programs, of the newest version; Debian keeps them off the PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(installed[-1]) if installed else shutil.which(name)
    return found or sys.exit(f"services: {name} is not installed")


def _folder(parent: Path, name: str) -> Path:
    """A folder of their own for the servers' user."""
    folder = parent / name
    folder.mkdir(mode=0o700)
    if as_user := _unprivileged():
        os.chown(folder, as_user["user"], as_user["group"])
    return folder


def _say_why(log: Path) -> NoReturn:
    sys.exit(f"services: {log.stem} did not start\n" + log.read_text(errors="replace")[-2000:])


@contextmanager
def _server(command: list[str], log: Path, ready: Callable[[], bool]) -> Iterator[None]:
    """Run a server, `ready` before the block begins, until it ends; no start, no program."""
    with log.open("wb") as lines:
        # In a session of its own: Ctrl-C reaches the command only, which needs its servers to end in order.
        process = subprocess.Popen(
            command, stdout=lines, stderr=lines, cwd="/", start_new_session=True, **_unprivileged()
        )
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                _say_why(log)
            time.sleep(0.05)
        yield
    finally:
        _stop(process, signal.SIGINT)


def _stop(process: Process, number: int) -> None:
    """Ask the process to end, and insist."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A new PostgreSQL cluster in `folder` with an empty database; gives its DATABASE_URL."""
    data, log, port = _folder(folder, "postgresql"), folder / "postgresql.log", str(_free_port())
    # C.UTF-8, as in C lower('Đ') is not 'đ'.
    initdb = [_postgresql("initdb"), "--auth=trust", "--username=isotrack", "--no-sync"]
    initdb += ["--encoding=UTF8", "--locale=C.UTF-8", f"--pgdata={data}"]
    with log.open("wb") as lines:
        status = subprocess.run(
            initdb, stdout=lines, stderr=lines, cwd="/", check=False, **_unprivileged()
        ).returncode
    if status:
        _say_why(log)
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **QUICK_RATHER_THAN_SAFE}
    command = [_postgresql("postgres"), "-D", str(data), "-p", port]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    client = ["--host=127.0.0.1", f"--port={port}", "--username=isotrack"]

    def ready() -> bool:
        return not subprocess.run([_postgresql("pg_isready"), "--quiet", *client], check=False).returncode

    with _server(command, log, ready):
        subprocess.run([_postgresql("createdb"), *client, "isotrack"], check=True)
        yield f"postgres://isotrack@127.0.0.1:{port}/isotrack"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis that writes nothing to disk; gives its REDIS_URL."""
    data, log, port = _folder(folder, "redis"), folder / "redis.log", _free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(data)]
    command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]

    def ready() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    with _server(command, log, ready):
        yield f"redis://127.0.0.1:{port}/0"


def _parents() -> dict[int, int]:
    """The parent of each living process."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(stat.parent.name)] = int(parent)
    return found


def _descendants(besides: set[int]) -> set[int]:
    """The living processes below this one, without those in `besides` and below them."""
    parents, found = _parents(), {os.getpid()}
    while grown := {child for child, parent in parents.items() if parent in found} - found - besides:
        found |= grown
    return found - {os.getpid()}


def _signal(processes: set[int], number: int) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue


@contextmanager
def _no_strays() -> Iterator[None]:
    """End what was started in the block and still runs after it; we inherit the orphans (see main)."""
    servers = _descendants(set())
    try:
        yield
    finally:
        deadline = time.monotonic() + SECONDS_TO_STOP
        _signal(_descendants(servers), signal.SIGTERM)
        while (left := _descendants(servers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        _signal(left, signal.SIGKILL)


def _status(command: list[str], environment: dict[str, str]) -> int:
    """Run the command to its end. Ctrl-C is for it to answer: it gets its time, then it is stopped."""
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        try:
            return process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            return 128 + signal.SIGINT
    finally:
        _stop(process, signal.SIGTERM)


def run(command: list[str]) -> int:
    """Run `command` among its services and return its exit status."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="isotrack-", ignore_cleanup_errors=True))
        )
        folder.chmod(0o755)  # the servers' user passes through it
        (folder / "tmp").mkdir()
        environment |= {"TMPDIR": str(folder / "tmp"), "ISOTRACK_VAR": str(folder / "var")}
        environment.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
        for name, service in (("DATABASE_URL", postgresql), ("REDIS_URL", redis)):
            if not environment.get(name):
                environment[name] = stack.enter_context(service(folder))
        stack.enter_context(_no_strays())
        return _status(command, environment)


def main() -> None:
    """Read the command after `--`, and pass on its exit status."""
    _, dashes, command = sys.argv[0], sys.argv[1:2], sys.argv[2:]
    if dashes != ["--"] or not command:
        sys.exit(f"usage: {sys.argv[0]} -- COMMAND...")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell inherits none
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    sys.exit(run(command))


if __name__ == "__main__":
    main()

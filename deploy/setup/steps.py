"""What the steps of the set-up share: saying, failing, running a command, stopping with all they started."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(os.environ.get("VENV", ".venv")).absolute()
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def say(line: str) -> None:
    """Print `line` at once, so that it stands before what the next command prints."""
    print(line, flush=True)


def fail(line: str) -> NoReturn:
    """End with status 1 and one line on standard error."""
    sys.exit(f"isotrack: {line}")


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Turn a signal into SystemExit, so that each `finally` runs; a second signal changes nothing."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def stop_cleanly() -> None:
    """From here on SIGINT, SIGTERM, SIGHUP and the death of make end this process by way of its `finally`."""
    for number in ENDING:
        signal.signal(number, _leave)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run `command` to its end; stopped meanwhile, stop it too. Its failure is ours, in one line."""
    process = subprocess.Popen([str(part) for part in command], cwd=cwd)
    try:
        status = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if status:
        fail(f"`{' '.join(map(str, command))}` ended with status {status}")

"""The packages of the operating system: which are missing, and apt-get for those.

`python3 -m deploy.setup.packages run` (or `test`). A package counts as present when what we need of it is
there, whoever put it there: a PostgreSQL from another archive is as good as Debian's own.
"""

from __future__ import annotations

import ctypes
import glob
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

from deploy.setup.steps import VENV, fail, run, say, stop_cleanly

OLDEST_PYTHON = (3, 11)
FONTS = tuple(
    f"{folder}/**/Tinos-Regular.*"
    for folder in ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
)
POSTGRESQL = "/usr/lib/postgresql/*/bin/initdb"
PLAYWRIGHT = "~/.cache/ms-playwright/chromium-*"


class Package(NamedTuple):
    """One package: its name in Debian and Ubuntu, what it is for, and whether this machine has it."""

    name: str
    purpose: str
    present: Callable[[], bool]


def _command(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _library(name: str) -> Callable[[], bool]:
    def present() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


def _venv_can_be_made() -> bool:
    importlib.invalidate_caches()
    return (VENV / "bin" / "pip").exists() or importlib.util.find_spec("ensurepip") is not None


def _file(*patterns: str) -> Callable[[], bool]:
    """glob and not Path.glob: a folder we may not read holds nothing for us."""
    return lambda: any(glob.glob(os.path.expanduser(pattern), recursive=True) for pattern in patterns)


def _either(*probes: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: any(probe() for probe in probes)


# From any archive, or by playwright itself.
chromium_present = _either(
    _command("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"), _file(PLAYWRIGHT)
)


RUN = (
    Package("python{}.{}-venv".format(*sys.version_info), "virtual environment", _venv_can_be_made),
    Package("gettext", "translations", _command("msgfmt")),
    Package("tzdata", "time zone of Viet Nam", _file("/usr/share/zoneinfo/Asia/Ho_Chi_Minh")),
    Package("libpango-1.0-0", "PDF", _library("libpango-1.0.so.0")),
    Package("libpangoft2-1.0-0", "PDF", _library("libpangoft2-1.0.so.0")),
    Package("libharfbuzz-subset0", "PDF", _library("libharfbuzz-subset.so.0")),
    Package("fonts-croscore", "font of official documents", _file(*FONTS)),
)
TEST = (
    *RUN,
    Package("postgresql", "tests", _either(_file(POSTGRESQL), _command("initdb"))),
    Package("redis-server", "tests", _command("redis-server")),
    Package("chromium", "tests in a browser", chromium_present),
    Package("poppler-utils", "reading PDF in tests", _command("pdftotext")),
)
NEEDS = {"run": RUN, "test": TEST}


def check_python() -> None:
    """End with one line where this Python is too old."""
    if sys.version_info < OLDEST_PYTHON:
        fail(
            "needs Python {}.{} or newer; python3 is {}.{} here. ".format(*OLDEST_PYTHON, *sys.version_info)
            + "Where a newer one is installed: make PYTHON=python3.12 …"
        )


def _offered(package: Package) -> bool:
    """Whether apt has it. Ubuntu has Chromium as a snap only; playwright brings its own there, later."""
    if package.name != "chromium":
        return True
    shown = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", package.name], capture_output=True, check=False
    )
    return shown.returncode == 0


def _install(names: list[str]) -> None:
    """Install by apt-get, with sudo where we are not root."""
    command = "apt-get install " + " ".join(names)
    sudo = ["sudo"] if os.geteuid() else []
    if not shutil.which("apt-get"):
        fail(f"missing: {', '.join(names)} (names as in Debian). Please install them, then try again.")
    if sudo and not shutil.which("sudo"):
        fail(f"no sudo here. Please have an administrator run: {command}")
    say(f"Installing them: {command}")
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
    run(*apt, "update")
    run(*apt, "install", "--yes", "--no-install-recommends", *names)


def main(purpose: str) -> None:
    """Install what `purpose` ("run" or "test") needs and is not here; status 1 where that fails."""
    stop_cleanly()
    check_python()
    missing = [package for package in NEEDS[purpose] if not package.present()]
    if not missing:
        return
    say("Missing system packages: " + ", ".join(f"{name} ({why})" for name, why, _ in missing))
    if shutil.which("apt-cache"):
        missing = [package for package in missing if _offered(package)]
    if missing:
        _install([package.name for package in missing])
    absent = [package.name for package in missing if not package.present()]
    if absent:
        fail(f"still missing after installing: {', '.join(absent)}")


if __name__ == "__main__":
    main(sys.argv[1])

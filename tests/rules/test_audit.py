"""`make check` looks up known weaknesses: a finding fails, silence of the service is said and no more."""

import json
import stat
from pathlib import Path

import pytest

from deploy.setup.audit import Outcome, ask, judge

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
WEAK = {"name": "amqp", "version": "5.4.2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["5.4.3"]}]}
SKIPPED = {"name": "celery", "skip_reason": "Dependency not found"}


def told(*packages) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


@pytest.mark.parametrize(
    ("output", "complaints", "outcome", "fails"),
    [
        (told(CLEAN), "No known vulnerabilities found", Outcome.CLEAN, False),
        (told(CLEAN, WEAK), "Found 1 known vulnerability", Outcome.FOUND, True),
        (told(WEAK, SKIPPED), "", Outcome.FOUND, True),
        (told(CLEAN, SKIPPED), "", Outcome.INCOMPLETE, True),
        (told(SKIPPED, SKIPPED), "", Outcome.UNREACHABLE, False),
        (told(), "", Outcome.UNREACHABLE, False),
        ("", "requests.exceptions.ConnectionError: Max retries exceeded", Outcome.UNREACHABLE, False),
        ("", "timed out after 120 s", Outcome.UNREACHABLE, False),
        ("", "pip-audit: error: unrecognized arguments: --strictly", Outcome.BROKEN, True),
        ("", "pip-audit: No such file or directory", Outcome.BROKEN, True),
        ("{", "", Outcome.BROKEN, True),
    ],
)
def test_what_came_of_it_decides(output, complaints, outcome, fails):
    verdict = judge(output, complaints)
    assert (verdict.outcome, verdict.outcome.fails) == (outcome, fails)


def test_a_finding_is_named_with_the_version_that_mends_it():
    assert judge(told(WEAK), "").lines == ["amqp 5.4.2: PYSEC-1 (mended in 5.4.3)"]


@pytest.fixture
def program(tmp_path):
    """A pip-audit that does what the test says."""

    def written(script: str):
        path = tmp_path / "pip-audit"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return written


def test_it_asks_strictly_and_a_service_that_knows_no_package_is_none(program):
    script = f"""case "$*" in
*--strict*) echo 'amqp: Dependency not found on PyPI and could not be audited' >&2; exit 1 ;;
*) echo '{told(SKIPPED, SKIPPED)}' ;;
esac"""
    assert ask(program(script)).outcome is Outcome.UNREACHABLE


def test_a_package_that_alone_is_not_known_fails(program):
    script = f"""case "$*" in
*--strict*) echo 'celery: Dependency not found on PyPI and could not be audited' >&2; exit 1 ;;
*) echo '{told(CLEAN, SKIPPED)}' ;;
esac"""
    assert ask(program(script)).outcome is Outcome.INCOMPLETE


def test_a_service_that_keeps_silent_does_not_hold_up_the_check(program):
    assert ask(program("exec sleep 30"), wait=1).outcome is Outcome.UNREACHABLE


def test_what_was_looked_at_can_be_left_out(program, monkeypatch):
    monkeypatch.setenv("AUDIT_IGNORE", "PYSEC-1 PYSEC-2")
    script = f"""case "$*" in *"--ignore-vuln PYSEC-1 --ignore-vuln PYSEC-2"*) echo '{told(CLEAN)}' ;; esac"""
    assert ask(program(script)).outcome is Outcome.CLEAN


def test_without_the_program_the_check_fails(tmp_path):
    assert ask(tmp_path / "nothing").outcome is Outcome.BROKEN


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_its_digests(name):
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and line[0].isalnum()]
    assert len(lines) > 20
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


def test_the_style_sheet_is_pinned_with_its_digests():
    packages = json.loads((ROOT / "static/package-lock.json").read_text("utf-8"))["packages"]
    bare = [name for name, package in packages.items() if name and "integrity" not in package]
    assert packages and bare == []

"""Vietnamese first, English second: no page text without its translation."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "isotrack" / "locale" / "en" / "LC_MESSAGES" / "django.po"


def messages(*options: str) -> str:
    command = ["msgattrib", *options, "--no-wrap", str(CATALOGUE)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("kind", ["--untranslated", "--only-fuzzy"])
def test_every_text_is_translated(kind):
    found = [line for line in messages(kind, "--no-obsolete").splitlines() if line.startswith("msgid ")]
    assert found == []


def test_the_catalogue_holds_every_text_of_the_source(tmp_path):
    """Extract anew into a copy and compare which texts there are."""
    before = {line for line in messages("--no-obsolete").splitlines() if line.startswith("msgid ")}
    kept = CATALOGUE.read_bytes()
    try:
        command = [
            sys.executable,
            "manage.py",
            "makemessages",
            "-l",
            "en",
            "--no-location",
            "--no-wrap",
            "-i",
            "var",
        ]
        subprocess.run([*command, "-i", ".venv", "-i", "static"], cwd=ROOT, check=True, capture_output=True)
        after = {line for line in messages("--no-obsolete").splitlines() if line.startswith("msgid ")}
    finally:
        CATALOGUE.write_bytes(kept)
    assert after - before == set()

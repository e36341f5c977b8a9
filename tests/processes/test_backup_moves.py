"""The demonstration moves from the embedded default to PostgreSQL, and every rate is what it was."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection

from tests.processes.test_worker_delivers import ROOT

pytestmark = [pytest.mark.services, pytest.mark.django_db]
NOT_EMBEDDED = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "STORAGE_URL", "ALLOWED_HOSTS")
MOMENTS = ("2020-06-30T08:00", "2021-06-16T08:00", "2021-06-30T00:00")


def run(environment, *command):
    """One command of manage.py, as an administrator runs it; gives what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def embedded(tmp_path):
    """The embedded default with its demonstration."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_EMBEDDED}
    environment = kept | {"ISOTRACK_VAR": str(tmp_path / "embedded"), "ISOTRACK_AS_OF": "2021-06-16T08:00"}
    run(environment, "migrate", "--verbosity=0")
    run(environment, "seed_demo")
    return environment


@pytest.fixture
def postgresql(embedded, tmp_path):
    """An empty PostgreSQL database and an empty file store."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    name = f"{url.path[1:]}_moved"
    server = psycopg2.connect(url.geturl())
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
        there = {"DATABASE_URL": url._replace(path=f"/{name}").geturl(), "SECRET_KEY": "k" * 60}
        yield embedded | there | {"ISOTRACK_VAR": str(tmp_path / "moved")}
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    server.close()


def rates(environment):
    """Every rate of every cycle at several moments, in one process."""
    asked = [(year, moment) for year in ("2019", "2020") for moment in MOMENTS]
    lines = "\n".join(
        f"call_command('rates', '{year}', '--as-of', '{moment}', '--format', 'json')"
        for year, moment in asked
    )
    return run(environment, "shell", "-v0", "-c", f"from django.core.management import call_command\n{lines}")


def test_moved_from_sqlite_to_postgresql_every_rate_and_every_file_is_what_it_was(
    embedded, postgresql, tmp_path
):
    taken = json.loads(run(embedded, "backup", str(tmp_path / "backup"), "--format", "json"))
    there = json.loads(run(postgresql, "restore", str(tmp_path / "backup"), "--format", "json"))
    assert there == taken
    assert taken["tables"]["agencies_agency"] > 200
    assert taken["files"] == len(files(tmp_path / "moved")) > 100
    before = rates(embedded)
    assert rates(postgresql) == before
    assert len(before.splitlines()) == 6


def files(folder):
    return [file for file in Path(folder, "files").rglob("*") if file.is_file()]

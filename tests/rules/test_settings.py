"""One settings file: it refuses to serve others without its secrets, and is strict where it does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json
from isotrack import settings as s
print(json.dumps({
    "engine": s.DATABASES["default"]["ENGINE"], "broker": s.CELERY_BROKER_URL, "hosts": s.ALLOWED_HOSTS,
    "secure": s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_SSL_REDIRECT,
    "cookies": [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, s.TEXT_COOKIE_NAME],
    "hidden": s.CSRF_COOKIE_HTTPONLY and s.LANGUAGE_COOKIE_HTTPONLY, "debug": s.DEBUG,
    "messages": s.MESSAGE_STORAGE, "hsts": [s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS]
    if s.OPEN_TO_OTHERS else None, "apps": s.INSTALLED_APPS,
    "demo": s.DEMO_PASSWORD, "secret": s.SECRET_KEY, "earlier": s.SECRET_KEY_FALLBACKS,
}))
"""


def settings_with(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    ours = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "STORAGE_URL", "SECRET_KEY", "ALLOWED_HOSTS")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=kept | {"ISOTRACK_VAR": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "environment", [{"ALLOWED_HOSTS": "iso.example"}, {"DATABASE_URL": "postgres://u:p@127.0.0.1/isotrack"}]
)
def test_it_refuses_to_start_without_its_secret(tmp_path, environment):
    refused = settings_with(tmp_path, **environment)
    assert refused.returncode != 0
    assert "SECRET_KEY must be set" in refused.stderr


def test_open_to_others_it_is_strict_and_has_no_demonstration_password(tmp_path):
    said = json.loads(settings_with(tmp_path, ALLOWED_HOSTS="iso.example", SECRET_KEY="k" * 60).stdout)
    assert (said["secure"], said["demo"], said["hosts"]) == (True, None, ["iso.example"])


def test_open_to_others_its_cookies_are_taken_from_this_host_only(tmp_path):
    said = json.loads(settings_with(tmp_path, ALLOWED_HOSTS="iso.example", SECRET_KEY="k" * 60).stdout)
    assert all(name.startswith("__Host-") for name in said["cookies"])
    assert said["hidden"] and said["messages"].endswith("session.SessionStorage")


def test_open_to_others_it_shows_no_workings_and_has_no_console(tmp_path):
    said = json.loads(settings_with(tmp_path, ALLOWED_HOSTS="iso.example", SECRET_KEY="k" * 60).stdout)
    assert (said["debug"], said["hsts"]) == (False, [365 * 24 * 60 * 60, True])
    assert not {"django.contrib.admin", "debug_toolbar", "django_extensions"} & set(said["apps"])


def test_a_new_secret_leaves_the_earlier_ones_readable(tmp_path):
    told = {"SECRET_KEY": "n" * 60, "SECRET_KEY_FALLBACKS": "a" * 60 + "," + "b" * 60}
    said = json.loads(settings_with(tmp_path, **told).stdout)
    assert (said["secret"], said["earlier"]) == ("n" * 60, ["a" * 60, "b" * 60])


def test_with_no_environment_it_runs_from_one_folder(tmp_path):
    said = json.loads(settings_with(tmp_path).stdout)
    assert (said["engine"], said["broker"]) == ("django.db.backends.sqlite3", "filesystem://")
    assert "127.0.0.1" in said["hosts"]


def test_its_own_secret_is_made_once_and_kept_from_others(tmp_path):
    first, second = (json.loads(settings_with(tmp_path).stdout)["secret"] for _ in range(2))
    assert first == second
    assert len(first) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0

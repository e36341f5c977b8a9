"""What every test shares: its own folder and clock, plain static files, a signed-in browser."""

import os
from collections.abc import Callable
from time import monotonic, time

import pytest
from django.db import connection
from django.test import Client

from agencies.models import User
from isotrack.journal import pauses
from isotrack.kit import clock

from . import make


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Files, mails and the demonstration's clock go to a folder of this test."""
    settings.VAR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ISOTRACK_AS_OF = ""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.COSTLY_PER_MINUTE = 0
    settings.PAUSE_LOOK_EVERY = 3600.0  # asked once, or no two tests would count the same queries
    pauses._looked.update(at=monotonic(), reason="")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit are flushed by TRUNCATE, which the journal's trigger refuses: off for these only."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_all_stay")


@pytest.fixture
def now(settings) -> "Callable[[str], None]":
    """Set the installation's clock for this test: now("2021-06-29 23:59")."""

    def set_clock(text: str) -> None:
        clock.Anchor(make.at(text), clock.real_now()).write(clock._anchor_path())

    return set_clock


def _gave_the_password_again(client: Client, user: User) -> None:
    """What changes how somebody signs in asks for it; most tests are about something else."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def browse() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        if user.keeps_accounts:
            _gave_the_password_again(client, user)
        return client

    return signed_in


os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs beside the ORM

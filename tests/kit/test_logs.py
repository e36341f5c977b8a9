"""Log lines say what happened and nothing about a person; what goes to Sentry neither."""

import io
import json
import logging
import logging.config

import pytest
import structlog
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from isotrack.kit import sentry
from isotrack.kit.logs import configure
from isotrack.kit.sessions import CACHED_FOR, SessionStore


@pytest.fixture
def lines():
    """What is logged, one JSON object a line."""
    logging.config.dictConfig(configure("json", "INFO"))
    kept = io.StringIO()
    (handler,) = logging.getLogger().handlers[:1]
    handler.setStream(kept)
    yield lambda: [json.loads(line) for line in kept.getvalue().splitlines()]
    logging.config.dictConfig(configured.LOGGING)
    structlog.contextvars.clear_contextvars()


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_number_and_its_route_and_no_more(lines):
    answer = Client().get("/verify/?code=BC-2020-1-1&check=7F3A", REMOTE_ADDR="10.9.8.7")
    (line,) = [line for line in lines() if line["message"] == "request_finished"]
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["request"] == "GET verify/"
    assert (line["code"], line["level"], line["ms"] >= 0) == (200, "info", True)
    assert not [word for word in ("7F3A", "10.9.8.7", "user") if word in json.dumps(line)]


@pytest.mark.django_db
def test_a_secret_in_an_address_is_not_logged(lines):
    Client().get("/account/password/reset/key/1-the-secret-key/")
    Client().get("/calendar/a-secret-token.ics")
    assert "secret" not in json.dumps(lines())


def test_an_error_is_told_by_its_kind_and_place(lines):
    try:
        raise ValueError("Key (email)=(lan@xa.example) already exists")
    except ValueError:
        logging.getLogger("isotrack").exception("It went wrong")
    (line,) = lines()
    assert (line["error"], line["message"]) == ("ValueError", "It went wrong")
    assert line["error_at"][-1].endswith("test_an_error_is_told_by_its_kind_and_place")
    assert "lan@" not in json.dumps(line)
    assert "already" not in json.dumps(line)


def test_mail_addresses_are_masked(lines):
    logging.getLogger("isotrack").warning("Refused: %s", "nguyen.van+a@xa.angiang.gov.vn")
    assert lines()[0]["message"] == "Refused: …@xa.angiang.gov.vn"


def test_sentry_learns_nothing_about_people():
    event = {
        "request": {"method": "POST", "url": "https://iso/x/?q=Lan", "cookies": {"sessionid": "s"}},
        "user": {"id": 1},
        "exception": {"values": [{"type": "E", "value": "no lan@xa.example"}]},
    }
    assert sentry.scrub(event, {}) == {
        "request": {"method": "POST"},
        "exception": {"values": [{"type": "E", "value": "no …@xa.example"}]},
    }


def test_sentry_without_its_package_says_what_is_missing(monkeypatch):
    def missing(path):
        raise ImportError(path)

    monkeypatch.setattr(sentry, "import_string", missing)
    with pytest.raises(ImproperlyConfigured, match="sentry-sdk"):
        sentry.begin("https://key@sentry.example/1")


@pytest.mark.django_db
def test_a_copy_of_a_session_is_believed_for_a_short_time_only(monkeypatch):
    store = SessionStore()
    told = []
    monkeypatch.setattr(store._cache._cache, "set", lambda key, value, timeout: told.append(timeout))
    store["a"] = 1
    store.save()
    assert told and max(told) == CACHED_FOR


@pytest.mark.django_db
def test_a_session_is_there_when_the_cache_has_forgotten_it():
    store = SessionStore()
    store["a"] = 1
    store.save()
    store._cache.clear()
    assert SessionStore(store.session_key)["a"] == 1

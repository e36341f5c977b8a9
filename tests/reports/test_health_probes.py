"""Machines learn without signing in whether this one lives and is ready, and nobody learns a secret."""

import re
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from isotrack.journal import leases
from isotrack.journal.models import Lease
from isotrack.kit import clock
from tests import make

pytestmark = pytest.mark.django_db
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def strict(settings):
    """As it is where others reach it: hosts named, https only."""
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["iso.example"], True


def test_it_lives_without_asking_the_database(strict, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_it_is_ready_when_all_parts_are_well(strict):
    answer = Client().get("/readyz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "not_well": []})


def test_a_queue_that_is_away_is_named_and_its_address_is_not(monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://:secret@127.0.0.1:1/0")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["not_well"]) == (503, ["broker"])
    assert b"secret" not in answer.content


def test_a_migration_that_was_not_run_is_named():
    MigrationRecorder.Migration.objects.filter(app="journal").latest("pk").delete()
    assert Client().get("/readyz").json() == {"ready": False, "not_well": ["migrations"]}


def test_files_that_cannot_be_kept_are_named(tmp_path):
    (tmp_path / "files").write_text("a file where a folder should be")
    assert Client().get("/readyz").json()["not_well"] == ["storage"]


def test_a_database_that_is_away_is_named(monkeypatch):
    def away():
        raise connection.Database.OperationalError("no")

    monkeypatch.setattr(connection, "cursor", away)
    monkeypatch.setattr("reports.readiness.DatabaseError", connection.Database.Error)
    monkeypatch.setattr("reports.readiness.TROUBLES", (connection.Database.Error,))
    assert Client().get("/readyz").json()["not_well"][0] == "database"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_only_read(path):
    assert Client().post(path).status_code == 405


def measured(**asked):
    answer = Client().get("/metrics", **asked)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_metrics_count_notices_by_state_and_tell_the_oldest_unsent(now):
    now("2021-06-16 08:00")
    make.reports(1)
    make.notice(planned_for=make.at("2021-06-16 07:00"))
    found = measured()
    assert (found["isotrack_notices", "planned"], found["isotrack_notices", "sent"]) == (1, 0)
    assert found["isotrack_oldest_unsent_seconds",] == pytest.approx(3600, abs=60)


def test_metrics_tell_when_the_scheduler_ticked():
    Lease.objects.create(name=leases.BEAT, ticked_at=clock.real_now() - timedelta(minutes=7))
    assert measured()["isotrack_beat_silent_seconds",] == pytest.approx(420, abs=5)


def test_requests_are_counted_by_the_name_of_their_page():
    key = ("isotrack_requests_total", "GET", "account_login", "200")
    before = measured().get(key, 0)
    Client().get("/account/login/?next=/secret/")
    found = measured()
    assert found[key] == before + 1
    assert not [name for name in found if "secret" in str(name)]


def test_a_queue_that_is_away_leaves_the_other_metrics(monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_write_url", NOWHERE)
    found = measured()
    assert found["isotrack_broker_up",] == 0
    assert ("isotrack_notices", "planned") in found


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "10.1.2.3"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer right"}, 200),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer "}, 404),
    ],
)
def test_metrics_are_for_those_who_may_read_them(asked, status, settings):
    settings.METRICS_TOKEN = "right"
    assert Client().get("/metrics", **asked).status_code == status


def test_without_a_token_no_token_opens_the_metrics(settings):
    settings.METRICS_TOKEN = ""
    asked = {"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer "}
    assert Client().get("/metrics", **asked).status_code == 404


def test_every_answer_carries_the_number_of_its_request():
    one, other = (Client().get("/account/login/").headers["X-Request-ID"] for _each in range(2))
    assert re.fullmatch(r"[0-9a-f-]{36}", one)
    assert one != other

"""The doctor says of each part whether it is well, and of a sick one what ails it."""

import json
import os

import pytest
from celery import current_app
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder

from isotrack.kit import clock
from isotrack.kit.commands import RefusalsListed
from reports.doctor import CHECKS, examine
from tests import sink

pytestmark = pytest.mark.django_db


def check(name):
    return next(check for check in examine() if check.name == name)


@pytest.fixture(autouse=True)
def translated(settings, tmp_path):
    """A catalogue, compiled."""
    folder = tmp_path / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").touch()
    (folder / "django.mo").touch()
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return folder


def test_a_healthy_installation_has_nothing_to_complain_of(capsys):
    call_command("doctor", "--format", "json")
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"checks"}
    assert {tuple(one) for one in found["checks"]} == {("name", "ok", "detail")}
    assert [one["name"] for one in found["checks"]] == list(CHECKS)
    assert all(one["ok"] and one["detail"] for one in found["checks"])


def test_the_command_ends_with_a_refusal_when_something_is_wrong(capsys, translated):
    (translated / "django.mo").unlink()
    with pytest.raises(RefusalsListed):
        call_command("doctor", "--format", "json")
    found = json.loads(capsys.readouterr().out)["checks"]
    assert [one["name"] for one in found if not one["ok"]] == ["messages"]


def test_a_migration_that_was_not_run_is_named():
    newest = MigrationRecorder.Migration.objects.filter(app="journal").order_by("name").last()
    MigrationRecorder.Migration.objects.filter(pk=newest.pk).delete()
    sick = check("migrations")
    assert (sick.ok, f"journal.{newest.name}" in sick.detail) == (False, True)


def test_a_mail_server_that_is_not_there_is_told(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with sink.listening() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        assert check("mail").detail == f"127.0.0.1:{server.port}"
    sick = check("mail")
    assert not sick.ok
    assert "refused" in sick.detail


def test_looking_at_the_mail_leaves_no_mail_behind(settings, tmp_path):
    settings.EMAIL_BACKEND = "isotrack.kit.outbox.Outbox"
    assert check("mail").ok
    assert not (tmp_path / "outbox").exists()


def test_files_that_cannot_be_kept_are_told(settings, tmp_path):
    (tmp_path / "files").write_text("a file where a folder should be")
    assert not check("storage").ok


def test_looking_at_the_files_leaves_none_behind(tmp_path):
    assert check("storage").ok
    assert not list((tmp_path / "files").rglob("*.txt"))


def test_a_demonstration_where_others_can_reach_it_is_told(settings, now):
    now("2021-06-16 08:00")
    assert check("clock").detail.endswith("(đồng hồ trình diễn)")
    settings.OPEN_TO_OTHERS = True
    assert not check("clock").ok


def test_a_broken_clock_file_is_told():
    clock._anchor_path().write_text("{")
    assert not check("clock").ok


def test_a_font_that_is_missing_is_told(monkeypatch):
    monkeypatch.setattr("reports.doctor.PAPER_FONT", "No Such Letters")
    assert check("fonts").detail == "Chưa cài phông No Such Letters có chữ tiếng Việt."


def test_a_queue_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    sick = check("broker")
    assert not sick.ok
    assert "refused" in sick.detail


def test_a_translation_older_than_its_source_is_told(translated):
    os.utime(translated / "django.mo", (0, 0))
    assert check("messages").detail == "Chưa biên dịch bản dịch: en; chạy compilemessages."

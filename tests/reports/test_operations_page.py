"""The page of administrators: what ran, what waits, what failed, where files lie, what runs here."""

from datetime import timedelta

import pytest
from celery import current_app

from agencies.models import Role
from isotrack.journal import leases, runs
from isotrack.journal.models import Lease, TaskRun
from isotrack.kit import clock
from isotrack.kit.version import VERSION
from reports.operations import TASKS
from tests import make

pytestmark = pytest.mark.django_db
TEXT = "không ai ở đó"


@pytest.fixture
def page(browse):
    administrator = make.user(Role.ADMINISTRATOR, make.department("Văn phòng"))
    return lambda: browse(administrator).get("/operations/").content.decode()


def test_every_scheduled_task_has_a_name_for_people():
    assert set(runs.scheduled()) <= set(TASKS)


def test_it_names_the_version_and_the_database(page):
    text = page()
    assert VERSION in text
    assert "PostgreSQL" in text


def test_a_task_that_failed_says_how(page):
    now = clock.real_now()
    TaskRun.objects.create(name=runs.scheduled()[0], began_at=now, ended_at=now, message="ValueError")
    text = page()
    assert "Gặp lỗi" in text
    assert "ValueError" in text


def test_a_silent_scheduler_is_the_first_thing_said(page):
    silent = clock.real_now() - timedelta(hours=2)
    Lease.objects.create(name=leases.BEAT, holder="may-1 77", ticked_at=silent)
    assert "Bộ lập lịch ngừng từ" in page()
    Lease.objects.update(ticked_at=clock.real_now())
    assert "Bộ lập lịch ngừng từ" not in page()


def test_one_that_never_ran_is_told_apart(page):
    assert "Bộ lập lịch chưa chạy lần nào" in page()


def test_a_queue_that_is_away_is_said_and_the_page_still_answers(page, monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    assert "Không nối được tới hàng đợi" in page()


def test_failed_mails_are_those_of_the_own_province_only(page):
    make.reports(1)
    own, foreign = make.notice(), make.notice(recipient="khac@b.example")
    for one, province in ((own, str(make.province().pk)), (foreign, "999")):
        type(one).objects.filter(pk=one.pk).update(
            state="failed", reason=f"550 {TEXT} {province}", province=province
        )
    text = page()
    assert f"{TEXT} {make.province().pk}" in text
    assert f"{TEXT} 999" not in text

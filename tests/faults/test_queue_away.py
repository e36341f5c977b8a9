"""No page fails because Redis is down: not signing in, not saving, not asking for a mail again."""

import pytest
from celery import current_app
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.test import Client

from isotrack.journal.models import Notice
from isotrack.kit.cache import ForgivingRedisCache
from reports.models import AnnualReport
from tests import make

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def away(settings, monkeypatch):
    """Cache and queue at an address where nobody listens."""
    settings.CACHES = {"default": {"BACKEND": "isotrack.kit.cache.ForgivingRedisCache", "LOCATION": NOBODY}}
    # In this order: the address for writing falls back on the other, and would be "restored" to it.
    monkeypatch.setattr(current_app.conf, "broker_write_url", NOBODY)
    monkeypatch.setattr(current_app.conf, "broker_url", NOBODY)


def test_the_cache_forgets_and_never_fails():
    cache: BaseCache = caches["default"]
    assert isinstance(cache, ForgivingRedisCache)
    cache.set("a", 1)
    assert (cache.get("a", 7), cache.add("b", 1), cache.incr("c")) == (7, True, 1)


def test_a_person_signs_in_saves_and_sends_while_redis_is_away(now):
    now("2021-06-16 08:00")
    agency = make.agency()
    officer = make.officer(agency)
    make.cycle()
    report = AnnualReport.objects.get(agency=agency)
    client = Client()
    page = client.post("/account/login/", {"login": officer.username, "password": make.PASSWORD})
    assert page.status_code == 302
    assert client.get("/").status_code == 200
    sent = client.post(f"/reports/{report.pk}/nil/", {"reason": "Cơ quan mới thành lập."})
    assert sent.status_code == 302
    report.refresh_from_db()
    assert report.state == "submitted"


def test_a_failed_notice_is_owed_again_while_redis_is_away(browse):
    staff = make.staff()
    notice = Notice.objects.create(
        voice="report-reminder",
        about="report:1",
        about_label="Báo cáo",
        step="officer-7",
        recipient="xa@agency.example",
        recipient_label="Xã",
        province=str(make.province().pk),
        planned_for=make.NOW,
        state="failed",
        reason="451",
    )
    assert browse(staff).post(f"/notices/{notice.pk}/retry/").status_code == 302
    assert Notice.objects.get().state == "planned"


def test_the_public_page_answers_while_redis_is_away():
    assert (
        Client().get("/verify/", {"code": "BC-2020-1-1", "check": "7F3A 91C4 0B2E D518"}).status_code == 200
    )

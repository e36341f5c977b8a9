"""While an installation is paused everything can be read, nothing changed, and no text is lost."""

import html
import json
import re

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from isotrack.journal import pauses
from isotrack.journal.models import Entry, Pause
from reports.models import AnnualReport
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Cơ quan mới thành lập, chưa có <thủ tục> nào."


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.PAUSE_LOOK_EVERY = 0


@pytest.fixture
def report(now):
    now("2021-06-29 23:50")
    agency = make.agency()
    make.officer(agency, username="lan")
    return make.cycle().reports.get(agency=agency)


@pytest.fixture
def lan(report, browse):
    return browse(report.agency.posts.get().user)


def pause():
    return pauses.begin(by=None, at=make.NOW, reason="Nâng cấp đến 23:55.")


def test_what_was_typed_stays_on_the_page_and_is_sent_with_one_button_afterwards(report, lan):
    pause()
    refused = lan.post(f"/reports/{report.pk}/nil/", {"reason": WORDS})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "300")
    text = refused.content.decode()
    assert "Nâng cấp đến 23:55." in text
    assert AnnualReport.objects.get().state == "not_started"
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text))
    assert html.unescape(kept["reason"]) == WORDS
    assert f'action="/reports/{report.pk}/nil/"' in text
    pauses.end(by=None, at=make.NOW)
    again = {name: html.unescape(value) for name, value in kept.items() if name != "csrfmiddlewaretoken"}
    assert lan.post(f"/reports/{report.pk}/nil/", again).status_code == 302
    assert AnnualReport.objects.get().state == "submitted"


def test_a_script_is_told_in_its_own_language_and_tries_again(report, lan):
    pause()
    url = f"/reports/{report.pk}/autosave/"
    refused = lan.post(url, {"key": "staff_total"}, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()) == (503, {"refused": "Nâng cấp đến 23:55."})


def test_everything_can_be_read_and_every_page_says_so(report, lan, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        pause()
    for url in ("/", f"/reports/{report.pk}/nil/", "/agencies/"):
        page = lan.get(url)
        assert page.status_code == 200
        assert "Nâng cấp đến 23:55." in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        pauses.end(by=None, at=make.NOW)
    assert "Nâng cấp đến 23:55." not in lan.get("/").content.decode()


def test_people_sign_in_and_out_meanwhile(report):
    pause()
    client = Client()
    signed_in = client.post("/account/login/", {"login": "lan", "password": make.PASSWORD})
    assert signed_in.status_code == 302
    assert client.post("/account/logout/").status_code == 302


def test_a_pause_of_the_environment_holds_too(report, lan, settings):
    settings.READ_ONLY = "Chuyển máy chủ."
    assert lan.post(f"/reports/{report.pk}/nil/", {"reason": WORDS}).status_code == 503
    assert "Chuyển máy chủ." in lan.get("/").content.decode()


def test_the_command_begins_and_ends_it_once_and_the_journal_knows(capsys):
    for mode, told in (("on", True), ("on", True), ("status", True), ("off", False), ("off", False)):
        call_command("read_only", mode, "--reason", "Nâng cấp.", "--format", "json")
        assert json.loads(capsys.readouterr().out)["read_only"] is told
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["pause-begun", "pause-ended"]
    assert Pause.objects.get().ended_at is not None


def test_two_pauses_cannot_last_at_once():
    pause()
    assert not pause()
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(began_at=make.NOW)


def test_asking_costs_one_query_in_a_while(settings, django_assert_num_queries):
    settings.PAUSE_LOOK_EVERY = 60
    pauses.forget()
    with django_assert_num_queries(1):
        assert [pauses.reason() for _each in range(50)] == [""] * 50

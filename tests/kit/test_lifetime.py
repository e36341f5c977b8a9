"""A session ends after so long without a page, and after so long in all; its key changes when it matters."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from agencies.models import Role
from isotrack.kit import clock
from reports.actions.people import keep_people
from tests import make

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def signed_in(user) -> Client:
    client = Client()
    client.post("/account/login/", {"login": user.username, "password": make.PASSWORD})
    return client


def opens(client: Client) -> bool:
    return client.get("/agencies/").status_code == 200


@pytest.mark.parametrize(("role", "idle"), [(Role.OFFICER, 8), (Role.STAFF, 2), (Role.ADMINISTRATOR, 2)])
def test_who_asks_for_no_page_is_signed_out(role, idle):
    with time_machine.travel(clock.real_now(), tick=False) as travel:
        client = signed_in(make.user(role, make.agency()))
        travel.shift(idle * HOUR - MINUTE)
        assert opens(client)
        travel.shift(idle * HOUR + MINUTE)
        assert not opens(client)


@pytest.mark.parametrize(("role", "whole"), [(Role.OFFICER, 24), (Role.STAFF, 12)])
def test_who_asks_for_pages_all_day_signs_in_once_more(role, whole):
    with time_machine.travel(clock.real_now(), tick=False) as travel:
        client = signed_in(make.user(role, make.agency()))
        for _page in range(whole - 1):
            travel.shift(HOUR)
            assert client.get("/look/").status_code == 302
        assert opens(client)
        travel.shift(HOUR)
        assert not opens(client)


def test_a_session_that_is_over_is_gone_from_where_it_was_kept():
    with time_machine.travel(clock.real_now(), tick=False) as travel:
        signed_in(make.officer(make.agency()))
        keep_people(as_of=clock.real_now())
        assert Session.objects.count() == 1
        travel.shift(9 * HOUR)
        keep_people(as_of=clock.real_now())
        assert Session.objects.count() == 0


def test_reading_page_after_page_writes_nothing():
    client = signed_in(make.officer(make.agency()))
    client.get("/agencies/people/me/")
    kept = Session.objects.get().session_data
    for _page in range(3):
        client.get("/agencies/people/me/")
    assert Session.objects.get().session_data == kept


def test_signing_in_gives_the_session_another_key():
    client = Client()
    client.get("/account/login/")
    session = client.session
    session["anything"] = 1
    session.save()
    before = session.session_key
    officer = make.officer(make.agency())
    client.post("/account/login/", {"login": officer.username, "password": make.PASSWORD})
    assert client.session.session_key not in (None, before)


def test_giving_the_password_again_gives_the_session_another_key():
    client = signed_in(make.officer(make.agency()))
    before = client.session.session_key
    client.post("/account/again/", {"password": make.PASSWORD})
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert opens(client)


def test_signing_out_ends_the_session_where_it_is_kept():
    client = signed_in(make.officer(make.agency()))
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    client.post("/account/logout/")
    assert not opens(stolen)


def test_a_key_is_long_and_random():
    first, second = (signed_in(make.officer(make.agency())).session.session_key for _ in range(2))
    assert first != second and len(first) == 32  # of 36 signs: 165 bits

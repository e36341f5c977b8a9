"""What is dear to make is made so many times a minute and no more."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from isotrack.kit.limits import costly
from tests import make

pytestmark = pytest.mark.django_db


@costly
def paper(request):
    return HttpResponse("paper")


def asked(rf, user=None, **more):
    request = rf.get("/paper/", **more)
    request.user = user or AnonymousUser()
    return paper(request).status_code


@pytest.fixture(autouse=True)
def two_a_minute(settings, time_machine_stopped):
    settings.COSTLY_PER_MINUTE = 2


@pytest.fixture
def time_machine_stopped(monkeypatch):
    monkeypatch.setattr("isotrack.kit.limits.clock.real_now", lambda: make.NOW)


def test_the_third_in_a_minute_is_asked_to_wait(rf):
    lan = make.officer(make.agency())
    assert [asked(rf, lan) for _time in range(3)] == [200, 200, 429]


def test_it_says_how_long(rf):
    request = rf.get("/paper/")
    request.user = AnonymousUser()
    answers = [paper(request) for _time in range(3)]
    assert answers[-1]["Retry-After"] == "60"


def test_the_next_minute_begins_anew(rf, monkeypatch):
    lan = make.officer(make.agency())
    assert [asked(rf, lan) for _time in range(3)][-1] == 429
    monkeypatch.setattr("isotrack.kit.limits.clock.real_now", lambda: make.at("2021-06-16 08:01"))
    assert asked(rf, lan) == 200


def test_everybody_has_a_count_of_their_own(rf):
    agency = make.agency()
    lan, hoa = make.officer(agency), make.officer(agency)
    assert [asked(rf, one) for one in (lan, lan, hoa)] == [200] * 3


def test_a_stranger_counts_by_the_address_our_own_proxy_saw(rf, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    seen = [{"HTTP_X_FORWARDED_FOR": f"{forged}, 10.0.0.7"} for forged in ("1.1.1.1", "2.2.2.2", "3.3.3.3")]
    assert [asked(rf, **one) for one in seen] == [200, 200, 429]
    assert asked(rf, HTTP_X_FORWARDED_FOR="1.1.1.1, 10.0.0.8") == 200


def test_nought_is_no_limit(rf, settings):
    settings.COSTLY_PER_MINUTE = 0
    assert {asked(rf) for _time in range(5)} == {200}

"""What every answer carries, whatever came of the question, and what is refused outright."""

import pytest
from django.test import Client

from isotrack import settings as configured
from tests import make

pytestmark = pytest.mark.django_db
EVERY = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}

KEPT = ("samesite", "path", "domain")


@pytest.fixture
def anybody() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "url", ["/account/login/", "/nowhere/", "/healthz", "/metrics", "/static/nothing.css", "/%00", "/"]
)
def test_every_answer_says_how_it_is_to_be_taken(anybody, url):
    answer = anybody.get(url)
    assert {name: answer.headers.get(name) for name in EVERY} == EVERY
    policy = answer.headers["Content-Security-Policy"]
    for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "no-store" in answer.headers["Cache-Control"]
    assert "unsafe" not in policy and "*" not in policy


def test_a_page_shares_its_window_and_its_address_with_nobody(anybody):
    answer = anybody.get("/account/login/")
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in anybody.get("/", HTTP_ORIGIN="https://evil.example").headers
    assert not configured.WHITENOISE_ALLOW_ALL_ORIGINS  # nor does a static file


def test_a_page_with_data_is_not_kept_by_browsers(browse):
    officer = browse(make.officer(make.agency()))
    for url in ("/", "/agencies/", "/agencies/export.xlsx"):
        assert "no-store" in officer.get(url).headers["Cache-Control"]


def test_cookies_that_sign_in_are_hidden_from_scripts_and_from_other_sites(client):
    officer = make.officer(make.agency())
    client.post("/account/login/", {"login": officer.username, "password": make.PASSWORD})
    client.get("/look/", {"text": "l", "language": "en"})
    told = client.cookies.items()
    kept = {name: (bool(one["httponly"]), *(one[key] for key in KEPT)) for name, one in told}
    assert set(kept) == {"sessionid", "csrftoken", "django_language", "isotrack_text"}
    assert set(kept.values()) == {(True, "Lax", "/", "")}


def test_a_form_without_our_token_changes_nothing():
    officer = make.officer(make.agency())
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    assert client.post("/account/logout/").status_code == 403
    assert client.get("/").status_code == 200


ELSEWHERE = ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]


@pytest.mark.parametrize("there", ELSEWHERE)
def test_nobody_is_led_to_another_site_after_signing_in(client, there):
    officer = make.officer(make.agency())
    typed = {"login": officer.username, "password": make.PASSWORD, "next": there}
    assert client.post("/account/login/", typed).headers["Location"] == "/"


def test_an_answer_says_what_it_is_and_in_which_letters(browse):
    officer = browse(make.officer(make.agency()))
    for url in ("/", "/account/login/", "/nowhere/", "/healthz"):
        assert officer.get(url).headers["Content-Type"].endswith("; charset=utf-8") or url == "/healthz"
    assert officer.get("/agencies/export.xlsx").headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert officer.get("/healthz").headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "MOVE"])
def test_methods_that_nobody_needs_are_refused(anybody, method):
    answer = anybody.generic(method, "/account/login/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_people_are_led_to_https_and_programs_are_refused(settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.get("/agencies/").headers["Location"] == "https://testserver/agencies/"
    refused = client.get("/calendar/a-secret.ics")
    assert (refused.status_code, refused.content) == (403, b"https only\n")
    assert client.get("/calendar/a-secret.ics", secure=True).status_code == 404


def test_https_is_announced_for_a_year_and_below(settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 365 * 24 * 60 * 60, True
    for url in ("/account/login/", "/nowhere/"):
        said = Client().get(url, secure=True).headers["Strict-Transport-Security"]
        assert said.startswith("max-age=31536000; includeSubDomains")

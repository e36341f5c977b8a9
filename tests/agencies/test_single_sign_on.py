"""The province's single sign-on opens the accounts there are, and no others."""

import os
import subprocess
import sys
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from agencies.models import User
from tests import make
from tests.agencies.sso import provider

pytestmark = pytest.mark.django_db


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def leads_to(url: str) -> str:
    """Where the provider sends the browser."""
    opener = build_opener(_Stay)
    opener.addheaders = []
    try:
        opener.open(url, timeout=10)
    except OSError as answer:
        return answer.headers["Location"]
    raise AssertionError("the provider did not send the browser on")


def at(address: str, settings) -> None:
    application = {"provider_id": "sso", "name": "SSO", "client_id": "iso", "secret": "s3cret"}
    application["settings"] = {"server_url": address}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [application], "OAUTH_PKCE_ENABLED": True}}


def comes(settings, client: Client | None = None, lies=None, address_bar="", **person):
    """The browser of this person after the whole way there and back; and what the provider was asked."""
    client = client or Client()
    with provider(lies, **{"sub": "k-1", "email_verified": True} | person) as (address, asked):
        at(address, settings)
        there = client.post(f"/account/sso/oidc/sso/login/{address_bar}").url
        back = urlsplit(leads_to(there))
        client.last = client.get(f"{back.path}?{back.query}")
    return client, asked.asked


def test_the_account_with_the_verified_mailbox_opens(settings):
    officer = make.officer(make.agency(), email="lan@angiang.example")
    client, asked = comes(settings, email="Lan@AnGiang.example")
    assert client.get("/").context["user"] == officer
    assert asked[0]["code_challenge_method"] == ["S256"] and "code_verifier" in asked[1]


def test_afterwards_the_key_of_the_person_counts_and_not_the_mailbox(settings):
    officer = make.officer(make.agency(), email="lan@angiang.example")
    comes(settings, email="lan@angiang.example")
    client, _asked = comes(settings, email="lan.new@angiang.example")
    assert client.get("/").context["user"] == officer


@pytest.mark.parametrize(
    "person",
    [
        {"email": "stranger@angiang.example"},
        {"email": "lan@angiang.example", "email_verified": False},
        {},
    ],
)
def test_nobody_else_comes_in_and_no_account_is_made(person, settings):
    make.officer(make.agency(), email="lan@angiang.example")
    client, _asked = comes(settings, **person)
    assert "Tài khoản do Sở cấp" in client.last.content.decode()
    assert client.get("/").status_code == 302
    assert User.objects.get_queryset().count() == 1


def test_a_mailbox_of_two_accounts_opens_neither(settings):
    agency = make.agency()
    for _one in range(2):
        make.officer(agency, email="lan@angiang.example")
    client, _asked = comes(settings, email="lan@angiang.example")
    assert client.get("/").status_code == 302
    assert not SocialAccount.objects.exists()


NEVER = {"claims": {"exp": 1}}


@pytest.mark.parametrize(
    "lies",
    [
        {"claims": {"nonce": "of another attempt"}},
        {"claims": {"nonce": ""}},
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"aud": "another application"}},
        {"claims": {"sub": "k-2"}},
        NEVER,
        {"signing": {"by": "somebody else"}},
        {"signing": {"algorithm": "none"}},
        {"signing": {"algorithm": "HS256"}},
        {"silent": True},
        {"elsewhere": {"/realms/x/userinfo": "/realms/x/moved/userinfo"}},
    ],
    ids=lambda lies: str(lies),
)
def test_a_provider_that_does_not_prove_who_came_opens_nothing(lies, settings):
    make.officer(make.agency(), email="lan@angiang.example")
    client, _asked = comes(settings, lies=lies, email="lan@angiang.example")
    assert client.last.status_code == 401
    assert client.get("/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_a_provider_that_calls_itself_otherwise_is_asked_for_nobody(settings):
    with provider({"issuer": "https://elsewhere.example"}, sub="k-1") as (address, asked):
        at(address, settings)
        answer = Client().post("/account/sso/oidc/sso/login/")
    assert (answer.status_code, asked.asked) == (401, [])


def test_a_provider_that_is_away_is_told_on_a_page(settings):
    at("http://127.0.0.1:1/realms/x", settings)
    answer = Client().post("/account/sso/oidc/sso/login/")
    assert answer.status_code == 401
    assert "/account/login/" in answer.content.decode()


def test_an_answer_without_our_question_opens_nothing(settings):
    make.officer(make.agency(), email="lan@angiang.example")
    with provider(sub="k-1", email="lan@angiang.example", email_verified=True) as (address, asked):
        at(address, settings)
        client = Client()
        client.get("/account/sso/oidc/sso/login/callback/?code=c0de&state=made-up")
    assert client.get("/").status_code == 302
    assert asked.asked == []


def test_an_address_cannot_ask_the_provider_for_more(settings):
    make.officer(make.agency(), email="lan@angiang.example")
    more = "?scope=offline_access&auth_params=nonce%3Dmine%26prompt%3Dnone"
    _client, asked = comes(settings, address_bar=more, email="lan@angiang.example")
    assert sorted(asked[0]["scope"][0].split()) == ["email", "openid", "profile"]
    assert "prompt" not in asked[0] and asked[0]["nonce"] != ["mine"]


def test_a_locked_account_stays_locked(settings):
    make.officer(make.agency(), email="lan@angiang.example", is_active=False)
    client, _asked = comes(settings, email="lan@angiang.example")
    assert client.get("/").status_code == 302


def test_the_password_still_opens_the_account(settings):
    officer = make.officer(make.agency(), email="lan@angiang.example")
    comes(settings, email="lan@angiang.example")
    client = Client()
    client.post("/account/login/", {"login": officer.username, "password": make.PASSWORD})
    assert client.get("/").status_code == 200


def test_who_needs_a_second_factor_is_asked_for_it_here_too(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    make.staff(email="binh@angiang.example")
    client, _asked = comes(settings, email="binh@angiang.example")
    assert client.get("/").url == "/account/second-factor/"


def test_who_stops_there_is_led_back(client):
    assert "/account/login/" in client.get("/account/sso/cancelled/").content.decode()


def test_without_one_there_is_no_button_and_no_way_in(client):
    assert "sso" not in client.get("/account/login/").content.decode()
    assert client.post("/account/sso/oidc/sso/login/").status_code == 404


def test_one_address_in_the_environment_is_all_it_takes(tmp_path):
    told = {"OIDC_URL": "https://iso:s%40f@sso.example:8443/realms/x", "OIDC_NAME": "Cổng tỉnh"}
    told |= {"ISOTRACK_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "isotrack.settings"}
    program = """
from django.conf import settings
application = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
may_lead_to = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]
print(application["client_id"], application["secret"], application["settings"]["server_url"], *may_lead_to)
"""
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=True).stdout
    origin = "https://sso.example:8443"
    assert said.split() == ["iso", "s@f", f"{origin}/realms/x", "'self'", origin]


def test_opening_the_address_alone_starts_nothing(settings):
    with provider(sub="k-1") as (address, asked):
        at(address, settings)
        page = Client().get("/account/sso/oidc/sso/login/")
    assert (page.status_code, asked.asked) == (200, [])


def test_no_token_of_the_provider_is_kept(settings):
    make.officer(make.agency(), email="lan@angiang.example")
    client, _asked = comes(settings, email="lan@angiang.example")
    assert not SocialToken.objects.exists()
    assert "t0ken" not in str(dict(client.session))
    assert "eyJ" not in str(SocialAccount.objects.get().extra_data)

"""A closed installation: nobody signs up, and a stranger learns nothing."""

import pytest

from agencies.models import User
from tests import make

pytestmark = pytest.mark.django_db


def test_nobody_signs_up(client):
    client.post(
        "/account/closed/", {"username": "me", "password1": make.PASSWORD, "password2": make.PASSWORD}
    )
    assert not User.objects.get_queryset().exists()


def test_signing_in_says_nothing_that_the_page_does_not_show(client):
    officer = make.officer(make.agency())
    response = client.post(
        "/account/login/", {"login": officer.username, "password": make.PASSWORD}, follow=True
    )
    assert response.context["user"] == officer
    assert list(response.context["messages"]) == []


def test_asking_for_a_password_looks_the_same_whether_the_address_is_known(client, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    officer = make.officer(make.agency())
    known, unknown = (
        client.post("/account/password/reset/", {"email": email})
        for email in (officer.email, "nobody@x.example")
    )
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)

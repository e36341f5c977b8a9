"""The size of text and the language: links that work without script, and lead back."""

import pytest
from django.test import Client

from tests import make


@pytest.mark.parametrize("size", ["s", "m", "l"])
def test_a_size_is_kept_for_a_year(size):
    response = Client().get("/look/", {"text": size, "next": "/account/login/"})
    assert response["Location"] == "/account/login/"
    assert response.cookies["isotrack_text"].value == size
    assert response.cookies["isotrack_text"]["max-age"] == 365 * 24 * 60 * 60


def test_a_language_is_kept():
    response = Client().get("/look/", {"language": "en", "next": "/account/login/"})
    assert response.cookies["django_language"].value == "en"


@pytest.mark.parametrize("wish", [{"text": "xxl"}, {"language": "fr"}, {"language": "../vi"}, {}])
def test_what_is_not_on_offer_is_not_kept(wish):
    assert not Client().get("/look/", wish).cookies


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_foreign_address_is_not_followed(url):
    assert Client().get("/look/", {"text": "l", "next": url})["Location"] == "/"


@pytest.mark.django_db
def test_the_chosen_size_reaches_the_page(browse):
    lan = browse(make.officer(make.agency()))
    lan.get("/look/", {"text": "l"})
    assert 'data-text="l"' in lan.get("/").content.decode()

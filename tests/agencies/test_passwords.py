"""A password may be anything that is long and hard to guess."""

import pytest
from django.conf import global_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from agencies.models import User
from agencies.passwords import OF_THIS_PLACE
from isotrack import settings as configured
from tests import make
from tests.agencies.test_second_factor import with_totp

LAN = User(username="khanhan", full_name="Trần Thị Lan", email="lan.khanhan@angiang.example")


def refused(password: str) -> bool:
    try:
        validate_password(password, LAN)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    "password",
    [
        *(
            "một câu dài dễ nhớ",
            "correct horse battery staple",
            "8391746205937",
            "ÂĐƠƯÊÔĂÁÀẢÃẠ",
            "  ba dấu cách   ",
        ),
        "chuyến đò sang sông mùa nước nổi " * 4,
    ],
)
def test_any_signs_may_be_used(password):
    assert not refused(password)


@pytest.mark.parametrize(
    "password",
    [
        *("mười1kýtự", "password1234", "123456789012", "qwertyuiop[]", "aaaaaaaaaaaa", "iloveyou1234"),
        *("01/01/199001/01", "x9x9x9x9x9x9x9"),
    ],
)
def test_what_leaked_lists_begin_with_is_refused(password):
    assert refused(password)


@pytest.mark.parametrize("password", ["TranThiLan2021", "khanhan-khanhan", "lan.khanhan@angiang"])
def test_what_says_who_one_is_is_refused(password):
    assert refused(password)


@pytest.mark.parametrize("word", OF_THIS_PLACE)
def test_what_people_here_think_of_first_is_refused(word):
    assert refused(f"{word}{word}2021!")


@pytest.mark.django_db
def test_a_long_password_counts_to_its_last_sign():
    officer = make.officer(make.agency())
    long = " Mật khẩu dài hơn bảy mươi hai ký tự, có dấu cách ở hai đầu và Chữ Hoa, ký tự cuối là một " + "9 "
    officer.set_password(long)
    officer.save()
    for wrong in (long[:72], long[:-2], long.strip(), long.lower()):
        client = Client()
        client.post("/account/login/", {"login": officer.username, "password": wrong})
        assert "_auth_user_id" not in client.session
    client.post("/account/login/", {"login": officer.username, "password": long})
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_changing_it_asks_for_the_present_one_and_ends_other_sessions():
    officer = make.officer(make.agency())
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/account/login/", {"login": officer.username, "password": make.PASSWORD})
    new = dict.fromkeys(("password1", "password2"), "một câu dài dễ nhớ")
    here.post("/account/password/change/", {"oldpassword": "not this one"} | new)
    officer.refresh_from_db()
    assert officer.check_password(make.PASSWORD)
    here.post("/account/password/change/", {"oldpassword": make.PASSWORD} | new)
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 302)


@pytest.mark.django_db
def test_fields_for_passwords_hide_them_and_let_a_manager_fill_them(client):
    page = client.get("/account/login/").content.decode()
    (field,) = [part for part in page.split("<input")[1:] if 'name="password"' in part]
    assert 'type="password"' in field and 'autocomplete="current-password"' in field
    assert "onpaste" not in page and "maxlength" not in field


@pytest.mark.django_db
def test_a_password_set_by_mail_does_not_pass_by_the_second_factor(mailoutbox):
    staff = with_totp(make.staff())
    client = Client()
    client.post("/account/password/reset/", {"email": staff.email})
    link = next(word for word in mailoutbox[0].body.split() if "/account/password/reset/key/" in word)
    form = client.get(link.partition("testserver")[2], follow=True)
    client.post(form.request["PATH_INFO"], dict.fromkeys(("password1", "password2"), "một câu dài dễ nhớ"))
    assert client.get("/").status_code == 302
    client.post("/account/login/", {"login": staff.username, "password": "một câu dài dễ nhớ"})
    assert client.get("/").status_code == 302


def test_passwords_are_kept_as_a_slow_hash():
    """The tests themselves use a quick one, so the settings are asked as they are without tests."""
    assert not hasattr(configured, "PASSWORD_HASHERS")
    assert global_settings.PASSWORD_HASHERS[0].endswith(".PBKDF2PasswordHasher")
    assert PBKDF2PasswordHasher.iterations >= 600_000

"""Who sees a whole province signs in with two things; nobody who must is let past without."""

import base64
import hashlib
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client

from agencies.models import Role, User
from agencies.sealing import seal, unseal
from isotrack.journal.models import Entry
from isotrack.kit.commands import BadInput
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def code(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def signs_in(user: User, client: Client | None = None) -> Client:
    client = client or Client()
    client.post("/account/login/", {"login": user.username, "password": make.PASSWORD})
    return client


def test_who_sees_the_province_sets_one_up_before_anything_else():
    client = signs_in(make.staff())
    for url in ("/", "/agencies/", "/cycles/"):
        assert client.get(url).url == "/account/second-factor/"


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER, Role.ADMINISTRATOR])
def test_so_do_finance_leader_and_administrator(role):
    assert signs_in(make.user(role, make.department())).get("/").url == "/account/second-factor/"


def test_an_officer_may_but_need_not():
    client = signs_in(make.officer(make.agency()))
    assert client.get("/").status_code == 200
    assert "Thiết lập ứng dụng xác thực" in client.get("/account/second-factor/").content.decode()


def test_where_it_is_not_required_nobody_is_sent_away(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    assert signs_in(make.staff()).get("/").status_code == 200


def test_a_form_posted_before_there_is_one_changes_nothing():
    client = signs_in(make.staff())
    response = client.post("/agencies/documents/add/", {"number": "1"})
    assert response.url == "/account/second-factor/"


def confirmed(client: Client) -> Client:
    """What changes how one signs in asks for the password once more."""
    client.post("/account/again/", {"password": make.PASSWORD})
    return client


def activated(client: Client) -> str:
    page = confirmed(client).get("/account/second-factor/totp/activate/")
    secret = page.context["form"].secret
    return client.post("/account/second-factor/totp/activate/", {"code": code(secret)}).url


def test_once_set_up_the_work_begins_and_ten_codes_are_there():
    client = signs_in(make.staff())
    assert activated(client) == "/account/second-factor/recovery-codes/"
    codes = client.get("/account/second-factor/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/").status_code == 200


def test_a_wrong_code_is_refused_with_what_to_do():
    client = confirmed(signs_in(make.staff()))
    client.get("/account/second-factor/totp/activate/")
    page = client.post("/account/second-factor/totp/activate/", {"code": "000000"})
    assert "Mã chưa đúng" in page.content.decode()


def test_setting_it_up_asks_for_the_password_once_more():
    client = signs_in(make.staff())
    assert client.get("/account/second-factor/totp/activate/").url.startswith("/account/again/")


def with_totp(user: User) -> User:
    TOTP.activate(user, SECRET)
    return user


def test_the_password_alone_opens_nothing():
    client = signs_in(with_totp(make.staff()))
    assert client.get("/").url.startswith("/account/login/")


def test_the_password_and_the_code_do():
    client = signs_in(with_totp(make.staff()))
    client.post("/account/second-factor/authenticate/", {"code": code()})
    assert client.get("/").status_code == 200


def test_a_code_works_once():
    staff = with_totp(make.staff())
    client = signs_in(staff)
    used = code()
    client.post("/account/second-factor/authenticate/", {"code": used})
    again = signs_in(staff)
    assert again.post("/account/second-factor/authenticate/", {"code": used}).status_code == 200
    assert again.get("/").url.startswith("/account/login/")


def test_guessing_codes_is_stopped():
    client = signs_in(with_totp(make.staff()))
    for _guess in range(6):
        page = client.post("/account/second-factor/authenticate/", {"code": "000000"})
    assert "quá nhiều" in page.content.decode() or page.status_code == 429
    client.post("/account/second-factor/authenticate/", {"code": code()})
    assert client.get("/").url.startswith("/account/login/")


def test_the_last_one_cannot_be_taken_away_by_who_must_have_one():
    client = signs_in(make.staff())
    activated(client)
    page = client.post("/account/second-factor/totp/deactivate/")
    assert "phải có lớp xác thực thứ hai" in page.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_secrets_lie_sealed_in_the_database_and_open_with_an_earlier_key(settings):
    staff = with_totp(make.staff())
    stored = str(Authenticator.objects.get(user=staff).data)
    assert SECRET not in stored
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another key of the installation",
    )
    assert Authenticator.objects.get(user=staff).wrap().validate_code(code())


def test_secrets_are_sealed_with_an_authenticated_cipher_and_a_fresh_nonce():
    first, second = seal(SECRET), seal(SECRET)
    assert first != second and unseal(first) == unseal(second) == SECRET
    changed = first[:-4] + ("AAAA" if first[-4:] != "AAAA" else "BBBB")
    with pytest.raises(ValueError, match="not named"):
        unseal(changed)


def test_what_an_earlier_version_sealed_is_read_and_sealed_anew(settings):
    staff = with_totp(make.staff())
    digest = hashlib.sha256(f"isotrack second factor:{settings.SECRET_KEY}".encode()).digest()
    old = Fernet(base64.urlsafe_b64encode(digest)).encrypt(SECRET.encode()).decode()
    Authenticator.objects.filter(user=staff).update(data={"secret": old})
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another key of the installation",
    )
    assert Authenticator.objects.get(user=staff).wrap().validate_code(code())
    call_command("seal_again")
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(Authenticator.objects.get(user=staff).data["secret"]) == SECRET


def test_sealing_anew_without_the_earlier_key_changes_nothing(settings):
    staff = with_totp(make.staff())
    before = Authenticator.objects.get(user=staff).data
    settings.SECRET_KEY = "another key of the installation"
    with pytest.raises(BadInput, match="does not name"):
        call_command("seal_again")
    assert Authenticator.objects.get(user=staff).data == before


@pytest.mark.django_db(transaction=True)
def test_the_person_is_told_and_the_journal_keeps_it(mailoutbox):
    staff = make.staff()
    activated(signs_in(staff))
    assert [mail.to for mail in mailoutbox] == [[staff.email]]
    assert "Đã thêm ứng dụng xác thực." in mailoutbox[0].body
    assert Entry.objects.filter(verb="second-factor-added", about_key=str(staff.pk)).exists()


def test_a_changed_password_is_told_too(mailoutbox):
    officer = make.officer(make.agency())
    new = {"oldpassword": make.PASSWORD} | dict.fromkeys(("password1", "password2"), "another long phrase 7")
    signs_in(officer).post("/account/password/change/", new)
    assert "Mật khẩu đã được đổi." in mailoutbox[0].body
    assert Entry.objects.filter(verb="password-changed").exists()


def lost(person: User, by: User, client: Client) -> int:
    url = f"/agencies/people/{person.pk}/second-factor/"
    return client.post(url, {"reason": "Gặp trực tiếp tại Sở ngày 15/6."}).status_code


def test_an_administrator_takes_away_what_was_lost_and_says_why(browse, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    staff, administrator = with_totp(make.staff()), make.user(Role.ADMINISTRATOR, make.department())
    assert lost(staff, administrator, browse(administrator)) == 302
    assert not Authenticator.objects.filter(user=staff).exists()
    entry = Entry.objects.get(verb="second-factor-reset")
    assert (entry.actor_key, entry.reason) == (str(administrator.pk), "Gặp trực tiếp tại Sở ngày 15/6.")


def test_nobody_takes_away_their_own_or_as_a_clerk(browse, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    staff, administrator = make.staff(), make.user(Role.ADMINISTRATOR, make.department())
    assert lost(administrator, administrator, browse(administrator)) == 404
    assert lost(administrator, staff, browse(staff)) == 404


def test_the_own_page_says_how_one_signs_in():
    client = signs_in(make.officer(make.agency()))
    assert "Chưa thiết lập" in client.get("/agencies/people/me/").content.decode()


def test_a_key_of_the_app_is_long_enough():
    assert len(base64.b32decode(generate_totp_secret())) >= 20


def test_a_recovery_code_is_long_enough():
    client = signs_in(make.staff())
    activated(client)
    codes = client.get("/account/second-factor/recovery-codes/").context["unused_codes"]
    assert all(len(one) >= 8 for one in codes) and len(set(codes)) == 10


def test_a_code_of_a_minute_ago_is_too_old():
    staff = with_totp(make.staff())
    before = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 - 2))
    client = signs_in(staff)
    client.post("/account/second-factor/authenticate/", {"code": before})
    assert client.get("/").url.startswith("/account/login/")

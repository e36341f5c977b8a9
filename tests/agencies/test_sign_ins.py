"""Who signed in, by what means and on what; who failed; and how sessions are ended from elsewhere."""

import io
import json
import logging
import logging.config
from datetime import timedelta

import pytest
import structlog
from django.conf import settings as configured
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.actions.sign_in import KEPT, count_failure, device_of
from agencies.models import FailedSignIn, Role, SignIn
from isotrack.journal.models import Entry
from isotrack.kit.logs import configure
from isotrack.kit.security import sign_of
from reports.actions.people import keep_people
from tests import make
from tests.agencies.test_second_factor import code, with_totp

pytestmark = pytest.mark.django_db
ME = "/agencies/people/me/"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def lines():
    """What is logged where others reach the installation, with nothing asked for."""
    logging.config.dictConfig(configure("json", "WARNING"))
    kept = io.StringIO()
    (handler,) = logging.getLogger().handlers[:1]
    handler.setStream(kept)
    yield lambda: [json.loads(line) for line in kept.getvalue().splitlines()]
    logging.config.dictConfig(configured.LOGGING)
    structlog.contextvars.clear_contextvars()


def tries(name, password="wrong wrong wrong", client=None, agent=CHROME):
    client = client or Client(headers={"User-Agent": agent})
    client.last = client.post("/account/login/", {"login": name, "password": password})
    return client


def signs_in(user, agent=CHROME):
    return tries(user.username, make.PASSWORD, agent=agent)


def administrator():
    return make.user(Role.ADMINISTRATOR, make.department("Văn phòng"), full_name="Võ Văn Em")


def test_a_sign_in_is_kept_with_its_means_and_what_kind_of_browser_it_was():
    officer = make.officer(make.agency())
    signs_in(officer)
    row = officer.sign_ins.get()
    assert (row.means, row.device, row.at) == ("password", "Chrome, Windows", row.seen_at)
    assert row.in_words == "mật khẩu"


def test_a_second_factor_stands_among_the_means(settings):
    staff = with_totp(make.staff())
    client = signs_in(staff)
    assert not staff.sign_ins.exists()  # the password alone is no sign-in
    client.post("/account/second-factor/authenticate/", {"code": code()})
    assert staff.sign_ins.get().means == "password totp"


def test_signing_out_is_kept():
    officer = make.officer(make.agency())
    signs_in(officer).post("/account/logout/")
    assert officer.sign_ins.get().ended == SignIn.Ended.OUT


def test_failed_attempts_are_counted_by_the_hour_in_one_row():
    officer = make.officer(make.agency())
    for _attempt in range(3):
        tries(officer.username)
    tries(officer.email)
    row = FailedSignIn.objects.get()
    assert (row.user, row.step, row.number) == (officer, "password", 4)


def test_whoever_goes_on_trying_adds_nothing_but_a_number():
    officer = make.officer(make.agency())
    for _attempt in range(9):
        tries(officer.username, client=Client())
    counted = dict(FailedSignIn.objects.values_list("step", "number"))
    assert counted == {"password": 5, "throttled": 4}
    tries(officer.username, make.PASSWORD)
    assert not officer.sign_ins.exists()


def test_an_unknown_name_is_counted_without_the_name():
    tries("tôi gõ nhầm mật khẩu vào đây")
    tries("nobody@x.example")
    row = FailedSignIn.objects.get()
    assert (row.user, row.number) == (None, 2)
    assert "nhầm" not in str(list(FailedSignIn.objects.values_list()))


def test_a_known_and_an_unknown_name_cost_the_same_and_look_the_same():
    officer = make.officer(make.agency())
    seen = []
    for login in (officer.username, "nobody"):
        with CaptureQueriesContext(connection) as queries:
            page = tries(login).last
        told = page.content.decode().replace(login, "").partition("csrfmiddlewaretoken")
        seen.append((len(queries), page.status_code, told[0], told[2][100:]))
    assert seen[0] == seen[1]


def test_a_wrong_code_is_counted():
    staff = with_totp(make.staff())
    signs_in(staff).post("/account/second-factor/authenticate/", {"code": "000000"})
    assert FailedSignIn.objects.get().step == FailedSignIn.Step.CODE


def test_two_who_fail_at_once_are_both_counted(monkeypatch):
    """The other one's row comes between looking and writing."""
    officer, update, came = make.officer(make.agency()), QuerySet.update, []

    def too_late(rows, **values):
        if came:
            return update(rows, **values)
        hour = make.NOW.replace(minute=0, second=0, microsecond=0)
        came.append(FailedSignIn.objects.create(user=officer, step="code", hour=hour, last_at=make.NOW))
        return 0

    monkeypatch.setattr(QuerySet, "update", too_late)
    count_failure(officer, FailedSignIn.Step.CODE, at=make.NOW)
    assert FailedSignIn.objects.get().number == 2


def test_the_own_page_lists_sessions_and_failures_in_words():
    officer = make.officer(make.agency())
    signs_in(officer, FIREFOX).post("/account/logout/")
    signs_in(officer, FIREFOX)
    tries(officer.username)
    page = signs_in(officer).get(ME).content.decode()
    for words in (
        "Phiên này",
        "Chrome, Windows",
        "Firefox, Linux",
        "Đang mở, thấy lần cuối",
        "Đã đăng xuất lúc",
    ):
        assert words in page
    assert "1 lần sai mật khẩu, lần cuối" in page


def test_where_nothing_else_is_open_there_is_nothing_to_end():
    officer = make.officer(make.agency())
    client = signs_in(officer)
    assert "Kết thúc các phiên khác" not in client.get(ME).content.decode()
    signs_in(officer)
    assert "Kết thúc các phiên khác" in client.get(ME).content.decode()


def test_the_other_sessions_end_and_this_one_goes_on():
    officer = make.officer(make.agency())
    here, there = signs_in(officer), signs_in(officer, FIREFOX)
    here.post("/account/again/", {"password": make.PASSWORD})
    assert here.post(f"{ME}sessions/end/").url == ME
    assert (here.get(ME).status_code, there.get(ME).status_code) == (200, 302)
    assert list(officer.sign_ins.order_by("pk").values_list("ended", flat=True)) == ["", "taken"]
    assert Entry.objects.about("user", officer.pk).filter(verb="sessions-ended").get().actor == str(officer)


def test_ending_them_asks_for_the_password_and_then_goes_on_by_itself():
    officer = make.officer(make.agency())
    here, there = signs_in(officer), signs_in(officer)
    asked = here.post(f"{ME}sessions/end/").url
    assert asked.startswith("/account/again/")
    assert there.get(ME).status_code == 200
    here.post(asked, {"password": make.PASSWORD, "next": f"{ME}sessions/end/"})
    assert (here.get(ME).status_code, there.get(ME).status_code) == (200, 302)


@pytest.mark.django_db(transaction=True)
def test_a_change_of_how_one_signs_in_ends_the_other_sessions():
    staff = make.staff()
    here, there = signs_in(staff), signs_in(staff)
    here.post("/account/again/", {"password": make.PASSWORD})
    secret = here.get("/account/second-factor/totp/activate/").context["form"].secret
    here.post("/account/second-factor/totp/activate/", {"code": code(secret)})
    assert (here.get(ME).status_code, there.get(ME).status_code) == (200, 302)


def test_a_password_set_by_mail_ends_every_session(mailoutbox):
    officer = make.officer(make.agency())
    there, client = signs_in(officer), Client()
    client.post("/account/password/reset/", {"email": officer.email})
    link = next(word for word in mailoutbox[0].body.split() if "/account/password/reset/key/" in word)
    form = client.get(link.partition("testserver")[2], follow=True)
    client.post(form.request["PATH_INFO"], dict.fromkeys(("password1", "password2"), "một câu dài dễ nhớ"))
    assert there.get(ME).status_code == 302
    assert officer.sign_ins.get().ended == SignIn.Ended.TAKEN


def test_an_administrator_reads_and_ends_somebodys_sessions(browse):
    officer, em = make.officer(make.agency()), administrator()
    there, browser = signs_in(officer), browse(em)
    page = browser.get(f"/agencies/people/{officer.pk}/").content.decode()
    assert "Chrome, Windows" in page and sign_of(officer.pk) in page
    browser.post(f"/agencies/people/{officer.pk}/sessions/end/")
    assert there.get(ME).status_code == 302
    assert Entry.objects.get(verb="sessions-ended").actor == "Võ Văn Em"


def test_the_department_does_not_read_when_somebody_signed_in(browse):
    officer = make.officer(make.agency())
    signs_in(officer)
    page = browse(make.staff()).get(f"/agencies/people/{officer.pk}/").content.decode()
    assert "Chrome, Windows" not in page and sign_of(officer.pk) not in page


@pytest.mark.parametrize("act", ["edit", "second-factor", "sessions/end"])
def test_an_administrator_gives_the_password_again_before_changing_how_somebody_signs_in(act):
    officer, em = with_totp(make.officer(make.agency())), administrator()
    client = signs_in(em)
    values = {"full_name": "X", "email": "new@people.example", "role": "officer", "is_active": "on"}
    answer = client.post(f"/agencies/people/{officer.pk}/{act}/", values | {"reason": "Gặp trực tiếp."})
    assert answer.url.startswith("/account/again/")
    kept = type(officer).objects.get(pk=officer.pk)
    assert (kept.email, kept.session_round) == (officer.email, officer.session_round)


def test_what_was_typed_is_taken_up_after_the_password():
    officer, em = make.officer(make.agency()), administrator()
    client = signs_in(em)
    url = f"/agencies/people/{officer.pk}/edit/"
    values = {"full_name": "X", "email": "new@people.example", "role": "officer", "is_active": "on"}
    asked = client.post(url, values).url
    client.post(asked, {"password": make.PASSWORD, "next": url})
    assert type(officer).objects.get(pk=officer.pk).email == "new@people.example"


def test_fifty_sign_ins_cost_as_many_questions_as_one():
    officer = make.officer(make.agency())
    client = signs_in(officer)

    def questions():
        client.get(ME)
        with CaptureQueriesContext(connection) as queries:
            client.get(ME)
        return len(queries)

    one = questions()
    row = officer.sign_ins.get()
    SignIn.objects.bulk_create(
        SignIn(user=officer, at=row.at, seen_at=row.at, lasts_until=row.lasts_until) for _other in range(49)
    )
    for hour in range(49):
        count_failure(officer, FailedSignIn.Step.CODE, at=make.NOW + timedelta(hours=hour))
    assert questions() == one


def test_what_is_old_is_forgotten():
    officer = make.officer(make.agency())
    signs_in(officer)
    tries(officer.username)
    keep_people(as_of=make.NOW + KEPT - timedelta(days=1))
    assert (SignIn.objects.count(), FailedSignIn.objects.count()) == (1, 1)
    keep_people(as_of=make.NOW + KEPT + timedelta(days=1))
    assert (SignIn.objects.count(), FailedSignIn.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", ""),
        ("curl/8", ""),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537", "Chrome, Android"),
        ("<script>" * 1000, ""),
    ],
)
def test_a_browser_is_named_by_kind_and_no_more(agent, words):
    assert device_of(agent) == words


def test_the_log_has_a_line_for_each_and_names_nobody(lines):
    officer, em = make.officer(make.agency()), administrator()
    tries(officer.username)
    tries("nobody")
    client = signs_in(officer)
    client.get("/operations/")
    client.post("/account/logout/")
    signs_in(em).get(f"/agencies/people/{officer.pk}/")
    told = [line for line in lines() if line["logger"] == "isotrack.security"]
    said = [(line["message"], line["who"], line.get("page", line.get("step", ""))) for line in told]
    who, em_who = sign_of(officer.pk), sign_of(em.pk)
    for expected in (
        ("sign-in refused", who, "password"),
        ("sign-in refused", "-", "password"),
        ("signed in", who, ""),
        ("refused", who, "reports:operations"),
        ("signed out", who, ""),
        ("administrator", em_who, "agencies:account-detail"),
    ):
        assert expected in said
    written = json.dumps(lines(), ensure_ascii=False)
    for private in (officer.username, officer.email, officer.full_name, "nobody", "wrong wrong", "127.0.0.1"):
        assert private not in written
    assert all(line["timestamp"].endswith("Z") and line["request_id"] for line in told)


def test_a_sign_is_made_of_the_secret_and_not_of_the_key_alone(settings):
    first = sign_of(1)
    assert first != sign_of(2) and first == sign_of(1) and len(first) == 10
    settings.SECRET_KEY = "another key of the installation"
    assert sign_of(1) != first


def test_what_is_refused_has_a_line(lines, settings):
    settings.COSTLY_PER_MINUTE = 1
    officer = make.officer(make.agency())
    client = signs_in(officer)
    for _asked in range(2):
        client.get("/agencies/export.xlsx")
    Client(enforce_csrf_checks=True).post("/account/login/", {})
    client.put("/")
    client.get("/%00")
    refused = [line for line in lines() if line["message"] == "refused"]
    assert [line["status"] for line in refused] == [429, 403, 405, 400]
    assert refused[0]["who"] == sign_of(officer.pk) and refused[0]["page"] == "agencies:registry-export"


def test_no_typed_line_becomes_a_line_of_the_log(lines):
    forged = '\n{"message": "signed in", "who": "-"}\n'
    tries(forged, agent="x")
    Client(headers={"User-Agent": "y", "X-Request-ID": forged.replace("\n", "\r")}).get("/account/login/")
    told = lines()
    assert told and all(line.get("logger") for line in told)
    assert not [line for line in told if line["message"] == "signed in"]


def test_the_command_ends_the_sessions_of_one_or_of_all(capsys):
    one, two = make.officer(make.agency()), make.officer(make.agency("Ủy ban nhân dân xã Phú Hội"))
    here, there = signs_in(one), signs_in(two)
    call_command("end_sessions", one.username, "--format", "json")
    assert (here.get(ME).status_code, there.get(ME).status_code) == (302, 200)
    assert json.loads(capsys.readouterr().out) == {"accounts": 1, "sessions": 1}
    call_command("end_sessions", "--all", "--format", "json")
    assert there.get(ME).status_code == 302

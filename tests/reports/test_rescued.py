"""What was typed outlives its session, and nobody else gets to see it."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.models import Role
from isotrack.kit import rescue
from tests import make
from tests.reports.pages import load, section_url, words

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/?next=/rescued/"
SESSION = settings.SESSION_COOKIE_AGE


@pytest.fixture
def lan(now):
    """Lan, whose session ends while a section of her report is open."""
    now("2021-06-16 08:00")
    return make.officer(make.agency(), username="lan")


@pytest.fixture
def report(lan):
    return make.report(lan.agency)


def sign_in(client, name="lan"):
    return client.post(LOGIN, {"login": name, "password": make.PASSWORD})


def typed(lan, report, browse, **values):
    return load(browse(lan), report, "general") | values


def sent_too_late(lan, report, browse, **values):
    """The window after the press: the session was gone."""
    window = Client()
    window.post(section_url(report, "general"), typed(lan, report, browse, head_name="Thọ", **values))
    return window


def test_the_form_leads_to_the_login_page_which_says_that_nothing_is_lost(lan, report, browse):
    window = Client()
    answer = window.post(section_url(report, "general"), typed(lan, report, browse, head_name="Thọ"))
    assert answer["Location"] == LOGIN
    assert "Những gì vừa nhập vẫn được giữ" in words(window.get(LOGIN))


def test_after_signing_in_she_reads_it_in_words_and_sends_it_with_one_button(lan, report, browse):
    window = sent_too_late(lan, report, browse)
    assert sign_in(window)["Location"] == "/rescued/"
    page = words(window.get("/rescued/"))
    assert "<dt> Họ và tên người đứng đầu cơ quan </dt> <dd> Thọ </dd>" in page
    assert f'action="{section_url(report, "general")}"' in page
    assert 'name="head_name" value="Thọ"' in page


def test_what_is_sent_again_is_saved_and_then_forgotten(lan, report, browse):
    window = sent_too_late(lan, report, browse)
    sign_in(window)
    kept = dict(window.session["rescued"]["fields"]) | {"rescued": "yes"}
    assert window.post(section_url(report, "general"), kept).status_code == 302
    report.refresh_from_db()
    assert report.answers == {"head_name": "Thọ"}
    assert window.get("/rescued/")["Location"] == "/"


def test_somebody_else_who_signs_in_sees_nothing_and_it_is_gone(lan, report, browse):
    window = sent_too_late(lan, report, browse)
    make.officer(lan.agency, username="hoa")
    sign_in(window, "hoa")
    page = window.get("/rescued/", follow=True)
    assert "Thọ" not in words(page)
    assert "thuộc một tài khoản khác" in words(page)
    assert "rescued" not in window.session


def test_a_form_that_does_not_say_for_whom_it_was_is_kept(lan, report, browse):
    window = sent_too_late(lan, report, browse, who="")
    sign_in(window)
    assert "Thọ" in words(window.get("/rescued/"))


def test_she_may_throw_it_away(lan, report, browse):
    window = sent_too_late(lan, report, browse)
    sign_in(window)
    assert window.post("/rescued/", {})["Location"] == "/"
    assert "rescued" not in window.session


def test_it_works_for_every_form_of_the_house(lan, report):
    window = Client()
    window.post(f"/reports/{report.pk}/nil/", {"reason": "Cơ quan mới thành lập.", "who": str(lan.pk)})
    sign_in(window)
    assert "Cơ quan mới thành lập." in words(window.get("/rescued/"))


def test_the_forms_of_the_house_say_for_whom_they_are(lan, report, browse):
    client = browse(lan)
    for page in ("fill/general/", "send/", "nil/", "letter/"):
        text = client.get(f"/reports/{report.pk}/{page}").content.decode()
        assert f'name="who" value="{lan.pk}"' in text, page


@pytest.mark.parametrize(
    "values",
    [
        {"oldpassword": "a secret", "password1": "another"},
        {"next": "/", "who": "1"},
        {"reason": "x" * (rescue.LARGEST + 1)},
    ],
    ids=["a password", "nothing typed", "too much"],
)
def test_some_things_are_not_kept(report, values):
    window = Client()
    answer = window.post(f"/reports/{report.pk}/nil/", values)
    assert answer["Location"].startswith("/account/login/?next=/reports/")
    assert "rescued" not in window.session


def test_files_are_named_to_be_chosen_again(lan, report, browse):
    upload = SimpleUploadedFile("bao-cao.pdf", b"%PDF-1.7")
    window = sent_too_late(lan, report, browse, signed_report_file=upload)
    sign_in(window)
    assert "cần chọn lại sau khi gửi: bao-cao.pdf" in words(window.get("/rescued/"))


# A page of an earlier login: its token is stale


def strict(user, browse):
    """A browser whose tokens are checked."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = browse(user).cookies
    client.get("/account/password/change/")
    return client


def post_stale(client, report, *, origin="http://testserver", **values):
    data = {"csrfmiddlewaretoken": "x" * 64, "reason": "Không có thủ tục."} | values
    return client.post(f"/reports/{report.pk}/nil/", data, headers={"origin": origin})


def test_a_stale_token_costs_one_more_press_and_no_text(lan, report, browse):
    answer = post_stale(strict(lan, browse), report, who=str(lan.pk))
    assert answer.status_code == 403
    assert 'name="reason" value="Không có thủ tục."' in words(answer)
    assert f'action="/reports/{report.pk}/nil/"' in words(answer)


def test_a_foreign_page_gets_nothing_back_to_be_pressed(lan, report, browse):
    answer = post_stale(strict(lan, browse), report, origin="https://elsewhere.example")
    assert answer.status_code == 403
    assert "Không có thủ tục." not in words(answer)


def test_a_browser_that_says_nothing_about_the_page_gets_nothing_back(lan, report, browse):
    client = strict(lan, browse)
    answer = client.post(f"/reports/{report.pk}/nil/", {"reason": "Không có thủ tục."})
    assert "Không có thủ tục." not in words(answer)


def test_what_another_person_typed_is_not_shown_to_who_is_signed_in_now(lan, report, browse):
    clerk = make.user(Role.STAFF, make.department("Sở Khoa học và Công nghệ"))
    answer = post_stale(strict(clerk, browse), report, who=str(lan.pk))
    assert "Không có thủ tục." not in words(answer)


# When the session ends


def test_the_page_of_a_section_knows_how_long_the_session_lasts(lan, report):
    window = Client()
    sign_in(window)
    page = words(window.get(section_url(report, "general")))
    left = int(page.split('data-left="')[1].split('"')[0])
    assert 0 <= SESSION - left < 60
    assert 'data-ending="Phiên sắp hết lúc 16:00 ngày 16/6/2021.' in page or "15:59 ngày 16/6" in page


def test_a_session_written_to_later_lasts_longer_and_says_so(lan, report):
    window = Client()
    sign_in(window)
    session = window.session
    session["until"] = "2021-01-01T00:00:00+00:00"
    session["rescued"] = {"url": "/", "fields": [], "files": [], "who": ""}
    session.save()
    window.post("/rescued/", {})
    assert window.session["until"] > "2021-01-02"

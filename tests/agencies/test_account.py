"""Accounts and posts."""

from datetime import date

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Role, User
from isotrack.journal.models import Entry
from tests import make

pytestmark = pytest.mark.django_db

PEOPLE = "/agencies/people/"


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


def administrator(**values):
    return make.user(Role.ADMINISTRATOR, make.province(), full_name="Võ Văn Em", **values)


def questions(browser, url):
    browser.get(url)  # the first visit fills what each process reads once
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


def typed(office, **changed):
    values = {
        "full_name": "Trần Thị Lan",
        "username": "khanhan",
        "email": "lan@angiang.example",
        "role": Role.OFFICER,
        "agency": office.pk,
        "title": "Thư ký ISO",
        "starts_on": "16/06/2021",
    }
    return values | changed


def test_a_new_person_gets_a_mail_and_sets_a_password_of_their_own(browse, client):
    browse(administrator()).post(f"{PEOPLE}add/", typed(make.agency()))
    (letter,) = mail.outbox
    link = next(word for word in letter.body.split() if "/account/password/reset/key/" in word)
    form = client.get(link.partition("testserver")[2], follow=True)
    client.post(
        form.request["PATH_INFO"], {"password1": "một câu dài dễ nhớ", "password2": "một câu dài dễ nhớ"}
    )
    assert User.objects.get_queryset().get(username="khanhan").check_password("một câu dài dễ nhớ")
    assert letter.to == ["lan@angiang.example"]


def test_an_account_opens_with_its_post_and_a_line_in_the_journal(browse):
    agency = make.agency()
    browse(administrator()).post(f"{PEOPLE}add/", typed(agency, username="KhanhAn"))
    person = User.objects.get_queryset().get(username="khanhan")
    assert (person.agency, person.post.title) == (agency, "Thư ký ISO")
    assert Entry.objects.about("user", person.pk).get().verb == "account-opened"


def test_a_mail_server_that_is_away_is_told_and_the_account_stays(browse, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    response = browse(administrator()).post(f"{PEOPLE}add/", typed(make.agency()), follow=True)
    assert "thư đặt mật khẩu chưa gửi được" in response.content.decode()
    assert User.objects.get_queryset().filter(username="khanhan").exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": "khánh an"}, "username"),
        ({"username": "taken"}, "username"),
        ({"email": "TAKEN@people.example"}, "email"),
        ({"email": ""}, "email"),
        ({"role": "king"}, "role"),
        ({"agency": "0"}, "agency"),
        ({"starts_on": "16/06/0202"}, "starts_on"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(browse, changed, field):
    agency = make.agency()
    make.officer(agency, username="taken")
    response = browse(administrator()).post(f"{PEOPLE}add/", typed(agency, **changed))
    assert list(response.context["form"].errors) == [field]
    assert mail.outbox == []


def test_an_agency_of_another_province_cannot_be_chosen(browse):
    elsewhere = make.agency(superior=make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    response = browse(administrator()).post(f"{PEOPLE}add/", typed(elsewhere))
    assert "agency" in response.context["form"].errors


def test_the_department_reads_accounts_and_changes_none(browse):
    officer = make.officer(make.agency())
    clerk = browse(make.staff())
    assert officer in clerk.get(PEOPLE).context["accounts"]
    for act in ("add/", f"{officer.pk}/edit/", f"{officer.pk}/post/"):
        assert clerk.get(PEOPLE + act).status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.FINANCE])
def test_others_do_not_see_who_has_an_account(browse, role):
    assert browse(make.user(role, make.agency())).get(PEOPLE).status_code == 404


def test_people_are_found_without_typing_marks(browse):
    make.officer(make.agency(), full_name="Đặng Thị Hường")
    accounts = browse(administrator()).get(PEOPLE, {"q": "dang thi huong"}).context["accounts"]
    assert [str(account) for account in accounts] == ["Đặng Thị Hường"]


def test_who_holds_no_post_is_listed_apart(browse):
    make.officer(make.agency(), full_name="Lê Thị Cũ", ends_on=date(2021, 6, 1))
    accounts = browse(administrator()).get(PEOPLE, {"state": "without_post"}).context["accounts"]
    assert [str(account) for account in accounts] == ["Lê Thị Cũ"]


def test_fifty_accounts_cost_as_many_questions_as_one(browse):
    reader = browse(administrator())
    one = questions(reader, PEOPLE)
    for place in range(49):
        make.officer(make.agency(f"Ủy ban nhân dân xã Số {place}"))
    assert questions(reader, PEOPLE) == one


def test_a_locked_account_cannot_sign_in(browse, client):
    officer = make.officer(make.agency())
    values = {"full_name": "Trần Thị Lan", "email": officer.email, "role": Role.OFFICER}
    browse(administrator()).post(f"{PEOPLE}{officer.pk}/edit/", values)
    client.post("/account/login/", {"login": officer.username, "password": make.PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_mailbox_given_up_no_longer_opens_the_account(browse, client):
    browse(administrator()).post(f"{PEOPLE}add/", typed(make.agency()))
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link.partition("testserver")[2], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": make.PASSWORD, "password2": make.PASSWORD})
    client.post("/account/login/", {"login": "khanhan", "password": make.PASSWORD})
    client.logout()
    person = User.objects.get_queryset().get(username="khanhan")
    values = {
        "full_name": "Trần Thị Lan",
        "email": "moi@angiang.example",
        "role": Role.OFFICER,
        "is_active": "on",
    }
    browse(administrator()).post(f"{PEOPLE}{person.pk}/edit/", values)
    mail.outbox.clear()
    client.post("/account/password/reset/", {"email": "lan@angiang.example"})
    assert [letter for letter in mail.outbox if "/password/reset/key/" in letter.body] == []


def test_an_administrator_does_not_lock_themselves_out(browse):
    me = administrator()
    values = {"full_name": "Võ Văn Em", "email": me.email, "role": Role.STAFF}
    response = browse(me).post(f"{PEOPLE}{me.pk}/edit/", values)
    assert set(response.context["form"].errors) == {"role", "is_active"}


def test_an_account_of_another_province_is_out_of_reach(browse):
    stranger = make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    assert browse(administrator()).get(f"{PEOPLE}{stranger.pk}/edit/").status_code == 404


def test_a_post_is_handed_over_to_a_successor(browse):
    agency = make.agency()
    lan = make.officer(agency)
    nam = make.officer(make.agency("Ủy ban nhân dân xã Cô Tô"), full_name="Phạm Văn Nam")
    values = {"act": "end", "day": "30/06/2021", "successor": nam.pk, "title": "Thư ký ISO"}
    browse(administrator()).post(f"{PEOPLE}{lan.pk}/post/", values)
    assert lan.posts.get().ends_on == date(2021, 6, 30)
    assert nam.posts.get(agency=agency).starts_on == date(2021, 7, 1)
    assert nam.posts.exclude(agency=agency).get().ends_on == date(2021, 6, 30)


def test_a_successor_whose_account_was_opened_for_the_post_needs_no_second_one(browse):
    agency = make.agency()
    lan = make.officer(agency)
    nam = make.officer(agency, full_name="Phạm Văn Nam", starts_on=date(2021, 7, 1))
    browse(administrator()).post(
        f"{PEOPLE}{lan.pk}/post/", {"act": "end", "day": "30/06/2021", "successor": nam.pk}
    )
    assert (lan.posts.get().ends_on, nam.posts.count()) == (date(2021, 6, 30), 1)


def test_who_moves_sees_the_new_agency_from_its_day(browse):
    lan = make.officer(make.agency())
    there = make.agency("Ủy ban nhân dân xã Cô Tô")
    values = {"act": "begin", "day": "16/06/2021", "agency": there.pk, "title": "Thư ký ISO"}
    browse(administrator()).post(f"{PEOPLE}{lan.pk}/post/", values)
    assert User.objects.get_queryset().get(pk=lan.pk).agency == there


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"act": "end", "day": "31/12/2019"}, "day"),
        ({"act": "begin", "day": "01/01/2020"}, "day"),
        ({"act": "begin", "agency": ""}, "agency"),
        ({"act": ""}, "act"),
        ({"act": "end", "day": "30/06/9999"}, "day"),
    ],
)
def test_a_handover_that_cannot_be_is_told_beside_its_field(browse, changed, field):
    lan = make.officer(make.agency())
    values = {"act": "end", "day": "30/06/2021", "agency": lan.agency.pk, "nobody": "on"} | changed
    response = browse(administrator()).post(f"{PEOPLE}{lan.pk}/post/", values)
    assert list(response.context["form"].errors) == [field]
    assert lan.posts.get().ends_on is None


def test_a_head_opens_with_a_post_that_confirms_and_does_not_report(browse):
    browse(administrator()).post(f"{PEOPLE}add/", typed(make.agency(), is_head="on"))
    post = User.objects.get_queryset().get(username="khanhan").post
    assert (post.is_head, post.is_responsible) == (True, False)


def test_whoever_follows_the_head_is_the_head(browse):
    agency = make.agency()
    head, successor = make.officer(agency), make.officer(make.agency("Ủy ban nhân dân xã Phú Hội"))
    head.posts.update(is_head=True, is_responsible=False)
    handover = {"act": "end", "day": "30/06/2021", "successor": str(successor.pk)}
    browse(administrator()).post(f"{PEOPLE}{head.pk}/post/", handover)
    assert successor.posts.get(agency=agency).is_head

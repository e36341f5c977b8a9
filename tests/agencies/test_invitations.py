"""Invitations: one mail, one use, an end, and nothing told to strangers."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions.invitation import accept, expire_invitations, invite, send_again, withdraw
from agencies.models import Invitation, Role, User
from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Entry, Notice
from isotrack.kit.states import WrongState
from tests import make

pytestmark = pytest.mark.django_db
INVITATIONS = "/agencies/people/invitations/"
PASSWORD = "một câu dài dễ nhớ"
TWICE = {"password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


def administrator():
    return make.user(Role.ADMINISTRATOR, make.province(), full_name="Võ Văn Em")


def invited(**values):
    usual = {
        "full_name": "Lê Văn Mới",
        "email": "moi@x.example",
        "role": Role.OFFICER,
        "agency": values.pop("agency", None) or make.agency(),
        "starts_on": date(2021, 6, 16),
    }
    return invite(by=values.pop("by", None), at=make.NOW, **usual | values)


def typed(agency, **changed):
    values = {"full_name": "Lê Văn Mới", "email": "moi@x.example", "role": Role.OFFICER}
    return values | {"agency": agency.pk, "starts_on": "16/06/2021"} | changed


def accept_url(invitation):
    return f"{INVITATIONS}accept/{invitation.token}/"


def test_the_mail_opens_the_account_and_the_post_begins(browse, client):
    agency = make.agency()
    browse(administrator()).post(f"{INVITATIONS}add/", typed(agency))
    deliver_owed(make.NOW + timedelta(minutes=1))
    (letter,) = mail.outbox
    link = next(word for word in letter.body.split() if "/accept/" in word)
    path = "/" + link.split("/", 3)[3]
    assert client.get(path).status_code == 200
    client.post(path, TWICE)
    client.post("/account/login/", {"login": "moi@x.example", "password": PASSWORD})
    person = User.objects.get_queryset().get(email="moi@x.example")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert (person.agency, person.post.is_responsible) == (agency, True)
    assert Notice.objects.of_voice("handover").get().recipient == "moi@x.example"


def test_the_row_is_there_before_any_mail_and_the_ledger_keeps_no_address_that_opens():
    invitation = invited()
    notice = Notice.objects.get()
    assert (notice.state, mail.outbox) == ("planned", [])
    deliver_owed(make.NOW)
    notice.refresh_from_db()
    assert invitation.token in mail.outbox[0].body
    assert invitation.token not in notice.body_text + notice.body_html
    assert notice.state == "sent"


def test_it_opens_once(client):
    invitation = invited()
    client.post(accept_url(invitation), TWICE)
    assert client.post(accept_url(invitation), TWICE).status_code == 410
    assert User.objects.get_queryset().filter(email="moi@x.example").count() == 1


@pytest.mark.parametrize("why", ["forged", "withdrawn", "run out", "sent again", "agency gone"])
def test_what_opens_nothing_looks_the_same_to_everybody(why, client, now):
    invitation = invited()
    url = accept_url(invitation)
    if why == "forged":
        url = f"{INVITATIONS}accept/{invitation.token[:-1]}x/"
    elif why == "withdrawn":
        withdraw(invitation, by=administrator(), at=make.NOW)
    elif why == "run out":
        now("2021-06-30 08:00")
    elif why == "sent again":
        send_again(invitation, by=administrator(), at=make.NOW)
    else:
        type(invitation.agency).objects.filter(pk=invitation.agency_id).update(valid_to=date(2021, 6, 15))
    met, nothing = client.get(url), client.get(f"{INVITATIONS}accept/0/")
    assert (met.status_code, nothing.status_code) == (410, 410)
    assert met.context["page"].path != ""
    assert "Đường dẫn không dùng được" in met.content.decode()
    assert client.post(url, TWICE).status_code == 410
    assert not User.objects.get_queryset().filter(email="moi@x.example").exists()


def test_it_opens_until_its_last_moment(client, now):
    invitation = invited()
    now("2021-06-30 07:59")
    assert client.get(accept_url(invitation)).status_code == 200


@pytest.mark.parametrize(
    ("passwords", "field"),
    [
        ({"password1": "ngắn", "password2": "ngắn"}, "password1"),
        ({"password1": "moi@x.example", "password2": "moi@x.example"}, "password1"),
        ({"password1": PASSWORD, "password2": "khác"}, "password2"),
        ({"password1": ""}, "password1"),
    ],
)
def test_a_password_that_cannot_be_is_told_beside_its_field(passwords, field, client):
    response = client.post(accept_url(invited()), passwords)
    assert field in response.context["form"].errors
    assert Invitation.objects.get().state == "open"


def test_a_mailbox_that_got_an_account_meanwhile_is_told_to_its_reader(client):
    invitation = invited()
    make.officer(make.department(), email="moi@x.example")
    page = client.post(accept_url(invitation), TWICE).content.decode()
    assert "Hộp thư này đã có tài khoản" in page


def test_sent_again_a_new_mail_goes_and_the_old_says_why_not():
    invitation = invited()
    send_again(invitation, by=administrator(), at=make.NOW + timedelta(hours=1))
    deliver_owed(make.NOW + timedelta(hours=2))
    states = dict(Notice.objects.of_voice("invitation").values_list("step", "state"))
    assert states == {"invitation-1": "skipped", "invitation-2": "sent"}


def test_what_ran_out_is_marked_once_and_may_be_sent_again(browse):
    invitation = invited()
    later = make.NOW + timedelta(days=14)
    assert [expire_invitations(as_of=later), expire_invitations(as_of=later)] == [1, 0]
    browse(administrator()).post(f"{INVITATIONS}{invitation.pk}/again/")
    invitation.refresh_from_db()
    assert (invitation.state, invitation.round) == ("open", 2)


def test_what_was_taken_up_is_not_withdrawn(client):
    invitation = invited()
    accept(invitation, password=PASSWORD, at=make.NOW)
    with pytest.raises(WrongState):
        withdraw(invitation, by=administrator(), at=make.NOW)


def test_the_department_invites_officers_and_nobody_else(browse):
    agency, clerk = make.agency(), browse(make.staff())
    refused = clerk.post(f"{INVITATIONS}add/", typed(agency, role=Role.ADMINISTRATOR))
    assert list(refused.context["form"].errors) == ["role"]
    clerk.post(f"{INVITATIONS}add/", typed(agency))
    assert Invitation.objects.get().role == Role.OFFICER


def test_the_department_touches_no_invitation_of_another_role(browse):
    invitation = invited(role=Role.ADMINISTRATOR)
    clerk = browse(make.staff())
    assert clerk.post(f"{INVITATIONS}{invitation.pk}/again/").status_code == 404
    assert clerk.post(f"{INVITATIONS}{invitation.pk}/withdraw/").status_code == 404


def test_a_mailbox_of_another_province_is_not_told_of(browse):
    make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"), email="moi@x.example")
    response = browse(administrator()).post(f"{INVITATIONS}add/", typed(make.agency()))
    assert response.status_code == 302


@pytest.mark.parametrize("again", ["account", "invitation"])
def test_nobody_is_invited_twice(again, browse):
    agency = make.agency()
    if again == "account":
        make.officer(agency, email="MOI@x.example")
    else:
        make.invitation(agency, email="MOI@x.example")
    response = browse(administrator()).post(f"{INVITATIONS}add/", typed(agency))
    assert list(response.context["form"].errors) == ["email"]


def test_the_journal_tells_who_invited_whom_and_what_became_of_it():
    invitation = invited(by=administrator())
    accept(invitation, password=PASSWORD, at=make.NOW)
    told = Entry.objects.about("invitation", invitation.pk).order_by("pk").values_list("verb", "actor")
    assert list(told) == [("person-invited", "Võ Văn Em"), ("invitation-accepted", "Lê Văn Mới")]


def test_fifty_invitations_cost_as_many_questions_as_one(browse):
    reader = browse(administrator())
    make.invitation(make.agency())

    def questions():
        reader.get(INVITATIONS)
        with CaptureQueriesContext(connection) as queries:
            reader.get(INVITATIONS)
        return len(queries)

    one = questions()
    for place in range(49):
        make.invitation(make.agency(f"Ủy ban nhân dân xã Số {place}"), email=f"p{place}@x.example")
    assert questions() == one


def test_every_button_carries_its_token(browse):
    """The pages that repeat a button for each row, and the preview of a file, keep forgery out themselves."""
    invitation = make.invitation(make.agency())
    lan = make.officer(make.agency("Ủy ban nhân dân xã Cô Tô"))
    make.delegation(lan)
    for person, page in ((administrator(), INVITATIONS), (lan, "/agencies/people/delegations/")):
        content = browse(person).get(page).content.decode()
        posting = [form for form in content.split("<form")[1:] if 'method="post"' in form.partition(">")[0]]
        assert len(posting) > 1
        assert all("csrfmiddlewaretoken" in form.partition("</form>")[0] for form in posting)
    assert invitation.state == "open"

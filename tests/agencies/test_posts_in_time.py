"""Posts in time: one responsible a day, handovers, and sessions that end with the post."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agencies.actions.person import begin_post, change_account, end_post, hand_over, settle_posts
from agencies.models import Invitation, Post, Role, User
from isotrack.journal.models import Entry, Notice
from tests import make

pytestmark = pytest.mark.django_db
PEOPLE = "/agencies/people/"


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


def administrator():
    return make.user(Role.ADMINISTRATOR, make.province(), full_name="Võ Văn Em")


def responsible_on(agency, day):
    return [post.user.full_name for post in agency.posts.on(day).responsible()]


def test_the_database_lets_only_one_be_responsible_on_a_day():
    agency = make.agency()
    make.officer(agency)
    helper = make.officer(agency, full_name="Phạm Văn Nam")
    with pytest.raises(IntegrityError, match="post_one_responsible"), transaction.atomic():
        helper.posts.update(is_responsible=True)


def test_the_head_is_never_the_one_who_writes():
    lan = make.officer(make.agency())
    with pytest.raises(IntegrityError, match="post_head_writes_not"), transaction.atomic():
        lan.posts.update(is_head=True)


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER, Role.FINANCE, Role.ADMINISTRATOR])
def test_nobody_but_an_officer_is_responsible(role):
    agency = make.agency()
    person = make.user(role, make.department())
    begin_post(
        person, by=None, at=make.NOW, agency=agency, title="", starts_on=date(2021, 6, 16), takes_over=True
    )
    assert responsible_on(agency, date(2021, 6, 16)) == []


def test_who_takes_over_is_responsible_and_the_other_helps_from_that_day():
    agency = make.agency()
    make.officer(agency)
    nam = make.officer(make.agency("Ủy ban nhân dân xã Cô Tô"), full_name="Phạm Văn Nam")
    starts_on = date(2021, 7, 1)
    begin_post(nam, by=None, at=make.NOW, agency=agency, title="", starts_on=starts_on, takes_over=True)
    assert responsible_on(agency, date(2021, 6, 30)) == ["Trần Thị Lan"]
    assert responsible_on(agency, starts_on) == ["Phạm Văn Nam"]
    assert agency.posts.on(starts_on).count() == 2


def test_nobody_takes_over_from_somebody_who_begins_later():
    agency = make.agency()
    make.officer(agency, starts_on=date(2021, 8, 1))
    nam = make.officer(make.department())
    with pytest.raises(ValidationError, match="01/8/2021"):
        begin_post(
            nam, by=None, at=make.NOW, agency=agency, title="", starts_on=date(2021, 7, 1), takes_over=True
        )


def test_a_helper_who_follows_becomes_the_responsible_one():
    agency = make.agency()
    lan = make.officer(agency)
    helper = make.officer(agency, full_name="Phạm Văn Nam")
    hand_over(lan.post, by=administrator(), at=make.NOW, last_day=date(2021, 6, 30), successor=helper)
    assert responsible_on(agency, date(2021, 6, 30)) == ["Trần Thị Lan"]
    assert responsible_on(agency, date(2021, 7, 1)) == ["Phạm Văn Nam"]
    assert helper.posts.on(date(2021, 6, 30)).get().is_responsible is False


def test_a_new_role_takes_the_responsibility_away():
    lan = make.officer(make.agency())
    agency = lan.agency
    change_account(lan, by=administrator(), at=make.NOW, role=Role.LEADER)
    assert responsible_on(agency, date(2021, 6, 15)) == ["Trần Thị Lan"]
    assert responsible_on(agency, date(2021, 6, 16)) == []


def test_who_leaves_says_who_follows(browse):
    lan = make.officer(make.agency())
    response = browse(administrator()).post(f"{PEOPLE}{lan.pk}/post/", {"act": "end", "day": "30/06/2021"})
    assert list(response.context["form"].errors) == ["successor"]


def test_two_ways_to_hand_over_at_once_are_refused(browse):
    lan, nam = make.officer(make.agency()), make.officer(make.agency("Ủy ban nhân dân xã Cô Tô"))
    values = {"act": "end", "day": "30/06/2021", "successor": nam.pk, "nobody": "on"}
    response = browse(administrator()).post(f"{PEOPLE}{lan.pk}/post/", values)
    assert list(response.context["form"].errors) == ["successor"]


def test_a_post_is_handed_over_to_somebody_without_an_account(browse):
    agency = make.agency()
    lan = make.officer(agency)
    values = {"act": "end", "day": "30/06/2021", "invite_name": "Lê Văn Mới", "invite_email": "moi@x.example"}
    browse(administrator()).post(f"{PEOPLE}{lan.pk}/post/", values)
    invitation = Invitation.objects.get()
    assert (invitation.agency, invitation.starts_on) == (agency, date(2021, 7, 1))
    assert invitation.follows == lan.posts.get()
    assert Notice.objects.get(voice="invitation").recipient == "moi@x.example"


def test_a_mailbox_in_use_is_not_invited(browse):
    lan = make.officer(make.agency())
    nam = make.officer(make.department())
    values = {"act": "end", "day": "30/06/2021", "invite_name": "Nam", "invite_email": nam.email.upper()}
    response = browse(administrator()).post(f"{PEOPLE}{lan.pk}/post/", values)
    assert list(response.context["form"].errors) == ["invite_email"]
    assert lan.posts.get().ends_on is None


def test_the_page_shows_what_waits(browse):
    agency = make.agency()
    make.cycle()
    lan = make.officer(agency)
    page = browse(administrator()).get(f"{PEOPLE}{lan.pk}/post/").content.decode()
    assert "Hạn gửi báo cáo ISO năm 2020" in page


def test_a_live_session_ends_with_a_post_that_lies_behind(browse):
    lan = make.officer(make.agency())
    window = browse(lan)
    assert window.get("/").status_code == 200
    values = {"act": "end", "day": "15/06/2021", "nobody": "on"}
    browse(administrator()).post(f"{PEOPLE}{lan.pk}/post/", values)
    assert window.get("/").url.startswith("/account/login/")
    assert "_auth_user_id" not in window.session


def test_a_session_lives_until_the_last_day_is_over(browse, now):
    lan = make.officer(make.agency())
    window = browse(lan)
    end_post(lan.post, by=None, at=make.NOW, last_day=date(2021, 6, 16))
    assert settle_posts(as_of=make.at("2021-06-16 23:59")) == 0
    assert window.get("/").status_code == 200
    now("2021-06-17 00:00")
    assert settle_posts(as_of=make.at("2021-06-17 00:00")) == 1
    assert window.get("/").status_code == 302
    assert settle_posts(as_of=make.at("2021-06-18")) == 0


def test_somebody_who_stays_in_the_agency_stays_signed_in(browse):
    agency = make.agency()
    lan = make.officer(agency)
    window = browse(lan)
    begin_post(lan, by=None, at=make.NOW, agency=agency, title="Trưởng phòng", starts_on=date(2021, 6, 16))
    assert window.get("/").status_code == 200


def test_a_locked_account_is_out_at_once_and_stays_out_when_opened_again(browse):
    lan = make.officer(make.agency())
    window = browse(lan)
    change_account(lan, by=administrator(), at=make.NOW, is_active=False)
    assert window.get("/").status_code == 302
    change_account(lan, by=administrator(), at=make.NOW, is_active=True)
    assert window.get("/").status_code == 302
    assert User.objects.get_queryset().get(pk=lan.pk).reopened_at == make.NOW


def test_the_secret_address_of_the_calendar_dies_with_the_last_post():
    lan = make.officer(make.agency(), calendar_token="secret")
    end_post(lan.post, by=None, at=make.NOW, last_day=date(2021, 6, 15))
    assert User.objects.get_queryset().get(pk=lan.pk).calendar_token is None
    assert Entry.objects.about("user", lan.pk).filter(verb="calendar-revoked").exists()


def test_a_person_has_a_page_with_every_post(browse):
    lan = make.officer(make.agency(), ends_on=date(2021, 5, 31))
    begin_post(
        lan, by=None, at=make.NOW, agency=make.department(), title="Thư ký", starts_on=date(2021, 6, 1)
    )
    page = browse(make.staff()).get(f"{PEOPLE}{lan.pk}/").content.decode()
    assert "UBND xã Khánh An" in page
    assert "31/05/2021" in page
    assert "Sở Nội vụ" in page


def test_accounts_are_filtered_by_agency(browse):
    lan, nam = make.officer(make.agency()), make.officer(make.department())
    found = browse(administrator()).get(PEOPLE, {"agency": lan.agency.pk}).context["accounts"]
    assert nam not in found
    assert lan in found


def test_the_last_of_two_posts_is_chosen(browse):
    lan = make.officer(make.agency())
    other = make.agency("Ủy ban nhân dân xã Cô Tô")
    second = Post.objects.create(user=lan, agency=other, starts_on=date(2021, 1, 1))
    values = {"act": "end", "day": "30/06/2021", "nobody": "on"}
    window = browse(administrator())
    refused = window.post(f"{PEOPLE}{lan.pk}/post/", values)
    assert list(refused.context["form"].errors) == ["post"]
    window.post(f"{PEOPLE}{lan.pk}/post/", values | {"post": second.pk})
    assert Post.objects.get(pk=second.pk).ends_on == date(2021, 6, 30)
    assert lan.posts.exclude(pk=second.pk).get().ends_on is None

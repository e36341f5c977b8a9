"""A colleague acts in somebody's place for a time, is named so everywhere, and stops by itself."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agencies.actions.agency import set_contact
from agencies.actions.delegation import delegate, end_delegation
from agencies.actions.person import end_post
from agencies.models import Agency, Post, Role, User
from isotrack.journal.models import Entry
from reports.models import AnnualReport
from tests import make

pytestmark = pytest.mark.django_db
OWN = "/agencies/people/delegations/"


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def lan():
    return make.officer(make.agency())


@pytest.fixture
def nam(lan):
    return make.officer(lan.agency, full_name="Phạm Văn Nam")


def fresh(user):
    return User.objects.get_queryset().get(pk=user.pk)


def given(lan, nam, first="2021-06-16", last="2021-06-30", post=None):
    days = {"starts_on": date.fromisoformat(first), "ends_on": date.fromisoformat(last)}
    return delegate(post or lan.post, by=lan, at=make.NOW, to=nam, **days)


def test_an_officer_lets_a_colleague_act_and_the_page_says_so(browse, lan, nam):
    values = {"post": lan.post.pk, "to": nam.pk, "starts_on": "16/06/2021", "ends_on": "30/06/2021"}
    browse(lan).post(OWN, values)
    assert "thay mặt Trần Thị Lan" in browse(nam).get("/").content.decode()
    agency_page = browse(lan).get(f"/agencies/{lan.agency.pk}/").content.decode()
    assert "Thay mặt Trần Thị Lan" in agency_page


def test_the_journal_names_both(lan, nam):
    given(lan, nam)
    agency = Agency.objects.get(pk=lan.agency.pk)
    set_contact(agency, by=fresh(nam), at=make.NOW, contact_email="moi@agency.example")
    assert Entry.objects.about("agency", agency.pk).first().actor == "Phạm Văn Nam (thay mặt Trần Thị Lan)"


@pytest.mark.parametrize(("at", "acts"), [("2021-06-30 23:59", True), ("2021-07-01 00:00", False)])
def test_it_ends_by_itself(at, acts, now, lan, nam):
    given(lan, nam)
    now(at)
    person = fresh(nam)
    assert (person.acts_for == lan) is acts
    assert person.signature.endswith("(thay mặt Trần Thị Lan)") is acts
    assert person.agency == lan.agency


def test_who_acts_for_the_head_confirms_until_it_ends(now, lan):
    head, deputy = make.officer(lan.agency, full_name="Thọ"), make.officer(lan.agency, full_name="Phó")
    head.posts.update(is_head=True)
    make.cycle()
    reports = AnnualReport.objects.filter(agency=lan.agency)
    reports.update(state="pending", pending_by=lan, pending_at=make.NOW)
    assert not AnnualReport.objects.confirmable_by(fresh(deputy)).exists()
    given(head, deputy, post=head.posts.get())
    assert AnnualReport.objects.confirmable_by(fresh(deputy)).count() == 1
    assert reports.get().awaits(fresh(deputy))
    now("2021-07-01 08:00")
    assert not AnnualReport.objects.confirmable_by(fresh(deputy)).exists()


def test_who_writes_the_report_never_confirms_it_for_the_head(lan):
    head = make.officer(lan.agency, full_name="Thọ")
    head.posts.update(is_head=True)
    with pytest.raises(ValidationError, match="không xác nhận thay"):
        given(head, lan, post=head.posts.get())


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2021-06-15", "2021-06-30", "starts_on"),
        ("2021-06-20", "2021-06-19", "ends_on"),
        ("2021-06-16", "2022-06-17", "ends_on"),
    ],
)
def test_days_that_cannot_be_are_refused(first, last, field, lan, nam):
    with pytest.raises(ValidationError) as refusal:
        given(lan, nam, first, last)
    assert list(refusal.value.message_dict) == [field]


def test_only_a_colleague_who_is_there_all_the_time_can_act(lan, nam):
    nam.posts.update(ends_on=date(2021, 6, 20))
    with pytest.raises(ValidationError, match="trong suốt thời gian"):
        given(lan, nam)


def test_nobody_of_another_agency_or_role_can_act(browse, lan):
    stranger = make.officer(make.department())
    values = {"post": lan.post.pk, "to": stranger.pk, "starts_on": "16/06/2021", "ends_on": "30/06/2021"}
    assert "to" in browse(lan).post(OWN, values).context["form"].errors
    leader = make.user(Role.LEADER, lan.agency)
    with pytest.raises(ValidationError, match="cùng vai trò"):
        given(lan, leader)


def test_two_do_not_act_at_once(lan, nam):
    third = make.officer(lan.agency, full_name="Người thứ ba")
    given(lan, nam)
    with pytest.raises(ValidationError, match="đã thay mặt đến hết ngày 30/6/2021"):
        given(lan, third, "2021-06-30", "2021-07-05")


def test_either_of_the_two_ends_it_and_it_is_over_at_once(browse, lan, nam):
    for person in (lan, nam):
        delegation = given(lan, nam)
        Post.objects.filter(pk=delegation.pk).update(starts_on=date(2021, 6, 10))
        browse(person).post(f"{OWN}{delegation.pk}/end/")
        assert fresh(nam).acts_for is None
        delegation.delete()


def test_one_that_has_not_begun_never_begins(lan, nam):
    delegation = given(lan, nam, "2021-06-20", "2021-06-30")
    end_delegation(delegation, by=lan, at=make.NOW)
    assert not Post.objects.delegated().exists()
    assert fresh(nam).acting_until is None


def test_it_ends_with_the_post_it_is_for(lan, nam):
    given(lan, nam)
    end_post(lan.post, by=None, at=make.NOW, last_day=date(2021, 6, 18))
    assert Post.objects.delegated().get().ends_on == date(2021, 6, 18)
    assert fresh(nam).acting_until == date(2021, 6, 18)


def test_the_database_wants_an_end(lan, nam):
    with pytest.raises(IntegrityError, match="delegation_ends"), transaction.atomic():
        Post.objects.create(
            user=nam,
            agency=lan.agency,
            starts_on=date(2021, 6, 16),
            acting_for=lan.post,
            is_responsible=False,
        )


def test_an_administrator_delegates_for_somebody_who_is_away_already(browse, lan, nam):
    root = make.user(Role.ADMINISTRATOR, make.province(), full_name="Võ Văn Em")
    values = {"post": lan.post.pk, "to": nam.pk, "starts_on": "16/06/2021", "ends_on": "30/06/2021"}
    browse(root).post(f"/agencies/people/{lan.pk}/delegation/", values)
    assert fresh(nam).acts_for == lan
    assert Entry.objects.get(verb="delegation-given").actor == "Võ Văn Em"


def test_who_acts_for_nobody_costs_no_question(lan, django_assert_num_queries):
    person = fresh(lan)
    with django_assert_num_queries(0):
        assert person.signature == "Trần Thị Lan"

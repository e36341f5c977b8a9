"""Agencies without a working contact."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.contacts import Gap, counts, gaps_of, without_contact
from tests import make

pytestmark = pytest.mark.django_db
CONTACTS = "/agencies/contacts/"
TODAY = date(2021, 6, 16)


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def clerk():
    person = make.staff()
    make.officer(person.agency)
    person.agency.contact_email = "so@agency.example"
    person.agency.save()
    return person


def test_every_reason_is_told(clerk):
    silent = make.agency("Ủy ban nhân dân xã Số 1", contact="")
    dead = make.agency("Ủy ban nhân dân xã Số 2", contact="Khoa@agency.example")
    left = make.agency("Ủy ban nhân dân xã Số 3")
    reached = make.agency("Ủy ban nhân dân xã Số 4")
    for agency in (silent, dead, reached):
        make.officer(agency)
    make.officer(left, ends_on=date(2021, 6, 15))
    make.dead_address("khoa@agency.example")
    found = list(without_contact(clerk, TODAY))
    assert {agency: gaps_of(agency) for agency in found} == {
        silent: [Gap.NO_MAILBOX.label],
        dead: [Gap.DEAD.label],
        left: [Gap.NO_HOLDER.label],
    }
    assert counts(without_contact(clerk, TODAY)) == {Gap.NO_MAILBOX: 1, Gap.DEAD: 1, Gap.NO_HOLDER: 1}


def test_a_locked_account_is_no_holder_and_neither_is_a_clerk(clerk):
    locked, staffed = make.agency("Ủy ban nhân dân xã Số 1"), make.department()
    make.officer(locked, is_active=False)
    make.user("staff", staffed)
    assert [gaps_of(agency) for agency in without_contact(clerk, TODAY)] == [[Gap.NO_HOLDER.label]] * 2


def test_who_need_not_be_reached_is_not_listed(clerk):
    make.agency(contact="", reports_annually=False)
    gone = make.agency(contact="")
    gone.valid_to = date(2021, 6, 15)
    gone.save()
    make.agency(
        "Xã của tỉnh khác", contact="", superior=make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    )
    assert list(without_contact(clerk, TODAY)) == []


def test_the_page_narrows_to_one_reason_and_leads_to_what_mends_it(browse, clerk):
    silent = make.agency("Ủy ban nhân dân xã Số 1", contact="")
    make.officer(silent)
    left = make.agency("Ủy ban nhân dân xã Số 2")
    response = browse(clerk).get(CONTACTS, {"gap": "no_holder"})
    assert [agency for agency, _gaps in response.context["lines"]] == [left]
    assert f"/agencies/people/invitations/add/?agency={left.pk}" in response.content.decode()


def test_the_staff_home_has_the_number(browse, clerk):
    make.agency(contact="")
    make.cycle()
    assert "Cơ quan chưa liên hệ được" in browse(clerk).get("/").content.decode()


def test_fifty_agencies_cost_as_many_questions_as_one(browse, clerk):
    reader = browse(clerk)
    make.agency(contact="")

    def questions():
        reader.get(CONTACTS)
        with CaptureQueriesContext(connection) as queries:
            reader.get(CONTACTS)
        return len(queries)

    one = questions()
    for place in range(49):
        make.agency(f"Ủy ban nhân dân xã Số {place}", contact="")
    assert questions() == one

"""When a rule speaks: working days, dead addresses, who switched the digest off; and what a round costs."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Holiday
from isotrack.journal.addresses import mark_dead
from isotrack.journal.models import DeadAddress, Notice
from reports.actions.reminder import plan_reminders, remind
from reports.actions.review import extend
from reports.models import ReminderRule
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db


def only(cycle, **values):
    """The province reminds by this one rule."""
    ReminderRule.objects.filter(province=cycle.province).delete()
    usual = {"audience": "officer", "offset": -3, "working_days_only": True}
    return ReminderRule.objects.create(province=cycle.province, **usual | values)


def test_a_saturday_waits_for_monday_and_tells_the_days_left_then(mailoutbox):
    cycle = make.reports(1)
    only(cycle)  # 26/6/2021 is a Saturday
    assert remind(as_of=at("2021-06-26 07:00")).planned == 0
    assert remind(as_of=at("2021-06-28 06:59")).planned == 0
    assert remind(as_of=at("2021-06-28 07:00")).planned == 1
    assert mailoutbox[0].subject.startswith("Còn 1 ngày:")
    assert Notice.objects.get().step == "officer-3"


def test_a_holiday_is_no_working_day_and_a_day_worked_in_exchange_is_one():
    cycle = make.reports(1)
    only(cycle, offset=-4)  # Friday 25/6
    Holiday.objects.create(day=date(2021, 6, 25), name="Nghỉ")
    Holiday.objects.create(day=date(2021, 6, 26), name="Làm bù", is_working_day=True)
    assert plan_reminders(as_of=at("2021-06-25 23:00")).planned == 0
    assert plan_reminders(as_of=at("2021-06-26 07:00")).planned == 1


def test_any_day_will_do_for_a_rule_that_does_not_mind():
    cycle = make.reports(1)
    only(cycle, working_days_only=False)
    assert plan_reminders(as_of=at("2021-06-26 07:00")).planned == 1


def test_a_dead_address_is_not_planned_for_and_counts_as_no_contact():
    agency = make.agency(contact="Xa@agency.example")
    make.reports(1)
    source = DeadAddress.Source.TYPED
    known = {"by": None, "at": make.NOW, "reason": "đã khóa", "source": source}
    mark_dead("xa@AGENCY.example", province=str(agency.province_id), **known)
    result = plan_reminders(as_of=at("2021-06-22 07:00")).count()
    assert (result.planned, result.already, result.no_contact) == (1, 0, 1)


def test_an_address_dead_in_another_province_is_alive_here():
    agency = make.agency(contact="xa@agency.example")
    make.cycle(agency.province)
    known = {"by": None, "at": make.NOW, "reason": "x", "source": DeadAddress.Source.TYPED}
    mark_dead("xa@agency.example", province="0", **known)
    assert plan_reminders(as_of=at("2021-06-22 07:00")).planned == 1


def test_who_switched_the_digest_off_gets_none():
    make.reports(1)
    make.staff(wants_digest=False)
    plan_reminders(as_of=at("2021-07-06 07:00"))
    assert not Notice.objects.filter(voice="report-digest").exists()


def test_two_extended_to_the_same_day_at_different_times_are_one_round():
    agencies = [make.agency(f"Ủy ban nhân dân xã Số {number}") for number in (1, 2)]
    cycle = make.cycle(agencies[0].province)
    until = {"until": at("2021-07-20").date(), "document": make.document(), "reason": "Lũ"}
    given = ("2021-06-20 09:00", "2021-07-14 09:00")
    for agency, when in zip(agencies, given, strict=True):
        extend(make.report(agency, cycle), by=make.staff(), at=at(when), **until)
    plan_reminders(as_of=at("2021-07-14 10:00"))
    told = Notice.objects.filter(voice="report-reminder").values_list("recipient", "step")
    # What had passed when the second extension was given is not made up for.
    assert list(told) == [(agencies[0].contact_email, "officer-7@2021-07-20")]


def test_a_round_costs_at_most_ten_statements_whatever_the_number():
    make.reports(30)
    with CaptureQueriesContext(connection) as asked:
        plan_reminders(as_of=at("2021-06-22 07:00"))
    assert len(asked) <= 10

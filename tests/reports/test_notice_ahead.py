"""Who gets what in the next thirty days is what the planner then does."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Role
from isotrack.journal.models import Notice
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import days_between
from reports.actions.directive import remind_superiors
from reports.actions.reminder import plan_reminders
from reports.actions.review import extend
from reports.models import ReminderRule
from reports.notices_ahead import DutyStep, by_day, coming
from tests import make
from tests.make import at
from tests.reports import letters

pytestmark = pytest.mark.django_db
TODAY = at("2021-06-16 08:00")


@pytest.fixture
def province():
    """Before the deadline, with everything that makes days differ."""
    district = make.district(reports_annually=False)
    agencies = [make.agency(f"Ủy ban nhân dân xã Số {number}", superior=district) for number in range(4)]
    agencies.append(make.agency("Ủy ban nhân dân xã Câm", superior=district, contact=""))
    cycle = make.cycle()
    make.staff()
    make.staff(starts_on=at("2021-07-08").date())
    head = make.user(Role.OFFICER, agencies[0])
    head.posts.update(is_head=True, is_responsible=False)
    rules = ReminderRule.objects.filter(province=cycle.province)
    rules.filter(offset=-3).update(working_days_only=True)
    ReminderRule.objects.create(province=cycle.province, audience="head", offset=-1)
    make.report(agencies[1], cycle, state="pending", pending_at=at("2021-06-15 08:00"))
    until = {"until": at("2021-07-05").date(), "document": make.document(), "reason": "Lũ"}
    extend(make.report(agencies[2], cycle), by=make.staff(email=""), at=at("2021-06-14 09:00"), **until)
    return cycle.province


def test_each_instant_plans_exactly_what_was_foretold_and_writes_nothing_before(province):
    foretold = coming(province, TODAY)
    assert not Notice.objects.exists()
    assert len({one.at for one in foretold}) > 6
    for instant in sorted({one.at for one in foretold}):
        expected = sum(len(one.receivers) for one in foretold if one.at == instant)
        assert (instant, plan_reminders(as_of=instant, dry_run=True).planned) == (instant, expected)
        plan_reminders(as_of=instant)


def test_every_day_the_ledger_grows_by_what_the_calendar_says(province):
    days = by_day(coming(province, TODAY))
    for day in days_between(day_of(TODAY), day_of(TODAY) + timedelta(days=30)):
        before = Notice.objects.count()
        for hour in (0, 7, 9):  # rules speak at seven
            plan_reminders(as_of=max(TODAY, make.morning(day) + timedelta(hours=hour - 8)))
        expected = {
            (str(one.step), receiver.address) for one in days.get(day, []) for receiver in one.receivers
        }
        written = Notice.objects.order_by("-pk")[: Notice.objects.count() - before]
        assert (day, {(notice.step, notice.recipient) for notice in written}) == (day, expected)


def test_what_was_said_is_not_foretold_again(province):
    plan_reminders(as_of=TODAY)
    assert min(one.at for one in coming(province, TODAY)) > TODAY


def test_the_page_shows_each_day_and_leads_to_who(province, now, browse):
    now("2021-06-16 08:00")
    client = browse(make.staff(email=""))
    page = client.get("/notices/ahead/").content.decode()
    assert "/notices/ahead/2021-06-22/" in page
    plain = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "còn 7 ngày , 22/06/2021, Cơ quan phải báo cáo Cơ quan phải báo cáo: 2" in plain
    day = client.get("/notices/ahead/2021-06-22/").content.decode()
    assert "UBND xã Số 0" in day
    assert "UBND xã Số 2" not in day  # extended
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("day", ["2021-13-01", "nonsense"])
def test_a_day_that_is_none_is_not_found(day, browse):
    assert browse(make.staff()).get(f"/notices/ahead/{day}/").status_code == 404


def test_the_calendar_costs_the_same_for_one_agency_and_for_thirty(now):
    def cost(province):
        with CaptureQueriesContext(connection) as asked:
            coming(province, TODAY)
        return len(asked)

    cycle = make.reports(1)
    one = cost(cycle.province)
    cycle.delete()
    assert cost(make.reports(30).province) == one


# Letters that superiors owe


@pytest.fixture
def duty():
    """Sở Nội vụ owes a letter by 19/7, given on 5/7."""
    return letters.duty()


@pytest.mark.parametrize("since", ["2021-07-06 08:00", "2021-07-16 00:05", "2021-07-17 10:00"])
def test_superiors_are_foretold_when_they_will_be_reminded(duty, since):
    foretold = [one for one in coming(duty.cycle.province, at(since)) if isinstance(one.step, DutyStep)]
    morning = max(at(since), at("2021-07-16 07:00"))
    assert [(one.at, [who.name for who in one.receivers]) for one in foretold] == [(morning, ["Sở Nội vụ"])]
    assert remind_superiors(as_of=morning) == 1
    notice = Notice.objects.get(step=str(foretold[0].step))
    assert (notice.about, notice.recipient) == (f"duty:{duty.pk}", foretold[0].receivers[0].address)
    assert notice.planned_for == morning


@pytest.mark.parametrize("due_on", ["2021-07-07", "2021-07-01"])
def test_a_duty_given_so_late_has_no_reminder(due_on):
    owed = letters.duty()
    owed.due_on = at(due_on).date()
    owed.save()
    foretold = coming(owed.cycle.province, at("2021-07-05 09:00"))
    assert not any(isinstance(one.step, DutyStep) for one in foretold)


def test_the_ledger_counts_what_the_calendar_shows_and_the_planner_plans(province, now, browse):
    now("2021-06-16 08:00")
    client = browse(make.staff(email=""))
    page = client.get("/notices/")
    shown, calendar = page.context["ahead"], client.get("/notices/ahead/").context["ahead"]
    assert (shown.planned, shown.coming) == (calendar.planned, calendar.coming)
    assert f'Sắp gửi trong 30 ngày</span><span class="v">{shown.total}' in re.sub(r">\s+<", "><", page.text)
    planned = 0
    for instant in sorted({one.at for one in coming(province, TODAY)}):
        foreseen = plan_reminders(as_of=instant, dry_run=True).planned
        planned += plan_reminders(as_of=instant).planned
        assert planned >= foreseen
    assert shown.total == planned > 20
    assert client.get("/notices/").context["ahead"].total == planned  # all written down, none sent

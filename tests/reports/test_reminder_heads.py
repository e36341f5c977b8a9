"""Heads of agencies: told by their own rules, and of a report that waits for their confirmation."""

import pytest

from agencies.models import Role
from isotrack.journal.models import Notice
from reports.actions.reminder import plan_reminders, remind
from reports.models import ReminderRule
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return make.agency(code="30340", contact="xa@agency.example")


@pytest.fixture
def cycle(commune):
    return make.cycle(commune.province)


def head(agency, **values):
    person = make.user(Role.OFFICER, agency, full_name="Lê Văn Đầu", **values)
    person.posts.update(is_head=True, is_responsible=False)
    return person


def rule(cycle, offset=-7, **values):
    return ReminderRule.objects.create(province=cycle.province, audience="head", offset=offset, **values)


def told(**which):
    return sorted(Notice.objects.filter(**which).values_list("recipient", "step"))


def test_a_head_is_told_by_the_heads_rules_and_nobody_elses_post_is(cycle, commune, mailoutbox):
    person = head(commune)
    make.officer(commune)
    rule(cycle)
    remind(as_of=at("2021-06-22 07:00"))
    assert told(voice="head-reminder") == [(person.email, "head-7")]
    (mail,) = [mail for mail in mailoutbox if mail.to == [person.email]]
    assert mail.subject.startswith("Còn 7 ngày: Báo cáo năm 2020")
    assert "Kính gửi: Lê Văn Đầu, Ủy ban nhân dân xã Khánh An" in mail.body


def test_without_a_rule_for_heads_they_hear_nothing(cycle, commune):
    head(commune)
    plan_reminders(as_of=at("2021-06-22 07:00"))
    assert told(voice="head-reminder") == []


def test_an_agency_without_a_head_is_not_counted_as_unreached(cycle):
    rule(cycle)
    assert plan_reminders(as_of=at("2021-06-22 07:00")).count().no_contact == 0


@pytest.mark.parametrize("gone", ["no address", "locked", "post ended"])
def test_a_head_who_cannot_be_reached_is_not_written_to(gone, cycle, commune):
    person = head(commune)
    rule(cycle)
    if gone == "post ended":
        person.posts.update(ends_on=at("2021-06-01").date())
    else:
        changed = {"no address": {"email": ""}, "locked": {"is_active": False}}[gone]
        type(person).objects.get_queryset().filter(pk=person.pk).update(**changed)
    result = plan_reminders(as_of=at("2021-06-22 07:00")).count()
    assert told(voice="head-reminder") == []
    assert result.no_contact == (1 if gone == "no address" else 0)


def test_what_waits_for_the_head_is_sent_as_far_as_the_officer_goes(cycle, commune, mailoutbox):
    other = make.agency("Ủy ban nhân dân xã Phú Hội", contact="phuhoi@agency.example")
    cycle.delete()
    cycle = make.cycle()
    person, lan = head(commune), make.officer(commune)
    make.report(commune, cycle, state="pending", pending_at=at("2021-06-20 09:00"), pending_by=lan)
    remind(as_of=at("2021-06-22 07:00"))
    assert told() == sorted([(person.email, "head-7"), (other.contact_email, "officer-7")])
    (mail,) = [mail for mail in mailoutbox if mail.to == [person.email]]
    assert mail.subject.startswith("Chờ Anh/Chị xác nhận: Báo cáo năm 2020")
    assert "Trần Thị Lan đã trình báo cáo năm 2020 lúc 09:00 ngày 20/6/2021" in mail.body


def test_a_waiting_report_has_its_head_told_once_whichever_rule_is_newest(cycle, commune):
    head(commune)
    rule(cycle, offset=-5)
    make.report(commune, cycle, state="pending", pending_at=at("2021-06-20 09:00"))
    plan_reminders(as_of=at("2021-06-25 07:00"))
    assert [step for _address, step in told()] == ["head-5"]


def test_what_was_handed_up_between_planning_and_sending_is_not_asked_of_the_officer(cycle, commune):
    plan_reminders(as_of=at("2021-06-22 07:00"))
    make.report(commune, cycle, state="pending", pending_at=at("2021-06-22 07:01"))
    assert remind(as_of=at("2021-06-22 07:02")).stale == 1
    assert Notice.objects.get().reason == "Đã trình người đứng đầu lúc 07:01 ngày 22/6/2021"


def test_a_superior_reads_that_a_report_waits_for_its_head(mailoutbox):
    district = make.district(reports_annually=False)
    make.agency(superior=district)
    cycle = make.cycle()
    cycle.reports.update(state="pending", pending_at=at("2021-06-29 09:00"))
    remind(as_of=at("2021-06-30 07:00"))
    (letter,) = [mail for mail in mailoutbox if mail.to == [district.contact_email]]
    assert "- UBND xã Khánh An, đang chờ người đứng đầu xác nhận" in letter.body

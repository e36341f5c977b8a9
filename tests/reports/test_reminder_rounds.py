"""Who is reminded when: the newest step that has passed, once, with the true number of days left."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from isotrack.journal.models import Entry, Notice
from reports.actions.cycle import close_cycle
from reports.actions.reminder import plan_reminders, remind
from reports.actions.review import exempt, extend
from reports.models import ReminderRule
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db


def steps(**which):
    return list(Notice.objects.filter(**which).order_by("pk").values_list("step", flat=True))


def counts(result):
    return (result.planned, result.delivered, result.already, result.no_contact, result.stale)


def test_every_agency_that_has_not_sent_is_reminded_a_week_before_the_deadline(mailoutbox):
    cycle = make.reports(3)
    make.report(cycle.reports.first().agency, cycle, sent="2021-06-01 10:00")
    assert counts(remind(as_of=at("2021-06-22 07:00"))) == (2, 2, 0, 0, 0)
    assert {mail.subject.partition(":")[0] for mail in mailoutbox} == {"Còn 7 ngày"}


def test_nobody_is_reminded_before_the_first_step():
    make.reports(1)
    assert remind(as_of=at("2021-05-30 06:59:59")).planned == 0
    assert remind(as_of=at("2021-05-30 07:00")).planned == 1


def test_a_second_run_plans_nothing_and_says_that_it_was_said():
    make.reports(2)
    remind(as_of=at("2021-06-22 07:00"))
    assert counts(remind(as_of=at("2021-06-22 08:00"))) == (0, 0, 2, 0, 0)


def test_after_days_of_downtime_each_agency_hears_once_with_the_true_days(mailoutbox):
    make.reports(2)
    remind(as_of=at("2021-06-15 07:05"))  # day −14; then nothing runs from day −8 to day −5
    mailoutbox.clear()
    assert remind(as_of=at("2021-06-24 16:00")).planned == 2
    assert steps(planned_for=at("2021-06-24 16:00")) == ["officer-7", "officer-7"]
    assert all(mail.subject.startswith("Còn 5 ngày:") for mail in mailoutbox)


def test_of_several_missed_steps_only_the_newest_is_said():
    make.reports(1)
    remind(as_of=at("2021-06-28 12:00"))
    assert steps() == ["officer-1"]


def test_the_last_day_says_today_until_midnight(mailoutbox):
    make.reports(1)
    remind(as_of=at("2021-06-29 09:00"))
    assert mailoutbox[0].subject.startswith("Hạn cuối là hôm nay, đến 24:00:")


def test_an_agency_without_a_mailbox_is_counted_and_not_written_to(mailoutbox):
    make.agency(contact="")
    make.reports(1)
    assert counts(remind(as_of=at("2021-06-22 07:00"))) == (1, 1, 0, 1, 0)
    assert len(mailoutbox) == 1


def test_a_new_mailbox_is_told_what_the_old_one_could_not_be():
    agency = make.agency(contact="old@agency.example")
    make.cycle(agency.province)
    remind(as_of=at("2021-06-22 07:00"))
    agency.contact_email = "new@agency.example"
    agency.save()
    remind(as_of=at("2021-06-22 08:00"))
    assert steps(recipient="new@agency.example") == ["officer-7"]


@pytest.mark.parametrize("place", [0, 2])
def test_of_three_agencies_the_one_that_is_new_is_told_and_the_others_not_again(place):
    reports = list(make.reports(3).reports.select_related("agency").order_by("pk"))
    agency, address = reports[place].agency, reports[place].agency.contact_email
    type(agency).objects.filter(pk=agency.pk).update(contact_email="")
    assert counts(remind(as_of=at("2021-06-22 07:00"))) == (2, 2, 0, 1, 0)
    type(agency).objects.filter(pk=agency.pk).update(contact_email=address)
    assert counts(remind(as_of=at("2021-06-22 08:00"))) == (1, 1, 2, 0, 0)
    assert counts(remind(as_of=at("2021-06-22 09:00"))) == (0, 0, 3, 0, 0)


def test_who_sends_between_planning_and_sending_is_not_reminded_and_the_ledger_says_why(mailoutbox):
    agency = make.agency()
    cycle = make.cycle(agency.province)
    plan_reminders(as_of=at("2021-06-22 07:00"))
    make.report(agency, cycle, sent="2021-06-22 07:01")
    assert remind(as_of=at("2021-06-22 07:02")).stale == 1
    notice = Notice.objects.get()
    assert (notice.state, notice.reason) == ("skipped", "Đã gửi báo cáo lúc 07:01 ngày 22/6/2021")
    assert mailoutbox == []


def test_who_is_exempted_between_planning_and_sending_is_not_reminded():
    agency = make.agency()
    cycle = make.cycle(agency.province)
    plan_reminders(as_of=at("2021-06-22 07:00"))
    report = make.report(agency, cycle)
    exempt(report, by=make.staff(), at=at("2021-06-22 07:01"), document=make.document(), reason="Giải thể")
    assert remind(as_of=at("2021-06-22 07:02")).stale == 1


def test_who_is_extended_between_planning_and_sending_is_not_reminded_of_the_old_day(mailoutbox):
    agency = make.agency()
    cycle = make.cycle(agency.province)
    plan_reminders(as_of=at("2021-06-22 07:00"))
    until = {"until": at("2021-07-20").date(), "document": make.document(), "reason": "Lũ"}
    extend(make.report(agency, cycle), by=make.staff(), at=at("2021-06-22 07:01"), **until)
    assert remind(as_of=at("2021-06-22 07:02")).stale == 1
    assert Notice.objects.get().reason == "Được gia hạn: gửi trước ngày 21/7/2021 (hết ngày 20/7/2021)"
    assert mailoutbox == []


def test_what_a_person_does_in_english_is_journalled_in_vietnamese():
    agency = make.agency()
    report = make.report(agency)
    with translation.override("en"):
        exempt(
            report, by=make.staff(), at=at("2021-06-22 07:01"), document=make.document(), reason="Giải thể"
        )
    assert Entry.objects.get(verb="report-exempted").about_label.startswith("Báo cáo năm 2020")


def test_an_extended_agency_is_reminded_of_its_own_deadline(mailoutbox):
    agency = make.agency()
    make.agency("Ủy ban nhân dân xã Phú Hội")
    cycle = make.cycle(agency.province)
    until = {"until": at("2021-07-20").date(), "document": make.document(), "reason": "Lũ"}
    extend(make.report(agency, cycle), by=make.staff(), at=at("2021-06-20 09:00"), **until)
    remind(as_of=at("2021-06-22 07:00"))
    assert steps() == ["officer-7"]  # the other agency's
    mailoutbox.clear()
    remind(as_of=at("2021-07-13 07:00"))
    assert steps(recipient=agency.contact_email) == ["officer-7@2021-07-20"]
    (own,) = [mail for mail in mailoutbox if mail.to == [agency.contact_email]]
    assert "trước ngày 21/7/2021 (hết ngày 20/7/2021)" in own.body
    assert "đã được gia hạn theo Công văn 45/SKHCN-TĐC ngày 01/6/2021" in own.body


def test_steps_that_had_passed_when_the_extension_was_given_are_not_made_up_for():
    agency = make.agency()
    cycle = make.cycle(agency.province)
    until = {"until": at("2021-07-20").date(), "document": make.document(), "reason": "Lũ"}
    extend(make.report(agency, cycle), by=make.staff(), at=at("2021-07-14 09:00"), **until)
    plan_reminders(as_of=at("2021-07-14 10:00"))
    assert steps(recipient=agency.contact_email) == []
    plan_reminders(as_of=at("2021-07-17 07:00"))
    assert steps(recipient=agency.contact_email) == ["officer-3@2021-07-20"]


@pytest.mark.parametrize("over", ["closed", "locked"])
def test_nobody_is_reminded_once_the_cycle_is_over(over):
    cycle = make.reports(2)
    if over == "closed":
        close_cycle(cycle, by=None, at=at("2021-08-30"))
    as_of = at("2021-09-01") if over == "closed" else cycle.locks_at
    assert counts(plan_reminders(as_of=as_of).count()) == (0, 0, 0, 0, 0)


def test_a_rule_that_is_switched_off_says_nothing():
    cycle = make.reports(1)
    ReminderRule.objects.filter(province=cycle.province, offset=-7).update(is_active=False)
    plan_reminders(as_of=at("2021-06-22 07:00"))
    assert steps() == ["officer-14"]


def test_a_dry_run_counts_and_leaves_nothing_behind(mailoutbox):
    make.reports(3)
    assert counts(remind(as_of=at("2021-06-22 07:00"), dry_run=True)) == (3, 0, 0, 0, 0)
    assert Notice.objects.count() == 0
    assert mailoutbox == []


def test_a_superior_hears_of_its_missing_agencies_only_after_the_deadline(mailoutbox):
    district = make.district(reports_annually=False)
    make.reports(2, superior=district)
    assert remind(as_of=at("2021-06-29 23:59:59")).planned == 2  # the two agencies themselves
    mailoutbox.clear()
    remind(as_of=at("2021-06-30 07:00"))
    letters = [mail for mail in mailoutbox if mail.to == [district.contact_email]]
    assert [letter.subject for letter in letters] == ["Báo cáo năm 2020: 2 cơ quan trực thuộc chưa gửi"]


def test_a_superior_whose_agencies_have_all_sent_meanwhile_is_left_alone(mailoutbox):
    district = make.district(reports_annually=False)
    cycle = make.reports(1, superior=district)
    plan_reminders(as_of=at("2021-06-30 07:00"))
    make.report(cycle.reports.get().agency, cycle, sent="2021-06-30 07:01")
    remind(as_of=at("2021-06-30 07:02"))
    notice = Notice.objects.get(voice="superior-reminder")
    assert (notice.state, notice.reason) == ("skipped", "Không còn đơn vị trực thuộc nào chưa gửi")


def test_the_department_gets_its_digest_a_week_after_the_deadline(mailoutbox):
    make.reports(1)
    binh = make.staff()
    remind(as_of=at("2021-07-06 07:00"))
    assert steps(recipient=binh.email) == ["staff+7"]


def test_who_no_longer_holds_a_post_in_the_department_gets_no_digest():
    make.reports(1)
    make.staff(ends_on=at("2021-06-30").date())
    make.staff(is_active=False)
    make.staff(email="")
    plan_reminders(as_of=at("2021-07-06 07:00"))
    assert steps(voice="report-digest") == []


def test_each_province_reminds_its_own_agencies_only():
    here, there = make.province(), make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    make.agency(superior=here)
    make.agency("Ủy ban nhân dân xã Khác", superior=there)
    make.cycle(here)
    plan_reminders(as_of=at("2021-06-22 07:00"))
    assert set(Notice.objects.values_list("province", flat=True)) == {str(here.pk)}


def test_planning_costs_the_same_for_one_agency_and_for_fifty():
    def cost():
        with CaptureQueriesContext(connection) as asked:
            plan_reminders(as_of=at("2021-06-22 07:00"))
        return len(asked)

    cycle = make.reports(1)
    one = cost()
    Notice.objects.all().delete()
    cycle.delete()
    make.reports(50)
    assert cost() == one

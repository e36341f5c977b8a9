"""A letter's own clock: reminded once before its day, flagged once after it, and told to the department."""

import pytest

from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Entry, Notice
from reports.actions.directive import cancel_duty, remind_superiors, reopen_duty
from reports.actions.overdue import flag_overdue
from reports.models import DirectiveDuty
from reports.models.reminder import step_in_words
from tests import make
from tests.make import at
from tests.reports import letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty():
    """Due on Monday 19/7/2021."""
    return letters.duty()


def flagged(when, **options):
    return flag_overdue(as_of=at(when), **options).duties


def test_it_is_overdue_at_midnight_after_its_last_day_and_not_before(duty):
    assert flagged("2021-07-19 23:59:59") == 0
    assert flagged("2021-07-20 00:00") == 1


def test_it_is_flagged_once_however_often_one_asks(duty):
    assert [flagged("2021-07-20 00:05"), flagged("2021-07-20 01:05")] == [1, 0]
    assert Entry.objects.filter(verb="duty-overdue").count() == 1


def test_a_dry_run_only_counts(duty):
    assert [flagged("2021-07-20 00:05", dry_run=True) for _run in range(2)] == [1, 1]
    assert not Entry.objects.filter(verb="duty-overdue").exists()


def test_the_journal_says_it_of_the_duty_by_its_name(duty):
    flagged("2021-07-20 00:05")
    entry = Entry.objects.get(verb="duty-overdue")
    assert (entry.actor, entry.about_label, entry.about_key) == ("Hệ thống", str(duty), str(duty.pk))


def test_a_recorded_letter_is_never_overdue(duty):
    letters.written(duty, by=make.staff())
    assert flagged("2021-07-20 00:05") == 0


def test_duties_of_a_closed_cycle_are_flagged_too(duty):
    type(duty.cycle).objects.update(closed_at=at("2021-07-06"))
    assert flagged("2021-07-20 00:05") == 1


def test_the_superior_is_reminded_in_the_morning_not_at_midnight(duty, mailoutbox):
    flagged("2021-07-20 00:05")
    deliver_owed(at("2021-07-20 06:59"))
    before = len(mailoutbox)
    deliver_owed(at("2021-07-20 07:00"))
    late = [mail for mail in mailoutbox[before:] if "đã qua hạn 1 ngày" in mail.subject]
    assert [mail.to for mail in late] == [[duty.superior.contact_email]]


@pytest.mark.parametrize(
    ("when", "planned"),
    [("2021-07-15 23:00", 0), ("2021-07-16 07:05", 1), ("2021-07-19 20:00", 1), ("2021-07-20 07:05", 0)],
)
def test_it_is_reminded_three_days_before_or_when_the_machine_is_up_again(duty, when, planned):
    assert remind_superiors(as_of=at(when)) == planned


def test_it_is_reminded_once(duty):
    assert [remind_superiors(as_of=at(f"2021-07-{day} 08:00")) for day in (16, 17, 18)] == [1, 0, 0]


def test_a_dry_run_of_reminding_counts_what_a_run_would_plan(duty):
    when = at("2021-07-16 08:00")
    assert [remind_superiors(as_of=when, dry_run=dry) for dry in (True, True, False, True)] == [1, 1, 1, 0]


def test_a_duty_given_within_these_days_has_its_own_mail_already():
    letters.duty(due_on=at("2021-07-07").date())
    assert remind_superiors(as_of=at("2021-07-06 08:00")) == 0


def test_a_new_last_day_is_reminded_anew(duty):
    assert remind_superiors(as_of=at("2021-07-16 08:00")) == 1
    by = {"by": make.staff(), "at": at("2021-07-17 08:00")}
    cancel_duty(duty, **by, reason="Nhầm.")
    reopen_duty(duty, **by, due_on=at("2021-07-30").date())
    assert remind_superiors(as_of=at("2021-07-27 08:00")) == 1


def test_a_superior_without_a_mailbox_is_not_reminded_but_flagged(duty):
    type(duty.superior).objects.filter(pk=duty.superior_id).update(contact_email="")
    assert remind_superiors(as_of=at("2021-07-16 08:00")) == 0
    assert flagged("2021-07-20 00:05") == 1


def test_of_two_steps_that_waited_only_the_newest_is_sent(duty, mailoutbox):
    remind_superiors(as_of=at("2021-07-19 08:00"))
    flagged("2021-07-20 08:00")
    deliver_owed(at("2021-07-20 08:00"))
    sent = Notice.objects.of_voice("directive-duty").in_state(Notice.State.SENT)
    assert [notice.step for notice in sent] == ["duty+1@2021-07-19"]


def test_the_ledger_says_each_step_in_words():
    said = {step_in_words(f"duty{step}@2021-07-19") for step in ("+0", "-3", "+1")}
    assert all("hết ngày 19/7/2021" in words for words in said)
    assert step_in_words("letter") != "letter"


def test_the_home_of_the_department_counts_overdue_letters(duty, browse, now):
    now("2021-07-20 08:00")
    text = browse(make.staff()).get("/").content.decode()
    assert "Văn bản nhắc nhở quá hạn" in text
    assert 'href="/discipline/2020/"' in text


def test_the_home_of_the_superior_says_what_is_owed_and_until_when(duty, browse, now):
    now("2021-07-12 08:00")
    text = " ".join(browse(make.officer(duty.superior)).get("/").content.decode().split())
    assert "Anh/Chị cần ban hành văn bản nhắc nhở" in text
    assert "Ban hành và ghi số trước ngày 20/7/2021 (hết ngày 19/7/2021)" in text
    assert "Còn <b>7</b> ngày" in text


def test_the_navigation_of_a_superior_counts_its_open_duties(duty, browse, now):
    now("2021-07-12 08:00")
    lan, other = make.officer(duty.superior), make.officer(make.agency())
    assert 'href="/discipline/"' in browse(lan).get("/").content.decode()
    assert 'href="/discipline/"' not in browse(other).get("/").content.decode()
    assert DirectiveDuty.objects.visible_to(other).count() == 0

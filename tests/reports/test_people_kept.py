"""What the scheduler does for people: warn and lock the absent, tell newcomers, pass reviews on."""

from datetime import date, timedelta

import pytest
from django.core import mail

from agencies.actions.absence import rules_of, set_rule
from agencies.actions.person import hand_over
from agencies.models import AbsenceRule, Role, User
from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Entry, Notice
from plans.coverage import Status, coverage_of
from reports.actions.people import keep_people
from reports.actions.review import assign
from reports.models import AnnualReport
from tests import make

pytestmark = pytest.mark.django_db
LAST_SEEN = make.at("2021-01-01 08:00")  # staff are locked 180 days later, on 30/06/2021


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def clerk():
    return make.staff(last_login=LAST_SEEN, starts_on=date(2020, 6, 1))


@pytest.fixture
def world(clerk):
    """Somebody else who keeps coming, so that nobody is the last one."""
    make.user(Role.ADMINISTRATOR, make.province(), last_login=make.at("2021-12-01"))
    User.objects.get_queryset().update(date_joined=make.at("2020-06-01"))
    return clerk


def is_open(user):
    return User.objects.get_queryset().get(pk=user.pk).is_active


def steps():
    return list(Notice.objects.of_voice("absence-warning").order_by("pk").values_list("step", flat=True))


def test_who_is_absent_is_warned_twice_and_then_locked(world):
    run = [keep_people(as_of=make.at(f"2021-{day} 08:00")) for day in ("05-30", "05-31", "06-22", "06-23")]
    assert [one["warned"] for one in run] == [0, 1, 0, 1]
    assert steps() == ["absence-20210101-1", "absence-20210101-2"]
    assert keep_people(as_of=make.at("2021-06-29 23:00"))["locked"] == 0
    assert is_open(world)
    assert keep_people(as_of=make.at("2021-06-30 08:00"))["locked"] == 1
    assert not is_open(world)
    told = Entry.objects.about("user", world.pk).get(verb="account-changed")
    assert "01/01/2021" in told.reason
    assert keep_people(as_of=make.at("2021-07-01"))["locked"] == 0


def test_after_a_long_pause_of_the_scheduler_one_warning_goes_and_nobody_is_locked_unwarned(world):
    late = make.at("2021-09-01 08:00")
    assert keep_people(as_of=late) | {"settled": 0} == {
        "settled": 0, "expired": 0, "warned": 1, "locked": 0, "kept": 0,
    }  # fmt: skip
    assert keep_people(as_of=late + timedelta(days=6))["locked"] == 0
    assert keep_people(as_of=late + timedelta(days=7))["locked"] == 1


def test_the_warning_tells_the_true_number_of_days(world):
    keep_people(as_of=make.at("2021-05-31 08:00"))
    deliver_owed(make.at("2021-06-03 08:00"))
    assert mail.outbox[0].subject == "Tài khoản IsoTrack sẽ bị khóa sau 27 ngày"


def test_who_came_meanwhile_is_not_warned(world):
    keep_people(as_of=make.at("2021-05-31 08:00"))
    User.objects.get_queryset().filter(pk=world.pk).update(last_login=make.at("2021-05-31 09:00"))
    deliver_owed(make.at("2021-05-31 10:00"))
    assert Notice.objects.of_voice("absence-warning").get().state == "skipped"


def test_signing_in_counts_by_the_clock_of_the_installation(client, world):
    client.post("/account/login/", {"login": world.username, "password": make.PASSWORD})
    seen = User.objects.get_queryset().get(pk=world.pk).last_login
    assert seen.astimezone(make.NOW.tzinfo).date() == date(2021, 6, 16)


def test_an_officer_comes_once_a_year(world):
    lan = make.officer(make.agency(), last_login=LAST_SEEN)
    keep_people(as_of=make.at("2021-12-31 08:00"))
    assert is_open(lan)
    assert not Notice.objects.about_thing(f"user:{lan.pk}").exists()


def test_the_last_administrator_is_never_locked_and_the_department_hears():
    root = make.user(Role.ADMINISTRATOR, make.province(), last_login=LAST_SEEN, full_name="Võ Văn Em")
    User.objects.get_queryset().update(date_joined=make.at("2020-06-01"))
    make.staff(last_login=make.at("2021-08-01"))
    for day in ("2021-06-23", "2021-07-15", "2021-07-16"):
        keep_people(as_of=make.at(f"{day} 08:00"))
    assert is_open(root)
    deliver_owed(make.at("2021-07-16 09:00"))
    assert Notice.objects.of_voice("absence-kept").get().state == "sent"
    assert "người quản trị cuối cùng" in mail.outbox[-1].body


def test_of_two_absent_administrators_one_stays():
    for name in ("Em", "Anh"):
        make.user(Role.ADMINISTRATOR, make.province(), last_login=LAST_SEEN, full_name=name)
    User.objects.get_queryset().update(date_joined=make.at("2020-06-01"))
    for day in ("2021-06-23", "2021-07-15"):
        keep_people(as_of=make.at(f"{day} 08:00"))
    assert User.objects.get_queryset().in_use().count() == 1


def test_who_answers_for_an_open_report_stays_until_it_is_sent(world):
    lan = make.officer(make.agency(), last_login=make.at("2020-06-01"))
    User.objects.get_queryset().filter(pk=lan.pk).update(date_joined=make.at("2020-01-01"))
    report = AnnualReport.objects.get(agency=lan.agency, cycle=make.cycle())
    AbsenceRule.objects.create(province=make.province(), role="officer", locks_after=180)
    for day in ("2021-06-01", "2021-06-20"):
        keep_people(as_of=make.at(f"{day} 08:00"))
    assert is_open(lan)
    assert Notice.objects.of_voice("absence-kept").get().recipient == world.email
    AnnualReport.objects.filter(pk=report.pk).update(first_submitted_at=make.at("2021-06-20 10:00"))
    keep_people(as_of=make.at("2021-06-20 11:00"))
    assert not is_open(lan)


def test_a_rule_that_is_off_locks_nobody(world):
    AbsenceRule.objects.create(province=make.province(), role="staff", locks_after=180, is_on=False)
    assert keep_people(as_of=make.at("2022-01-01"))["warned"] == 0


def test_opened_again_the_absence_counts_anew(world):
    User.objects.get_queryset().filter(pk=world.pk).update(reopened_at=make.at("2021-06-20"))
    assert keep_people(as_of=make.at("2021-09-01"))["warned"] == 0


def test_a_dry_run_changes_nothing(world):
    assert keep_people(as_of=make.at("2021-05-31 08:00"), dry_run=True)["warned"] == 1
    assert steps() == []


def test_an_administrator_changes_the_rule_of_a_role(browse):
    root = make.user(Role.ADMINISTRATOR, make.province(), full_name="Võ Văn Em")
    window = browse(root)
    values = {"locks_after": "90", "first_warning": "20", "last_warning": "5", "is_on": "on"}
    window.post("/agencies/people/absence/staff/", values)
    rule = next(one for one in rules_of(make.province()) if one.role == "staff")
    assert (rule.locks_after, rule.first_warning) == (90, 20)
    assert Entry.objects.get(verb="absence-rule-changed").changes["locks_after"] == [180, 90]
    wrong = window.post("/agencies/people/absence/staff/", values | {"first_warning": "5"})
    assert wrong.context["form"].errors


def test_a_rule_is_written_once_however_often_it_changes():
    rule = rules_of(make.province())[0]
    root = make.user(Role.ADMINISTRATOR, make.province())
    set_rule(rule, by=root, at=make.NOW, locks_after=100)
    set_rule(rules_of(make.province())[0], by=root, at=make.NOW, locks_after=120)
    assert AbsenceRule.objects.get().locks_after == 120


# Handover


def handed_over(agency, last_day=date(2021, 6, 15)):
    lan = agency.posts.responsible().get().user
    nam = make.officer(make.agency("Ủy ban nhân dân xã Cô Tô"), full_name="Phạm Văn Nam")
    hand_over(lan.post, by=None, at=make.NOW, last_day=last_day, successor=nam)
    return lan, User.objects.get_queryset().get(pk=nam.pk)


def test_the_newcomer_is_told_what_waits_and_that_a_class_is_missing():
    lan = make.officer(make.agency())
    make.cycle()
    handed_over(lan.agency)
    deliver_owed(make.NOW + timedelta(minutes=1))
    body = next(letter.body for letter in mail.outbox if "Phạm Văn Nam" in letter.body)
    assert "nhận bàn giao từ Trần Thị Lan" in body
    assert "29/06/2021: Hạn gửi báo cáo ISO năm 2020" in body
    assert "chưa có lớp tập huấn nào" in body


def test_the_newcomer_is_told_on_the_first_morning():
    lan = make.officer(make.agency())
    handed_over(lan.agency, date(2021, 6, 20))
    assert Notice.objects.of_voice("handover").get().planned_for == make.at("2021-06-21 07:00")


def test_the_draft_stays_with_the_agency_and_the_newcomer_writes_on(browse):
    lan = make.officer(make.agency())
    report = AnnualReport.objects.get(agency=lan.agency, cycle=make.cycle())
    _lan, nam = handed_over(lan.agency)
    assert AnnualReport.objects.editable_by(nam).get() == report
    assert not AnnualReport.objects.editable_by(User.objects.get_queryset().get(pk=lan.pk)).exists()


def test_coverage_counts_the_newcomer_as_untrained():
    lan = make.officer(make.agency())
    _lan, nam = handed_over(lan.agency)
    found = {one.user: one.status for one in coverage_of(make.province(), date(2021, 6, 16)).holders}
    assert found[nam.pk] == Status.NEVER
    assert lan.pk not in found


@pytest.mark.parametrize("follows", [True, False])
def test_reviews_of_a_clerk_who_leaves_go_to_who_follows_or_to_nobody(follows):
    binh = make.staff()
    report = make.report(make.agency(), sent="2021-06-10 08:00")
    assign(report, by=binh, at=make.NOW, to=binh)
    new = make.staff(full_name="Lê Thị Kế") if follows else None
    hand_over(binh.post, by=None, at=make.NOW, last_day=date(2021, 6, 15), successor=new)
    report.refresh_from_db()
    assert report.assignee == new

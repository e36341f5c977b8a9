"""A person's dates, and the feed: what is in it, how it moves, who can read it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from agencies.actions.calendar import renew_calendar, revoke_calendar
from agencies.models import Role, User
from isotrack.journal.models import Entry
from plans.models import UpkeepKind
from reports.actions.cycle import turn_switches
from reports.actions.review import exempt, extend, return_for_correction
from reports.calendar import dates_of, rows
from reports.models import DirectiveDuty
from tests import make
from tests.plans import classes, money, planning
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
TODAY = date(2021, 6, 16)


@pytest.fixture
def lan(now):
    """Officer of Khánh An, whose report of 2020 is owed; it is two weeks before the deadline."""
    now("2021-06-16 08:00")
    commune = make.agency(superior=make.district(), code="30340")
    make.cycle()
    return make.officer(commune)


def report_of(user: User):
    return user.agency.reports.select_related("cycle", "agency").get()


def feed(user: User) -> Calendar:
    """What the person's calendar program reads, parsed and checked."""
    if user.calendar_token is None:
        renew_calendar(user, by=user, at=make.NOW)
    answer = Client().get(f"/calendar/{user.calendar_token}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert all(not event.errors for event in calendar.walk())
    return calendar


def event(user: User, start: str):
    """The one entry whose identity begins so."""
    (found,) = (one for one in feed(user).events if one.uid.startswith(start))
    return found


def titles(user: User) -> list[str]:
    return [day.title for day in dates_of(user, make.NOW)]


# What is in it


def test_the_deadline_is_a_whole_day_on_the_last_day_in_vietnam(lan):
    deadline = event(lan, "report-")
    assert (deadline["DTSTART"].dt, deadline["DTEND"].dt) == (date(2021, 6, 29), date(2021, 6, 30))
    assert deadline["SUMMARY"] == "Hạn gửi báo cáo ISO năm 2020"
    assert "trước ngày 30/6/2021 (hết ngày 29/6/2021)" in deadline["DESCRIPTION"]


def test_it_is_told_on_the_morning_seven_days_before(lan):
    (alarm,) = event(lan, "report-").walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(days=-7, hours=8)


def test_an_extension_moves_the_same_entry(lan):
    before = event(lan, "report-")
    at = make.at("2021-06-17 09:00")
    told = {"document": make.document(), "reason": "Bão số 2."}
    extend(report_of(lan), by=make.staff(), at=at, until=date(2021, 7, 20), **told)
    after = event(lan, "report-")
    assert after.uid == before.uid
    assert after["DTSTART"].dt == date(2021, 7, 20)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt == at


def test_a_switch_of_the_cycle_moves_it_too(lan):
    before = event(lan, "report-")
    switches = {"day_itself_counts": True, "moves_to_working_day": False}
    turn_switches(report_of(lan).cycle, by=make.staff(), at=make.NOW, reason="Công văn", **switches)
    after = event(lan, "report-")
    assert after["DTSTART"].dt == date(2021, 6, 30)
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_what_was_sent_is_due_no_more(lan):
    make.report(lan.agency, report_of(lan).cycle, sent="2021-06-15 09:00")
    assert titles(lan) == []


def test_what_is_exempt_is_due_no_more(lan):
    exempt(report_of(lan), by=make.staff(), at=make.NOW, document=make.document(), reason="Giải thể")
    assert titles(lan) == []


def test_a_returned_report_is_due_on_its_correction_day(lan):
    report = make.report(lan.agency, report_of(lan).cycle, sent="2021-06-10 09:00")
    asked = {"comment": "Thiếu chữ ký", "correct_by": date(2021, 6, 25)}
    return_for_correction(report, by=make.staff(), at=make.at("2021-06-15 08:00"), **asked)
    assert event(lan, "correction-")["DTSTART"].dt == date(2021, 6, 25)


def test_the_department_sees_the_corrections_of_a_day_together(lan):
    binh, cycle = make.staff(), report_of(lan).cycle
    report = make.report(lan.agency, cycle, sent="2021-06-10 09:00")
    asked = {"comment": "Thiếu chữ ký", "correct_by": date(2021, 6, 25)}
    return_for_correction(report, by=binh, at=make.at("2021-06-15 08:00"), **asked)
    together = event(binh, "corrections-")
    assert together["SUMMARY"] == "1 báo cáo năm 2020 đến hạn sửa, bổ sung"
    assert together["DESCRIPTION"] == "UBND xã Khánh An"


def test_the_department_sees_when_a_cycle_ends_and_locks(lan):
    cycle = [one for one in titles(make.staff()) if "2020" in one]
    assert cycle[0] == "Hạn các cơ quan gửi báo cáo ISO năm 2020"
    assert "Kỳ báo cáo năm 2020 khóa" in cycle


def test_a_superior_sees_the_letter_it_has_to_write(lan):
    district = lan.agency.superior
    above, cycle = make.officer(district), report_of(lan).cycle
    made = {"opened_at": make.NOW, "listed_at": make.NOW, "due_on": date(2021, 7, 14)}
    DirectiveDuty.objects.create(cycle=cycle, superior=district, **made)
    assert event(above, "directive-")["DTSTART"].dt == date(2021, 7, 14)
    assert not any("nhắc nhở" in title for title in titles(lan))


def test_steps_of_a_plan_under_way_are_in_it_until_done(lan):
    entry = planning.running(lan.agency).entries.get()
    assert sum("KH-BS" in title for title in titles(lan)) == 11  # the twelfth is every year's
    planning.done(entry, "GAP_ASSESSMENT")
    assert sum("KH-BS" in title for title in titles(lan)) == 10


def test_steps_of_a_plan_that_nobody_approved_are_not(lan):
    planning.drafted(lan.agency)
    assert not any("KH-BS" in title for title in titles(lan))


def test_a_declared_system_brings_its_yearly_duties(lan):
    money.declared(lan.agency, date(2019, 5, 1))
    classes.upkeep(lan.agency, UpkeepKind.LEGAL_UPDATE, date(2021, 5, 1), due_on=date(2021, 8, 2))
    assert "Đánh giá nội bộ năm 2021" in titles(lan)
    assert event(lan, f"upkeep-{lan.agency.pk}-update-")["DTSTART"].dt == date(2021, 8, 2)


def test_a_class_lasts_its_days_and_says_who_is_registered(lan):
    training = classes.training(date(2021, 7, 5), days=2)
    classes.came(training, lan, attended=None)
    lesson = event(lan, "training-")
    assert (lesson["DTSTART"].dt, lesson["DTEND"].dt) == (date(2021, 7, 5), date(2021, 7, 7))
    assert "Anh/Chị đã đăng ký." in lesson["DESCRIPTION"]


def test_an_administrator_has_no_dates(lan):
    assert titles(make.user(Role.ADMINISTRATOR, make.department("Văn phòng"))) == []


def test_nobody_sees_the_dates_of_another_province(lan):
    there = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    assert titles(make.staff(there)) == []


def test_the_same_dates_are_the_same_bytes(lan):
    feed(lan)
    url = f"/calendar/{lan.calendar_token}.ics"
    assert Client().get(url).content == Client().get(url).content


def test_the_feed_speaks_the_language_of_the_person(lan):
    User.objects.filter(pk=lan.pk).update(language="en")
    lan.refresh_from_db()
    vietnamese = "Hạn gửi báo cáo ISO năm 2020"
    assert event(lan, "report-").uid == f"report-{report_of(lan).pk}@isotrack"
    assert vietnamese in titles(lan)  # here the page's own language speaks


def test_it_costs_the_same_for_one_date_and_for_fifty(lan, django_assert_max_num_queries):
    binh = make.staff()
    for person in (lan, binh):
        person.post  # noqa: B018 – known to a request before
    with django_assert_max_num_queries(14) as few:
        dates_of(lan, make.NOW)
    for number in range(50):
        classes.training(date(2021, 7, 5) + timedelta(days=number))
    planning.running(lan.agency)
    with django_assert_max_num_queries(14) as many:
        assert len(dates_of(lan, make.NOW)) > 60
    assert len(many) == len(few)


# Who can read it


def test_an_unknown_secret_is_404(lan):
    assert Client().get("/calendar/nobody-knows.ics").status_code == 404


def test_a_changed_address_kills_the_old_one_at_once(lan):
    old = renew_calendar(lan, by=lan, at=make.NOW)
    new = renew_calendar(lan, by=lan, at=make.NOW)
    assert [Client().get(f"/calendar/{secret}.ics").status_code for secret in (old, new)] == [404, 200]


def test_a_revoked_address_is_404(lan):
    secret = renew_calendar(lan, by=lan, at=make.NOW)
    revoke_calendar(lan, by=lan, at=make.NOW)
    assert Client().get(f"/calendar/{secret}.ics").status_code == 404


def test_a_locked_account_has_no_feed(lan):
    secret = renew_calendar(lan, by=lan, at=make.NOW)
    User.objects.filter(pk=lan.pk).update(is_active=False)
    assert Client().get(f"/calendar/{secret}.ics").status_code == 404


def test_a_person_without_a_post_has_no_feed(lan):
    secret = renew_calendar(lan, by=lan, at=make.NOW)
    lan.posts.update(ends_on=date(2021, 6, 15))
    assert Client().get(f"/calendar/{secret}.ics").status_code == 404


def test_the_journal_knows_that_it_was_changed_and_not_the_secret(lan):
    secret = renew_calendar(lan, by=lan, at=make.NOW)
    entry = Entry.objects.get(verb="calendar-renewed")
    assert secret not in str(vars(entry))
    assert len(secret) >= 43


# The page


def test_the_page_lists_the_next_ninety_days_and_what_is_overdue(lan):
    classes.training(date(2021, 9, 14))
    classes.training(date(2021, 9, 15), topic="Lớp xa")
    classes.training(date(2021, 6, 1), topic="Lớp đã xong")
    shown = rows(dates_of(lan, make.at("2021-07-05 08:00")), TODAY)
    assert [(row.day.day, row.left) for row in shown] == [
        (date(2021, 6, 29), "Còn 13 ngày"),
        (date(2021, 9, 14), ""),
    ]


def test_the_page_makes_changes_and_takes_back_the_address(lan, browse):
    client = browse(lan)
    assert ".ics" not in words(client.get("/calendar/"))
    assert "Đã lập địa chỉ lịch." in words(client.post("/calendar/renew/", follow=True))
    lan.refresh_from_db()
    assert f"http://testserver/calendar/{lan.calendar_token}.ics" in words(client.get("/calendar/"))
    assert "Đã thu hồi địa chỉ lịch." in words(client.post("/calendar/revoke/", follow=True))
    lan.refresh_from_db()
    assert lan.calendar_token is None


def test_reading_the_page_makes_no_address(lan, browse):
    browse(lan).get("/calendar/")
    lan.refresh_from_db()
    assert lan.calendar_token is None

"""Who has to write: one duty for each superior of the cut-off, once, with who was late or missing."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions.agency import change
from agencies.models import Holiday
from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Entry, Notice
from isotrack.kit.states import WrongState
from reports.actions.directive import (
    cancel_duty,
    open_duties,
    open_duty,
    redraw,
    reopen_duty,
)
from reports.models import DirectiveDuty
from tests import make
from tests.make import at
from tests.reports import letters
from tests.reports.letters import CLOSING

pytestmark = pytest.mark.django_db


def listed(duty):
    return [(item.report.agency_name, item.kind, item.days_late) for item in duty.items.all()]


def test_the_list_has_late_and_missing_ones_and_nobody_else():
    duty = letters.duty()
    assert listed(duty) == [
        ("Ban Tôn giáo", "late", 3),
        ("Chi cục Văn thư - Lưu trữ", "missing", 6),
    ]


def test_it_names_whom_to_ask():
    duty = letters.duty()
    contacts = [item.contact for item in duty.items.all()]
    assert contacts[0] == "Người của Ban Tôn giáo, btg@agency.example"


def test_a_late_one_came_on_the_day_the_letter_says():
    duty = letters.duty()
    assert duty.items.get(kind="late").sent_on == date(2021, 7, 2)


def test_it_is_due_ten_working_days_on_unless_said_otherwise():
    assert letters.duty().due_on == date(2021, 7, 19)


def test_holidays_do_not_count_among_the_ten_days():
    Holiday.objects.create(day=date(2021, 7, 7), name="Ngày nghỉ")
    assert letters.duty().due_on == date(2021, 7, 20)


def test_the_superior_that_counts_is_that_of_the_cut_off_whatever_changed_afterwards():
    above, cycle = letters.home_affairs()
    other = make.department("Sở Tư pháp")
    unit = cycle.reports.get(agency_name="Chi cục Văn thư - Lưu trữ").agency
    change(unit, by=None, at=CLOSING, on=date(2021, 7, 1), reason="Chuyển", superior=other)
    open_duties(cycle, by=None, at=CLOSING)
    assert cycle.duties.get(superior=above).items.filter(report__agency=unit).exists()


def test_a_change_before_the_cut_off_counts_although_the_cycle_had_opened():
    above, cycle = letters.home_affairs()
    other = make.department("Sở Tư pháp")
    unit = cycle.reports.get(agency_name="Chi cục Văn thư - Lưu trữ").agency
    change(unit, by=None, at=CLOSING, on=date(2021, 6, 29), reason="Chuyển", superior=other)
    open_duties(cycle, by=None, at=CLOSING)
    assert not cycle.duties.get(superior=above).items.filter(report__agency=unit).exists()
    assert cycle.duties.get(superior=other).items.get().report.agency == unit


def test_departments_that_are_missing_are_the_province_s_to_write_to():
    above, cycle = letters.home_affairs()
    make.department("Sở Tư pháp", on=date(2020, 6, 1))
    make.cycle()
    open_duties(cycle, by=None, at=CLOSING)
    province = cycle.duties.get(superior=cycle.province)
    assert [name for name, _kind, _days in listed(province)] == ["Sở Tư pháp"]
    assert cycle.duties.filter(superior=above).exists()


def test_a_second_run_opens_nothing():
    _above, cycle = letters.home_affairs()
    assert open_duties(cycle, by=None, at=CLOSING).duties == 1
    again = open_duties(cycle, by=None, at=at("2021-07-06 08:00"))
    assert (again.duties, again.redrawn) == (0, 0)
    assert Entry.objects.filter(verb="duty-opened").count() == 1


def test_who_became_missing_since_is_added_to_an_open_duty():
    above, cycle = letters.home_affairs()
    punctual = cycle.reports.get(agency_name="Ban Thi đua - Khen thưởng")
    open_duties(cycle, by=None, at=CLOSING)
    make.report(punctual.agency, cycle, first_submitted_at=None, submitted_at=None, state="draft")
    assert open_duties(cycle, by=None, at=at("2021-07-06 08:00")).redrawn == 1
    assert cycle.duties.get(superior=above).items.count() == 3


def test_a_superior_has_one_duty_a_cycle():
    duty = letters.duty()
    with pytest.raises(WrongState, match="đã có nhiệm vụ"):
        open_duty(duty.cycle, duty.superior, by=make.staff(), at=CLOSING)


def test_nobody_writes_where_everybody_was_in_time():
    _above, cycle = letters.home_affairs()
    with pytest.raises(WrongState, match="không có cơ quan trực thuộc"):
        open_duty(cycle, make.department("Sở Tư pháp"), by=make.staff(), at=CLOSING)


def test_a_last_day_that_is_over_is_refused_and_nothing_opens():
    above, cycle = letters.home_affairs()
    with pytest.raises(ValidationError):
        open_duty(cycle, above, by=make.staff(), at=CLOSING, due_on=date(2021, 7, 4))
    assert DirectiveDuty.objects.count() == 0


def test_the_list_is_drawn_anew_when_somebody_has_sent_meanwhile():
    duty = letters.duty()
    missing = duty.items.get(kind="missing").report
    make.report(missing.agency, duty.cycle, sent="2021-07-06 10:00")
    redraw(duty, by=make.staff(), at=at("2021-07-07 08:00"))
    assert ("Chi cục Văn thư - Lưu trữ", "late", 7) in listed(duty)
    duty.refresh_from_db()
    assert duty.listed_at == at("2021-07-07 08:00")


def test_a_duty_is_taken_back_with_a_reason_and_given_again():
    duty = letters.duty()
    cancel_duty(duty, by=make.staff(), at=CLOSING, reason="Đã nhắc bằng văn bản khác.")
    assert duty.is_cancelled
    reopen_duty(duty, by=make.staff(), at=at("2021-07-08 08:00"), due_on=date(2021, 7, 30))
    assert (duty.state, duty.due_on, duty.cancel_reason) == ("open", date(2021, 7, 30), "")
    verbs = Entry.objects.about("duty", duty.pk).values_list("verb", flat=True)
    assert {"duty-opened", "duty-cancelled", "duty-reopened"} <= set(verbs)


def test_a_cancelled_duty_stays_so_when_the_cycle_is_closed():
    duty = letters.duty()
    cancel_duty(duty, by=make.staff(), at=CLOSING, reason="Đã nhắc.")
    open_duties(duty.cycle, by=None, at=at("2021-07-06 08:00"))
    duty.refresh_from_db()
    assert duty.is_cancelled


def test_the_superior_is_told_at_once(mailoutbox):
    duty = letters.duty()
    deliver_owed(CLOSING)
    (mail,) = mailoutbox
    assert mail.to == [duty.superior.contact_email]
    assert mail.subject == "Ban hành văn bản nhắc nhở việc báo cáo năm 2020: còn 14 ngày"


def test_opening_costs_the_same_for_one_superior_and_for_many():
    def cost():
        DirectiveDuty.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            open_duties(cycle, by=None, at=CLOSING)
        return len(asked)

    _above, cycle = letters.home_affairs()
    one = cost()
    for name in ("Một", "Hai", "Ba", "Bốn", "Năm"):
        district = make.district(f"Ủy ban nhân dân huyện {name}", reports_annually=False)
        make.agency(f"Ủy ban nhân dân xã {name}", superior=district)
    make.cycle()
    assert cost() == one
    assert (DirectiveDuty.objects.count(), Notice.objects.values("about").distinct().count()) == (6, 7)

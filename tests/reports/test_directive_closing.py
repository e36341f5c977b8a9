"""Closing a cycle: nobody is reminded any more, the list is frozen, superiors have to write."""

import pytest

from isotrack.journal.models import Entry, Notice
from isotrack.kit.states import WrongState
from reports.actions.cycle import close_cycle
from reports.actions.reminder import plan_reminders
from reports.actions.review import extend
from reports.models import Snapshot
from reports.rates import rates
from tests import make
from tests.make import at
from tests.reports import letters
from tests.reports.letters import CLOSING
from tests.reports.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle():
    _above, opened = letters.home_affairs()
    return opened


def test_the_list_is_frozen_with_a_code(cycle):
    close_cycle(cycle, by=make.staff(), at=CLOSING)
    frozen = Snapshot.objects.get()
    assert (frozen.code, frozen.kind) == ("KT-89-2020", "closing")
    assert [(row["agency"], row["kind"], row["days"], row["superior"]) for row in frozen.rows] == [
        ("Ban Tôn giáo", "late", 3, "Sở Nội vụ"),
        ("Chi cục Văn thư - Lưu trữ", "missing", 6, "Sở Nội vụ"),
    ]
    assert (frozen.figures["late"], frozen.figures["missing"], frozen.figures["on_time"]) == (1, 1, 1)


def test_what_comes_later_still_counts_and_leaves_the_list_alone(cycle):
    close_cycle(cycle, by=make.staff(), at=CLOSING)
    before = Snapshot.objects.get().rows
    missing = cycle.reports.get(agency_name="Chi cục Văn thư - Lưu trữ")
    make.report(missing.agency, cycle, sent="2021-07-10 08:00")
    assert rates(cycle, at("2021-07-11")).late == 2
    assert Snapshot.objects.get().rows == before


def test_one_duty_opens_for_each_superior(cycle):
    close_cycle(cycle, by=make.staff(), at=CLOSING, due_on=at("2021-07-30").date())
    duty = cycle.duties.get()
    assert (duty.superior.name, duty.due_on, duty.items.count()) == ("Sở Nội vụ", at("2021-07-30").date(), 2)


def test_nobody_is_reminded_of_the_report_any_more(cycle):
    close_cycle(cycle, by=make.staff(), at=CLOSING)
    plan_reminders(as_of=at("2021-07-14 08:00"))
    assert not Notice.objects.of_voice("report-reminder").exists()


def test_it_cannot_be_closed_twice_nor_before_it_is_due(cycle):
    with pytest.raises(WrongState, match="chưa hết hạn"):
        close_cycle(cycle, by=make.staff(), at=at("2021-06-29 23:59:59"))
    close_cycle(cycle, by=make.staff(), at=at("2021-06-30 00:00"))
    with pytest.raises(WrongState, match="đã kết thúc"):
        close_cycle(cycle, by=make.staff(), at=CLOSING)
    assert Snapshot.objects.count() == 1


def test_the_page_says_what_will_happen(cycle, browse, now):
    now("2021-07-05 08:30")
    text = words(browse(make.staff()).get("/cycles/2020/close/"))
    assert "chốt danh sách 1 cơ quan gửi trễ, 1 cơ quan chưa gửi" in text
    assert "giao 1 cơ quan cấp trên ban hành văn bản nhắc nhở" in text
    assert 'value="19/07/2021"' in text


def test_the_page_warns_of_extended_reports_that_are_not_due(cycle, browse, now):
    now("2021-07-05 08:30")
    missing = cycle.reports.get(agency_name="Chi cục Văn thư - Lưu trữ")
    told = {"until": at("2021-07-20").date(), "document": make.document(), "reason": "Lũ"}
    extend(missing, by=make.staff(), at=CLOSING, **told)
    text = words(browse(make.staff()).get("/cycles/2020/close/"))
    assert "1 cơ quan được gia hạn và chưa đến hạn" in text


def test_a_clerk_closes_it_and_sees_the_frozen_list(cycle, browse, now):
    now("2021-07-05 08:30")
    answer = browse(make.staff()).post("/cycles/2020/close/", {"due_on": "19/7/2021"}, follow=True)
    assert "KT-89-2020" in words(answer)
    assert Entry.objects.get(verb="cycle-closed").changes == {"code": [None, "KT-89-2020"]}


def test_who_presses_after_somebody_else_is_told_so(cycle, browse, now):
    now("2021-07-05 08:30")
    close_cycle(cycle, by=make.staff(), at=CLOSING)
    answer = browse(make.staff()).post("/cycles/2020/close/", {"due_on": "19/7/2021"})
    assert answer.status_code == 409
    assert "Kỳ này đã kết thúc" in words(answer)


def test_a_day_that_is_over_is_said_at_its_field(cycle, browse, now):
    now("2021-07-05 08:30")
    answer = browse(make.staff()).post("/cycles/2020/close/", {"due_on": "4/7/2021"})
    assert "Hạn ban hành phải từ hôm nay trở đi." in words(answer)
    assert not Snapshot.objects.exists()

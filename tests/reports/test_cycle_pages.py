"""The pages about cycles: their list, opening the next, the switches of deadline and sending."""

import pytest

from agencies.models import Role
from isotrack.journal.models import Entry
from reports.models import ReportCycle
from tests import make

pytestmark = pytest.mark.django_db
OPEN, SWITCHES = "/cycles/open/", "/cycles/2020/switches/"
LITERAL = "trước ngày 30/6/2021 (hết ngày 29/6/2021)"


@pytest.fixture
def clerk(browse):
    return browse(make.staff())


def test_the_list_says_the_deadline_in_words_and_links_the_numbers(clerk, now):
    now("2021-07-05 08:00")
    make.reports(2)
    page = clerk.get("/cycles/").content.decode()
    assert LITERAL in page
    assert 'href="/cycles/2020/?kind=missing">' in page


def test_the_list_of_a_province_without_cycles_says_so(clerk):
    assert "Chưa có kỳ báo cáo nào" in clerk.get("/cycles/").content.decode()


def test_an_administrator_sees_no_cycles(browse):
    make.cycle()
    assert browse(make.user(Role.ADMINISTRATOR, make.department())).get("/cycles/").status_code == 404


def test_the_page_says_which_year_opens_and_how_many_owe_a_report(clerk, now):
    now("2021-01-04 08:00")
    make.reference()
    make.agency()
    page = clerk.get(OPEN).content.decode()
    assert "Mở kỳ báo cáo năm 2020?" in page
    assert "2 cơ quan phải báo cáo theo danh bạ ngày 31/12/2020." in page  # the department is the other
    assert not ReportCycle.objects.exists()


def test_a_clerk_opens_the_cycle(clerk, now):
    now("2021-01-04 08:00")
    make.reference()
    make.agency()
    page = clerk.post(OPEN, follow=True)
    assert page.redirect_chain == [("/cycles/2020/", 302)]
    assert "2 cơ quan phải báo cáo" in page.content.decode()
    assert ReportCycle.objects.get().reports.count() == 2


def test_without_a_questionnaire_the_refusal_is_shown(clerk, now):
    now("2021-01-04 08:00")
    page = clerk.post(OPEN)
    assert page.status_code == 409
    assert "Chưa có biểu mẫu nào được phát hành" in page.content.decode()


def test_a_year_that_is_not_over_cannot_be_opened(clerk, now):
    now("2021-06-16 08:00")
    make.cycle()
    page = clerk.post(OPEN)
    assert page.status_code == 409
    assert "Kỳ 2021 mở được từ ngày 01/01/2022" in page.content.decode()
    assert ReportCycle.objects.count() == 1


def test_the_switches_page_shows_what_each_position_would_mean(clerk):
    make.cycle()
    page = clerk.get(SWITCHES).content.decode()
    assert LITERAL in page
    assert "trước ngày 30/6/2021 (hết ngày 30/6/2021)" in page


def test_turning_a_switch_moves_the_deadline_and_keeps_the_reason(clerk):
    cycle = make.cycle()
    sent = {"day_itself_counts": "on", "reason": "Công văn 77/SKHCN"}
    page = clerk.post(SWITCHES, sent, follow=True)
    assert "Hạn gửi là trước ngày 30/6/2021 (hết ngày 30/6/2021)" in page.content.decode()
    cycle.refresh_from_db()
    assert cycle.cutoff == make.at("2021-07-01 00:00")
    assert Entry.objects.get(verb="cycle-switched").reason == "Công văn 77/SKHCN"


def test_without_a_reason_nothing_is_turned(clerk):
    cycle = make.cycle()
    page = clerk.post(SWITCHES, {"day_itself_counts": "on", "reason": "  "})
    assert page.status_code == 200
    assert "Ghi lý do đổi thiết lập." in page.content.decode()
    assert "checked" in page.content.decode()
    cycle.refresh_from_db()
    assert cycle.day_itself_counts is False


def test_the_switches_of_sending_are_turned_on_the_same_page_and_move_no_deadline(clerk):
    before = make.cycle().cutoff
    sent = {"scan_required": "on", "head_confirms": "on", "reason": "Kế hoạch 2021"}
    clerk.post(SWITCHES, sent)
    cycle = ReportCycle.objects.get()
    assert (cycle.scan_required, cycle.head_confirms, cycle.cutoff) == (True, True, before)
    changes = Entry.objects.get(verb="cycle-switched").changes
    assert changes == {"scan_required": [False, True], "head_confirms": [False, True]}


def test_the_page_leads_to_the_questionnaire(clerk):
    cycle = make.cycle()
    assert f'href="/questionnaires/{cycle.questionnaire_id}/"' in clerk.get(SWITCHES).content.decode()


def test_the_page_tells_who_turned_them_before(clerk):
    make.cycle()
    clerk.post(SWITCHES, {"moves_to_working_day": "on", "reason": "Trùng ngày nghỉ"})
    page = clerk.get(SWITCHES).content.decode()
    assert "Trùng ngày nghỉ" in page
    assert "Nguyễn Văn Bình" in page


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER, Role.OFFICER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("url", [OPEN, SWITCHES])
def test_nobody_but_the_department_opens_or_switches(browse, role, url):
    make.cycle()
    other = browse(make.user(role, make.department()))
    assert other.get(url).status_code == 404
    assert other.post(url, {"reason": "x", "day_itself_counts": "on"}).status_code == 404
    assert ReportCycle.objects.get().day_itself_counts is False

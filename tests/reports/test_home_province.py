"""The home of the department, of finance and of the leaders: numbers that are links to their rows."""

import re
from datetime import date

import pytest

from agencies.models import Role
from isotrack.journal.models import Notice
from plans.models import EntryStep, RolloutPlan
from reports.actions.review import extend
from reports.dashboard import ProvinceHome
from tests import make
from tests.plans import planning
from tests.plans.classes import came, training

pytestmark = pytest.mark.django_db
LITERAL = "trước ngày 30/6/2021 (hết ngày 29/6/2021)"


@pytest.fixture
def cycle(now):
    """Of four agencies one sent on time, one late, two are missing."""
    now("2021-07-05 08:30")
    an_phu = make.district()
    communes = [make.agency(f"Ủy ban nhân dân xã {name}", superior=an_phu) for name in ("An", "Bình", "Chi")]
    cycle = make.cycle()
    make.report(communes[0], cycle, sent="2021-06-29 23:59:59")
    make.report(communes[1], cycle, sent="2021-06-30 00:00")
    return cycle


@pytest.fixture
def page(cycle, browse):
    return browse(make.staff()).get("/")


def test_the_deadline_is_said_in_words(page):
    assert LITERAL in page.content.decode()


def test_the_last_second_counts_and_midnight_is_late(page):
    rates = page.context["home"].rates
    assert (rates.expected, rates.on_time, rates.late, rates.missing) == (4, 1, 1, 2)


def test_every_number_leads_to_as_many_rows(page, browse):
    clerk = browse(make.staff())
    text = page.content.decode()
    links = re.findall(r'<a href="(/cycles/2020/[^"]*)">(\d+)</a>', text)
    tiles = re.findall(r'<a class="tile" href="(/cycles/2020/[^"]*)">.*?<span class="v">(\d+)<', text, re.S)
    assert len(links) > 10
    assert len(tiles) == 6
    for url, number in links + tiles:
        found = clerk.get(url.replace("&amp;", "&")).context["page_obj"].paginator.count
        assert (url, found) == (url, int(number))


def test_superiors_with_the_most_missing_come_first(page):
    behind = page.context["home"].behind
    assert [(line.name, line.late, line.missing) for line in behind] == [
        ("UBND huyện An Phú", 1, 1),
        ("UBND tỉnh An Giang", 0, 1),
    ]


def test_the_plot_stands_with_its_table(page):
    text = page.content.decode()
    assert text.count('role="img"') == 4  # two plots, for a desk and for a phone
    assert [stop.received for stop in page.context["home"].stops][-2:] == [1, 2]


def test_last_year_is_aligned_to_its_own_deadline(cycle):
    old = make.agency("Ủy ban nhân dân xã Cổ", on=date(2019, 1, 1))
    last = make.cycle(year=2019)
    make.report(old, last, sent="2020-06-29 10:00")
    home = ProvinceHome(cycle, last, make.staff(), make.at("2021-07-05 08:30"))
    cutoff = next(stop for stop in home.stops if stop.is_cutoff)
    assert cutoff.last_day.isoformat() == "2020-06-29"
    assert cutoff.last_received == 1


def test_what_waits_for_the_department_leads_to_its_rows(page, browse):
    errands = {errand.url: errand.count for errand in page.context["home"].errands}
    assert errands["/reports/queue/?year=2020"] == 2
    assert errands["/cycles/2020/?contact=no-holder"] == 4
    for url, number in errands.items():
        assert browse(make.staff()).get(url).context["page_obj"].paginator.count == number


def test_failed_mails_wait_for_the_department(cycle, browse):
    shared = {"voice": "v", "recipient": "a@b.example", "planned_for": make.NOW, "step": "officer-7"}
    province = str(cycle.province_id)
    Notice.objects.create(about="report:1", state="failed", reason="550", province=province, **shared)
    Notice.objects.create(about="report:2", state="failed", reason="550", province="0", **shared)
    errands = browse(make.staff()).get("/").context["home"].errands
    assert [errand.count for errand in errands if "notices" in errand.url] == [1]


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER])
def test_those_with_nothing_to_decide_have_no_errands(cycle, browse, role):
    page = browse(make.user(role, make.province())).get("/")
    assert page.context["home"].errands == []
    assert "Việc chờ tôi" not in page.content.decode()


@pytest.mark.parametrize(
    ("role", "state", "title"),
    [
        (Role.FINANCE, RolloutPlan.State.FINANCE_REVIEW, "Kế hoạch chờ thẩm định"),
        (Role.LEADER, RolloutPlan.State.CLEARED, "Kế hoạch chờ phê duyệt"),
    ],
)
def test_the_plan_that_waits_for_a_decision_is_one_press_away(cycle, browse, role, state, title):
    plan = planning.drafted(planning.five()[0])
    RolloutPlan.objects.filter(pk=plan.pk).update(state=state)
    decider = browse(make.user(role, make.province()))
    page = decider.get("/")
    assert [(one.title, one.count) for one in page.context["home"].errands] == [(title, 1)]
    assert f'<a href="/plans/{plan.pk}/">' in page.text and "Việc chờ tôi" in page.text
    assert title not in decider.get("/?on=04/07/2021").text
    other = Role.LEADER if role == Role.FINANCE else Role.FINANCE
    assert title not in browse(make.user(other, make.province(), username="other")).get("/").text


def test_who_was_given_more_time_but_has_sent_is_not_said_to_be_waited_for(cycle, browse):
    report = cycle.reports.get(state="not_started", agency__name__endswith="Chi")
    letter = make.document("88/UBND-TH")
    until = date(2021, 7, 15)
    extend(report, by=make.staff(), at=make.at("2021-06-20"), until=until, document=letter, reason="Mưa lũ")
    assert ">được gia hạn<" in browse(make.staff()).get("/").text
    sent = make.at("2021-07-01 09:00")
    cycle.reports.filter(pk=report.pk).update(state="submitted", first_submitted_at=sent, submitted_at=sent)
    assert ">được gia hạn<" not in browse(make.staff()).get("/").text


def test_before_the_first_report_the_plots_say_when_it_begins(now, browse):
    now("2021-02-01 08:00")
    make.reports(2)
    text = browse(make.staff()).get("/").content.decode()
    assert "Chưa có báo cáo nào" in text
    assert "Kỳ nhận báo cáo từ ngày 01/01/2021." in text


def test_without_a_cycle_the_clerk_is_told_to_open_one(browse):
    text = browse(make.staff()).get("/").content.decode()
    assert "Mở kỳ báo cáo" in text


def test_without_a_cycle_a_leader_is_told_who_opens_one(browse):
    text = browse(make.user(Role.LEADER, make.province())).get("/").content.decode()
    assert "khi Sở Khoa học và Công nghệ mở kỳ báo cáo" in text
    assert "/cycles/open/" not in text


def test_plans_under_way_and_those_returned_are_there(cycle, browse):
    first, second = planning.five()[:2]
    under_way = planning.running(first, second)
    declared = planning.step(under_way.entries.get(agency=first), "DECLARED")
    EntryStep.objects.filter(pk=declared.pk).update(done_on=date(2021, 6, 1))
    returned = planning.drafted(second, code="KH-2021-BS1")
    RolloutPlan.objects.filter(pk=returned.pk).update(state=RolloutPlan.State.RETURNED)
    page = browse(make.staff()).get("/")
    assert [bar.bar.figures for bar in page.context["home"].under_way] == ["1/2"]
    assert f'<a href="/plans/{under_way.pk}/?show=declared">1</a>' in page.content.decode()
    assert "Kế hoạch bị trả lại" in page.content.decode()


def test_training_of_todays_holders_is_there(cycle, browse):
    trained = make.officer(cycle.reports.first().agency)
    make.officer(cycle.reports.last().agency, full_name="Người Mới")
    came(training(date(2021, 5, 4)), trained)
    page = browse(make.staff()).get("/").content.decode()
    assert "Độ phủ tập huấn" in page
    assert '<a href="/plans/training/coverage/?status=never">' in page
    assert "1 người chưa tập huấn" in page

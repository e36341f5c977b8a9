"""Home, board, statistics, letters and plans as of a past day: what was so then, and nothing to be done."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions.agency import change
from agencies.models import Role
from plans.actions.plan import close
from plans.models import EntryStep
from reports.actions.directive import cancel_duty, reopen_duty
from tests import make
from tests.plans import planning
from tests.reports import letters
from tests.reports.filled import answers
from tests.reports.test_commands_answers import ask  # noqa: F401  the fixture

pytestmark = pytest.mark.django_db
COUNTS = ("expected", "received", "on_time", "late", "missing", "not_due", "nil", "exempt", "extended")
DAYS = ["09/06/2021", "10/06/2021", "29/06/2021", "30/06/2021", "05/07/2021"]


@pytest.fixture
def cycle(now):
    """Of four agencies one sent on time, one late and nil, one is extended, one never sent."""
    now("2021-08-01 08:00")
    an_phu = make.district()
    communes = [make.agency(f"Ủy ban nhân dân xã {name}", superior=an_phu) for name in ("An", "Bình", "Chi")]
    cycle = make.cycle()
    make.report(communes[0], cycle, sent="2021-06-10 08:00", figures={"staff_total": 20})
    make.report(communes[1], cycle, sent="2021-07-02 08:00", is_nil=True, nil_reason="Không có hồ sơ")
    longer = {"extended_to": date(2021, 7, 10), "cutoff": make.at("2021-07-11 00:00")}
    longer |= {"extended_at": make.at("2021-06-01 08:00"), "extension_document": make.document()}
    make.report(communes[2], cycle, **longer)
    return cycle


def printed(rates):
    return {name: getattr(rates, name) for name in COUNTS} | {
        "rate": rates.rate,
        "rate_on_time": rates.rate_on_time,
    }


@pytest.mark.parametrize("day", DAYS)
def test_every_page_shows_the_figures_of_the_command(browse, cycle, ask, day):  # noqa: F811
    instant = f"{day[6:]}-{day[3:5]}-{day[:2]}T23:59:59.999999"
    told = ask("rates", "2020", "--as-of", instant)
    expected = {name: told[name] for name in (*COUNTS, "rate", "rate_on_time")}
    clerk = browse(make.staff())
    seen = {
        "home": clerk.get("/", {"on": day}).context["home"].rates,
        "board": clerk.get("/cycles/2020/", {"on": day}).context["board"].rates,
        "cycles": clerk.get("/cycles/", {"on": day}).context["lines"][0].rates,
        "statistics": clerk.get("/cycles/2020/statistics/", {"on": day}).context["picture"].rates,
    }
    assert {page: printed(rates) for page, rates in seen.items()} == dict.fromkeys(seen, expected)
    behind = clerk.get("/discipline/2020/", {"on": day}).context["discipline"]
    assert (behind.late, behind.missing) == (expected["late"], expected["missing"])


@pytest.mark.parametrize("page", ["/", "/cycles/2020/statistics/", "/cycles/"])
def test_every_number_of_a_past_day_leads_to_as_many_rows_of_that_day(browse, cycle, page):
    clerk = browse(make.staff())
    text = clerk.get(page, {"on": "30/06/2021"}).content.decode()
    links = re.findall(r'href="(/cycles/2020/[^"]*\?[^"]*)"[^>]*>(?:\s*<[^>]*>[^<]*</[^>]*>)*\s*(\d+)<', text)
    links += re.findall(r'<a class="tile" href="(/cycles/2020/[^"]*)">.*?<span class="v">(\d+)<', text, re.S)
    assert len(links) >= 4
    for url, number in links:
        assert "on=30/06/2021" in url or "on=30%2F06%2F2021" in url, url
        found = clerk.get(url.replace("&amp;", "&")).context["page_obj"].paginator.count
        is_sum = "question=" in url
        assert is_sum or (url, found) == (url, int(number))


@pytest.mark.parametrize(
    ("page", "acts"),
    [
        ("/", ["errands"]),
        ("/cycles/", ["Mở kỳ tiếp theo", "Thiết lập kỳ"]),
        ("/cycles/2020/", ["Thiết lập kỳ", "Biểu mẫu Excel"]),
        ("/cycles/2020/statistics/", ["Chốt số liệu"]),
        ("/discipline/2020/", ["Kết thúc kỳ", "Giao nhiệm vụ"]),
        ("/plans/", ["Lập kế hoạch"]),
    ],
)
def test_a_look_back_is_marked_leads_back_and_offers_nothing_to_do(browse, cycle, page, acts):
    clerk = browse(make.staff())
    today, then = (clerk.get(page, asked).content.decode() for asked in ({}, {"on": "30/06/2021"}))
    assert all(act in today for act in acts) and not any(act in then for act in acts)
    assert "đến hết ngày 30/6/2021" in then and "đến hết ngày 30/6/2021</b>" not in today
    assert re.search(rf'<a href="({re.escape(page)}|\?|)">\s*Về', then)
    assert 'name="on"' in today


@pytest.mark.parametrize("typed", ["32/13/2021", "hôm qua", "01/01/2999"])
def test_a_day_that_cannot_be_looked_at_is_told_and_today_is_shown(browse, cycle, typed):
    page = browse(make.staff()).get("/", {"on": typed})
    assert page.context["asked"].errors and page.context["home"].rates.late == 1
    assert 'id="id_on_error"' in page.content.decode()


def test_before_the_cycle_opened_there_is_none(browse, cycle):
    assert "Ngày đó chưa có kỳ báo cáo nào" in (
        browse(make.staff()).get("/", {"on": "31/12/2020"}).content.decode()
    )


def test_superiors_are_called_as_on_that_day(browse, cycle):
    above = cycle.reports.get(agency__name__endswith="xã An").superior
    new = {"name": "Ủy ban nhân dân thị xã An Phú"}
    change(above, by=None, at=make.at("2021-07-20 08:00"), on=date(2021, 7, 20), reason="NQ", **new)
    clerk = browse(make.staff())
    for page in ("/", "/cycles/2020/", "/cycles/2020/statistics/", "/discipline/2020/"):
        then = clerk.get(page, {"on": "15/07/2021"}).content.decode()
        assert "UBND huyện An Phú" in then and "UBND thị xã An Phú" not in then, page
        assert "UBND thị xã An Phú" in clerk.get(page).content.decode(), page


def test_what_was_sent_again_since_counts_as_it_was(browse, cycle):
    report = cycle.reports.get(agency__name__endswith="xã An")
    first = report.submissions.get()
    first.answers = answers("C01")
    first.save()
    report.submissions.create(number=2, code="BC-2", sent_at=make.at("2021-07-20 08:00"), answers={})
    report.submitted_at, report.figures = make.at("2021-07-20 08:00"), {"staff_total": 77}
    report.save()
    clerk = browse(make.staff())
    asked = {"question": "staff_total"}
    ((_row, now),) = clerk.get("/cycles/2020/statistics/rows/", asked).context["lines"]
    ((_row, then),) = clerk.get("/cycles/2020/statistics/rows/", asked | {"on": "30/06/2021"}).context[
        "lines"
    ]
    assert (now, then) == ("77", str(answers("C01")["staff_total"]))


def test_letters_stand_as_they_stood(browse, now):
    now("2021-08-01 08:00")
    clerk = make.staff()
    duty = letters.duty(by=clerk)
    letters.written(duty, by=clerk)
    page = browse(clerk)

    def stood(day):
        found = page.get("/discipline/2020/", {"on": day}).context["discipline"]
        return found.open, found.done

    assert [stood(day) for day in ("04/07/2021", "05/07/2021", "11/07/2021", "12/07/2021")] == [
        (0, 0),
        (1, 0),
        (1, 0),
        (0, 1),
    ]
    text = page.get("/discipline/2020/", {"on": "01/07/2021"}).content.decode()
    assert "812/SNV-VP" not in text and "02/07/2021" not in text


def test_a_letter_taken_back_and_given_again_stands_as_it_stood(browse, now):
    now("2021-08-01 08:00")
    clerk = make.staff()
    duty = letters.duty(by=clerk)
    cancel_duty(duty, by=clerk, at=make.at("2021-07-07 08:00"), reason="Nhầm")
    reopen_duty(duty, by=clerk, at=make.at("2021-07-09 08:00"))
    page = browse(clerk)
    found = [
        page.get("/discipline/2020/", {"on": day}).context["discipline"].open
        for day in ("06/07/2021", "08/07/2021", "09/07/2021")
    ]
    assert found == [1, 0, 1]


def test_plans_stand_as_they_stood(browse, now):
    now("2021-12-31 08:00")
    plan = planning.running(make.department("Ban Tôn giáo"))
    EntryStep.objects.filter(step__order=1).update(planned_on=date(2020, 12, 10), done_on=date(2020, 12, 20))
    close(plan, by=planning.planner(), at=make.at("2021-12-01 08:00"), reason="Xong")
    reader = browse(make.user(Role.LEADER, make.province(), username="doc"))

    def stood(day):
        return [(one.state, one.overdue) for one in reader.get("/plans/", {"on": day}).context["plans"]]

    assert stood("19/11/2020") == []
    assert stood("20/11/2020") == [("running", 0)]
    assert stood("15/12/2020")[0][1] - stood("20/12/2020")[0][1] == 1
    assert stood("30/12/2021") == [("closed", 0)]


@pytest.mark.parametrize(
    "page", ["/", "/cycles/2020/", "/cycles/2020/statistics/", "/discipline/2020/", "/plans/"]
)
def test_a_look_back_costs_as_many_questions_for_one_and_for_many(browse, cycle, page):
    reader = browse(make.user(Role.LEADER, make.province()))
    planning.running(make.department("Ban Tôn giáo"))

    def questions():
        reader.get(page, {"on": "05/07/2021"})
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(page, {"on": "05/07/2021"}).status_code == 200
        return len(queries)

    few = questions()
    for place in range(8):
        unit = make.agency(f"Ủy ban nhân dân xã Số {place}", superior=make.district(f"UBND huyện {place}"))
        cycle.reports.create(**like(cycle.reports.first(), unit))
        planning.running(unit)
    assert questions() == few


def like(report, agency):
    """The fields of a report of another agency in the same cycle."""
    names = ("cycle", "group", "mandate", "cutoff")
    return {name: getattr(report, name) for name in names} | {
        "agency": agency,
        "agency_name": agency.name,
        "superior": agency.superior,
    }

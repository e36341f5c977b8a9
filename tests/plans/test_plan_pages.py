"""The pages of plans: who sees and does what, the matrix at any size, refusals that lose nothing."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from agencies.models import Role
from isotrack.kit.papers import BLANK
from plans.actions.plan import submit
from plans.matrix import PAGE
from plans.models import FundingLine, PlanEntry, RolloutPlan
from plans.papers import paper_of
from tests import make
from tests.plans import money, planning
from tests.plans.planning import AT

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"plans:{name}", args=args)


def form_of(page):
    """What a browser would send back unchanged, hidden values included."""
    sent = {}
    for _step, _cell, form in page.context["lines"]:
        for field in form:
            value = field.value()
            shown = field.field.prepare_value(value) if hasattr(field.field, "prepare_value") else value
            sent[field.html_name] = sent[field.html_initial_name] = "" if shown in (None, False) else shown
    return sent


@pytest.fixture
def plan(now):
    now("2020-11-20 09:00")
    return planning.drafted(make.department("Ban Dân tộc", code="AG-BDT"))


def test_the_department_drafts_a_plan_and_adds_agencies(browse, now):
    now("2020-11-20 09:00")
    planning.drafted()
    bdt, clerk = make.department("Ban Dân tộc"), browse(planning.planner())
    sent = {"code": "KH-X", "title": "Kế hoạch", "starts_on": "1/12/2020", "ends_on": "30/11/2021"}
    clerk.post(url("plan-add"), sent | {"standard": money.standard().pk})
    made = RolloutPlan.objects.get(code="KH-X")
    clerk.post(url("plan-entry-add", made.pk), {"agencies": [bdt.pk], "mode": "first", "processes": 12})
    assert made.entries.get().steps.count() == 12


def test_an_agency_twice_is_refused_on_the_page_and_what_was_ticked_stays(browse, plan):
    agency = plan.entries.get().agency
    page = browse(planning.planner()).post(
        url("plan-entry-add", plan.pk), {"agencies": [agency.pk], "mode": "first", "processes": 7}
    )
    text = page.content.decode()
    assert f"Ban Dân tộc đã có trong kế hoạch {plan.code}" in text
    assert 'value="7"' in text


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER, Role.OFFICER, Role.ADMINISTRATOR])
def test_only_the_department_writes_plans(browse, plan, role):
    person = browse(make.user(role, plan.entries.get().agency))
    for address in (
        url("plan-add"),
        url("plan-edit", plan.pk),
        url("plan-entry-add", plan.pk),
        url("plan-submit", plan.pk),
        url("plan-start", plan.pk),
        url("plan-close", plan.pk),
        url("plan-entry-edit", plan.pk, plan.entries.get().pk),
        url("plan-entry-remove", plan.pk, plan.entries.get().pk),
    ):
        assert person.post(address).status_code == 404, address


@pytest.mark.parametrize(
    "name", ["plan-detail", "plan-versions", "plan-export", "plan-return", "plan-approve"]
)
def test_a_stranger_of_another_province_finds_nothing(browse, plan, name):
    other = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    stranger = browse(make.staff(other))
    assert stranger.get(url(name, plan.pk)).status_code == 404


def test_an_officer_sees_only_the_plans_and_agencies_of_their_own(browse, plan):
    own, sister = plan.entries.get().agency, make.department("Sở Y tế")
    planning.add_entries(plan, by=planning.planner(), at=AT, agencies=[sister])
    officer = browse(make.officer(own))
    page = officer.get(url("plan-detail", plan.pk)).content.decode()
    assert "Ban Dân tộc" in page and "Sở Y tế" not in page
    assert (
        browse(make.officer(make.department("Sở Xây dựng"))).get(url("plan-detail", plan.pk)).status_code
        == 404
    )
    assert officer.get(url("plan-paper", plan.pk, "annex")).status_code == 404


def test_finance_is_told_what_is_missing_and_the_plan_stays_in_review(browse, plan):
    money.line(plan.entries.get(), "A", 45_000_000, source=money.source(40_000_000))
    submit(plan, by=planning.planner(), at=AT)
    page = browse(money.finance()).post(url("plan-clear", plan.pk))
    assert page.status_code == 409
    assert "thiếu 5.000.000 đồng" in page.content.decode()


def test_the_leader_approves_with_number_and_day_and_keeps_them_when_refused(browse, plan):
    submit(plan, by=planning.planner(), at=AT)
    leader = browse(planning.leader())
    page = leader.post(url("plan-approve", plan.pk), {"number": "2944/QĐ-UBND", "issued_on": "1/11/2020"})
    assert page.status_code == 409 and 'value="2944/QĐ-UBND"' in page.content.decode()
    browse(money.finance()).post(url("plan-clear", plan.pk))
    leader.post(url("plan-approve", plan.pk), {"number": "2944/QĐ-UBND", "issued_on": "1/11/2020"})
    plan.refresh_from_db()
    assert (plan.state, plan.decision.number) == ("approved", "2944/QĐ-UBND")


def test_an_officer_records_a_step_of_the_own_agency_only(browse, now):
    own, sister = make.department("Ban Dân tộc"), make.department("Sở Y tế")
    plan = planning.running(own, sister)
    now("2021-06-16 08:00")
    officer = browse(make.officer(own))
    entry = plan.entries.get(agency=own)
    page = officer.get(url("plan-entry-steps", plan.pk, entry.pk))
    step = planning.step(entry, "GAP_ASSESSMENT")
    sent = form_of(page) | {f"s{step.pk}-done_on": "15/1/2021"}
    assert officer.post(url("plan-entry-steps", plan.pk, entry.pk), sent).status_code == 302
    assert planning.step(entry, "GAP_ASSESSMENT").done_on == date(2021, 1, 15)
    other = url("plan-entry-steps", plan.pk, plan.entries.get(agency=sister).pk)
    assert officer.post(other, sent).status_code == 404


def test_a_page_left_open_does_not_take_back_what_another_hand_wrote(browse, now):
    plan = planning.running(make.department("Ban Dân tộc"))
    now("2021-06-16 08:00")
    clerk, entry = browse(planning.planner()), plan.entries.get()
    sent = form_of(clerk.get(url("plan-entry-steps", plan.pk, entry.pk)))
    planning.done(entry, "GAP_ASSESSMENT")
    step = planning.step(entry, "TRAINING")
    clerk.post(url("plan-entry-steps", plan.pk, entry.pk), sent | {f"s{step.pk}-note": "Đã mời giảng viên"})
    assert planning.step(entry, "GAP_ASSESSMENT").done_on == date(2021, 1, 15)
    assert planning.step(entry, "TRAINING").note == "Đã mời giảng viên"


def test_wrong_days_stand_at_their_fields_and_nothing_is_saved(browse, plan):
    entry, clerk = plan.entries.get(), browse(planning.planner())
    address = url("plan-entry-steps", plan.pk, entry.pk)
    first, second = planning.step(entry, "GAP_ASSESSMENT"), planning.step(entry, "TRAINING")
    sent = form_of(clerk.get(address)) | {
        f"s{first.pk}-planned_on": "15/12/2019",
        f"s{second.pk}-responsible": "Lan",
    }
    text = clerk.post(address, sent).content.decode()
    assert "từ 01/12/2020 đến 30/11/2021" in text and 'value="15/12/2019"' in text and 'value="Lan"' in text
    assert planning.step(entry, "TRAINING").responsible == ""


def test_overdue_steps_are_marked_and_said_above_the_matrix(browse, now):
    plan = planning.running(make.department("Ban Dân tộc"), make.department("Sở Y tế"))
    for entry in plan.entries.all():
        planning.done(entry, "GAP_ASSESSMENT", on=date(2020, 12, 30))
    planning.done(plan.entries.get(agency__name="Sở Y tế"), "PLAN_APPROVED", on=date(2021, 1, 28))
    now("2021-02-02 08:00")
    page = browse(planning.planner()).get(url("plan-detail", plan.pk))
    overdue = page.context["overdue"]
    assert (overdue.steps, overdue.agencies) == (1, 1)
    assert [(late.agency, late.steps) for late in overdue.named] == [("Ban Dân tộc", "bước 2")]
    assert "quá 4 ngày" in page.content.decode()


def test_nothing_is_overdue_before_a_plan_is_approved(browse, plan, now):
    now("2021-08-02 08:00")
    page = browse(planning.planner()).get(url("plan-detail", plan.pk))
    assert page.context["overdue"].steps == 0
    assert not re.search(r"quá \d", page.content.decode())


def test_the_bars_count_who_has_done_each_step(browse, now):
    plan = planning.running(make.department("Ban Dân tộc"), make.department("Sở Y tế"))
    planning.done(plan.entries.first(), "GAP_ASSESSMENT")
    now("2021-02-02 08:00")
    progress = browse(planning.planner()).get(url("plan-detail", plan.pk)).context["progress"]
    assert [bar.figures for bar in progress[:2]] == ["1/2", "0/2"]
    assert len(progress) == 11  # the twelfth has no end


def _statements(browse, number, address):
    agencies = [make.department(f"Sở {number} {place}") for place in range(number)]
    plan = planning.running(*agencies)
    browser = browse(planning.planner())
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address(plan)).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["plan-detail", "plan-export"])
def test_fifty_agencies_cost_as_many_statements_as_one(browse, name):
    one, fifty = (_statements(browse, n, lambda plan: url(name, plan.pk)) for n in (1, 50))
    assert one == fifty


def test_a_plan_of_more_than_one_page_is_no_dearer(browse):
    assert _statements(browse, PAGE + 1, lambda plan: url("plan-detail", plan.pk)) == _statements(
        browse, 1, lambda plan: url("plan-detail", plan.pk)
    )


def test_fifty_plans_cost_as_many_statements_as_one(browse):
    first = planning.drafted(make.department("Ban Dân tộc"))
    usual = {name: getattr(first, name) for name in ("province", "title", "standard", "starts_on", "ends_on")}
    browser, counts = browse(planning.planner()), []
    for more in (0, 49):
        RolloutPlan.objects.bulk_create(RolloutPlan(code=f"KH-{n}", **usual) for n in range(more))
        with CaptureQueriesContext(connection) as queries:
            browser.get(url("plan-list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _priced(plan):
    first, second = plan.entries.order_by("pk")
    money.line(first, "A", 45_000_000)
    money.line(first, "B", 50_000_000, item="DOCUMENT_WRITING")
    money.line(second, "A", 33_000_000)


def test_the_sums_of_workbook_annex_and_screen_are_the_same(browse, plan):
    planning.add_entries(plan, by=planning.planner(), at=AT, agencies=[make.department("Ban Tôn giáo")])
    _priced(plan)
    clerk = browse(planning.planner())
    screen = clerk.get(url("plan-detail", plan.pk)).context["money"].estimate
    content = b"".join(clerk.get(url("plan-export", plan.pk)).streaming_content)
    rows = list(load_workbook(BytesIO(content), read_only=True).worksheets[0].values)
    headings, last = next(row for row in rows if row[:1] == ("TT",)), rows[-1]
    assert last[headings.index("Cộng dự toán")] == screen == 128_000_000
    _template, paper = paper_of(plan, "annex", today=date(2020, 11, 20))
    assert paper["total"].estimate == sum(line.money.estimate for line in paper["lines"]) == screen


def test_a_paper_is_a_draft_until_the_decision_has_a_number(plan):
    _template, paper = paper_of(plan, "decision", today=date(2020, 11, 20))
    assert paper["paper"].is_draft and paper["paper"].number_line == f"Số: {BLANK}/QĐ-UBND"
    approved = planning.running(make.department("Ban Tôn giáo"))
    approved.decision.number = "2944/QĐ-UBND"
    _template, paper = paper_of(approved, "decision", today=date(2020, 11, 20))
    assert paper["paper"].number_line == "Số: 2944/QĐ-UBND"
    assert paper["attached"] == "Kèm theo Quyết định số 2944/QĐ-UBND ngày 19/11/2020"


@pytest.mark.parametrize("kind", ["submission", "annex", "decision"])
def test_every_paper_prints(browse, plan, kind):
    page = browse(planning.planner()).get(url("plan-paper", plan.pk, kind))
    assert b"".join(page.streaming_content).startswith(b"%PDF-")


def test_versions_say_what_changed(browse, plan):
    submit(plan, by=planning.planner(), at=AT)
    browse(money.finance()).post(url("plan-return", plan.pk), {"reason": "Bớt quy trình"})
    PlanEntry.objects.update(processes=9)
    submit(plan, by=planning.planner(), at=AT)
    text = browse(planning.leader()).get(url("plan-versions", plan.pk)).content.decode()
    assert "Ban Dân tộc: số quy trình từ 0 thành 9." in text and "Bớt quy trình" in text


def test_reading_a_plan_writes_nothing(browse, plan):
    before = (RolloutPlan.objects.count(), FundingLine.objects.count(), plan.versions.count())
    clerk = browse(planning.planner())
    for name in ("plan-submit", "plan-edit", "plan-entry-add", "plan-detail"):
        clerk.get(url(name, plan.pk))
    plan.refresh_from_db()
    assert plan.state == "draft"
    assert before == (RolloutPlan.objects.count(), FundingLine.objects.count(), plan.versions.count())

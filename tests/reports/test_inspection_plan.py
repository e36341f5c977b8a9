"""The yearly plan of inspections: its states, the third on site, the proposal, its page and papers."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Role
from isotrack.journal.models import Entry
from isotrack.kit.states import WrongState
from reports.actions.inspection_plan import add_rows, approve_plan, change_row, draft_plan, leave_out
from reports.forms.inspection_plan import RowFilter
from reports.inspection_year import Year, proposal
from reports.inspections import needed_on_site
from reports.models import FileInspection, Inspection
from tests import make
from tests.reports import inspected

pytestmark = pytest.mark.django_db
TODAY = date(2021, 6, 16)
DECIDED = {"number": "242/QĐ-UBND", "issued_on": date(2021, 2, 25)}
AUGUST = inspected.AUGUST | {"unit": "Sở Khoa học và Công nghệ", "form": "on_site"}


@pytest.mark.parametrize(("obliged", "needed"), [(0, 0), (1, 1), (3, 1), (41, 14), (42, 14), (46, 16)])
def test_a_third_is_rounded_up(obliged, needed):
    assert needed_on_site(obliged) == needed


def test_the_meter_counts_obliged_agencies_on_site_only():
    obliged = [make.department(f"Sở {name}") for name in ("Một", "Hai", "Ba", "Bốn")]
    commune = make.agency()
    plan = inspected.plan()
    for agency, form in ((obliged[0], "on_site"), (obliged[1], "dossier"), (commune, "on_site")):
        inspected.row(agency, of=plan, form=form)
    year = Year(plan, make.user(Role.LEADER, make.province()), TODAY)
    assert (year.meter.obliged, year.meter.needed, year.meter.planned, year.meter.lacking) == (4, 2, 1, 1)
    assert [agency.name for agency in year.left_out] == ["Sở Ba", "Sở Bốn"]


def test_a_cancelled_row_counts_no_more():
    agency = make.department()
    row = inspected.row(agency)
    leave_out(row, by=make.staff(), at=make.NOW, reason="Đang sắp xếp")
    year = Year(row.plan, make.staff(), TODAY)
    assert (year.meter.planned, agency in year.left_out) == (0, True)


def test_an_agency_ending_before_the_day_is_not_obliged():
    gone = make.department()
    gone.standings.update(ends_on=date(2021, 1, 31))
    plan = inspected.plan()
    assert gone not in Year(plan, make.staff(), TODAY).left_out


def test_a_draft_gives_rows_up_without_trace():
    row = inspected.row(make.agency(), of=inspected.plan())
    assert leave_out(row, by=make.staff(), at=make.NOW) is False
    assert not Inspection.objects.exists()


def test_approval_enters_the_decision_into_the_register():
    plan = inspected.row(make.agency(), of=inspected.plan()).plan
    plan = approve_plan(plan, by=make.staff(), at=make.NOW, **DECIDED)
    assert (plan.is_approved, plan.decision.number) == (True, "242/QĐ-UBND")
    with pytest.raises(WrongState):
        approve_plan(plan, by=make.staff(), at=make.NOW, **DECIDED)


@pytest.mark.parametrize("issued_on", [date(2021, 2, 25), date(2021, 6, 17)])
def test_neither_an_empty_plan_nor_a_day_to_come_is_approved(issued_on):
    plan = inspected.plan()
    if issued_on > TODAY:
        inspected.row(make.agency(), of=plan)
    with pytest.raises(ValidationError):
        approve_plan(plan, by=make.staff(), at=make.NOW, number="1/QĐ-UBND", issued_on=issued_on)


def test_an_approved_list_changes_with_a_reason_only_and_the_journal_keeps_it():
    plan, clerk = inspected.plan(approved=True), make.staff()
    told = {"by": clerk, "at": make.NOW}
    with pytest.raises(ValidationError) as refusal:
        add_rows(plan, [make.agency()], **told, **AUGUST)
    assert "reason" in refusal.value.error_dict
    row = inspected.row(make.department())
    for verb in (leave_out, change_row):
        with pytest.raises(ValidationError):
            verb(row, **told)
    change_row(row, **told, reason="Trùng lịch thanh tra", ends_on=date(2021, 8, 27))
    entry = Entry.objects.get(verb="inspection-changed")
    assert entry.changes == {"ends_on": ["2021-08-20", "2021-08-27"]}
    assert entry.reason == "Trùng lịch thanh tra"


def test_days_outside_the_year_are_refused_at_their_field():
    days = {"starts_on": date(2021, 12, 20), "ends_on": date(2022, 1, 5)}
    with pytest.raises(ValidationError) as refusal:
        add_rows(inspected.plan(), [make.agency()], by=None, at=make.NOW, **AUGUST | days)
    assert list(refusal.value.error_dict) == ["ends_on"]


def test_adding_twice_adds_once():
    plan, agency = inspected.plan(), make.agency()
    counts = [len(add_rows(plan, [agency], by=None, at=make.NOW, **AUGUST)) for _time in range(2)]
    assert counts == [1, 0]


@pytest.mark.parametrize("year", [2014, 2023])
def test_no_plan_for_a_year_without_law_or_too_far(year):
    with pytest.raises(ValidationError):
        draft_plan(make.province(), year, by=None, at=make.NOW)


def test_the_proposal_puts_findings_first_then_the_longest_unvisited():
    never, recent, old = (make.department(f"Sở {name}") for name in ("Chưa", "Mới", "Lâu"))
    commune, failing = make.agency("Ủy ban nhân dân xã Một"), make.agency("Ủy ban nhân dân xã Hai")
    report = make.report(failing, sent="2021-06-10 08:00")
    told = {"inspected_on": TODAY, "inspector": make.staff(), "result": FileInspection.Result.NOT_PASSED}
    FileInspection.objects.create(report=report, remark="Thiếu", **told)
    for agency, day in ((recent, date(2020, 8, 20)), (old, date(2017, 8, 20))):
        row = inspected.row(agency)
        Inspection.objects.filter(pk=row.pk).update(state="held", held_on=day, signed_on=day)
    plan = inspected.plan(year=2022)
    found = [
        one for one in proposal(plan, date(2021, 12, 1)) if one.agency.name != "Sở Khoa học và Công nghệ"
    ]
    assert [one.agency for one in found] == [failing, never, old, recent, commune]
    assert found[0].reasons[0] == "hồ sơ chưa đạt"
    assert found[2].reasons == ["kiểm tra tại trụ sở gần nhất ngày 20/8/2017"]


# The page


def test_a_year_without_plan_offers_to_begin_one(browse, now):
    now("2021-06-16 08:00")
    clerk = browse(make.staff())
    assert "Lập kế hoạch năm 2021" in clerk.get("/inspections/2021/").content.decode()
    assert clerk.post("/inspections/2021/draft/").url == "/inspections/2021/"
    assert "Dự thảo" in clerk.get("/inspections/2021/").content.decode()


def test_agencies_are_added_several_at_once(browse, now):
    now("2021-06-16 08:00")
    inspected.plan()
    agencies = [make.department("Sở Một"), make.department("Sở Hai")]
    posted = {"agencies": [one.pk for one in agencies], "form": "on_site", "unit": "Sở", "cost": "1,2 triệu"}
    days = {"starts_on": "16/8/2021", "ends_on": "20/8/2021"}
    assert browse(make.staff()).post("/inspections/2021/add/", posted | days).status_code == 302
    assert set(Inspection.objects.values_list("agency", "cost")) == {(one.pk, 1_200_000) for one in agencies}


def test_an_approved_plan_asks_for_the_reason_beside_its_field(browse, now):
    now("2021-06-16 08:00")
    inspected.plan(approved=True)
    posted = {"agencies": [make.department().pk], "form": "on_site", "unit": "Sở"}
    days = {"starts_on": "16/8/2021", "ends_on": "20/8/2021"}
    page = browse(make.staff()).post("/inspections/2021/add/", posted | days).content.decode()
    assert "ghi lý do thay đổi" in page
    assert not Inspection.objects.exists()


def test_the_page_costs_the_same_for_one_row_and_for_fifty(browse, now):
    now("2021-06-16 08:00")
    clerk, plan = browse(make.staff()), inspected.plan(approved=True)
    costs = []
    for number in (1, 49):
        for place in range(number):
            inspected.row(make.agency(f"Ủy ban nhân dân xã Số {number}-{place}"))
        clerk.get("/inspections/2021/")
        for url in ("/inspections/2021/", "/inspections/2021/add/", "/inspections/2021/summary/"):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert clerk.get(url).status_code == 200
            costs.append(len(asked))
    assert plan.rows.count() == 50
    assert costs[:3] == costs[3:]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=so mot", ["Sở Một"]),
        ("form=dossier", ["Sở Hai"]),
        ("remedy=overdue", ["Sở Ba"]),
        ("remedy=unsettled", ["Sở Ba"]),
        ("state=held", ["Sở Ba"]),
    ],
)
def test_rows_are_narrowed(query, names, rf):
    plan = inspected.row(make.department("Sở Một")).plan
    inspected.row(make.department("Sở Hai"), form="dossier")
    inspected.overdue(make.department("Sở Ba"), due_on=date(2021, 6, 15))
    filters = RowFilter(rf.get(f"/?{query}").GET)
    assert [row.agency.name for row in Year(plan, make.staff(), TODAY).rows(filters)] == names


def test_an_officer_sees_only_approved_rows_of_her_agency_and_below(browse, now):
    now("2021-06-16 08:00")
    district = make.district()
    below, sibling = make.agency(superior=district), make.agency("Ủy ban nhân dân xã Khác")
    draft = inspected.plan(year=2022)
    days = {"starts_on": date(2022, 8, 1), "ends_on": date(2022, 8, 2)}
    inspected.row(make.agency("Ủy ban nhân dân xã Dự Thảo", superior=district), of=draft, **days)
    for agency in (below, sibling):
        inspected.row(agency)
    page = browse(make.officer(district)).get("/inspections/").content.decode()
    assert "Khánh An" in page
    assert "xã Khác" not in page
    assert "Dự Thảo" not in page

"""The papers of inspections as they come from the printer, and the workbooks; all after one small plan."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from isotrack.kit.papers import pdf
from reports.actions.inspection_plan import leave_out
from reports.inspection_papers import minutes_paper, plan_paper, summary_paper
from reports.inspection_year import Summary, Year
from reports.models import Inspection, InspectionPlan
from tests import make
from tests.reports import inspected
from tests.reports.papers import reads_as, words

pytestmark = pytest.mark.django_db
TODAY = date(2021, 6, 16)


@pytest.fixture
def year():
    """A department visited, one to be visited, a dossier, and one that is not inspected after all."""
    clerk = make.staff()
    visit = inspected.signed(make.department("Sở Nội vụ"), by=clerk)
    team = {"decision_number": "633/QĐ-UBND", "decision_dated": date(2021, 3, 24)}
    team |= {"team_lead": "Trần Văn K", "team_members": "Nguyễn Thị L, Sở Nội vụ"}
    Inspection.objects.filter(pk=visit.pk).update(**team)
    inspected.row(make.department("Sở Công Thương"), cost=1_200_000, partner="Sở Nội vụ")
    inspected.row(make.agency(), form="dossier")
    leave_out(inspected.row(make.district()), by=clerk, at=make.NOW, reason="Đang sắp xếp")
    plan = InspectionPlan.objects.select_related("province", "decision").get()
    return Year(plan, clerk, TODAY)


def test_the_plan(year):
    reads_as("inspection-plan", pdf(*plan_paper(year)))


def test_the_plan_is_a_draft_until_it_is_approved(year):
    InspectionPlan.objects.update(state="draft", decision=None, approved_at=None)
    plan = InspectionPlan.objects.select_related("province", "decision").get()
    said = words(pdf(*plan_paper(Year(plan, year.user, TODAY))))
    assert "DỰ THẢO" in said
    assert "/KH-SKHCN" in said


def test_minutes_to_be_filled_in_by_hand_have_a_line_for_each_of_the_thirteen(year):
    visit = inspected.row(make.agency("Ủy ban nhân dân xã Chưa Đến"))
    _template, context = minutes_paper(visit)
    assert [finding for _item, finding in context["lines"]] == [None] * 13


def test_the_minutes(year):
    row = Inspection.objects.select_related("plan__province", "agency").get(signed_on__isnull=False)
    reads_as("inspection-minutes", pdf(*minutes_paper(row)))


def test_the_summary_of_november(year):
    reads_as("inspection-summary", pdf(*summary_paper(Summary(year))))


def test_the_workbook_of_the_plan(year, browse, now):
    now("2021-06-16 08:00")
    book = load_workbook(BytesIO(b"".join(browse(year.user).get("/inspections/2021/export.xlsx"))))
    rows = [[cell for cell in row if cell is not None] for row in book.active.iter_rows(values_only=True)]
    names = {row[1]: row for row in rows if len(row) > 5}
    assert {"Sở Nội vụ", "Sở Công Thương", "UBND xã Khánh An", "UBND huyện An Phú"} <= names.keys()
    assert 1_200_000 in names["Sở Công Thương"]
    assert "Đang sắp xếp" in names["UBND huyện An Phú"]


def test_the_workbook_of_the_summary(year, browse, now):
    now("2021-06-16 08:00")
    book = load_workbook(BytesIO(b"".join(browse(year.user).get("/inspections/2021/summary.xlsx"))))
    rows = [row for page in book for row in page.iter_rows(values_only=True)]
    assert ("Tại trụ sở", "Sở, ban, ngành", 2, 1, 0) in rows
    assert ("Hệ thống được phổ biến đến toàn thể cán bộ, công chức, viên chức", 0, 1, 0) in rows

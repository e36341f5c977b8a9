"""The board as a workbook: the same rows and sums as on the screen."""

from io import BytesIO

import openpyxl
import pytest

from agencies.models import Role
from tests import make

pytestmark = pytest.mark.django_db
EXPORT = "/cycles/2020/export.xlsx"


@pytest.fixture
def cycle(now):
    now("2021-07-05 08:30")
    an_phu = make.district()
    sent = make.agency("Ủy ban nhân dân xã Khánh An", superior=an_phu, code="30340")
    make.agency("Ủy ban nhân dân xã Đa Phước", superior=an_phu)
    cycle = make.cycle()
    make.report(sent, cycle, sent="2021-07-02 17:30")
    return cycle


def sheet(response):
    return openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active


def table(response):
    """The rows beneath the headings, as dictionaries."""
    rows = [[cell.value for cell in row] for row in sheet(response).iter_rows()]
    top = next(place for place, row in enumerate(rows) if row[0] == "Mã")
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]


def test_the_workbook_has_the_rows_of_the_screen(cycle, browse):
    clerk = browse(make.staff())
    screen = [row.code for row in clerk.get("/cycles/2020/").context["page_obj"].object_list]
    assert [row["Mã"] for row in table(clerk.get(EXPORT))] == screen


def test_filters_reach_the_workbook(cycle, browse):
    rows = table(browse(make.staff()).get(EXPORT, {"kind": "late"}))
    assert [(row["Mã"], row["Thời hạn"], row["Số ngày trễ"]) for row in rows] == [("30340", "Trễ hạn", 3)]


def test_times_are_vietnamese(cycle, browse):
    row = table(browse(make.staff()).get(EXPORT, {"kind": "late"}))[0]
    assert f"{row['Gửi lần đầu']:%d/%m/%Y %H:%M}" == "02/07/2021 17:30"


def test_the_sums_above_the_rows_are_those_of_the_screen(cycle, browse):
    clerk = browse(make.staff())
    rates = clerk.get("/cycles/2020/").context["board"].rates
    notes = [sheet(clerk.get(EXPORT)).cell(row, 1).value for row in range(1, 5)]
    assert notes[1] == "Gửi trước ngày 30/6/2021 (hết ngày 29/6/2021)"
    assert notes[3].startswith(f"Phải báo cáo {rates.expected}. Đúng hạn 0; Trễ hạn 1; Chưa gửi 2;")


def test_the_file_is_named_after_cycle_and_day(cycle, browse):
    response = browse(make.staff()).get(EXPORT)
    assert "theo-doi-2020-20210705.xlsx" in response["Content-Disposition"]


def test_an_officers_workbook_holds_her_own_tree_only(cycle, browse):
    make.department("Sở Tài chính")
    lan = make.officer(cycle.reports.get(agency__code="30340").agency)
    assert [row["Mã"] for row in table(browse(lan).get(EXPORT))] == ["30340"]


def test_an_administrator_gets_no_workbook(cycle, browse):
    assert browse(make.user(Role.ADMINISTRATOR, make.province())).get(EXPORT).status_code == 404

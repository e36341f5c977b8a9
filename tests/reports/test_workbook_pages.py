"""The officer's evening with a spreadsheet: fetch the form, send it in, fetch the copy with marks."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from reports.models import AnnualReport
from tests import make
from tests.reports import filled, sheets
from tests.reports.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def lan():
    return make.officer(make.agency(on=date(2019, 1, 1)))


@pytest.fixture
def report(lan):
    return make.report(lan.agency)


def url(name, report):
    return reverse(f"reports:report-workbook{name}", args=[report.pk])


def sent(client, report, data, name="bao-cao.xlsx"):
    return client.post(url("-upload", report), {"file": SimpleUploadedFile(name, data)})


def typed(report, **cells):
    def fill(book):
        for key, value in cells.items():
            sheets.cell_of(book, key).value = value

    return sheets.changed(sheets.drawn(report), fill)


def test_the_form_is_fetched_as_a_file(lan, report, browse):
    response = browse(lan).get(url("", report))
    assert response["Content-Disposition"] == f'attachment; filename="bao-cao-2020-{lan.agency.code}.xlsx"'
    assert "Báo cáo" in load_workbook(BytesIO(response.content)).sheetnames


def test_fetching_the_form_changes_nothing(lan, report, browse):
    before = AnnualReport.objects.values().get(pk=report.pk)
    browse(lan).get(url("", report))
    assert AnnualReport.objects.values().get(pk=report.pk) == before


def test_a_report_that_was_sent_has_no_form(lan, report, browse):
    make.report(lan.agency, report.cycle, sent="2021-06-10 08:00")
    assert browse(lan).get(url("", report)).url == browse(lan).get(url("-upload", report)).url


def test_good_answers_enter_and_are_counted(lan, report, browse):
    response = sent(browse(lan), report, typed(report, staff_total=22, head_name="Lan"))
    report.refresh_from_db()
    assert (response.status_code, report.answers) == (200, {"staff_total": 22, "head_name": "Lan"})
    assert "Tệp có 2 câu trả lời đọc được;</b> 2 câu mới hoặc thay đổi" in words(response)
    assert report.saves["staff_total"][1] == "Trần Thị Lan"


def test_every_wrong_cell_is_listed_and_the_good_ones_enter(lan, report, browse):
    data = typed(report, staff_total="nhiều", effectiveness_date="1.7.20", head_name="Lan")
    response = sent(browse(lan), report, data)
    said = words(response)
    assert response.status_code == 422
    assert "<title> Lỗi:" in said and "C10" in said and "Nếu là 1/7/2020 thì ghi đủ" in said
    report.refresh_from_db()
    assert report.answers == {"head_name": "Lan"}


def test_the_copy_with_marks_is_for_its_sender_only(lan, report, browse):
    client = browse(lan)
    assert client.get(url("-marked", report)).status_code == 404
    sent(client, report, typed(report, staff_total="nhiều"))
    copy = load_workbook(BytesIO(client.get(url("-marked", report)).content))
    assert "nhiều" in sheets.cell_of(copy, "staff_total").comment.text
    assert browse(make.officer(lan.agency)).get(url("-marked", report)).status_code == 404


def test_the_copy_is_gone_after_a_day(lan, report, browse, now):
    client = browse(lan)
    sent(client, report, typed(report, staff_total="nhiều"))
    now("2021-06-18 09:00")
    sent(browse(make.officer(lan.agency)), report, typed(report, staff_total=3))
    assert len(default_storage.listdir("workbooks")[0]) == 1
    assert client.get(url("-marked", report)).status_code == 404


def test_the_copy_with_marks_can_be_mended_and_sent_in(lan, report, browse):
    client = browse(lan)
    sent(client, report, typed(report, staff_total="nhiều", head_name="Lan"))
    copy = client.get(url("-marked", report)).content

    def mend(book):
        sheets.cell_of(book, "staff_total").value = 22

    response = sent(client, report, sheets.changed(copy, mend))
    report.refresh_from_db()
    assert (response.status_code, report.answers) == (200, {"staff_total": 22, "head_name": "Lan"})


def test_another_years_workbook_is_refused_with_a_link_to_its_own_report(lan, report, browse):
    locked = make.report(lan.agency, make.cycle(year=2019))
    response = sent(browse(lan), locked, sheets.drawn(report))
    assert response.status_code == 409
    assert "biểu mẫu báo cáo năm 2020" in words(response)
    assert url("-upload", report) in words(response)


def test_another_agencys_workbook_is_refused_with_a_link_to_the_right_one(lan, browse):
    other = make.report(make.agency("Ủy ban nhân dân xã Phú Hội"))
    mine = make.report(lan.agency, other.cycle)
    response = sent(browse(lan), mine, sheets.drawn(other))
    assert response.status_code == 409
    assert "UBND xã Phú Hội" in words(response) and url("", mine) in words(response)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"%PDF-1.7", "không phải là XLSX"), (b"", "rỗng"), (b"PK\x03\x04rubbish", "không phải là XLSX")],
    ids=["a pdf", "empty", "rubbish"],
)
def test_what_is_no_workbook_is_refused_beside_the_field(content, why, lan, report, browse):
    response = sent(browse(lan), report, content)
    assert response.status_code == 422
    assert why in words(response)


def test_a_workbook_that_cannot_be_opened_is_refused_beside_the_field(lan, report, browse):
    data = sheets.drawn(report)
    response = sent(browse(lan), report, data.replace(b"sheet2.xml", b"sheet9.xml", 1))
    assert response.status_code == 422


def test_nothing_chosen_is_told(lan, report, browse):
    assert browse(lan).post(url("-upload", report)).status_code == 422


def test_a_report_sent_meanwhile_says_so(lan, report, browse):
    data = typed(report, staff_total=22)
    make.report(lan.agency, report.cycle, sent="2021-06-10 08:00")
    response = sent(browse(lan), report, data)
    assert response.status_code == 409
    assert "không sửa được nữa" in words(response)


def test_the_pages_ask_the_same_number_of_questions_for_one_answer_and_for_all(
    lan, report, browse, django_assert_max_num_queries
):
    client = browse(lan)
    few, many = (
        typed(report, staff_total=22),
        sheets.filled(sheets.drawn(report), filled.answers("C01"), report),
    )
    for data in (few, many):
        with django_assert_max_num_queries(24):
            sent(client, report, data)

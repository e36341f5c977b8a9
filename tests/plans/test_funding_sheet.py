"""The workbook of the money: out as on the screen, in with every wrong cell named, all or nothing."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from plans.models import FundingLine, LineKind
from tests import make
from tests.plans import money

pytestmark = pytest.mark.django_db
HEAD = 5  # three notes and an empty row stand above


def download(client, plan):
    answer = client.get(reverse("plans:funding-export", args=[plan.pk]))
    return load_workbook(BytesIO(b"".join(answer.streaming_content)))


def upload(client, plan, book):
    out = BytesIO()
    book.save(out)
    file = SimpleUploadedFile("kinh-phi.xlsx", out.getvalue())
    return client.post(reverse("plans:funding-import", args=[plan.pk]), {"file": file})


def two_lines():
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.HIRED, 33_000_000)
    money.line(entry, LineKind.OWN_WORK, 40_000_000, item="DOCUMENT_WRITING")
    return entry


def test_the_sums_of_the_workbook_are_those_of_the_screen(browse):
    entry = two_lines()
    client = browse(make.staff())
    page = download(client, entry.plan).active
    assert sum(page.cell(row, 10).value for row in (HEAD + 1, HEAD + 2)) == 73_000_000
    assert "73.000.000" in page["A3"].value
    assert "73.000.000" in client.get(reverse("plans:funding-table", args=[entry.plan.pk])).text


def test_the_same_workbook_changes_nothing(browse):
    entry = two_lines()
    client = browse(make.staff())
    answer = upload(client, entry.plan, download(client, entry.plan))
    assert answer.status_code == 302
    assert list(FundingLine.objects.values_list("estimate", flat=True)) == [33_000_000, 40_000_000]


@pytest.mark.parametrize(("written", "read"), [("vi", "en"), ("en", "vi")])
def test_a_workbook_is_read_whatever_language_it_was_written_in(browse, written, read):
    entry = two_lines()
    client = browse(make.staff())
    client.cookies["django_language"] = written
    book = download(client, entry.plan)
    book.active.cell(HEAD + 1, 10).value = 32_000_000
    client.cookies["django_language"] = read
    assert upload(client, entry.plan, book).status_code == 302
    assert list(FundingLine.objects.values_list("estimate", flat=True)) == [32_000_000, 40_000_000]


def test_amounts_come_in_as_numbers_and_as_people_write_them(browse):
    entry = two_lines()
    client = browse(make.staff())
    book = download(client, entry.plan)
    book.active.cell(HEAD + 1, 10).value = "32 triệu"
    book.active.cell(HEAD + 2, 10).value = 39_000_000
    upload(client, entry.plan, book)
    assert list(FundingLine.objects.values_list("estimate", flat=True)) == [32_000_000, 39_000_000]


def test_a_row_without_a_key_is_a_new_line(browse):
    entry = two_lines()
    client = browse(make.staff())
    book = download(client, entry.plan)
    page = book.active
    new = [None, entry.agency.code, "", "Mô hình khung", None, 1, 2020, None, None, "12 triệu"]
    page.append(new)
    assert upload(client, entry.plan, book).status_code == 302
    line = FundingLine.objects.get(kind=LineKind.FRAMEWORK)
    assert (line.estimate, line.item.identifier) == (12_000_000, "MODEL_FRAMEWORK")


def test_every_wrong_cell_is_named_and_nothing_is_saved(browse):
    entry = two_lines()
    client = browse(make.staff())
    book = download(client, entry.plan)
    page = book.active
    page.cell(HEAD + 1, 10).value = "1,5"
    page.cell(HEAD + 1, 8).value = "Nguồn lạ"
    page.cell(HEAD + 2, 10).value = 39_000_000
    page.append([None, "KHONG-CO", "", "Dòng lạ", None, -1, 2020, None, None, "-3"])
    text = upload(client, entry.plan, book).text
    for cell in (f"J{HEAD + 1}", f"H{HEAD + 1}", *(f"{letter}{HEAD + 3}" for letter in "BDFJ")):
        assert f">{cell}</th>" in text
    assert list(FundingLine.objects.values_list("estimate", flat=True)) == [33_000_000, 40_000_000]


def test_what_the_action_refuses_is_named_by_its_cell_too(browse):
    entry = money.entry(money.plan("running"), tier="2c")
    money.line(entry, LineKind.HIRED, 33_000_000, approved=30_000_000)
    client = browse(money.finance())
    book = download(client, entry.plan)
    book.active.cell(HEAD + 1, 12).value = 31_000_000
    text = upload(client, entry.plan, book).text
    assert f">L{HEAD + 1}</th>" in text and "không được lớn hơn số phê duyệt" in text


def test_a_change_in_a_column_that_is_not_in_turn_is_told(browse):
    entry = two_lines()
    client = browse(make.staff())
    book = download(client, entry.plan)
    book.active.cell(HEAD + 1, 11).value = 1
    text = upload(client, entry.plan, book).text
    assert f">K{HEAD + 1}</th>" in text and "không sửa được ở bước này" in text


def test_the_same_line_twice_is_told(browse):
    entry = two_lines()
    client = browse(make.staff())
    book = download(client, entry.plan)
    page = book.active
    page.append([page.cell(HEAD + 1, place).value for place in range(1, 15)])
    assert f">A{HEAD + 3}</th>" in upload(client, entry.plan, book).text


def test_a_workbook_of_something_else_is_told(browse):
    entry = two_lines()
    client = browse(make.staff())
    book = download(client, entry.plan)
    book.active.delete_rows(1, 5)
    assert "Không thấy hàng tiêu đề" in upload(client, entry.plan, book).text


def test_who_writes_no_column_cannot_bring_a_workbook(browse):
    entry = two_lines()
    officer = browse(make.officer(entry.agency))
    assert officer.get(reverse("plans:funding-import", args=[entry.plan.pk])).status_code == 404
    assert download(officer, entry.plan).active.max_row == HEAD + 2

"""A clerk returns a report, extends its deadline, or exempts the agency: each with its reasons."""

from datetime import date, timedelta

import pytest

from isotrack.journal.models import Entry
from reports.models import AnnualReport
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(now):
    now("2021-06-16 08:00")
    return make.report(make.agency(code="30340"), sent="2021-06-01 09:00")


@pytest.fixture
def clerk(browse, report):
    return browse(make.staff())


def test_the_return_form_proposes_ten_days(clerk, report):
    page = clerk.get(f"/reports/{report.pk}/return/").content.decode()
    assert 'value="26/06/2021"' in page


def test_a_returned_report_carries_comment_and_day(clerk, report):
    sent = {"comment": "Câu 12 chưa khớp phụ lục.", "correct_by": "20/6/2021"}
    clerk.post(f"/reports/{report.pk}/return/", sent)
    report.refresh_from_db()
    assert report.state == AnnualReport.State.RETURNED
    assert (report.return_comment, report.correct_by) == (sent["comment"], date(2021, 6, 20))


@pytest.mark.parametrize(
    ("comment", "day", "told"),
    [
        ("", "20/06/2021", "Ghi góp ý để cơ quan biết cần sửa gì."),
        ("Sửa câu 12.", "15/06/2021", "phải từ hôm nay (16/6/2021) trở đi"),
        ("Sửa câu 12.", "31/02/2021", "không có trong lịch"),
        ("Sửa câu 12.", "", "Chọn ngày đề nghị gửi lại."),
    ],
)
def test_a_bad_return_is_told_at_the_field_and_keeps_what_was_typed(clerk, report, comment, day, told):
    page = clerk.post(f"/reports/{report.pk}/return/", {"comment": comment, "correct_by": day})
    assert page.status_code == 200
    assert told in page.content.decode()
    assert comment in page.content.decode()
    report.refresh_from_db()
    assert report.state == AnnualReport.State.SUBMITTED


def test_returning_what_a_colleague_accepted_keeps_the_comment(clerk, report):
    clerk.post(f"/reports/{report.pk}/accept/")
    sent = {"comment": "Câu 12 chưa khớp phụ lục.", "correct_by": "20/06/2021"}
    page = clerk.post(f"/reports/{report.pk}/return/", sent)
    assert page.status_code == 409
    assert "Câu 12 chưa khớp phụ lục." in page.content.decode()
    assert "đang ở trạng thái “Đã chấp nhận”" in page.content.decode()


def test_an_extension_moves_the_cut_off_of_this_report(clerk, report):
    letter = make.document()
    sent = {"until": "15/07/2021", "document": letter.pk, "reason": "Trụ sở bị ngập."}
    page = clerk.post(f"/reports/{report.pk}/extend/", sent, follow=True)
    assert "Đã gia hạn đến hết ngày 15/7/2021" in page.content.decode()
    report.refresh_from_db()
    assert report.cutoff == make.at("2021-07-16 00:00")
    assert Entry.objects.get(verb="report-extended").reason == "Trụ sở bị ngập."


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("29/06/2021", "Hạn chung của kỳ đã là hết ngày 29/6/2021"),
        ("31/12/2021", "Kỳ khóa sau ngày 30/12/2021"),
        ("", "Ghi ngày được gia hạn đến."),
    ],
)
def test_an_extension_lies_between_the_deadline_and_the_lock(clerk, report, until, told):
    sent = {"until": until, "document": make.document().pk, "reason": "Trụ sở bị ngập."}
    page = clerk.post(f"/reports/{report.pk}/extend/", sent)
    assert told in page.content.decode()
    report.refresh_from_db()
    assert report.extended_to is None


@pytest.mark.parametrize("act", ["extend", "exempt"])
def test_without_a_document_nothing_is_decided(clerk, report, act):
    page = clerk.post(f"/reports/{report.pk}/{act}/", {"until": "15/07/2021", "reason": "Ngập."})
    assert "Chọn văn bản làm căn cứ." in page.content.decode()
    assert not Entry.objects.filter(verb__in=["report-extended", "report-exempted"]).exists()


def test_a_document_of_another_province_is_no_ground(clerk, report):
    letter = make.document(of=make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    page = clerk.post(f"/reports/{report.pk}/exempt/", {"document": letter.pk, "reason": "Ngập."})
    assert "Văn bản này không có trong sổ." in page.content.decode()


def test_an_exempt_agency_owes_nothing(clerk):
    report, letter = make.report(make.agency("Ủy ban nhân dân xã Phú Hội")), make.document()
    clerk.post(f"/reports/{report.pk}/exempt/", {"document": letter.pk, "reason": "Đã giải thể."})
    report.refresh_from_db()
    assert report.punctuality_at(report.exempted_at) == "exempt"
    assert report.punctuality_at(report.exempted_at - timedelta(seconds=1)) == "not_due"
    assert report.exemption_document == letter

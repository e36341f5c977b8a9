"""A report that came on paper: taken in with its stamp and scan, typed in by the department alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from isotrack.journal.models import Entry
from isotrack.kit.states import WrongState
from reports.actions.report import declare_nil, save_answers, submit, withdraw
from reports.models import AnnualReport, Punctuality
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"
TYPED_ON = "2021-07-08 10:00"


@pytest.fixture
def report(now):
    now(TYPED_ON)
    return make.report(make.agency(code="30340"))


@pytest.fixture
def binh(report):
    return make.staff()


def take(client, report, received_on="28/06/2021", content=PDF):
    scan = SimpleUploadedFile("quet.pdf", content, "application/pdf")
    return client.post(f"/reports/{report.pk}/paper/", {"received_on": received_on, "scan": scan})


def typed_in(report, by):
    at = make.at(TYPED_ON)
    filled = {key: value for key, value in answers("C02").items() if key != "signed_report_file"}
    save_answers(report, by=by, at=at, answers=filled, seen={}, notes={})
    return submit(report, by=by, at=at)


def test_it_counts_from_the_day_on_the_stamp_and_is_marked(report, binh, browse):
    assert take(browse(binh), report)["Location"] == f"/reports/{report.pk}/fill/"
    sending = typed_in(report, binh)
    report.refresh_from_db()
    assert report.punctuality_at(make.at(TYPED_ON)) == Punctuality.ON_TIME
    assert (sending.is_paper, sending.entered_at) == (True, make.at(TYPED_ON))
    page = words(browse(binh).get(f"/reports/{report.pk}/"))
    assert "Từ bản giấy, nhập lúc 08/07/2021 10:00" in page
    assert "quet.pdf" in page


@pytest.mark.parametrize("page", ["fill/general", "send"])
def test_whoever_types_it_in_reads_which_day_counts(report, binh, browse, page):
    client = browse(binh)
    take(client, report)
    said = words(client.get(f"/reports/{report.pk}/{page}/"))
    assert "Sở đang nhập báo cáo này từ bản giấy, dấu công văn đến ngày 28/6/2021." in said


def test_the_scan_can_be_read_by_its_agency(report, binh, browse):
    take(browse(binh), report)
    typed_in(report, binh)
    file = report.attachments.get()
    met = browse(make.officer(report.agency)).get(f"/reports/{report.pk}/files/{file.pk}/")
    assert b"".join(met.streaming_content) == PDF


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("09/07/2021", "Ngày trên dấu không thể sau hôm nay (08/7/2021)."),
        ("01/12/2020", "không thể trước ngày đó"),
        ("", "Ghi ngày trên dấu công văn đến."),
    ],
)
def test_a_stamp_lies_between_the_opening_and_today(report, binh, browse, day, told):
    page = take(browse(binh), report, day)
    assert page.status_code == 422
    assert told in words(page)
    report.refresh_from_db()
    assert report.paper_received_on is None


def test_something_that_is_no_pdf_is_refused(report, binh, browse):
    assert "Nội dung tệp không phải là PDF." in words(take(browse(binh), report, content=b"PK\x03\x04"))


def test_what_was_sent_already_is_not_typed_in(report, binh, browse):
    declare_nil(report, by=make.officer(report.agency), at=make.at("2021-06-20"), reason="Không có")
    page = take(browse(binh), report)
    assert page.status_code == 409
    assert "đã gửi hoặc được miễn" in words(page)


def test_meanwhile_its_officer_cannot_write(report, binh, browse):
    lan = make.officer(report.agency)
    take(browse(binh), report)
    report.refresh_from_db()
    with pytest.raises(WrongState, match="nhập báo cáo này từ bản giấy"):
        save_answers(report, by=lan, at=make.at(TYPED_ON), answers={"staff_total": 1}, seen={})
    page = words(browse(lan).get(f"/reports/{report.pk}/"))
    assert "quet.pdf" in page
    assert "Sở đang nhập báo cáo này từ bản giấy" in page
    assert "Tiếp tục báo cáo" not in page


def test_its_officer_does_not_take_back_what_came_on_paper(report, binh, browse):
    take(browse(binh), report)
    typed_in(report, binh)
    lan = make.officer(report.agency)
    with pytest.raises(WrongState, match="nhập báo cáo này từ bản giấy"):
        withdraw(report, by=lan, at=make.at(TYPED_ON), reason="Nhầm")


def test_after_a_return_the_agency_mends_it_and_that_sending_has_its_own_time(report, binh, browse):
    take(browse(binh), report)
    typed_in(report, binh)
    told = {"comment": "Bổ sung", "correct_by": "20/07/2021"}
    browse(binh).post(f"/reports/{report.pk}/return/", told)
    again = submit(report, by=make.officer(report.agency), at=make.at("2021-07-12 09:00"))
    report.refresh_from_db()
    assert (again.is_paper, again.sent_at) == (False, make.at("2021-07-12 09:00"))
    assert report.first_submitted_at == make.at("2021-06-28 17:00")


def test_paper_that_had_come_before_what_was_sent_online_decides(report, binh, browse):
    lan = make.officer(report.agency)
    declare_nil(report, by=lan, at=make.at("2021-07-02"), reason="Không có")
    told = {"comment": "Gửi bản giấy", "correct_by": "20/07/2021"}
    browse(binh).post(f"/reports/{report.pk}/return/", told)
    take(browse(binh), report)
    typed_in(report, binh)
    report.refresh_from_db()
    assert report.punctuality_at(make.at(TYPED_ON)) == Punctuality.ON_TIME


def test_a_nil_declaration_on_paper_is_marked_too(report, binh, browse):
    take(browse(binh), report)
    sending = declare_nil(report, by=binh, at=make.at(TYPED_ON), reason="Không có")
    assert (sending.is_paper, sending.sent_at) == (True, make.at("2021-06-28 17:00"))


def test_another_agencys_paper_is_given_up_and_leaves_no_file(report, binh, browse):
    take(browse(binh), report)
    sent = {"reason": "Bản giấy của xã khác"}
    page = browse(binh).post(f"/reports/{report.pk}/paper/drop/", sent, follow=True)
    assert "Đã thôi nhập bản giấy" in words(page)
    report.refresh_from_db()
    assert report.paper_received_on is None
    assert "signed_report_file" not in report.answers
    assert not report.attachments.current().exists()
    lan = make.officer(report.agency)
    assert browse(lan).get(f"/reports/{report.pk}/fill/general/").status_code == 200
    assert Entry.objects.get(verb="report-paper-dropped").reason == sent["reason"]


def test_what_was_sent_cannot_be_given_up(report, binh, browse):
    take(browse(binh), report)
    typed_in(report, binh)
    page = browse(binh).post(f"/reports/{report.pk}/paper/drop/", {"reason": "Nhầm"})
    assert page.status_code == 409


def test_paper_is_typed_in_after_the_lock_and_nobody_else_may(report, binh, browse, now):
    now("2022-02-01 09:00")
    take(browse(binh), report)
    assert browse(binh).get(f"/reports/{report.pk}/fill/general/").status_code == 200


def test_only_the_department_takes_paper(report, browse):
    lan = browse(make.officer(report.agency))
    assert take(lan, report).status_code == 404
    assert lan.post(f"/reports/{report.pk}/paper/drop/", {"reason": "x"}).status_code == 404
    assert AnnualReport.objects.get(pk=report.pk).paper_received_on is None

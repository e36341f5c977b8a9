"""The signed report: attached, replaced, refused, and read only by those who may."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.models import AnnualReport
from tests import make
from tests.reports.pages import load, section_url, words

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%signed"


@pytest.fixture
def lan(now, browse):
    now("2021-06-16 08:00")
    commune = make.agency()
    report = make.report(commune)
    return browse(make.officer(commune)), report


def attach(client, report, content=PDF, name="Báo cáo 2020.pdf"):
    page = load(client, report, "attachments")
    upload = SimpleUploadedFile(name, content, "application/pdf")
    return client.post(
        section_url(report, "attachments"), page | {"signed_report_file": upload, "do": "save"}
    )


def download(client, report, file):
    return client.get(f"/reports/{report.pk}/files/{file.pk}/")


def test_the_signed_report_is_kept_with_its_name(lan):
    client, report = lan
    attach(client, report)
    file = report.attachments.get()
    report.refresh_from_db()
    assert (file.name, file.file.read()) == ("Báo cáo 2020.pdf", PDF)
    assert report.answers["signed_report_file"] == "Báo cáo 2020.pdf"
    assert "Báo cáo 2020.pdf" in words(client.get(section_url(report, "attachments")))


def test_a_newer_file_takes_its_place_and_the_older_one_stays(lan):
    client, report = lan
    attach(client, report)
    attach(client, report, PDF + b" again", "lần 2.pdf")
    assert report.attachments.current().get().name == "lần 2.pdf"
    assert report.attachments.count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MZ\x90 not a pdf", "Nội dung tệp không phải là PDF"),
        (PDF + b"0" * 21 * 1024**2, "chỉ nhận đến 20 MB"),
    ],
)
def test_what_is_no_pdf_or_too_big_is_refused_at_its_field(lan, content, said):
    client, report = lan
    answer = attach(client, report, content)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'href="#q-signed_report_file"' in words(answer)
    assert not report.attachments.exists()


def test_a_file_comes_as_an_attachment_that_no_browser_opens_by_itself(lan):
    client, report = lan
    attach(client, report)
    answer = download(client, report, report.attachments.get())
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert (answer["Content-Type"], b"".join(answer)) == ("application/pdf", PDF)


def test_a_file_of_a_draft_is_for_its_agency_alone(lan, browse):
    client, report = lan
    attach(client, report)
    clerk = browse(make.staff())
    assert download(clerk, report, report.attachments.get()).status_code == 404
    make.report(report.agency, report.cycle, sent="2021-06-17", state=AnnualReport.State.SUBMITTED)
    assert download(clerk, report, report.attachments.get()).status_code == 200


def test_a_strangers_file_is_not_found(lan, browse):
    client, report = lan
    attach(client, report)
    stranger = browse(make.officer(make.agency("Ủy ban nhân dân xã Khánh Bình")))
    assert download(stranger, report, report.attachments.get()).status_code == 404


def test_a_file_of_another_report_is_not_found_under_this_one(lan):
    client, report = lan
    attach(client, report)
    other = make.report(report.agency, make.cycle(year=2021))
    assert download(client, other, report.attachments.get()).status_code == 404


def test_a_file_missing_from_the_store_is_not_found_and_no_error(lan):
    client, report = lan
    attach(client, report)
    file = report.attachments.get()
    file.file.storage.delete(file.file.name)
    assert download(client, report, file).status_code == 404

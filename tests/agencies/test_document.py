"""The register of documents."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import Document, Role
from isotrack.journal.models import Entry
from tests import make

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


def typed(**changed):
    values = {
        "kind": "letter",
        "number": "45/SKHCN-TĐC",
        "issued_on": "01/06/2021",
        "issuer": "Sở Khoa học và Công nghệ",
        "abstract": "Về việc gia hạn báo cáo năm 2020",
    }
    return values | changed


def test_a_clerk_enters_a_document_with_its_file(browse):
    clerk = make.staff()
    scan = SimpleUploadedFile("scan.pdf", PDF)
    response = browse(clerk).post("/agencies/documents/add/", typed(file=scan), follow=True)
    document = Document.objects.get(number="45/SKHCN-TĐC")
    assert document.file.read() == PDF
    assert document.province == make.province()
    assert "Đã ghi Công văn 45/SKHCN-TĐC ngày 01/6/2021 vào sổ." in response.content.decode()
    assert Entry.objects.about("document", document.pk).get().actor == "Nguyễn Văn Bình"


def test_a_picture_called_pdf_is_refused_by_its_content(browse):
    scan = SimpleUploadedFile("scan.pdf", b"\x89PNG\r\n\x1a\n")
    response = browse(make.staff()).post("/agencies/documents/add/", typed(file=scan))
    assert "Nội dung tệp không phải là PDF" in str(response.context["form"].errors["file"])


def test_the_same_document_is_not_entered_twice(browse):
    make.document("45/SKHCN-TĐC", issued_on=date(2021, 6, 1), issuer="Sở Khoa học và Công nghệ")
    response = browse(make.staff()).post("/agencies/documents/add/", typed(number="45/SKHCN-TĐC "))
    assert "đã có trong sổ" in str(response.context["form"].errors["number"])
    assert Document.objects.count() == 1


def test_a_document_of_tomorrow_is_refused(browse):
    response = browse(make.staff()).post("/agencies/documents/add/", typed(issued_on="17/06/2021"))
    assert "không thể sau hôm nay" in str(response.context["form"].errors["issued_on"])


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.FINANCE, Role.ADMINISTRATOR])
def test_only_the_department_enters_documents(browse, role):
    assert browse(make.user(role, make.agency())).get("/agencies/documents/add/").status_code == 404


def test_the_file_is_handed_out_as_a_download_under_a_safe_name(browse):
    document = make.document("45/SKHCN-TĐC", file=ContentFile(PDF, "x.pdf"))
    response = browse(make.officer(make.agency())).get(f"/agencies/documents/{document.pk}/file/")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", "application/pdf")


def test_a_file_lost_from_the_store_is_not_found(browse):
    document = make.document(file=ContentFile(PDF, "x.pdf"))
    document.file.storage.delete(document.file.name)
    assert browse(make.staff()).get(f"/agencies/documents/{document.pk}/file/").status_code == 404


def test_national_law_is_seen_by_all_and_letters_by_their_province(browse):
    make.document("1/CV")
    law = make.document("19/2014/QĐ-TTg")
    Document.objects.filter(pk=law.pk).update(province=None)
    stranger = make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    documents = browse(stranger).get("/agencies/documents/").context["documents"]
    assert [document.number for document in documents] == ["19/2014/QĐ-TTg"]


def test_a_search_needs_no_marks(browse):
    make.document("1/CV", abstract="Về việc gia hạn")
    make.document("2/CV", abstract="Về việc tập huấn")
    documents = browse(make.staff()).get("/agencies/documents/", {"q": "gia han"}).context["documents"]
    assert [document.number for document in documents] == ["1/CV"]


def test_a_document_names_the_cycles_that_rest_on_it(browse):
    document = make.document()
    make.cycle().documents.add(document)
    page = browse(make.staff()).get(f"/agencies/documents/{document.pk}/").content.decode()
    assert "Kỳ báo cáo năm 2020" in page


def test_the_file_of_a_document_is_added_later_and_once(browse):
    document, clerk = make.document("45/SKHCN-TĐC"), browse(make.staff())
    page = f"/agencies/documents/{document.pk}/"
    assert f'href="{page}file/add/"' in clerk.get(page).text
    added = clerk.post(f"{page}file/add/", {"file": SimpleUploadedFile("scan.pdf", PDF)}, follow=True)
    assert "Đã thêm tệp của Công văn 45/SKHCN-TĐC" in added.text
    document.refresh_from_db()
    assert document.file.read() == PDF
    assert Entry.objects.about("document", document.pk).get().verb == "document-file-added"
    assert f"{page}file/add/" not in clerk.get(page).text
    assert clerk.post(f"{page}file/add/", {"file": SimpleUploadedFile("b.pdf", PDF)}).status_code == 404


def test_no_file_is_added_to_the_law_of_the_country_or_by_others(browse):
    law, letter = make.document("19/2014/QĐ-TTg"), make.document("45/SKHCN-TĐC")
    Document.objects.filter(pk=law.pk).update(province=None)
    assert browse(make.staff()).get(f"/agencies/documents/{law.pk}/file/add/").status_code == 404
    officer = browse(make.officer(make.agency()))
    assert officer.get(f"/agencies/documents/{letter.pk}/file/add/").status_code == 404

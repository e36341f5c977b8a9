"""The receipt of each sending: which one, what became of it, and how to check it."""

from datetime import date
from io import BytesIO

import pytest

from isotrack.kit.papers import pdf
from reports.actions.report import confirm, declare_nil, save_answers, submit, withdraw
from reports.actions.review import return_for_correction, take_paper
from reports.models import AnnualReport
from reports.receipt import receipt_of, sending_of
from tests import make
from tests.reports import papers
from tests.reports.filled import answers
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
NIL = "Xã mới thành lập, chưa có hệ thống."
CHECK = "7F3A 91C4 0B2E D518"


@pytest.fixture
def khanh_an(now, settings):
    """Lan's commune owes its report; it is two weeks before the deadline."""
    now("2021-06-20 08:00")
    settings.SITE_URL = "https://iso.angiang.example"
    commune = make.agency(superior=make.district(), code="30340")
    make.officer(commune, full_name="Trần Thị Lan")
    return make.report(commune, make.cycle())


def lan_of(report):
    return report.agency.posts.exclude(is_head=True).get().user


def nil(report, at: str = "2021-06-18 08:10", reason: str = NIL):
    declare_nil(report, by=lan_of(report), at=make.at(at), reason=reason)
    return AnnualReport.objects.get(pk=report.pk)


def printed(report, number: str = "") -> bytes:
    found = sending_of(report, number)
    return pdf("print/report_receipt.html", {"receipt": receipt_of(report, found)})


@pytest.fixture
def twice(khanh_an):
    """Sent as nil, returned, and sent again with another reason."""
    report = nil(khanh_an)
    binh, day = make.staff(), make.at("2021-06-19 08:00")
    return_for_correction(report, by=binh, at=day, comment="Nêu rõ hơn", correct_by=date(2021, 6, 25))
    return nil(report, "2021-06-20 07:00", "Xã mới thành lập ngày 01/01/2021.")


def test_it_shows_where_and_how_to_check_it(khanh_an, browse):
    report = nil(khanh_an)
    page = words(browse(lan_of(report)).get(f"/reports/{report.pk}/receipt/"))
    check = report.submissions.get().check_code.replace(" ", "+")
    assert f'href="/verify/?code=BC-2020-30340-1&amp;check={check}"' in page
    assert "rồi so tên cơ quan, năm báo cáo và thời điểm gửi" in page
    assert "https://iso.angiang.example/verify/" in papers.words(printed(report))


def test_the_check_code_is_the_stored_one(khanh_an, settings):
    report = nil(khanh_an)
    kept = report.submissions.get().check_code
    settings.SECRET_KEY = "another secret altogether"
    assert receipt_of(report, sending_of(report)).check_code == kept


def test_without_a_number_it_is_the_latest_sending(twice, browse):
    page = words(browse(make.staff()).get(f"/reports/{twice.pk}/receipt/"))
    assert '<b class="fs-5">BC-2020-30340-2</b>' in page
    assert f"/reports/{twice.pk}/receipt/?number=1" in page


def test_an_earlier_sending_keeps_its_own_receipt_and_reason(twice, browse):
    page = words(browse(make.staff()).get(f"/reports/{twice.pk}/receipt/?number=1"))
    assert '<b class="fs-5">BC-2020-30340-1</b>' in page
    assert NIL in page


@pytest.mark.parametrize("number", ["3", "0", "x", "-1", "٣", "9" * 5000])
def test_there_is_no_receipt_of_a_sending_that_never_was(twice, browse, number):
    for paper in ("receipt/", "receipt.pdf"):
        answer = browse(make.staff()).get(f"/reports/{twice.pk}/{paper}", {"number": number})
        assert answer.status_code == 404


def test_a_withdrawn_sending_says_so_on_the_page_and_on_paper(khanh_an, browse):
    report = nil(khanh_an)
    withdraw(report, by=lan_of(report), at=make.at("2021-06-19 09:00"), reason="Gửi nhầm năm")
    report = AnnualReport.objects.get(pk=report.pk)
    page = words(browse(lan_of(report)).get(f"/reports/{report.pk}/receipt/"))
    assert "Lần gửi BC-2020-30340-1 đã được rút lại lúc 09:00 ngày 19/6/2021" in page
    said = papers.words(printed(report))
    assert "ĐÃ RÚT LẠI lúc 09:00 ngày 19/6/2021: lần gửi này không còn được tính. Lý do: Gửi nhầm năm" in said
    assert "Tính hạn" not in said


def test_the_latest_that_counts_comes_before_a_withdrawn_one(twice):
    withdraw(twice, by=lan_of(twice), at=make.at("2021-06-20 07:30"), reason="Nhầm")
    assert sending_of(twice).number == 1


def test_what_came_on_paper_is_marked(khanh_an):
    binh = make.staff()
    pdf_file = {"content": BytesIO(b"%PDF-1.7"), "name": "giay.pdf", "size": 8, "sha256": "0" * 64}
    stamp = {"received_on": date(2021, 6, 16), **pdf_file}
    report = take_paper(khanh_an, by=binh, at=make.at("2021-06-18 08:00"), **stamp)
    notes = dict.fromkeys(("R21", "R22", "R25"), "Đã lên lịch.")
    at = make.at("2021-06-18 09:00")
    save_answers(report, by=binh, at=at, answers=answers("C06"), seen={}, notes=notes)
    submit(report, by=binh, at=at)
    said = papers.words(printed(AnnualReport.objects.get(pk=report.pk)))
    assert "Người nhập thay Nguyễn Văn Bình" in said
    assert "17:00 ngày 16/6/2021 (giờ Việt Nam) Nhận bản giấy" in said
    assert "giay.pdf" in said


def test_the_head_who_confirmed_is_named(khanh_an):
    khanh_an.cycle.head_confirms = True
    khanh_an.cycle.save()
    head = make.officer(khanh_an.agency, full_name="Lê Văn Chủ")
    head.posts.update(is_head=True, is_responsible=False)
    report = nil(khanh_an)
    confirm(report, by=head, at=make.at("2021-06-18 10:00"))
    said = papers.words(printed(AnnualReport.objects.get(pk=report.pk)))
    assert "Người đứng đầu Lê Văn Chủ, xác nhận lúc 10:00 ngày 18/6/2021" in said
    assert "08:10 ngày 18/6/2021" in said


def test_the_paper_reads_and_looks_as_it_should(khanh_an):
    report = nil(khanh_an)
    report.submissions.update(check_code=CHECK)
    paper = printed(report)
    papers.reads_as("receipt", paper)
    papers.looks_as("receipt", paper)

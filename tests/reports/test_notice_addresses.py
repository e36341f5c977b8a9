"""What the department does about mail that does not arrive: marks, reads returned mail, writes on paper."""

import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from agencies.models import Role
from isotrack.journal.models import DeadAddress, Entry, Notice
from reports.actions.reminder import remind
from reports.models import AnnualReport
from tests import make
from tests.journal import returned
from tests.make import at
from tests.reports.test_notice_ledger import fail, named, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def present(now):
    now("2021-06-23 08:00")


@pytest.fixture
def binh(browse):
    return browse(make.staff())


@pytest.fixture
def two():
    make.agency("Ủy ban nhân dân xã Khánh An", code="30340", contact="khanhan@angiang.example")
    make.agency("Ủy ban nhân dân xã Đa Phước", code="30349", contact="daphuoc@angiang.example")
    make.cycle()
    remind(as_of=at("2021-06-22 08:00"))


def upload(content, name="tra-lai.eml"):
    return {"file": SimpleUploadedFile(name, content, "message/rfc822")}


def test_all_failed_ones_of_the_filtered_list_are_sent_again(two, binh):
    fail(named("Khánh An"))
    fail(named("Đa Phước"))
    page = binh.get("/notices/?q=khanh an")
    assert "Gửi lại 1 thư lỗi" in words(page)
    answer = binh.post("/notices/retry/", {"q": "khanh an"}, follow=True)
    assert answer.redirect_chain[0][0] == "/notices/?q=khanh+an"
    assert "1 thông báo sẽ được gửi lại" in words(answer)
    assert (named("Khánh An").state, named("Đa Phước").state) == ("planned", "failed")


def test_nothing_to_send_again_is_said_and_changes_nothing(two, binh):
    answer = binh.post("/notices/retry/", follow=True)
    assert "Không có thư lỗi nào gửi lại được." in words(answer)
    assert not Entry.objects.filter(verb="notice-retried").exists()


def test_the_ledger_is_had_as_a_workbook_filtered_as_on_the_screen(two, binh, tmp_path):
    fail(named("Khánh An"))
    answer = binh.get("/notices/export.xlsx?state=failed")
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    heads, row = load_workbook(path).active.iter_rows(values_only=True)
    assert heads[2:8] == ("Về", "Mốc", "Người nhận", "Địa chỉ", "Kết quả", "Lý do")
    assert row[3:8] == (
        "còn 7 ngày",
        "UBND xã Khánh An",
        "khanhan@angiang.example",
        "Gửi không được",
        "550 no such mailbox",
    )


def test_an_address_that_does_not_receive_is_marked_on_its_notice(two, binh):
    notice = named("Khánh An")
    answer = binh.post(f"/notices/{notice.pk}/dead/", {"reason": "Hộp thư đã khóa"}, follow=True)
    assert "Không gửi thư đến khanhan@angiang.example nữa" in words(answer)
    assert "được ghi là không nhận thư. Hộp thư đã khóa" in words(answer)
    assert Notice.objects.get(pk=notice.pk).state == "failed"


def test_without_a_reason_no_address_is_marked(two, binh):
    answer = binh.post(f"/notices/{named('Khánh An').pk}/dead/", {"reason": " "})
    assert "Ghi lý do, để người sau biết" in words(answer)
    assert not DeadAddress.objects.exists()


def test_returned_mail_is_read_and_told_address_by_address(two, binh):
    notice = named("Khánh An")
    file = returned.mailbox(
        returned.report(notice.recipient, message_id=notice.message_id),
        returned.report("daphuoc@angiang.example", status="4.2.2"),
        returned.report("stranger@elsewhere.example"),
        returned.ORDINARY.encode(),
    )
    page = words(binh.post("/notices/bounces/", upload(file, "tra-lai.mbox")))
    assert "Đã đọc 4 thư." in page
    assert "khanhan@angiang.example ghi là không nhận thư" in page
    assert "daphuoc@angiang.example trục trặc tạm thời, không ghi" in page
    assert "stranger@elsewhere.example không phải thư của hệ thống, không ghi" in page
    assert [dead.address for dead in DeadAddress.objects.all()] == ["khanhan@angiang.example"]


@pytest.mark.parametrize("content", [b"\x00\x01", b"words without a head"])
def test_a_file_that_is_no_mail_is_refused_in_words(content, binh):
    answer = binh.post("/notices/bounces/", upload(content))
    assert answer.status_code == 422
    assert "Tệp không phải thư (.eml) hay hộp thư (.mbox)." in words(answer)


def test_a_file_that_is_too_big_is_refused_before_it_is_read(binh, settings):
    settings.UPLOAD_MAX_MB = 0
    assert "Tệp lớn quá 0 MB." in words(binh.post("/notices/bounces/", upload(b"From: a")))


def test_a_dead_address_is_listed_with_its_agency_and_revived(two, binh):
    binh.post(f"/notices/{named('Khánh An').pk}/dead/", {"reason": "Hộp thư đã khóa"})
    page = words(binh.get("/notices/addresses/"))
    assert "khanhan@angiang.example UBND xã Khánh An 23/06/2021 08:00 Người dùng ghi: Hộp thư đã khóa" in page
    pk = DeadAddress.objects.get().pk
    assert "Lại gửi thư đến khanhan@angiang.example." in words(
        binh.post(f"/notices/addresses/{pk}/revive/", follow=True)
    )
    assert not DeadAddress.objects.exists()


def test_the_department_of_another_province_touches_no_address_of_ours(two, binh, browse):
    binh.post(f"/notices/{named('Khánh An').pk}/dead/", {"reason": "x"})
    stranger = browse(make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")))
    assert len(stranger.get("/notices/addresses/").context["addresses"]) == 0
    pk = DeadAddress.objects.get().pk
    assert stranger.post(f"/notices/addresses/{pk}/revive/").status_code == 404


def test_the_list_of_addresses_costs_the_same_for_one_and_for_thirty(binh):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            binh.get("/notices/addresses/")
        return len(asked)

    def add(number):
        address = f"a{number}@agency.example"
        make.agency(f"Ủy ban nhân dân xã Số {number}", contact=address)
        province = str(make.province().pk)
        DeadAddress.objects.create(address=address, province=province, since=make.NOW, reason="x")

    add(1)
    one = cost()
    for number in range(2, 31):
        add(number)
    assert cost() == one


@pytest.fixture
def unreached():
    """One without an address, one with a dead one, one without anybody; one who hears."""
    agencies = {
        name: make.agency(f"Ủy ban nhân dân xã {name}", contact=contact)
        for name, contact in {"Câm": "", "Chết": "chet@a.example", "Vắng": None, "Nghe": None}.items()
    }
    for name in ("Câm", "Chết", "Nghe"):
        make.officer(agencies[name])
    province = str(agencies["Câm"].province_id)
    DeadAddress.objects.create(
        address="CHET@a.example", province=province, since=make.NOW, reason="550 không có"
    )
    return make.cycle()


def test_whom_no_mail_reaches_is_listed_with_the_reasons(unreached, browse):
    page = words(browse(make.staff()).get("/notices/unreached/"))
    assert "UBND xã Câm chưa có thư nhận tin" in page
    assert "UBND xã Chết chet@a.example không nhận thư: 550 không có" in page
    assert "UBND xã Vắng chưa có người phụ trách" in page
    assert "UBND xã Nghe" not in page


@pytest.mark.parametrize(
    ("today", "is_shown"),
    [("2021-05-14 23:59", False), ("2021-05-15 00:00", True), ("2021-07-05 08:00", True)],
)
def test_from_45_days_before_the_deadline_they_stand_red_on_the_home_page(
    today, is_shown, unreached, now, browse
):
    now(today)
    page = browse(make.staff()).get("/").content.decode()
    assert ("3 cơ quan còn nợ báo cáo mà không ai nhận được thư nhắc" in page) is is_shown


def test_who_has_sent_needs_no_letter(unreached, browse):
    for report in AnnualReport.objects.exclude(agency__name__endswith="Câm"):
        make.report(report.agency, unreached, sent="2021-06-10 08:00")
    page = words(browse(make.staff()).get("/notices/unreached/"))
    assert "UBND xã Câm" in page
    assert "UBND xã Vắng" not in page


def test_the_board_filters_those_with_a_dead_address(unreached, browse):
    rows = browse(make.staff()).get("/cycles/2020/?contact=dead-address").context["page_obj"].object_list
    assert [row.name for row in rows] == ["UBND xã Chết"]


def read(paper):
    """The words of a PDF."""
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True)
    return " ".join(told.stdout.decode().split())


def test_a_letter_goes_on_paper_instead(unreached, browse):
    report = unreached.reports.get(agency__name__endswith="Câm")
    answer = browse(make.staff()).get(f"/reports/{report.pk}/reminder-letter.pdf")
    assert answer["Content-Type"] == "application/pdf"
    said = read(answer.content)
    assert "DỰ THẢO UBND TỈNH AN GIANG CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said
    assert "V/v gửi báo cáo năm 2020" in said
    assert "Kính gửi: Ủy ban nhân dân xã Câm" in said
    assert "trước ngày 30/6/2021 (hết ngày 29/6/2021)" in said
    assert "thời hạn còn 6 ngày" in said


def test_who_has_sent_gets_no_letter(unreached, browse):
    report = unreached.reports.first()
    make.report(report.agency, unreached, sent="2021-06-10 08:00")
    assert browse(make.staff()).get(f"/reports/{report.pk}/reminder-letter.pdf").status_code == 404


def test_a_person_of_the_department_switches_her_digest_off_and_on(browse):
    binh = make.staff()
    client = browse(binh)
    assert "Thôi nhận bản tin" in words(client.get("/notices/digest/"))
    assert "Đã tắt bản tin." in words(client.post("/notices/digest/", {"off": "1"}, follow=True))
    binh.refresh_from_db()
    assert not binh.wants_digest
    client.post("/notices/digest/", {"on": "1"})
    binh.refresh_from_db()
    assert binh.wants_digest


@pytest.mark.parametrize("role", [Role.OFFICER, Role.FINANCE, Role.LEADER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("page", ["digest", "addresses", "bounces", "unreached", "ahead", "export.xlsx"])
def test_nobody_else_comes_in(page, role, browse):
    url = f"/notices/{page}" if "." in page else f"/notices/{page}/"
    assert browse(make.user(role, make.province())).get(url).status_code == 404

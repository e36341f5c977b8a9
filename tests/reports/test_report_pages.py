"""Reading reports: lists, one report, its receipt, and why it is late."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from isotrack.journal.models import Notice
from reports.actions.report import save_answers, submit
from reports.actions.review import return_for_correction
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def an_phu(now):
    """A district with a commune that reports in 2020, on a day after the deadline."""
    now("2021-07-05 09:00")
    district = make.district()
    commune = make.agency(superior=district)
    make.agency("Ủy ban nhân dân xã Khánh Bình", superior=district)
    return district, commune, make.cycle()


def sent_by_lan(commune, cycle, when="2021-07-02 14:05"):
    """Lan fills in everything and sends it."""
    lan = make.officer(commune)
    report = make.report(commune, cycle)
    values = {"answers": answers("C02"), "seen": {}, "notes": {}}
    save_answers(report, by=lan, at=make.at("2021-06-28 15:22"), **values)
    submit(report, by=lan, at=make.at(when))
    report.refresh_from_db()
    return lan, report


def test_lan_sees_the_reports_of_all_her_years(an_phu, browse):
    _district, commune, cycle = an_phu
    make.cycle(year=2021)
    page = words(browse(make.officer(commune)).get("/reports/"))
    assert "Báo cáo năm 2020" in page
    assert "Báo cáo năm 2021" in page
    assert "Các cơ quan trực thuộc" not in page


def test_a_superior_sees_who_is_missing_before_who_was_late(an_phu, browse):
    district, late, cycle = an_phu
    make.report(late, cycle, sent="2021-07-02")
    page = words(browse(make.officer(district)).get("/reports/"))
    assert "Các cơ quan trực thuộc, năm 2020" in page
    assert page.index("UBND xã Khánh Bình") < page.index("UBND xã Khánh An")


def test_the_list_costs_the_same_for_one_agency_and_for_fifty(now, browse):
    now("2021-06-16 08:00")
    counts = []
    for number, name in ((1, "An Phú"), (50, "Châu Phú")):
        district = make.district(f"Ủy ban nhân dân huyện {name}")
        for place in range(number):
            make.agency(f"Ủy ban nhân dân xã {name} {place}", superior=district)
        counts.append(make.officer(district))
    make.cycle()
    clients = [browse(person) for person in counts]
    asked = []
    for client in clients:
        with CaptureQueriesContext(connection) as queries:
            client.get("/reports/")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_department_is_taken_to_the_board(an_phu, browse):
    assert browse(make.staff()).get("/reports/")["Location"] == "/cycles/2020/"


def test_the_department_reads_answers_in_words_and_may_decide(an_phu, browse):
    _district, commune, cycle = an_phu
    _lan, report = sent_by_lan(commune, cycle)
    page = words(browse(make.staff()).get(f"/reports/{report.pk}/"))
    assert "Đã công bố" in page
    assert "Trễ 3 ngày" in page
    assert f'action="/reports/{report.pk}/accept/"' in page
    assert f'href="/reports/{report.pk}/return/"' in page


def test_a_draft_is_nobody_elses_business(an_phu, browse):
    district, commune, cycle = an_phu
    report = make.report(commune, cycle, answers={"head_name": "Trần Văn Thọ"}, state="draft")
    address = f"/reports/{report.pk}/"
    assert "Trần Văn Thọ" in words(browse(make.officer(commune)).get(address))
    for other in (make.staff(), make.officer(district)):
        assert "Trần Văn Thọ" not in words(browse(other).get(address))


def test_what_is_changed_after_a_return_is_not_read_before_it_is_sent_again(an_phu, browse):
    _district, commune, cycle = an_phu
    lan, report = sent_by_lan(commune, cycle)
    binh = make.staff()
    due = {"comment": "Thiếu trang ký", "correct_by": make.at("2021-07-14").date()}
    return_for_correction(report, by=binh, at=make.at("2021-07-05 08:00"), **due)
    save_answers(
        report,
        by=lan,
        at=make.at("2021-07-05 08:30"),
        answers={"difficulties": "Mới sửa"},
        seen={"difficulties": report.answers["difficulties"]},
    )
    assert "Mới sửa" not in words(browse(binh).get(f"/reports/{report.pk}/"))
    page = words(browse(lan).get(f"/reports/{report.pk}/"))
    assert "Mới sửa" in page
    assert "Thiếu trang ký" in page


@pytest.mark.parametrize("page", ["", "why/", "receipt/", "receipt.pdf"])
def test_a_stranger_finds_no_report(an_phu, browse, page):
    _district, commune, cycle = an_phu
    _lan, report = sent_by_lan(commune, cycle)
    stranger = make.officer(make.agency("Ủy ban nhân dân xã Khánh Bình"))
    assert browse(stranger).get(f"/reports/{report.pk}/{page}").status_code == 404


def test_the_receipt_names_code_time_and_how_it_counts(an_phu, browse):
    _district, commune, cycle = an_phu
    lan, report = sent_by_lan(commune, cycle)
    page = words(browse(lan).get(f"/reports/{report.pk}/receipt/"))
    assert f"BC-2020-{commune.code}-1" in page
    assert (
        "Sở Khoa học và Công nghệ tỉnh An Giang đã nhận báo cáo của UBND xã Khánh An lúc 14:05 ngày 02/7/2021"
        in page
    )
    assert "sau hạn 3 ngày; hạn gửi: trước ngày 30/6/2021 (hết ngày 29/6/2021)." in page
    assert report.submissions.get().check_code in page


def test_the_receipt_is_a_paper_too(an_phu, browse):
    _district, commune, cycle = an_phu
    lan, report = sent_by_lan(commune, cycle)
    answer = browse(lan).get(f"/reports/{report.pk}/receipt.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert f"BC-2020-{commune.code}-1.pdf" in answer["Content-Disposition"]


def test_there_is_no_receipt_for_what_was_never_sent(an_phu, browse):
    _district, commune, cycle = an_phu
    report = make.report(commune, cycle)
    assert browse(make.officer(commune)).get(f"/reports/{report.pk}/receipt/").status_code == 404


def test_why_late_tells_the_story_in_order_with_the_deadline_in_it(an_phu, browse):
    _district, commune, cycle = an_phu
    lan, report = sent_by_lan(commune, cycle)
    page = words(browse(lan).get(f"/reports/{report.pk}/why/"))
    told = ["Mở kỳ báo cáo", "Bắt đầu bản nháp", "29/06/2021 24:00", "Gửi lần đầu, hợp lệ – trễ 3 ngày"]
    places = [page.index(one) for one in told]
    assert places == sorted(places)
    assert "Vì sao trễ hạn?" in page


def test_why_shows_letters_that_left_with_the_true_number_of_days(an_phu, browse):
    _district, commune, cycle = an_phu
    report = make.report(commune, cycle)
    Notice.objects.create(
        voice="report-reminder",
        about=f"report:{report.pk}",
        about_label=str(report),
        step="officer-7",
        recipient="khanhan@agency.example",
        recipient_label="UBND xã Khánh An",
        province=str(cycle.province_id),
        planned_for=make.at("2021-06-22 07:00"),
        state=Notice.State.SENT,
        sent_at=make.at("2021-06-24 07:00"),
    )
    assert "Thư nhắc: còn 5 ngày" in words(browse(make.staff()).get(f"/reports/{report.pk}/why/"))


@pytest.mark.parametrize("page", ["", "why/"])
def test_a_report_costs_the_same_however_much_happened_to_it(an_phu, browse, page):
    _district, commune, cycle = an_phu
    lan, report = sent_by_lan(commune, cycle)
    client, asked = browse(lan), []
    for hour in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/reports/{report.pk}/{page}")
        asked.append(len(queries))
        for number in range(2, 12):
            code = f"BC-2020-{commune.code}-{number}"
            report.submissions.create(
                number=number + hour * 20, code=code, sent_at=make.NOW, answers=report.answers
            )
    assert asked[0] == asked[1]

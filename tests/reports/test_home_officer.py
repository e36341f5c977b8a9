"""The home of an officer: her duty, until when, how far, and one button."""

from datetime import date

import pytest

from reports.models import AnnualReport
from tests import make
from tests.reports import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def khanh_an(now):
    now("2021-06-16 08:00")
    district = make.district(on=date(2019, 1, 1))
    return make.agency(superior=district, code="30340", on=date(2019, 1, 1))


@pytest.fixture
def home(khanh_an, browse):
    """The text of Lan's home page; her report has these values."""

    def text(**values):
        make.report(khanh_an, make.cycle(), **values)
        return browse(make.officer(khanh_an)).get("/").content.decode()

    return text


def test_the_deadline_has_both_halves_and_the_days_left(home):
    text = home()
    assert "Báo cáo năm 2020: gửi trước ngày 30/6/2021 (hết ngày 29/6/2021)" in text
    assert "Còn <b>13</b> ngày" in text


def test_an_untouched_report_is_begun_with_one_button(home):
    text = home()
    assert "Bắt đầu báo cáo" in text
    assert text.count("btn-primary") == 1


def test_a_draft_goes_on_and_names_the_sections_with_something_left(home):
    answers = filled.answers("C01") | {"procedures_in_qms": 10**6}
    text = home(state=AnnualReport.State.DRAFT, answers=answers, saved_at=make.NOW)
    assert "Tiếp tục báo cáo" in text
    assert "III. Phạm vi áp dụng và thủ tục hành chính" in text
    assert "lỗi phải sửa" in text


def test_a_returned_report_shows_the_comment_and_is_not_late(home):
    text = home(
        sent="2021-06-01 09:00",
        state=AnnualReport.State.RETURNED,
        returned_at=make.NOW,
        return_comment="Câu 12 chưa khớp phụ lục.",
        correct_by=date(2021, 6, 25),
    )
    assert "Câu 12 chưa khớp phụ lục." in text
    assert "Sửa và gửi lại báo cáo" in text
    assert "Đúng hạn" in text


def test_a_sent_report_leads_to_its_receipt(home):
    text = home(sent="2021-06-01 09:00")
    assert "Xem biên nhận" in text
    assert "gửi lần đầu lúc 09:00 ngày 01/6/2021" in text


def test_an_extended_report_says_its_own_day(home):
    moved = {"extended_to": date(2021, 7, 15), "extended_at": make.NOW, "extension_document": make.document()}
    text = home(cutoff=make.at("2021-07-16 00:00"), **moved)
    assert "trước ngày 16/7/2021 (hết ngày 15/7/2021)" in text


def test_an_exempt_agency_sees_the_document(home):
    text = home(exempted_at=make.NOW, exemption_document=make.document())
    assert "được miễn báo cáo năm này theo Công văn 45/SKHCN-TĐC" in text


def test_earlier_years_show_their_receipts(khanh_an, browse):
    make.report(khanh_an, make.cycle(year=2019), sent="2020-06-30 08:00")
    make.cycle()
    text = browse(make.officer(khanh_an)).get("/").content.decode()
    assert "BC-2019-30340-1" in text
    assert "Trễ 1 ngày" in text


def test_a_district_sees_how_its_communes_stand(khanh_an, browse):
    make.report(khanh_an, make.cycle(), sent="2021-06-01 09:00")
    page = browse(make.officer(khanh_an.superior)).get("/")
    below = page.context["home"].subordinates
    assert (below.expected, below.on_time) == (1, 1)
    assert "Đơn vị trực thuộc" in page.content.decode()


def test_a_commune_is_shown_no_subordinates(home):
    assert "Đơn vị trực thuộc" not in home()


def test_without_a_cycle_nothing_is_owed(khanh_an, browse):
    text = browse(make.officer(khanh_an)).get("/").content.decode()
    assert "Không có báo cáo nào phải gửi lúc này" in text


def test_somebody_without_a_post_is_told_whom_to_ask(khanh_an, browse):
    gone = make.officer(khanh_an)
    gone.posts.all().delete()
    assert "Tài khoản chưa gắn với cơ quan nào" in browse(gone).get("/").content.decode()

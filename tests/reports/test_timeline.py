"""The whole story of a report, in order, with what decided and what does not count."""

from datetime import date

import pytest

from reports.actions.cycle import close_cycle, turn_switches
from reports.actions.overdue import flag_overdue
from reports.actions.report import confirm, declare_nil, withdraw
from reports.actions.review import comment, exempt, extend, reopen, return_for_correction, take_paper
from reports.models import Punctuality
from reports.timeline import timeline
from tests import make
from tests.make import at
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
LATER = at("2022-03-01")


@pytest.fixture
def binh():
    return make.staff()


@pytest.fixture
def report():
    return make.report(make.agency(code="30340"))


@pytest.fixture
def lan(report):
    return make.officer(report.agency)


def told(report, as_of=LATER):
    report.refresh_from_db()
    return [(event.when, event.title) for event in timeline(report, as_of)]


def titles(report):
    return [title for _when, title in told(report)]


def details(report):
    report.refresh_from_db()
    return " ".join(event.detail for event in timeline(report, LATER))


def nil(report, by, when):
    return declare_nil(report, by=by, at=at(when), reason="Không có")


def return_it(report, by, when):
    day = date(2021, 7, 20)
    return_for_correction(report, by=by, at=at(when), comment="Bổ sung", correct_by=day)


def test_a_withdrawn_sending_is_told_as_one_that_does_not_count(report, lan):
    nil(report, lan, "2021-06-20 08:00")
    withdraw(report, by=lan, at=at("2021-06-21 08:00"), reason="Nhầm")
    nil(report, lan, "2021-07-02 08:00")
    found = titles(report)
    assert "Báo không phát sinh – sau đó rút lại, không tính" in found
    assert "Rút lại một lần gửi; lần đó không được tính" in found
    assert "Báo không phát sinh lần đầu, hợp lệ – trễ 3 ngày" in found


def test_the_head_confirms_later_than_the_moment_that_counts(report, lan):
    head = make.officer(report.agency, full_name="Trần Văn Thọ")
    turn_switches(report.cycle, by=make.staff(), at=make.NOW, reason="Thử", head_confirms=True)
    report.refresh_from_db()
    nil(report, lan, "2021-06-29 23:50")
    confirm(report, by=head, at=at("2021-07-02 08:00"))
    found = told(report)
    assert ("29/06/2021 23:50", "Trình người đứng đầu xác nhận") in found
    assert ("29/06/2021 23:50", "Báo không phát sinh lần đầu, hợp lệ – đúng hạn") in found
    assert ("02/07/2021 08:00", "Người đứng đầu xác nhận") in found
    assert "Người xác nhận: Trần Văn Thọ." in details(report)


def test_paper_is_told_on_the_day_of_its_stamp_and_when_it_was_typed_in(report, binh, tmp_path):
    content = (tmp_path / "a.pdf").open("w+b")
    file = {"content": content, "name": "a.pdf", "size": 8, "sha256": "0" * 64}
    take_paper(report, by=binh, at=at("2021-07-08 09:00"), received_on=date(2021, 6, 28), **file)
    nil(report, binh, "2021-07-08 10:00")
    found = told(report)
    first = ("28/06/2021 17:00", "Bản giấy đến Sở, theo dấu công văn đến lần đầu, hợp lệ – đúng hạn")
    assert first in found
    assert ("08/07/2021 09:00", "Sở nhận bản giấy, bắt đầu nhập thay") in found
    assert ("08/07/2021 10:00", "Sở nhập xong bản giấy") in found
    assert "Dấu công văn đến ngày 28/6/2021." in details(report)


def test_a_return_names_the_questions_that_were_commented_on(report, lan, binh):
    nil(report, lan, "2021-06-20 08:00")
    for question in ("staff_total", "qms_state"):
        comment(report, by=binh, at=at("2021-06-21"), question=question, text="Xem lại")
    return_it(report, binh, "2021-06-22 08:00")
    assert "Góp ý ở câu 3, 5." in details(report)


def test_what_is_said_inside_the_department_is_not_told(report, lan, binh):
    nil(report, lan, "2021-06-20 08:00")
    before = titles(report)
    comment(report, by=binh, at=at("2021-06-21"), question="staff_total", text="Xem lại")
    assert titles(report) == before


def test_a_moved_deadline_stands_beside_the_common_one(report, binh):
    letter = make.document()
    turn_switches(report.cycle, by=binh, at=at("2021-06-18"), reason="Thông lệ", day_itself_counts=True)
    report.refresh_from_db()
    told_why = {"document": letter, "reason": "Ngập"}
    extend(report, by=binh, at=at("2021-06-20"), until=date(2021, 7, 15), **told_why)
    found = told(report)
    assert ("30/06/2021 24:00", "Hạn chung của kỳ") in found
    assert ("15/07/2021 24:00", "Hạn gửi") in found
    assert "Đến hết ngày 15/7/2021. Theo" in details(report)
    assert "Không → Có" in details(report)


def test_a_closed_cycle_is_told_with_the_code_of_its_list(report, binh):
    close_cycle(report.cycle, by=binh, at=at("2021-07-20 08:00"), due_on=date(2021, 8, 3))
    assert "Mã danh sách KT-89-2020." in details(report)
    assert "Biên nhận" not in details(report)


def test_reopening_and_exemption_name_their_document(report, binh):
    letter = make.document()
    reopen(report, by=binh, at=at("2022-01-05"), until=date(2022, 1, 20), document=letter, reason="Bổ sung")
    exempt(report, by=binh, at=at("2022-01-06"), document=letter, reason="Giải thể")
    assert {"Sở mở lại báo cáo", "Được miễn báo cáo"} <= set(titles(report))
    assert "Cho sửa đến hết ngày 20/01/2022." in details(report)
    assert details(report).count("45/SKHCN-TĐC") == 2


def test_a_report_with_everything_reads_in_order_and_is_judged_by_what_is_left(report, lan, binh, browse):
    """Sent in time, returned, sent again, that one withdrawn, the first one decides."""
    nil(report, lan, "2021-06-20 08:00")
    return_it(report, binh, "2021-07-01 08:00")
    nil(report, lan, "2021-07-03 08:00")
    withdraw(report, by=lan, at=at("2021-07-04 08:00"), reason="Nhầm")
    flag_overdue(as_of=at("2021-07-05 00:05"))
    nil(report, lan, "2021-07-06 08:00")
    found = [event.at for event in timeline(report, LATER)]
    assert found == sorted(found)
    report.refresh_from_db()
    assert report.punctuality_at(LATER) == Punctuality.ON_TIME
    page = words(browse(binh).get(f"/reports/{report.pk}/why/"))
    assert "Lần gửi đã rút, không tính" in page
    for said in (
        "Sở trả lại để bổ sung",
        "Báo không phát sinh – sau đó rút lại",
        "lần đầu, hợp lệ – đúng hạn",
    ):
        assert said in page


def test_what_happens_later_is_not_told_before(report, lan):
    nil(report, lan, "2021-07-02 08:00")
    assert [title for _when, title in told(report, at("2021-06-01"))] == ["Mở kỳ báo cáo", "Hạn gửi"]

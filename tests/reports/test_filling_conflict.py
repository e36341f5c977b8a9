"""Two windows on the same draft, and a draft that was closed meanwhile: nothing typed is lost."""

import pytest

from reports.models import AnnualReport
from tests import make
from tests.reports.pages import fill, load, opened, section_url, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(now, browse):
    """Lan and Hòa, who stand for the same commune, and its report."""
    now("2021-06-16 09:41")
    commune = make.agency()
    report = make.report(commune)
    hoa = make.officer(commune, full_name="Lê Văn Hòa")
    return browse(make.officer(commune)), browse(hoa), report


def collide(two):
    """Lan opens the page; Hòa saves 30; Lan sends 20 and a name."""
    lan, hoa, report = two
    page = load(lan, report, "general")
    fill(hoa, report, "general", staff_total="30")
    answer = lan.post(
        section_url(report, "general"), page | {"staff_total": "20", "head_name": "Thọ", "do": "save"}
    )
    report.refresh_from_db()
    return answer


def test_the_second_window_is_told_who_saved_what_and_when(two):
    answer = collide(two)
    assert answer.status_code == 409
    said = words(answer)
    assert "Lê Văn Hòa lưu lúc 09:41 ngày 16/6/2021" in said
    assert '<span class="val">30</span>' in said
    assert '<span class="val">20</span>' in said


def test_the_other_answers_of_the_second_window_are_saved(two):
    collide(two)
    assert two[2].answers == {"staff_total": 30, "head_name": "Thọ"}


@pytest.mark.parametrize(("choice", "kept"), [("mine", 20), ("theirs", 30)])
def test_the_value_chosen_is_the_one_that_stays(two, choice, kept):
    lan, _hoa, report = two
    page = opened(collide(two))
    answer = lan.post(section_url(report, "general"), page | {"choose-staff_total": choice, "do": "next"})
    report.refresh_from_db()
    assert answer.status_code == 302
    assert report.answers["staff_total"] == kept


def test_a_third_value_saved_while_choosing_is_shown_too(two):
    lan, hoa, report = two
    page = opened(collide(two))
    fill(hoa, report, "general", staff_total="31")
    answer = lan.post(section_url(report, "general"), page | {"choose-staff_total": "mine"})
    assert '<span class="val">31</span>' in words(answer)


def test_two_windows_on_different_questions_do_not_disturb_each_other(two):
    lan, hoa, report = two
    page = load(lan, report, "general")
    fill(hoa, report, "general", staff_total="30")
    assert lan.post(section_url(report, "general"), page | {"head_name": "Thọ"}).status_code == 302
    report.refresh_from_db()
    assert report.answers == {"staff_total": 30, "head_name": "Thọ"}


def test_what_was_typed_for_a_question_hidden_meanwhile_is_kept(two):
    lan, hoa, report = two
    fill(hoa, report, "status", qms_state="declared")
    page = load(lan, report, "scope")
    fill(hoa, report, "status", qms_state="not_started")
    lan.post(section_url(report, "scope"), page | {"procedures_in_qms": "90"})
    report.refresh_from_db()
    assert report.answers["procedures_in_qms"] == 90


def test_a_form_sent_after_acceptance_changes_nothing_and_shows_what_was_typed(two):
    lan, _hoa, report = two
    page = load(lan, report, "general")
    make.report(
        report.agency,
        report.cycle,
        sent="2021-06-16",
        state=AnnualReport.State.ACCEPTED,
        accepted_at=make.NOW,
    )
    answer = lan.post(section_url(report, "general"), page | {"head_name": "Trần Văn Thọ"})
    assert answer.status_code == 409
    assert "đang ở trạng thái “Đã chấp nhận”, không sửa được nữa" in words(answer)
    assert "Trần Văn Thọ </dd>" in words(answer)
    report.refresh_from_db()
    assert report.answers == {}


def test_after_the_lock_the_page_says_who_can_open_it_again(two, now):
    lan, _hoa, report = two
    page = load(lan, report, "general")
    now("2022-06-01 08:00")
    answer = lan.post(section_url(report, "general"), page | {"head_name": "Thọ"})
    assert answer.status_code == 409
    assert "đã khóa. Đề nghị Sở mở lại." in words(answer)


def test_a_report_that_was_sent_is_read_and_not_filled(two):
    lan, _hoa, report = two
    make.report(report.agency, report.cycle, sent="2021-06-16")
    for address in (
        section_url(report, "general"),
        f"/reports/{report.pk}/fill/",
        f"/reports/{report.pk}/send/",
    ):
        assert lan.get(address)["Location"] == f"/reports/{report.pk}/"

"""An officer fills in a section: what is kept, what is said, what appears."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.models import AnnualReport
from tests import make
from tests.reports.pages import fill, load, section_url, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(now, browse):
    """Lan, two weeks before the deadline, and her commune's report."""
    now("2021-06-16 08:00")
    commune = make.agency()
    report = make.report(commune)
    return browse(make.officer(commune)), report


def stored(report):
    report.refresh_from_db()
    return report.answers


def test_what_lan_types_is_kept_as_a_draft(lan):
    client, report = lan
    fill(client, report, "general", head_name="Trần Văn Thọ", staff_total="1.234")
    assert stored(report) == {"head_name": "Trần Văn Thọ", "staff_total": 1234}
    assert report.state == AnnualReport.State.DRAFT


def test_a_draft_is_shown_as_vietnamese_offices_write_numbers(lan):
    client, report = lan
    fill(client, report, "general", staff_total="1234")
    assert load(client, report, "general")["staff_total"] == "1.234"


@pytest.mark.parametrize(
    ("section", "key", "typed", "expected"),
    [
        ("general", "staff_total", "12,345,6", "Nhập số nguyên từ 1 đến 5.000"),
        ("general", "staff_total", "9999999", "Nhập số nguyên từ 1 đến 5.000"),
        ("general", "head_name", "Thọ" * 400, "tối đa 500 ký tự"),
        ("status", "qms_state", "khong-co", "Chọn một mục trong danh sách"),
        ("funding", "funding_estimate", "1,5", "Nhập số nguyên đồng"),
    ],
)
def test_a_value_that_cannot_be_right_is_kept_and_explained(lan, section, key, typed, expected):
    client, report = lan
    answer = fill(client, report, section, **{key: typed})
    assert stored(report)[key] is not None
    assert expected in words(client.get(answer["Location"]))


def test_a_wrong_number_marks_its_field_and_leads_there_from_the_list(lan):
    client, report = lan
    fill(client, report, "general", staff_total="20", staff_in_scope="21")
    page = words(client.get(section_url(report, "general")))
    assert "<title> Lỗi: I. Thông tin chung" in page
    assert 'href="#q-staff_in_scope">Câu 4: ' in page
    assert "21 (câu 4) lớn hơn 20 (câu 3). Sửa câu 3 hoặc 4." in page
    assert 'aria-invalid="true"' in page


def test_an_empty_section_reproaches_nobody(lan):
    client, report = lan
    page = words(client.get(section_url(report, "general")))
    assert "chưa trả lời</a>" not in page
    assert "Lỗi:" not in page


def test_an_answer_that_calls_for_more_keeps_the_page_and_names_the_new_questions(lan):
    client, report = lan
    answer = fill(client, report, "consultant", do="next", consultant_used="true")
    assert answer["Location"] == section_url(report, "consultant")
    page = words(client.get(answer["Location"]))
    assert "Có câu mới hiện ra: câu 42, 43, 44, 45." in page


def test_questions_shown_by_the_browser_itself_are_not_announced_again(lan):
    client, report = lan
    names = ("used", "name", "confirmation_no", "valid_to", "contract_end")
    shown = " ".join(f"consultant_{name}" for name in names)
    answer = fill(client, report, "consultant", do="next", consultant_used="true", shown=shown)
    assert answer["Location"] == section_url(report, "funding")


def test_a_hidden_question_waits_in_the_page_for_the_answer_that_shows_it(lan):
    client, report = lan
    page = client.get(section_url(report, "consultant")).content.decode()
    card = page.split('data-key="consultant_name"')[1].split(">")[0]
    assert "hidden" in card
    assert "consultant_used" in card


def test_answers_hidden_by_another_answer_are_not_thrown_away(lan):
    client, report = lan
    fill(client, report, "consultant", consultant_used="true")
    fill(client, report, "consultant", consultant_name="Công ty Tư vấn An Phú")
    fill(client, report, "consultant", consultant_used="false")
    assert stored(report)["consultant_name"] == "Công ty Tư vấn An Phú"


def test_a_share_is_worked_out_and_not_typed(lan):
    client, report = lan
    fill(client, report, "status", qms_state="applying")
    fill(client, report, "scope", procedures_total="120", procedures_in_qms="90")
    assert "75,00\u00a0%" in client.get(section_url(report, "scope")).content.decode()


def test_saving_leads_on_to_the_next_section_and_back(lan):
    client, report = lan
    assert fill(client, report, "general", do="next")["Location"] == section_url(report, "status")
    assert fill(client, report, "status", do="previous")["Location"] == section_url(report, "general")
    last = fill(client, report, "attachments", do="next")
    assert last["Location"] == reverse("reports:report-send", args=[report.pk])


def test_an_error_keeps_the_page_once_and_then_lets_go(lan):
    client, report = lan
    wrong = {"staff_total": "20", "staff_in_scope": "21"}
    first = fill(client, report, "general", do="next", **wrong)
    second = fill(client, report, "general", do="next", **wrong)
    assert first["Location"] == section_url(report, "general")
    assert second["Location"] == section_url(report, "status")


def test_a_table_takes_rows_and_leaves_empty_ones_out(lan):
    client, report = lan
    typed = {"next_year_tasks-0-task": "Đánh giá nội bộ", "next_year_tasks-0-month": "5"}
    fill(client, report, "next_year", **typed, **{"next_year_tasks-1-task": "  "})
    assert stored(report)["next_year_tasks"] == [{"task": "Đánh giá nội bộ", "month": 5}]


def test_another_row_is_one_press_away_without_script(lan):
    client, report = lan
    answer = fill(client, report, "next_year", do="row:next_year_tasks")
    assert "next_year_tasks-6-task" in client.get(answer["Location"]).content.decode()


def test_a_wrong_cell_is_found_by_its_row_and_column(lan):
    client, report = lan
    fill(client, report, "next_year", **{"next_year_tasks-0-task": "Họp", "next_year_tasks-0-month": "13"})
    page = words(client.get(section_url(report, "next_year")))
    assert 'href="#q-next_year_tasks-0-month">' in page
    assert "Dòng 1, cột “Tháng hoàn thành”. Nhập số nguyên từ 1 đến 12" in page


def test_a_warning_takes_a_sentence_of_explanation(lan):
    client, report = lan
    fill(client, report, "dissemination", new_staff="2", staff_trained="0")
    assert "cần giải trình" in words(client.get(section_url(report, "dissemination")))
    fill(client, report, "dissemination", **{"note-R25": "Lớp tập huấn mở tháng 7/2021."})
    report.refresh_from_db()
    assert report.notes == {"R25": "Lớp tập huấn mở tháng 7/2021."}
    assert "cần giải trình" not in words(client.get(section_url(report, "dissemination")))


def test_last_years_answer_stands_beside_the_question(now, browse):
    now("2021-06-16 08:00")
    commune = make.agency(on=date(2019, 1, 1))
    make.report(commune, make.cycle(year=2019), sent="2020-06-01", answers={"staff_total": 22})
    report = make.report(commune, make.cycle(year=2020))
    page = words(browse(make.officer(commune)).get(section_url(report, "general")))
    assert "Năm trước: 22 người" in page


def test_the_link_of_a_reminder_goes_to_the_first_section_that_is_not_done(lan):
    client, report = lan
    typed = {"head_name": "Thọ", "contact_name": "Lan", "staff_total": "20", "staff_in_scope": "20"}
    fill(client, report, "general", **typed)
    answer = client.get(reverse("reports:report-fill", args=[report.pk]))
    assert answer["Location"] == section_url(report, "status")


def test_looking_at_a_section_saves_nothing(lan):
    client, report = lan
    client.get(section_url(report, "general"))
    report.refresh_from_db()
    assert (report.state, report.saved_at) == (AnnualReport.State.NOT_STARTED, None)


def test_a_section_costs_at_most_eight_queries(lan):
    client, report = lan
    for section in ("scope", "funding", "attachments"):
        with CaptureQueriesContext(connection) as queries:
            client.get(section_url(report, section))
        asked = [query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]
        assert len(asked) <= 8, section


def test_nobody_else_opens_the_form(lan, browse):
    _client, report = lan
    strangers = [make.officer(make.agency("Ủy ban nhân dân xã Khánh Bình")), make.staff()]
    for stranger in strangers:
        assert browse(stranger).get(section_url(report, "general")).status_code == 404
        assert browse(stranger).post(section_url(report, "general"), {}).status_code == 404


def test_a_section_that_does_not_exist_is_not_found(lan):
    client, report = lan
    assert client.get(section_url(report, "khong-co")).status_code == 404


def test_a_mangled_page_is_still_saved(lan):
    client, report = lan
    typed = {
        "seen-head_name": "[" * 5000,
        "seen-staff_total": "{",
        "head_name": "Thọ\x00",
        "staff_total": "٣",
    }
    assert client.post(section_url(report, "general"), typed).status_code == 302
    assert stored(report) == {"head_name": "Thọ", "staff_total": "٣"}

"""One answer saved while the officer goes on: the same reading as the button, and cheap."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from isotrack.journal.models import Entry
from reports.models import AnnualReport
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import fill, load, section_url

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def lan(now, browse):
    """Lan at 09:41 and her commune's draft."""
    now("2021-06-16 09:41")
    commune = make.agency()
    report = make.report(commune, answers={"staff_total": 20}, state="draft")
    return browse(make.officer(commune)), report


def save(client, report, key, value, *, seen=None, window="", **more):
    typed = {"key": key, key: value, f"seen-{key}": json.dumps(seen), "window": window} | more
    return client.post(f"/reports/{report.pk}/autosave/", typed, headers=JSON)


def stored(report):
    report.refresh_from_db()
    return report.answers


def test_an_answer_is_saved_and_the_minute_is_told(lan):
    client, report = lan
    told = save(client, report, "staff_total", "1.234", seen=20).json()
    assert told == {"saved_at": "09:41", "said": "Đã lưu lúc 09:41", "answer": 1234}
    assert stored(report)["staff_total"] == 1234


def test_every_such_save_is_in_the_journal(lan):
    client, report = lan
    save(client, report, "staff_total", "24", seen=20)
    assert Entry.objects.get(verb="report-saved").changes == {"staff_total": [20, 24]}


def test_the_first_one_begins_the_draft(lan):
    client, report = lan
    AnnualReport.objects.filter(pk=report.pk).update(state="not_started")
    save(client, report, "head_name", "Thọ")
    report.refresh_from_db()
    assert report.state == AnnualReport.State.DRAFT


def test_an_explanation_is_saved_with_the_card_it_stands_in(lan):
    client, report = lan
    save(client, report, "staff_trained", "0", **{"note-R25": "Lớp mở tháng 7."})
    report.refresh_from_db()
    assert report.notes == {"R25": "Lớp mở tháng 7."}


def test_explanations_are_saved_alone_before_sending(lan):
    client, report = lan
    told = client.post(f"/reports/{report.pk}/autosave/", {"note-R25": "Lớp mở tháng 7."}, headers=JSON)
    report.refresh_from_db()
    assert (told.json()["saved_at"], report.notes) == ("09:41", {"R25": "Lớp mở tháng 7."})


def test_another_hands_value_comes_back_as_a_card_to_choose_from(lan):
    client, report = lan
    told = save(client, report, "staff_total", "29", seen=31).json()
    assert "giá trị khác" in told["conflict"]
    assert '<span class="val">20</span>' in told["card"]
    assert '<span class="val">29</span>' in told["card"]
    assert stored(report)["staff_total"] == 20


def test_choosing_saves_and_gives_the_card_back(lan):
    client, report = lan
    told = save(client, report, "staff_total", "29", seen=20, **{"choose-staff_total": "mine"}).json()
    assert 'value="29"' in told["card"]
    assert stored(report)["staff_total"] == 29


def test_a_page_does_not_quarrel_with_its_own_save_whose_answer_was_lost(lan):
    client, report = lan
    save(client, report, "staff_total", "2", seen=20, window="w1")
    assert "conflict" not in save(client, report, "staff_total", "24", seen=20, window="w1").json()
    assert stored(report)["staff_total"] == 24


def test_the_same_person_in_another_window_is_another_hand(lan):
    client, report = lan
    save(client, report, "staff_total", "24", seen=20, window="w1")
    assert "conflict" in save(client, report, "staff_total", "25", seen=20, window="w2").json()


def test_the_button_after_saving_by_itself_finds_nothing_to_quarrel_about(lan):
    client, report = lan
    page = load(client, report, "general")
    save(client, report, "staff_total", "24", seen=20, window=page["window"])
    answer = client.post(section_url(report, "general"), page | {"staff_total": "25"})
    assert answer.status_code == 302
    assert stored(report)["staff_total"] == 25


def test_a_report_that_was_sent_meanwhile_says_so(lan):
    client, report = lan
    make.report(report.agency, report.cycle, sent="2021-06-16")
    answer = save(client, report, "staff_total", "24", seen=20)
    assert answer.status_code == 409
    assert "không sửa được nữa" in answer.json()["refused"]


def test_a_question_that_does_not_exist_saves_nothing(lan):
    client, report = lan
    assert save(client, report, "khong_co", "1").status_code == 200
    assert stored(report) == {"staff_total": 20}


def test_without_a_session_nothing_is_kept_and_nothing_is_told(lan):
    _client, report = lan
    stranger = Client()
    assert save(stranger, report, "staff_total", "1").status_code == 302
    assert "rescued" not in stranger.session


def count(call):
    with CaptureQueriesContext(connection) as queries:
        call()
    return len([q for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]])


def test_it_costs_the_same_few_queries_for_one_answer_and_for_sixty(lan):
    client, report = lan
    save(client, report, "staff_total", "20", seen=20)  # a process reads the questionnaire once
    few = count(lambda: save(client, report, "staff_total", "21", seen=20))
    AnnualReport.objects.filter(pk=report.pk).update(answers=answers("C02") | {"staff_total": 21})
    many = count(lambda: save(client, report, "staff_total", "22", seen=21))
    assert few == many <= 6


def test_messages_and_progress_are_asked_for_afterwards(lan):
    client, report = lan
    fill(client, report, "general", staff_in_scope="30")
    told = client.get(f"{section_url(report, 'general')}state/", headers=JSON).json()
    assert "30 (câu 4) lớn hơn 20 (câu 3)" in told["cards"]["staff_in_scope"]["html"]
    assert told["cards"]["staff_in_scope"]["is_wrong"]
    assert told["steps"][0] | {"answered": 2, "asked": 4, "icon": "error"} == told["steps"][0]
    assert "Bản nháp" in told["state"]

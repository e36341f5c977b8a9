"""Last year's answers stand in the fields until the officer confirms, changes or empties them."""

from datetime import date

import pytest

from tests import make
from tests.reports.pages import fill, load, section_url, words

pytestmark = pytest.mark.django_db

GENERAL = {"head_name": "Nguyễn Văn Hòa", "contact_name": "Lan", "staff_total": 22, "staff_in_scope": 20}
BEFORE = GENERAL | {"qms_state": "declared", "declaration_number": "98/QĐ-UBND", "has_website": False}
LEFT = "chưa xác nhận số liệu năm trước"


@pytest.fixture
def lan(now, browse):
    """Lan, whose commune reported for 2019, before her report for 2020."""
    now("2021-06-16 08:00")
    commune = make.agency(on=date(2019, 1, 1))
    make.report(commune, make.cycle(year=2019), sent="2020-06-01", answers=BEFORE)
    return browse(make.officer(commune)), make.report(commune, make.cycle(year=2020))


def stored(report):
    report.refresh_from_db()
    return report.answers


def test_the_fields_hold_what_was_sent_last_year(lan):
    client, report = lan
    page = load(client, report, "general")
    assert (page["staff_total"], page["head_name"]) == ("22", "Nguyễn Văn Hòa")
    assert "Điền sẵn từ báo cáo năm 2019." in words(client.get(section_url(report, "general")))


def test_saving_the_page_as_it_came_confirms_nothing(lan):
    client, report = lan
    fill(client, report, "general")
    assert stored(report) == {}
    assert load(client, report, "general")["staff_total"] == "22"


def test_a_tick_confirms_one_answer(lan):
    client, report = lan
    fill(client, report, "general", **{"confirm-staff_total": "yes"})
    assert stored(report) == {"staff_total": 22}
    assert "Đã xác nhận: giữ như báo cáo năm 2019." in words(client.get(section_url(report, "general")))


def test_a_changed_answer_needs_no_tick(lan):
    client, report = lan
    fill(client, report, "general", staff_total="24")
    assert stored(report) == {"staff_total": 24}
    assert "Đã sửa so với số điền sẵn từ báo cáo năm 2019." in words(
        client.get(section_url(report, "general"))
    )


def test_an_answer_emptied_on_purpose_is_not_filled_in_again(lan):
    client, report = lan
    fill(client, report, "general", staff_total="")
    assert stored(report) == {}
    assert load(client, report, "general")["staff_total"] == ""


def test_one_button_confirms_the_section(lan):
    client, report = lan
    answer = fill(client, report, "general", do="confirm")
    assert stored(report) == GENERAL
    assert "Đã xác nhận 4 số liệu năm trước." in words(client.get(answer["Location"]))


def test_the_button_confirms_only_what_the_page_showed(lan):
    client, report = lan
    fill(client, report, "status", do="confirm", qms_state="building", shown="qms_state has_website")
    assert stored(report) == {"qms_state": "building", "has_website": False}


def test_an_answer_of_last_year_brings_up_the_questions_that_follow_from_it(lan):
    client, report = lan
    page = client.get(section_url(report, "status")).content.decode()
    card = page.split('data-key="declaration_number"')[1].split(">")[0]
    assert "hidden" not in card


def test_a_report_with_unconfirmed_answers_is_not_sent(lan):
    client, report = lan
    page = words(client.get(f"/reports/{report.pk}/send/"))
    assert f"Câu 3: {LEFT}" in page
    assert "7 số liệu năm trước chưa xác nhận" in page
    assert ">Gửi báo cáo<" not in page


def test_the_list_of_sections_says_what_is_to_be_confirmed(lan):
    client, report = lan
    assert "4 số liệu cần xác nhận" in words(client.get(section_url(report, "general")))
    fill(client, report, "general", do="confirm")
    assert "4 số liệu cần xác nhận" not in words(client.get(section_url(report, "general")))


def test_a_colleague_who_has_changed_it_meanwhile_is_heard_first(lan, browse):
    client, report = lan
    page = load(client, report, "general")
    hoa = browse(make.officer(report.agency, full_name="Lê Văn Hòa"))
    fill(hoa, report, "general", staff_total="30")
    answer = client.post(section_url(report, "general"), page | {"confirm-staff_total": "yes"})
    assert answer.status_code == 409
    assert stored(report)["staff_total"] == 30


def test_the_page_of_the_draft_shows_them_with_what_is_left_to_do(lan):
    client, report = lan
    page = client.get(f"/reports/{report.pk}/")
    shown = {one.question.key: one.text for chapter in page.context["chapters"] for one in chapter.answers}
    assert (shown["head_name"], shown["staff_total"]) == ("Nguyễn Văn Hòa", "22 người")
    assert LEFT in words(page)

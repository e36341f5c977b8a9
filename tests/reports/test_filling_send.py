"""Looking over a report and sending it: what stands in the way, explanations, on time or late."""

import pytest

from reports.models import AnnualReport
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(now, browse):
    """Lan, two weeks before the deadline, with a complete report."""
    now("2021-06-16 10:12")
    commune = make.agency()
    report = make.report(commune, answers=answers("C02"), state=AnnualReport.State.DRAFT)
    return browse(make.officer(commune)), report


def change(report, **answers):
    report.answers |= answers
    report.save()


def send(client, report, **typed):
    return client.post(f"/reports/{report.pk}/send/", {"do": "send"} | typed)


def test_a_complete_report_is_sent_and_leads_to_its_receipt(lan):
    client, report = lan
    answer = send(client, report)
    report.refresh_from_db()
    assert answer["Location"] == f"/reports/{report.pk}/receipt/"
    assert report.state == AnnualReport.State.SUBMITTED


def test_before_sending_lan_reads_what_it_means_and_that_it_is_on_time(lan):
    client, report = lan
    page = words(client.get(f"/reports/{report.pk}/send/"))
    assert "Sau khi gửi, không thể:" in page
    assert "Vẫn có thể:" in page
    assert "trước ngày 30/6/2021 (hết ngày 29/6/2021). Gửi bây giờ được ghi là <b>đúng hạn</b>" in page


def test_after_the_deadline_she_reads_that_it_will_be_late(lan, now):
    now("2021-06-30 00:00:00")
    client, report = lan
    assert "được ghi là <b>trễ hạn</b>" in words(client.get(f"/reports/{report.pk}/send/"))


def test_in_the_last_second_it_is_still_on_time(lan, now):
    now("2021-06-29 23:59:00")
    client, report = lan
    assert "được ghi là <b>đúng hạn</b>" in words(client.get(f"/reports/{report.pk}/send/"))


def test_a_missing_answer_stops_it_and_links_to_its_field(lan):
    client, report = lan
    del report.answers["difficulties"]
    report.save()
    answer = send(client, report)
    assert answer.status_code == 422
    assert f'href="/reports/{report.pk}/fill/assessment/#q-difficulties">Câu 61: chưa trả lời' in words(
        answer
    )
    report.refresh_from_db()
    assert report.state == AnnualReport.State.DRAFT


def test_a_contradiction_stops_it_with_both_numbers(lan):
    client, report = lan
    change(report, staff_total=20, staff_in_scope=21)
    page = words(send(client, report))
    assert "21 (câu 4) lớn hơn 20 (câu 3)" in page
    assert ">Gửi báo cáo<" not in page


def test_a_warning_asks_for_a_sentence_first(lan):
    client, report = lan
    change(report, new_staff=2, staff_trained=0)
    answer = send(client, report)
    assert answer.status_code == 422
    assert "Có 1 cảnh báo cần giải trình" in words(answer)
    assert 'href="#q-note-R25"' in words(answer)
    assert 'id="q-note-R25"' in words(answer)


def test_a_warning_with_its_sentence_is_sent_in_one_step(lan):
    client, report = lan
    change(report, new_staff=2, staff_trained=0)
    send(client, report, **{"note-R25": "Lớp mở tháng 7."})
    report.refresh_from_db()
    assert report.state == AnnualReport.State.SUBMITTED
    assert report.submissions.get().notes == {"R25": "Lớp mở tháng 7."}


def test_an_explanation_can_be_kept_before_everything_is_ready(lan):
    client, report = lan
    change(report, new_staff=2, staff_trained=0, difficulties=None)
    send(client, report, do="save", **{"note-R25": "Lớp mở tháng 7."})
    report.refresh_from_db()
    assert (report.state, report.notes) == (AnnualReport.State.DRAFT, {"R25": "Lớp mở tháng 7."})


def test_pressing_twice_sends_once_and_leads_to_the_receipt_again(lan):
    client, report = lan
    send(client, report)
    assert send(client, report)["Location"] == f"/reports/{report.pk}/receipt/"
    assert report.submissions.count() == 1


def test_pressing_again_with_another_explanation_says_that_it_was_not_taken(lan):
    client, report = lan
    send(client, report)
    answer = send(client, report, **{"note-R25": "Lớp mở tháng 7."})
    assert answer.status_code == 409
    assert "Lớp mở tháng 7." in words(answer)


def test_declaring_nil_twice_sends_once_and_leads_to_the_receipt_again(lan):
    client, report = lan
    for _time in range(2):
        answer = client.post(f"/reports/{report.pk}/nil/", {"reason": "Cơ quan mới thành lập."})
        assert answer["Location"] == f"/reports/{report.pk}/receipt/"
    assert report.submissions.count() == 1
    assert client.post(f"/reports/{report.pk}/nil/", {"reason": "Lý do khác."}).status_code == 409


def test_only_its_own_officer_sends_it(lan, browse):
    _client, report = lan
    assert send(browse(make.staff()), report).status_code == 404
    superior = make.officer(make.province())
    assert send(browse(superior), report).status_code == 404


def test_nothing_to_report_needs_a_reason(lan):
    client, report = lan
    answer = client.post(f"/reports/{report.pk}/nil/", {"reason": "  "})
    assert answer.status_code == 422
    assert "Viết một câu nêu lý do." in words(answer)


def test_nothing_to_report_is_a_kind_of_sending(lan):
    client, report = lan
    answer = client.post(f"/reports/{report.pk}/nil/", {"reason": "Cơ quan mới thành lập tháng 01/2021."})
    report.refresh_from_db()
    assert answer["Location"] == f"/reports/{report.pk}/receipt/"
    assert (report.state, report.is_nil) == (AnnualReport.State.SUBMITTED, True)
    assert report.answers == answers("C02")


def test_nothing_to_report_after_sending_is_refused_with_the_reason_still_there(lan):
    client, report = lan
    send(client, report)
    answer = client.post(f"/reports/{report.pk}/nil/", {"reason": "Không có gì."})
    assert answer.status_code == 409
    assert "Không có gì." in words(answer)

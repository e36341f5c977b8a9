"""Where the cycle asks for it, a report counts when the head confirms it, as of when it was handed up."""

import pytest

from agencies.models import Post
from isotrack.journal.models import Entry
from reports.actions.report import declare_nil, submit
from reports.models import AnnualReport
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import load, words

pytestmark = pytest.mark.django_db
State = AnnualReport.State
IN_TIME, TOO_LATE = "2021-06-29 23:50", "2021-06-30 09:00"


@pytest.fixture
def lan(now):
    """Lan, whose commune's report is complete, in a cycle that wants the head's confirmation."""
    now(IN_TIME)
    commune = make.agency()
    cycle = make.cycle()
    cycle.head_confirms = True
    cycle.save()
    return make.officer(commune)


@pytest.fixture
def report(lan):
    return make.report(lan.agency, AnnualReport.objects.get().cycle, answers=answers("C02"), state="draft")


@pytest.fixture
def head(lan):
    """Thọ, chairman of the commune."""
    tho = make.officer(lan.agency, full_name="Trần Văn Thọ")
    Post.objects.filter(user=tho).update(is_head=True, is_responsible=False, title="Chủ tịch")
    return tho


@pytest.fixture
def pending(report, lan):
    submit(report, by=lan, at=make.at(IN_TIME))
    report.refresh_from_db()
    return report


def state(report):
    report.refresh_from_db()
    return report.state


def test_before_sending_lan_reads_who_has_to_confirm(lan, report, head, browse):
    page = words(browse(lan).get(f"/reports/{report.pk}/send/"))
    assert "Người xác nhận: <b>Trần Văn Thọ</b> (Chủ tịch)" in page
    assert ">Trình người đứng đầu <" in page.replace("> Trình", ">Trình")


def test_pressing_twice_hands_it_up_once_and_leads_to_the_same_page(lan, report, head, browse):
    client = browse(lan)
    for _time in range(2):
        answer = client.post(f"/reports/{report.pk}/send/", {"do": "send"})
        assert answer["Location"] == f"/reports/{report.pk}/pending/"
    assert Entry.objects.filter(verb="report-pending").count() == 1


def test_where_the_head_has_no_account_she_reads_whom_to_ask(lan, report, browse):
    page = words(browse(lan).get(f"/reports/{report.pk}/send/"))
    assert "Đề nghị người quản trị của Sở lập tài khoản cho người đứng đầu" in page


def test_sending_hands_it_up_and_says_what_happens_now(lan, report, head, browse):
    answer = browse(lan).post(f"/reports/{report.pk}/send/", {"do": "send"}, follow=True)
    assert state(report) == State.PENDING
    assert answer.redirect_chain[-1][0] == f"/reports/{report.pk}/pending/"
    assert "báo cáo chờ người đứng đầu xác nhận" in words(answer)
    assert "khi được xác nhận, báo cáo là đúng hạn" in words(answer)


def test_the_head_finds_it_at_home_and_confirms(pending, head, browse, now):
    now(TOO_LATE)
    client = browse(head)
    assert f'href="/reports/{pending.pk}/pending/"' in words(client.get("/"))
    answer = client.post(f"/reports/{pending.pk}/confirm/")
    assert answer["Location"] == f"/reports/{pending.pk}/receipt/"
    assert state(pending) == State.SUBMITTED
    assert pending.first_submitted_at == make.at(IN_TIME)


def test_the_head_reads_the_whole_report_before(pending, head, browse):
    page = words(browse(head).get(f"/reports/{pending.pk}/"))
    assert str(answers("C02")["head_name"]) in page


def test_who_handed_it_up_does_not_confirm_it(pending, lan, browse):
    Post.objects.filter(user=lan).update(is_head=True, is_responsible=False)
    client = browse(lan)
    assert "Xác nhận và gửi" not in words(client.get(f"/reports/{pending.pk}/pending/"))
    assert client.post(f"/reports/{pending.pk}/confirm/").status_code == 409
    assert state(pending) == State.PENDING


def test_a_colleague_who_is_not_the_head_does_not_confirm_it(pending, lan, browse):
    hoa = make.officer(lan.agency, full_name="Lê Văn Hòa")
    assert browse(hoa).post(f"/reports/{pending.pk}/confirm/").status_code == 404
    assert state(pending) == State.PENDING


def test_the_head_of_another_agency_does_not_find_it(pending, browse):
    stranger = make.officer(make.agency("Ủy ban nhân dân xã Khánh Bình"))
    Post.objects.filter(user=stranger).update(is_head=True, is_responsible=False)
    assert browse(stranger).post(f"/reports/{pending.pk}/confirm/").status_code == 404


def test_the_head_sends_it_back_with_a_reason(pending, head, browse):
    answer = browse(head).post(f"/reports/{pending.pk}/send-back/", {"reason": "Sửa câu 3."})
    assert answer.status_code == 302
    assert state(pending) == State.DRAFT
    assert Entry.objects.get(verb="report-sent-back").reason == "Sửa câu 3."


def test_the_page_has_one_form_for_each_of_the_two_decisions(pending, head, browse):
    page = words(browse(head).get(f"/reports/{pending.pk}/pending/"))
    assert f'action="/reports/{pending.pk}/confirm/"' in page
    assert f'action="/reports/{pending.pk}/send-back/"' in page


def test_without_a_reason_it_is_not_sent_back(pending, head, browse):
    answer = browse(head).post(f"/reports/{pending.pk}/send-back/", {"reason": " "})
    assert answer.status_code == 422
    assert "Ghi cần sửa gì." in words(answer)
    assert state(pending) == State.PENDING


def test_lan_takes_it_back_and_finds_every_answer(pending, lan, head, browse):
    client = browse(lan)
    assert client.post(f"/reports/{pending.pk}/take-back/").status_code == 302
    assert state(pending) == State.DRAFT
    assert load(client, pending, "general")["staff_total"] == "68"
    assert Entry.objects.filter(verb="report-taken-back").count() == 1


def test_what_was_confirmed_meanwhile_is_not_taken_back(pending, lan, head, browse):
    browse(head).post(f"/reports/{pending.pk}/confirm/")
    assert browse(lan).post(f"/reports/{pending.pk}/take-back/").status_code == 409
    assert state(pending) == State.SUBMITTED


def test_a_returned_report_taken_back_is_a_returned_one_again(report, lan, head):
    returned = {"returned_at": make.NOW, "return_comment": "Bổ sung"}
    make.report(report.agency, report.cycle, sent="2021-06-10", state="returned", **returned)
    report.refresh_from_db()
    submit(report, by=lan, at=make.at(IN_TIME))
    from reports.actions.report import take_back

    take_back(report, by=lan, at=make.at(IN_TIME))
    assert state(report) == State.RETURNED


def test_nothing_to_report_waits_too_and_keeps_its_reason_when_sent_back(report, lan, head, browse):
    declare_nil(report, by=lan, at=make.at(IN_TIME), reason="Mới thành lập.")
    page = words(browse(head).get(f"/reports/{report.pk}/pending/"))
    assert "Báo không phát sinh: Mới thành lập." in page
    browse(head).post(f"/reports/{report.pk}/send-back/", {"reason": "Vẫn có số liệu."})
    report.refresh_from_db()
    assert (report.state, report.is_nil, report.nil_reason) == (State.DRAFT, False, "Mới thành lập.")


def test_the_rule_of_a_row_is_the_rule_of_the_queryset(pending, lan, head):
    # Lan is a head now, but it was she who handed it up.
    Post.objects.filter(user=lan).update(is_head=True, is_responsible=False)
    for person in (lan, head, make.staff()):
        listed = AnnualReport.objects.confirmable_by(person).contains(pending)
        assert pending.awaits(person) == listed == (person == head)

"""The officer takes a report back: told what it costs before, every answer still there after."""

import pytest

from isotrack.journal.models import Entry
from reports.actions.report import submit
from reports.actions.review import accept
from reports.models import AnnualReport
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import load, words

pytestmark = pytest.mark.django_db
State = AnnualReport.State
REASON = {"reason": "Ghi nhầm số TTHC."}


@pytest.fixture
def lan(now):
    now("2021-06-20 08:00")
    return make.officer(make.agency())


@pytest.fixture
def report(lan):
    """Sent ten days before the deadline."""
    sent = make.report(lan.agency, answers=answers("C02"), state="draft")
    submit(sent, by=lan, at=make.at("2021-06-19 10:12"))
    sent.refresh_from_db()
    return sent


def withdraw(client, report, **typed):
    return client.post(f"/reports/{report.pk}/withdraw/", typed)


def test_before_the_deadline_she_reads_until_when_it_must_come_again(report, lan, browse):
    page = words(browse(lan).get(f"/reports/{report.pk}/withdraw/"))
    assert "lúc 10:12 ngày 19/6/2021" in page
    assert "phải gửi lại trước ngày 30/6/2021 (hết ngày 29/6/2021) thì mới đúng hạn" in page


def test_after_the_deadline_she_reads_that_it_will_be_late(report, lan, browse, now):
    now("2021-07-01 08:00")
    page = words(browse(lan).get(f"/reports/{report.pk}/withdraw/"))
    assert "<b>gửi lại bây giờ được ghi là trễ hạn</b>" in page


def test_a_withdrawn_report_is_a_draft_with_every_answer(report, lan, browse):
    client = browse(lan)
    answer = withdraw(client, report, **REASON)
    report.refresh_from_db()
    assert answer["Location"] == f"/reports/{report.pk}/fill/"
    assert (report.state, report.first_submitted_at) == (State.DRAFT, None)
    assert load(client, report, "general")["staff_total"] == "68"
    assert Entry.objects.get(verb="report-withdrawn").reason == REASON["reason"]


def test_it_needs_a_reason(report, lan, browse):
    answer = withdraw(browse(lan), report, reason=" ")
    assert answer.status_code == 422
    assert "Ghi lý do rút lại." in words(answer)
    assert report.submissions.valid().count() == 1


def test_the_letter_that_asks_for_it_is_kept_with_it(report, lan, browse):
    letter = make.document()
    withdraw(browse(lan), report, document=str(letter.pk), **REASON)
    assert report.submissions.get().withdrawal_document == letter


def test_an_accepted_report_stays(report, lan, browse):
    accept(report, by=make.staff(), at=make.at("2021-06-19 16:00"))
    answer = withdraw(browse(lan), report, **REASON)
    assert answer.status_code == 409
    assert REASON["reason"] in words(answer)


def test_a_report_that_was_not_sent_has_nothing_to_withdraw(lan, browse):
    owed = make.report(lan.agency)
    assert browse(lan).get(f"/reports/{owed.pk}/withdraw/")["Location"] == f"/reports/{owed.pk}/"


def test_nobody_else_withdraws_it(report, browse):
    for stranger in (make.officer(make.province()), make.staff()):
        assert withdraw(browse(stranger), report, **REASON).status_code == 404

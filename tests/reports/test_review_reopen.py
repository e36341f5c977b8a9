"""Reopening what is accepted or locked, and taking a sending back on the agency's letter."""

from datetime import date

import pytest

from isotrack.journal.models import Entry, Notice
from isotrack.kit.states import WrongState
from reports.actions.review import exempt, reopen
from reports.models import AnnualReport
from tests import make
from tests.reports.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(now):
    now("2021-06-16 08:00")
    return make.report(make.agency(code="30340"), sent="2021-06-01 09:00")


@pytest.fixture
def clerk(browse, report):
    return browse(make.staff())


def decide(clerk, report, act, **typed):
    sent = {"document": make.document().pk, "reason": "Theo đề nghị của xã."} | typed
    return clerk.post(f"/reports/{report.pk}/{act}/", sent, follow=True)


def test_an_accepted_report_is_open_again_and_still_on_time(clerk, report):
    clerk.post(f"/reports/{report.pk}/accept/")
    page = decide(clerk, report, "reopen", until="30/07/2021")
    assert "Đã mở lại đến hết ngày 30/7/2021" in words(page)
    report.refresh_from_db()
    assert (report.state, report.accepted_at) == (AnnualReport.State.RETURNED, None)
    assert report.is_editable(make.at("2021-07-20"))
    assert report.punctuality_at(make.at("2021-08-01")) == "on_time"
    assert Notice.objects.filter(about=f"report:{report.pk}", step="returned-1").exists()


def test_a_locked_draft_is_open_until_the_day_is_over(clerk, now):
    now("2022-01-05 08:00")
    report = make.report(make.agency("Ủy ban nhân dân xã Phú Hội"))
    assert not report.is_editable(make.at("2022-01-05 08:00"))
    decide(clerk, report, "reopen", until="20/01/2022")
    report.refresh_from_db()
    assert report.is_editable(make.at("2022-01-20 23:59"))
    assert not report.is_editable(make.at("2022-01-21 00:00"))
    entry = Entry.objects.get(verb="report-reopened")
    assert entry.changes["reopened_until"] == [None, "2022-01-20"]
    assert "45/SKHCN-TĐC" in entry.changes["document"][1]


@pytest.mark.parametrize(
    ("until", "told"), [("15/06/2021", "từ hôm nay (16/6/2021) trở đi"), ("", "Ghi ngày cho sửa đến.")]
)
def test_a_day_that_is_over_opens_nothing(clerk, report, until, told):
    clerk.post(f"/reports/{report.pk}/accept/")
    assert told in words(decide(clerk, report, "reopen", until=until))
    report.refresh_from_db()
    assert report.state == AnnualReport.State.ACCEPTED


def test_what_waits_for_a_decision_is_returned_and_not_reopened(clerk, report):
    page = decide(clerk, report, "reopen", until="30/07/2021")
    assert page.status_code == 409
    assert "không mở lại được" in words(page)


def test_the_button_stands_only_where_it_does_something(clerk, report):
    address = f"/reports/{report.pk}/"
    assert f"{address}reopen/" not in words(clerk.get(address))
    clerk.post(f"{address}accept/")
    page = words(clerk.get(address))
    assert f"{address}reopen/" in page
    assert f"{address}withdrawal/" not in page


def test_an_exempt_report_is_not_reopened():
    report, clerk = make.report(make.agency()), make.staff()
    exempt(report, by=clerk, at=make.NOW, document=make.document(), reason="Giải thể")
    with pytest.raises(WrongState):
        reopen(
            report,
            by=clerk,
            at=make.at("2022-02-01"),
            until=date(2022, 2, 5),
            document=make.document("46/SKHCN"),
            reason="Mở",
        )


def test_a_sending_is_taken_back_for_the_agency_and_counts_no_more(clerk, report):
    page = words(decide(clerk, report, "withdrawal"))
    assert "Đã rút lại lần gửi mới nhất" in page
    assert "không được tính" in page
    report.refresh_from_db()
    assert (report.state, report.first_submitted_at) == (AnnualReport.State.DRAFT, None)
    assert report.punctuality_at(make.at("2021-07-01")) == "missing"
    withdrawn = report.submissions.get()
    assert (withdrawn.withdrawal_reason, withdrawn.withdrawal_document.number) == (
        "Theo đề nghị của xã.",
        "45/SKHCN-TĐC",
    )


def test_what_was_decided_is_not_taken_back(clerk, report):
    clerk.post(f"/reports/{report.pk}/accept/")
    assert decide(clerk, report, "withdrawal").status_code == 409


@pytest.mark.parametrize("act", ["reopen", "withdrawal"])
def test_without_a_document_nothing_happens(clerk, report, act):
    page = decide(clerk, report, act, document="", until="30/07/2021")
    assert "Chọn văn bản làm căn cứ." in words(page)


def test_what_was_sent_or_waits_for_the_head_is_not_exempted(report):
    clerk, letter = make.staff(), make.document()
    with pytest.raises(WrongState):
        exempt(report, by=clerk, at=make.NOW, document=letter, reason="Giải thể")
    waiting = make.report(make.agency("Xã B"), state="pending", pending_at=make.NOW)
    with pytest.raises(WrongState):
        exempt(waiting, by=clerk, at=make.NOW, document=letter, reason="Giải thể")

"""Two people decide at the same moment: one wins, the other is told, and nothing is done twice.

Both wait for the row, which this test holds until both have asked for it.
"""

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from isotrack.journal.models import Entry
from reports.models import AnnualReport
from tests import make
from tests.reports.filled import answers

pytestmark = pytest.mark.django_db(transaction=True)
CORRECT = {"comment": "Bổ sung", "correct_by": "01/07/2021"}
SECONDS_TO_ASK = 0.6


@pytest.fixture
def report(now):
    now("2021-06-20 08:00")
    return make.report(make.agency(code="30340"), answers=answers("C02"), state="draft")


@pytest.fixture
def sent(report):
    lan = make.officer(report.agency)
    client = Client()
    client.force_login(lan)
    client.post(f"/reports/{report.pk}/send/", {"do": "send"})
    report.refresh_from_db()
    assert report.state == AnnualReport.State.SUBMITTED
    return report


def at_once(report, *asks: Callable[[], Any]) -> list[Any]:
    """What each of `asks` answers when all ask for the row at the same time."""
    answered: dict[int, Any] = {}

    def ask(place: int, one: Callable[[], Any]) -> None:
        try:
            answered[place] = one()
        finally:
            connection.close()

    threads = [Thread(target=ask, args=pair) for pair in enumerate(asks)]
    with transaction.atomic():
        AnnualReport.objects.select_for_update().get(pk=report.pk)
        for thread in threads:
            thread.start()
        time.sleep(SECONDS_TO_ASK)
    for thread in threads:
        thread.join(20)
    return [answered[place] for place in range(len(asks))]


def asking(browse, person, report, act, typed=()):
    client = browse(person)
    return lambda: client.post(f"/reports/{report.pk}/{act}/", dict(typed), follow=act == "accept")


def entries(report, *verbs):
    return Entry.objects.about("report", report.pk).filter(verb__in=verbs).count()


def test_of_two_sendings_at_once_one_is_made(report, browse):
    people = [make.officer(report.agency), make.officer(report.agency)]
    asks = [asking(browse, person, report, "send", {"do": "send"}) for person in people]
    assert sorted(one.status_code for one in at_once(report, *asks)) == [302, 409]
    assert report.submissions.count() == 1
    assert entries(report, "report-submitted") == 1


def test_accepting_and_withdrawing_at_once_is_one_of_the_two(sent, browse):
    lan, binh = make.officer(sent.agency), make.staff()
    accepted, withdrawn = at_once(
        sent,
        asking(browse, binh, sent, "accept"),
        asking(browse, lan, sent, "withdraw", {"reason": "Nhầm"}),
    )
    sent.refresh_from_db()
    assert entries(sent, "report-accepted", "report-withdrawn") == 1
    if sent.state == AnnualReport.State.ACCEPTED:
        assert withdrawn.status_code == 409
    else:
        assert "đang ở trạng thái" in accepted.content.decode()
        assert sent.first_submitted_at is None


def test_returning_and_accepting_at_once_is_one_of_the_two(sent, browse):
    returned, accepted = at_once(
        sent,
        asking(browse, make.staff(), sent, "return", CORRECT),
        asking(browse, make.staff(), sent, "accept"),
    )
    sent.refresh_from_db()
    assert entries(sent, "report-accepted", "report-returned") == 1
    if sent.state == AnnualReport.State.ACCEPTED:
        assert returned.status_code == 409
    else:
        assert "đang ở trạng thái" in accepted.content.decode()


def test_two_who_settle_one_comment_settle_it_once(sent, browse):
    comment = make.commented(sent)
    asks = [asking(browse, make.staff(), sent, f"comments/{comment.pk}/settle") for _clerk in range(2)]
    at_once(sent, *asks)
    assert entries(sent, "report-comment-settled") == 1

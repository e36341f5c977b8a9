"""Two people decide at the same moment: one wins, the other is told, and nothing is done twice.

Both wait for the row, which this test holds until both have asked for it.
"""

import json
import time
from collections.abc import Callable
from itertools import count
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from isotrack.journal.models import Entry
from reports.models import AnnualReport
from tests import make
from tests.reports.filled import answers

pytestmark = pytest.mark.django_db(transaction=True)
CORRECT = {"comment": "Bổ sung", "correct_by": "01/07/2021"}
SECONDS_TO_ASK = 0.6
WAITING = (
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


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
        wait_for(len(threads))
    for thread in threads:
        thread.join(20)
    return [answered[place] for place in range(len(asks))]


def wait_for(number: int) -> None:
    """Until so many stand before the lock; those refused before they reach it are not waited for long."""
    until = time.monotonic() + SECONDS_TO_ASK
    while connection.vendor == "postgresql" and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_stat_clear_snapshot(), ({WAITING})")
            if cursor.fetchone()[1] >= number:
                return
        time.sleep(0.01)
    time.sleep(max(0, until - time.monotonic()))


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


def saving(browse, person, report, key, value):
    client = browse(person)
    typed = {"key": key, key: value, f"seen-{key}": json.dumps(report.answers.get(key)), "window": value}
    headers = {"accept": "application/json"}
    return lambda: client.post(f"/reports/{report.pk}/autosave/", typed, headers=headers)


def test_two_answers_saved_at_once_both_stay(report, browse):
    people = [make.officer(report.agency), make.officer(report.agency)]
    typed = (("staff_total", "71"), ("head_name", "Trần Văn Thọ"))
    asks = [saving(browse, person, report, *one) for person, one in zip(people, typed, strict=True)]
    assert [one.status_code for one in at_once(report, *asks)] == [200, 200]
    report.refresh_from_db()
    assert (report.answers["staff_total"], report.answers["head_name"]) == (71, "Trần Văn Thọ")


def test_one_answer_saved_twice_at_once_is_a_conflict_for_the_second(report, browse):
    people = [make.officer(report.agency), make.officer(report.agency)]
    asks = [
        saving(browse, one, report, "staff_total", typed)
        for one, typed in zip(people, ("71", "72"), strict=True)
    ]
    refused = ["conflict" in one.json() for one in at_once(report, *asks)]
    assert sorted(refused) == [False, True]
    report.refresh_from_db()
    assert report.answers["staff_total"] == (71 if refused[1] else 72)


# Whatever two do at once comes out as if one had done it after the other

STARTS = ("not_started", "draft", "submitted", "returned", "accepted")
DRAWN = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_codes = count(1)
ACTS = {
    "send": ("lan", "send", {"do": "send"}),
    "nil": ("lan", "nil", {"reason": "Không có", "confirm": "on"}),
    "withdraw": ("lan", "withdraw", {"reason": "Nhầm"}),
    "accept": ("binh", "accept", {}),
    "return": ("binh", "return", CORRECT),
}


class Scene:
    """A report of its own in a state, and the two people who act on it."""

    def __init__(self, browse, start: str) -> None:
        self.browse = browse
        agency = make.agency(code=f"3{next(_codes):04}", superior=make.province())
        state = "draft" if start != "not_started" else start
        self.report = make.report(agency, make.cycle(), answers=answers("C02"), state=state)
        self.people = {"lan": make.officer(agency), "binh": make.staff()}
        steps = {"submitted": ["send"], "returned": ["send", "return"], "accepted": ["send", "accept"]}
        for act in steps.get(start, []):
            self.ask(act)()
        self.report.refresh_from_db()
        assert self.report.state == start

    def ask(self, act: str) -> Callable[[], Any]:
        who, address, typed = ACTS[act]
        return asking(self.browse, self.people[who], self.report, address, typed)

    def outcome(self) -> tuple[Any, ...]:
        """What is left of it: nothing here differs between two orders by chance."""
        self.report.refresh_from_db()
        sent = self.report.submissions.order_by("number").values_list("number", "is_nil", "withdrawn_at")
        verbs = Entry.objects.about("report", self.report.pk).values_list("verb", flat=True)
        sendings = [(number, is_nil, gone is None) for number, is_nil, gone in sent]
        return self.report.state, self.report.is_nil, sendings, sorted(verbs)


@DRAWN
@given(start=st.sampled_from(STARTS), one=st.sampled_from(list(ACTS)), other=st.sampled_from(list(ACTS)))
def test_two_acts_at_once_come_out_as_one_after_the_other(browse, now, start, one, other):
    now("2021-06-20 08:00")
    scenes = [Scene(browse, start) for _each in range(3)]
    for scene, order in zip(scenes, ((one, other), (other, one)), strict=False):
        for act in order:
            scene.ask(act)()
    together = scenes[2]
    at_once(together.report, together.ask(one), together.ask(other))
    assert together.outcome() in [scene.outcome() for scene in scenes[:2]]

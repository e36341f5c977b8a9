"""A failed notice is owed once more when somebody of the department asks for it."""

import pytest

from isotrack.journal.actions import retry
from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Entry, Notice
from isotrack.kit.states import WrongState
from tests import make

pytestmark = pytest.mark.django_db
State = Notice.State


def notice(**values):
    usual = {
        "voice": "report-digest",
        "about": "cycle:1",
        "about_label": "Kỳ báo cáo năm 2020",
        "step": "staff+7",
        "recipient": "binh@people.example",
        "recipient_label": "Nguyễn Văn Bình",
        "province": "1",
        "planned_for": make.NOW,
        "state": State.FAILED,
        "reason": "550 no such mailbox",
        "tries": 3,
        "message_id": "<kept@there>",
    }
    return Notice.objects.create(**usual | values)


def test_it_is_planned_again_with_fresh_tries_and_the_same_message_id():
    again = retry(notice(), by=make.staff(), at=make.NOW)
    assert (again.state, again.tries, again.reason) == (State.PLANNED, 0, "")
    assert again.message_id == "<kept@there>"


def test_the_journal_keeps_who_asked_and_why_it_had_failed():
    binh = make.staff()
    again = retry(notice(), by=binh, at=make.NOW)
    entry = Entry.objects.about("notice", again.pk).get()
    assert (entry.verb, entry.actor, entry.province) == ("notice-retried", "Nguyễn Văn Bình", "1")
    assert entry.changes["reason"] == ["550 no such mailbox", ""]


@pytest.mark.parametrize("state", [State.PLANNED, State.SENT, State.SKIPPED])
def test_only_what_failed_can_be_sent_again(state):
    other = notice(state=state, sent_at=make.NOW if state == State.SENT else None)
    with pytest.raises(WrongState, match="không thể chuyển"):
        retry(other, by=make.staff(), at=make.NOW)
    assert not Entry.objects.filter(verb="notice-retried").exists()


def test_of_two_who_ask_at_the_same_time_one_is_told():
    failed = notice()
    same = Notice.objects.get(pk=failed.pk)
    retry(failed, by=make.staff(), at=make.NOW)
    with pytest.raises(WrongState):
        retry(same, by=make.staff(), at=make.NOW)


def test_it_leaves_with_the_next_delivery(mailoutbox):
    cycle = make.reports(1)
    retry(notice(about=f"cycle:{cycle.pk}"), by=make.staff(), at=make.NOW)
    assert deliver_owed(make.NOW).sent == 1
    assert mailoutbox[0].extra_headers["Message-ID"] == "<kept@there>"

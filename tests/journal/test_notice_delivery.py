"""Sending what is owed to a real mail server that refuses, hangs up, or is not there."""

import socket
from datetime import timedelta
from time import monotonic

import pytest
from django.db import IntegrityError, transaction

from isotrack.journal.addresses import mark_dead
from isotrack.journal.deliver import BATCH_LASTS, CLAIM_LAPSES_AFTER, PAUSES, TRIES, Pace, deliver_owed
from isotrack.journal.models import DeadAddress, Entry, Notice
from isotrack.kit import clock
from reports.actions.reminder import plan_reminders
from tests import make, sink

pytestmark = pytest.mark.django_db
MORNING = make.at("2021-06-23 08:00")
State = Notice.State


@pytest.fixture
def server(settings):
    with sink.listening() as listening:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listening.port
        yield listening


def owed(number=3):
    """So many agencies are owed a reminder; their notices in the order in which they are sent."""
    make.reports(number)
    plan_reminders(as_of=MORNING)
    return list(Notice.objects.order_by("planned_for", "pk"))


def lapse_claims():
    """Ten minutes pass: what a killed process held is free again."""
    Notice.objects.filter(claimed_at__isnull=False).update(
        claimed_at=clock.real_now() - CLAIM_LAPSES_AFTER - timedelta(seconds=1)
    )


def end_pauses():
    """Hours pass: whatever rests after a refusal may be tried again."""
    Notice.objects.filter(next_try_at__isnull=False).update(next_try_at=clock.real_now())


def test_every_notice_that_is_owed_reaches_its_mailbox_and_keeps_what_was_said(server):
    notices = owed()
    result = deliver_owed(MORNING)
    assert (result.sent, result.failed, result.skipped) == (3, 0, 0)
    assert server.receivers == [notice.recipient for notice in notices]
    kept = Notice.objects.get(pk=notices[0].pk)
    assert (kept.state, kept.sent_at, kept.tries, kept.claimed_at) == (State.SENT, MORNING, 1, None)
    assert server.mails[0]["Subject"].strip() == kept.subject
    said = server.mails[0].get_body(("plain",)).get_content()
    assert said.split() == kept.body_text.split()
    assert "<html" in server.mails[0].get_body(("html",)).get_content()


def test_a_mail_says_that_nobody_typed_it_and_whom_to_answer(server, settings):
    settings.REPLY_TO = "iso@angiang.example"
    owed(1)
    deliver_owed(MORNING)
    assert server.mails[0]["Auto-Submitted"] == "auto-generated"
    assert server.mails[0]["Reply-To"] == "iso@angiang.example"
    assert "iso@angiang.example" in server.mails[0].get_body(("plain",)).get_content()


def test_a_second_run_sends_nothing(server):
    owed()
    deliver_owed(MORNING)
    assert deliver_owed(MORNING).sent == 0
    assert len(server.mails) == 3


def test_nothing_is_sent_before_its_moment(server):
    owed(1)
    assert deliver_owed(MORNING - timedelta(seconds=1)).sent == 0
    assert server.mails == []


def test_a_mail_arrives_once_more_under_the_same_name_where_the_server_hung_up_after_taking_it(server):
    owed(1)
    server.before_answer = lambda mail: None
    assert deliver_owed(MORNING).sent == 0
    notice = Notice.objects.get()
    assert (notice.state, notice.tries) == (State.PLANNED, 1)
    server.before_answer = lambda mail: "250 taken"
    end_pauses()
    assert deliver_owed(MORNING).sent == 1
    assert [mail["Message-ID"].strip() for mail in server.mails] == [notice.message_id] * 2


def test_one_refused_address_keeps_nobody_else_from_being_told(server):
    first, second, third = owed()
    server.refusals[second.recipient] = "452 4.2.2 mailbox full"
    assert deliver_owed(MORNING).sent == 2
    assert server.receivers == [first.recipient, third.recipient]


def test_what_is_refused_for_now_is_tried_again_after_growing_pauses_and_then_given_up(server):
    (notice,) = owed(1)
    server.refusals[notice.recipient] = "452 4.2.2 mailbox full"
    for number, pause in enumerate(PAUSES, start=1):
        asked_at = clock.real_now()
        assert deliver_owed(MORNING).failed == 0
        notice.refresh_from_db()
        assert (notice.state, notice.tries, notice.reason) == (
            State.PLANNED,
            number,
            "452 4.2.2 mailbox full",
        )
        assert pause <= notice.next_try_at - asked_at < pause + timedelta(minutes=1)
        end_pauses()
    assert deliver_owed(MORNING).failed == 1
    notice.refresh_from_db()
    assert (notice.state, notice.tries, notice.next_try_at) == (State.FAILED, TRIES, None)
    assert not DeadAddress.objects.exists()


def test_between_two_tries_a_refused_notice_is_left_alone(server):
    (notice,) = owed(1)
    server.refusals[notice.recipient] = "452 4.2.2 mailbox full"
    deliver_owed(MORNING)
    deliver_owed(MORNING)
    assert Notice.objects.get().tries == 1


@pytest.mark.parametrize("answer", ["550 5.1.1 no such mailbox", "551 moved away", "553 5.1.3 bad name"])
def test_a_mailbox_that_does_not_exist_fails_at_once_and_is_written_to_no_more(answer, server):
    (notice,) = owed(1)
    server.refusals[notice.recipient] = answer
    assert deliver_owed(MORNING).failed == 1
    notice.refresh_from_db()
    assert (notice.state, notice.tries, notice.reason) == (State.FAILED, 1, answer)
    dead = DeadAddress.objects.get()
    assert (dead.address, dead.source, dead.reason) == (notice.recipient, DeadAddress.Source.REFUSED, answer)
    assert Entry.objects.get(verb="address-dead").actor == "Hệ thống"


@pytest.mark.parametrize("answer", ["554 5.7.1 relay denied", "550 5.7.1 blocked by policy"])
def test_a_policy_about_us_fails_the_mail_and_not_the_address(answer, server):
    (notice,) = owed(1)
    server.refusals[notice.recipient] = answer
    assert deliver_owed(MORNING).failed == 1
    assert not DeadAddress.objects.exists()


def test_a_mail_refused_for_its_content_fails_at_once_and_not_its_address(server):
    owed(1)
    server.before_answer = lambda mail: "554 5.6.0 content refused"
    assert deliver_owed(MORNING).failed == 1
    assert "content refused" in Notice.objects.get().reason
    assert not DeadAddress.objects.exists()


def test_where_the_server_refuses_us_as_the_sender_everything_stays_owed_and_costs_no_try(server, settings):
    owed(2)
    server.sender_answer = "530 5.7.0 sign in first"
    assert deliver_owed(MORNING).failed == 0
    assert {(n.state, n.tries, n.claimed_at) for n in Notice.objects.all()} == {(State.PLANNED, 0, None)}


def test_nothing_is_sent_to_an_address_known_to_be_dead_whatever_its_case(server):
    first, second = owed(2)
    mark_dead(
        first.recipient.upper(),
        by=None,
        at=MORNING,
        province=first.province,
        reason="đã khóa",
        source=DeadAddress.Source.TYPED,
    )
    assert deliver_owed(MORNING).sent == 1
    assert server.receivers == [second.recipient]
    first.refresh_from_db()
    assert (first.state, first.reason) == (State.FAILED, "Địa chỉ đã được ghi là không nhận thư: đã khóa")


def test_a_notice_whose_words_cannot_be_found_keeps_nobody_else_from_being_told(server):
    first, second, third = owed()
    Notice.objects.filter(pk=second.pk).update(about="report:nonsense")
    assert deliver_owed(MORNING).sent == 2
    assert server.receivers == [first.recipient, third.recipient]
    second.refresh_from_db()
    assert second.state == State.FAILED
    assert second.reason.startswith("Không soạn được lời thư: ValueError")


def test_a_notice_of_a_voice_that_nobody_has_is_marked_and_the_others_leave(server):
    first, second = owed(2)
    Notice.objects.filter(pk=first.pk).update(voice="nobody")
    assert deliver_owed(MORNING).sent == 1
    assert Notice.objects.get(pk=first.pk).state == State.FAILED


def test_an_address_that_no_mail_can_carry_fails_and_the_others_leave(server):
    first, second = owed(2)
    Notice.objects.filter(pk=first.pk).update(recipient="a b\n@agency.example")
    assert (deliver_owed(MORNING).sent, Notice.objects.get(pk=first.pk).state) == (1, State.FAILED)


def test_mails_leave_at_an_even_pace(server, settings):
    settings.MAIL_PER_MINUTE = 600
    owed(4)
    began = monotonic()
    assert deliver_owed(MORNING).sent == 4
    assert monotonic() - began >= 0.3  # three pauses of a tenth of a second


def test_at_a_slow_pace_no_batch_outlasts_its_claim():
    assert Pace(0).batch() == 100
    assert Pace(10).batch() * Pace(10).pause < BATCH_LASTS.total_seconds()


def test_a_run_that_may_not_last_leaves_the_rest_to_the_next_one(server, monkeypatch):
    monkeypatch.setattr("isotrack.journal.deliver.BATCH", 2)
    owed(3)
    assert deliver_owed(MORNING, at_most=timedelta(0)).sent == 2
    assert deliver_owed(MORNING, at_most=timedelta(0)).sent == 1


def test_where_there_is_no_server_everything_stays_owed_and_costs_no_try(server, settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and deaf: connections are refused
        settings.EMAIL_PORT = taken.getsockname()[1]
        notices = owed()
        assert deliver_owed(MORNING).sent == 0
    assert {(n.state, n.tries, n.claimed_at) for n in Notice.objects.all()} == {(State.PLANNED, 0, None)}
    settings.EMAIL_PORT = server.port
    assert deliver_owed(MORNING).sent == len(notices)


def test_what_another_process_holds_is_passed_over_until_its_claim_has_lapsed(server):
    first, second = owed(2)
    Notice.objects.filter(pk=first.pk).update(claimed_at=clock.real_now(), message_id="<one@there>", tries=1)
    assert deliver_owed(MORNING).sent == 1
    assert server.receivers == [second.recipient]
    lapse_claims()
    assert deliver_owed(MORNING).sent == 1
    assert server.mails[1]["Message-ID"] == "<one@there>"


def test_a_batch_costs_the_same_questions_for_one_mail_and_for_twenty(server, django_assert_max_num_queries):
    owed(20)
    # One stamp a mail; claiming, finding the words and a last look cost the same for any number.
    with django_assert_max_num_queries(20 + 14):
        deliver_owed(MORNING)
    assert len(server.mails) == 20


def test_the_same_thing_is_said_once_to_one_address_at_one_step():
    (notice,) = owed(1)
    notice.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save(force_insert=True)


@pytest.mark.parametrize(
    "wrong",
    [{"state": "sent"}, {"state": "failed"}, {"state": "skipped"}, {"state": "planned", "sent_at": MORNING}],
    ids=["sent without its time", "failed without why", "skipped without why", "planned but sent"],
)
def test_the_database_refuses_a_result_without_what_belongs_to_it(wrong):
    (notice,) = owed(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**wrong)

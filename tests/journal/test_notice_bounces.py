"""Returned mail marks the addresses that do not exist, and only these."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isotrack.journal.actions import Outcome, report_dead, retry_all, take_bounces, works_again
from isotrack.journal.bounces import NotMail, read_bounces
from isotrack.journal.models import DeadAddress, Entry, Notice
from tests import make
from tests.journal import returned
from tests.journal.test_notice_again import notice

State = Notice.State
SENT = {"state": State.SENT, "sent_at": make.NOW, "reason": ""}


def take(content, province="1"):
    bounces = read_bounces(content).bounces
    return take_bounces(bounces, by=make.staff(), at=make.NOW, province=province)


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_delivery_report_says_whom_it_is_about_and_which_mail_came_back(kind):
    (bounce,) = read_bounces(returned.report("a@b.example", message_id="<m@us>", kind=kind)).bounces
    assert (bounce.address, bounce.status, bounce.message_id) == ("a@b.example", "5.1.1", "<m@us>")
    assert bounce.words.endswith("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown")
    assert bounce.is_permanent


def test_a_mailbox_may_hold_ordinary_mail_as_well():
    both = returned.mailbox(returned.ORDINARY.encode(), returned.report("a@b.example"))
    read = read_bounces(both)
    assert (read.mails, [bounce.address for bounce in read.bounces]) == (2, ["a@b.example"])


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"just words", b"PK\x03\x04zip"])
def test_what_is_no_mail_is_refused_in_words(content):
    with pytest.raises(NotMail, match="Tệp không phải thư"):
        read_bounces(content)


@given(st.binary(max_size=300), st.integers(0, 900))
def test_a_broken_file_never_breaks_the_page(junk, place):
    whole = returned.mailbox(returned.report("a@b.example"))
    with suppress(NotMail):
        read_bounces(whole[:place] + junk + whole[place:])


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_marked_and_its_notice_did_not_arrive_after_all():
    sent = notice(**SENT)
    (outcome,) = take(returned.report("BINH@people.example", message_id="<kept@there>"))
    assert (outcome.kind, outcome.address) == (Outcome.DEAD, "binh@people.example")
    assert DeadAddress.objects.get().source == DeadAddress.Source.BOUNCE
    sent.refresh_from_db()
    assert (sent.state, sent.sent_at) == (State.FAILED, None)
    assert sent.reason.startswith("Gửi lúc 08:00 ngày 16/6/2021 nhưng không đến: smtp; 550")
    assert Entry.objects.filter(verb="notice-came-back", about_key=str(sent.pk)).exists()


@pytest.mark.django_db
def test_a_mail_that_was_passed_on_marks_the_address_we_wrote_to():
    notice(**SENT)
    (outcome,) = take(returned.report("private@elsewhere.example", message_id="<kept@there>"))
    assert outcome.address == "binh@people.example"
    assert DeadAddress.objects.get().address == "binh@people.example"


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["4.2.2", "5.7.1", "2.0.0"])
def test_what_may_work_later_and_what_is_a_policy_mark_nothing(status):
    sent = notice(**SENT)
    (outcome,) = take(returned.report("binh@people.example", status=status, message_id="<kept@there>"))
    assert outcome.kind == Outcome.TEMPORARY
    sent.refresh_from_db()
    assert (sent.state, DeadAddress.objects.count()) == (State.SENT, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("province", ["1", "2"])
def test_mail_that_is_none_of_ours_marks_nothing(province):
    notice(**SENT | {"province": "3"})
    (outcome,) = take(returned.report("binh@people.example", message_id="<kept@there>"), province)
    assert (outcome.kind, DeadAddress.objects.count()) == (Outcome.FOREIGN, 0)


@pytest.mark.django_db
def test_the_same_file_twice_marks_nothing_twice():
    notice(**SENT)
    file = returned.report("binh@people.example", message_id="<kept@there>")
    assert [outcome.kind for outcome in take(file) + take(file)] == [Outcome.DEAD, Outcome.KNOWN]
    assert DeadAddress.objects.count() == Entry.objects.filter(verb="address-dead").count() == 1


@pytest.mark.django_db
def test_somebody_who_knows_marks_an_address_by_hand():
    sent = notice(**SENT)
    assert report_dead(sent, by=make.staff(), at=make.NOW, reason="Hộp thư đã khóa")
    sent.refresh_from_db()
    assert (sent.state, DeadAddress.objects.get().source) == (State.FAILED, DeadAddress.Source.TYPED)
    assert Entry.objects.get(verb="address-dead").reason == "Hộp thư đã khóa"


@pytest.mark.django_db
def test_an_address_that_works_again_is_written_to_again():
    failed = notice()
    report_dead(failed, by=make.staff(), at=make.NOW, reason="x")
    assert retry_all(Notice.objects.all(), by=make.staff(), at=make.NOW) == 0
    works_again(DeadAddress.objects.get(), by=make.staff(), at=make.NOW)
    assert retry_all(Notice.objects.all(), by=make.staff(), at=make.NOW) == 1
    assert Entry.objects.filter(verb="address-revived").exists()


@pytest.mark.django_db
def test_all_that_failed_is_owed_again_each_with_its_entry(django_assert_max_num_queries):
    for number in range(20):
        notice(about=f"cycle:{number}")
    notice(about="cycle:99", **SENT)
    binh = make.staff()
    with django_assert_max_num_queries(6):
        assert retry_all(Notice.objects.all(), by=binh, at=make.NOW) == 20
    assert Notice.objects.filter(state=State.PLANNED, tries=0, reason="").count() == 20
    assert Entry.objects.filter(verb="notice-retried", actor="Nguyễn Văn Bình").count() == 20

"""Nothing is lost, and nothing goes twice but the one mail in flight, whatever dies."""

import signal
import time
from collections import Counter
from io import StringIO
from urllib.parse import urlsplit

import pytest
import redis
from django.core.management import call_command
from django.db.models import Count

from isotrack.journal.models import Entry, Notice
from reports.actions.reminder import plan_reminders
from reports.tasks import remind_of_reports
from tests import make
from tests.processes.test_worker_delivers import SECONDS, tell, wait_for

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
MORNING = make.at("2021-06-23 08:00")


def sent():
    return Notice.objects.filter(state="sent").count()


def test_a_worker_killed_three_times_among_500_mails_loses_none_and_repeats_only_those_in_flight(
    start_worker, queue, server, lapse
):
    make.reports(500)
    plan_reminders(as_of=MORNING)
    for killed_at in (90, 230, 410):
        process = start_worker()

        def kill(mail, process=process, killed_at=killed_at):
            if len(server.mails) == killed_at:
                process.kill()
                return None
            return "250 taken"

        server.before_answer = kill
        tell(remind_of_reports, queue)
        assert process.wait(SECONDS) == -signal.SIGKILL
        lapse()
    server.before_answer = lambda mail: "250 taken"
    start_worker()
    tell(remind_of_reports, queue)
    wait_for(lambda: sent() == 500)
    names = Counter(mail["Message-ID"].strip() for mail in server.mails)
    to = Counter(server.receivers)
    assert len(to) == len(names) == 500
    assert sorted(names.values())[-4:] == [1, 2, 2, 2]


def test_two_schedulers_and_four_workers_say_everything_once(start_beat, start_worker, server):
    cycle = make.reports(60)
    for _each in range(4):
        start_worker()
    for name in ("a", "b"):
        start_beat(name)
    wait_for(lambda: sent() == 60)
    time.sleep(1.5)  # one more round of both, at least
    assert Counter(server.receivers).most_common(1)[0][1] == 1
    twice = Notice.objects.values("about", "step").annotate(rows=Count("pk")).filter(rows__gt=1)
    assert (Notice.objects.count(), twice.exists()) == (60, False)
    assert cycle.reports.filter(flagged_missing_at__isnull=False).count() == 0


def test_a_queue_emptied_while_its_worker_dies_is_repaired_by_the_next_round(
    start_worker, start_beat, queue, server, lapse
):
    make.reports(40)
    plan_reminders(as_of=MORNING)
    process = start_worker()

    def lose_everything(mail):
        if len(server.mails) != 10:
            return "250 taken"
        address = urlsplit(queue)
        redis.Redis(host="127.0.0.1", port=address.port or 6379, db=int(address.path[1:])).flushdb()
        process.kill()
        return None

    server.before_answer = lose_everything
    tell(remind_of_reports, queue)
    assert process.wait(SECONDS) == -signal.SIGKILL
    assert (sent(), lapse()) == (9, 31)  # nothing asks for the rest any more …
    start_worker()
    start_beat("after")
    wait_for(lambda: sent() == 40)  # … but the database knows what is owed
    names = Counter(mail["Message-ID"].strip() for mail in server.mails)
    assert sorted(names.values()) == [1] * 39 + [2]


def test_a_server_that_stalls_or_hangs_up_after_the_data_delays_a_mail_and_loses_none(
    start_worker, queue, server, lapse
):
    make.reports(12)
    plan_reminders(as_of=MORNING)
    troubles = {3: lambda: time.sleep(4), 7: lambda: None}

    def answer(mail):
        trouble = troubles.pop(len(server.mails), None)
        if trouble is None:
            return "250 taken"
        trouble()
        return None

    server.before_answer = answer
    start_worker(EMAIL_TIMEOUT="1")
    tell(remind_of_reports, queue)
    wait_for(lambda: sent() == 10)
    assert Notice.objects.filter(state="planned", next_try_at__isnull=False).count() == 2
    lapse()
    tell(remind_of_reports, queue)
    wait_for(lambda: sent() == 12)
    names = Counter(mail["Message-ID"].strip() for mail in server.mails)
    assert (len(names), max(names.values())) == (12, 2)


def test_a_server_that_refuses_some_for_good_and_some_for_now_keeps_nobody_else_waiting(
    start_worker, queue, server
):
    make.reports(10)
    plan_reminders(as_of=MORNING)
    gone, busy = Notice.objects.order_by("pk").values_list("recipient", flat=True)[:2]
    server.refusals |= {gone: "550 5.1.1 no such mailbox", busy: "451 4.2.1 later please"}
    start_worker()
    tell(remind_of_reports, queue)
    wait_for(lambda: sent() == 8)
    states = dict(Notice.objects.exclude(state="sent").values_list("recipient", "state"))
    assert states == {gone: "failed", busy: "planned"}
    assert Notice.objects.get(recipient=gone).reason.startswith("550")


def subjects(server):
    return Counter(str(mail["Subject"]).partition(":")[0].strip() for mail in server.mails)


def test_after_days_without_a_scheduler_each_agency_hears_once_with_the_true_days(
    start_worker, start_beat, move_clock, server
):
    make.reports(5)
    move_clock("2021-06-21 08:00")  # eight days before: the reminder of day −14 is made up for
    start_worker()
    beat = start_beat("before")
    wait_for(lambda: sent() == 5)
    beat.kill()
    beat.wait(SECONDS)
    move_clock("2021-06-24 09:00")  # five days before: day −7 was missed
    start_beat("after")
    wait_for(lambda: sent() == 10)
    time.sleep(1.5)  # another round, at least
    assert subjects(server) == {"Còn 8 ngày": 5, "Còn 5 ngày": 5}


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2021-06-28T23:59:59+07:00", "Còn 1 ngày"),
        ("2021-06-29T00:00:01+07:00", "Hạn cuối là hôm nay, đến 24"),
        ("2021-06-28T17:00:01+00:00", "Hạn cuối là hôm nay, đến 24"),
        ("2021-06-29T23:59:59+00:00", "Trễ 1 ngày"),
    ],
)
def test_days_are_counted_in_vietnam_whatever_the_midnight(as_of, words, server, settings):
    settings.EMAIL_BACKEND = "isotrack.journal.mail.Smtp"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    make.reports(1)
    call_command("remind", "--as-of", as_of, stdout=StringIO())
    assert subjects(server) == {words: 1}


def test_a_report_becomes_missing_at_the_vietnamese_midnight_and_not_at_that_of_greenwich(
    start_worker, start_beat, move_clock
):
    """A scheduler that runs through both midnights, by a clock of its own."""
    cycle = make.reports(2)
    missing = cycle.reports.filter(flagged_missing_at__isnull=False)
    move_clock("2021-06-29 23:59:52")
    start_worker()
    start_beat("midnight")
    wait_for(lambda: missing.count() == 2)
    flagged_at = missing.values_list("flagged_missing_at", flat=True)
    assert min(flagged_at) >= make.at("2021-06-30 00:00")
    move_clock("2021-06-30 06:59:59")  # the midnight of Greenwich
    rounds = Notice.objects.filter(step="officer+1")
    wait_for(lambda: rounds.filter(state="sent").count() == 2)
    assert Entry.objects.filter(verb="report-missing").count() == 2

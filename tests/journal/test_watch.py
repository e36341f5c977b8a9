"""A silent scheduler is noticed by others and told once an outage; of several schedulers one leads."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import DatabaseError

from agencies.models import Role
from isotrack.celery import app
from isotrack.journal import beat, leases, pauses, runs, watch
from isotrack.journal.models import Lease, Notice, TaskRun
from isotrack.kit import clock
from tests import make

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def administrator():
    return make.user(Role.ADMINISTRATOR, make.department("Văn phòng"), email="quantri@province.example")


def silent_for(length):
    since = clock.real_now() - length
    Lease.objects.update_or_create(name=leases.BEAT, defaults={"ticked_at": since, "holder": "may-1 77"})


def test_after_an_hour_every_administrator_gets_one_mail_without_queue_or_worker(administrator):
    make.staff()
    silent_for(HOUR)
    for _each in range(3):
        watch.look(clock.real_now())
    (sent,) = mail.outbox
    assert sent.to == ["quantri@province.example"]
    assert sent.subject.startswith("Bộ lập lịch của IsoTrack đã ngừng từ")
    assert "may-1 77" in sent.body
    assert "/operations/" in sent.body
    assert Notice.objects.get().state == "sent"


def test_a_second_outage_is_told_again(administrator):
    for length in (3 * HOUR, HOUR):
        silent_for(length)
        watch.look(clock.real_now())
    assert len(mail.outbox) == 2


def test_before_the_hour_is_over_nobody_is_told(administrator):
    silent_for(HOUR - MINUTE)
    assert watch.look(clock.real_now()) == 0
    assert not mail.outbox


def test_where_none_was_ever_started_the_hour_counts_from_the_first_look(administrator):
    now = clock.real_now()
    assert watch.look(now) == 0
    assert watch.look(now + HOUR + MINUTE) == 1


def test_an_alarm_that_comes_too_late_is_not_sent(administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    silent_for(HOUR)
    watch.look(clock.real_now())
    assert Notice.objects.get().state == "planned"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    silent_for(timedelta())
    watch.deliver_owed(clock.now())
    assert (Notice.objects.get().state, mail.outbox) == ("skipped", [])


def test_the_alarm_sends_nothing_else(administrator):
    make.reports(1)
    told = {"voice": "report-reminder", "about": "report:1", "about_label": "x", "step": "officer-7"}
    Notice.objects.create(**told, recipient="a@b.example", province="1", planned_for=make.NOW)
    silent_for(HOUR)
    watch.look(clock.real_now())
    assert len(mail.outbox) == 1


def test_a_database_that_is_away_ends_no_watch(monkeypatch):
    def away(now):
        raise DatabaseError("no")

    monkeypatch.setattr(watch, "look", away)
    monkeypatch.setattr(watch, "connections", SimpleNamespace(close_all=lambda: None))
    watch._look_once(clock.real_now())


def test_one_holds_a_lease_until_it_runs_out_or_is_given_back():
    length = timedelta(seconds=60)
    assert leases.hold("beat", "a", length)
    assert not leases.hold("beat", "b", length)
    assert leases.hold("beat", "a", length)
    Lease.objects.update(until=clock.real_now() - MINUTE)
    assert leases.hold("beat", "b", length)
    assert not leases.hold("beat", "a", length)
    leases.give_back("beat", "b")
    assert leases.hold("beat", "a", length)


@pytest.fixture
def scheduler(monkeypatch):
    """A scheduler that only notes what it would start."""
    monkeypatch.setattr(beat, "close_old_connections", lambda: None)

    def made(holder):
        one = beat.LeadingScheduler(app)
        one.holder, one.started = holder, []
        one.apply_entry = lambda entry, producer=None: one.started.append(entry.task)
        monkeypatch.setattr(type(one), "producer", None, raising=False)
        return one

    return made


def ticks(one, times=12):
    for _each in range(times):
        one.tick()
    return sorted(set(one.started))


def test_the_leader_starts_everything_and_the_other_nothing(scheduler):
    first, second = scheduler("a"), scheduler("b")
    assert ticks(first) == runs.scheduled()
    assert ticks(second) == []


def test_whoever_takes_over_goes_on_where_the_other_stopped(scheduler):
    first, second = scheduler("a"), scheduler("b")
    ticks(first)
    ran = clock.real_now()
    for name in runs.scheduled()[1:]:
        TaskRun.objects.create(name=name, began_at=ran)
    leases.give_back("beat", "a")
    assert ticks(second) == runs.scheduled()[:1]


def test_while_paused_nothing_is_started(scheduler):
    pauses.begin(by=None, at=make.NOW)
    pauses.forget()
    assert ticks(scheduler("a")) == []


def test_without_a_database_nothing_is_started_and_nobody_dies(scheduler, monkeypatch):
    def away(*words):
        raise DatabaseError("no")

    monkeypatch.setattr(leases, "hold", away)
    assert ticks(scheduler("a")) == []


def test_a_run_is_noted_with_how_it_ended():
    task = SimpleNamespace(name=runs.scheduled()[0])
    runs.began(task=task)
    assert TaskRun.objects.get().ended_at is None
    runs.succeeded(sender=task)
    assert TaskRun.objects.get().succeeded_at is not None
    runs.began(task=task)
    runs.failed(sender=task, exception=ValueError("Nguyễn Văn A"))
    run = TaskRun.objects.get()
    assert (run.message, run.succeeded_at is not None) == ("ValueError", True)
    runs.began(task=SimpleNamespace(name="reports.tasks.play_days"))
    assert TaskRun.objects.count() == 1

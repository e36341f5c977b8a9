"""Long work in parts: nothing lost, nothing joined twice, and it says why when it cannot be done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from isotrack.journal import jobs
from isotrack.journal.models import Job, JobPart
from isotrack.kit import clock
from tests import make

pytestmark = pytest.mark.django_db


class Letters:
    """Makes one letter of the alphabet a part; some of them cannot be made."""

    broken: set[str] = set()
    joins = 0

    def parts(self, arguments):
        return [{"letter": letter} for letter in arguments["word"]]

    def make(self, arguments, part):
        if part["letter"] in self.broken:
            raise ValueError("không có mực")
        return part["letter"].encode()

    def join(self, arguments, results):
        Letters.joins += 1
        return "word.txt", b"".join(results)


@pytest.fixture(autouse=True)
def work(settings):
    settings.JOBS = {"letters": f"{__name__}.Letters"}
    Letters.broken, Letters.joins = set(), 0


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    """What is told to the workers, instead of a broker."""
    told = []

    class Line:
        def __init__(self, name, args, **options):
            self.args = args

        def delay(self):
            told.append(self.args[0])

    monkeypatch.setattr(jobs, "signature", Line)
    return told


def ask(word="abc"):
    return jobs.ask("letters", "Chữ", by=make.staff(), at=make.NOW, province="1", arguments={"word": word})


@pytest.fixture
def asked(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return ask()


def keys(job):
    return list(job.parts.values_list("pk", flat=True))


def lapse(job):
    long_ago = clock.real_now() - 2 * jobs.CLAIM_LAPSES_AFTER
    job.parts.filter(claimed_at__isnull=False).update(claimed_at=long_ago)
    job.parts.filter(made_at__isnull=False).update(made_at=long_ago)


def test_every_part_is_handed_out_after_the_commit(asked, queue):
    assert queue == keys(asked)
    assert (asked.state, asked.total) == (Job.State.QUEUED, 3)


def test_the_last_part_joins_all_in_order(asked):
    for pk in reversed(keys(asked)):
        jobs.make_part(pk)
    asked.refresh_from_db()
    assert (asked.state, asked.name) == (Job.State.DONE, "word.txt")
    assert asked.file.read() == b"abc"
    assert not asked.parts.filter(result__isnull=False).exists()


def test_a_part_told_twice_is_made_once(asked):
    first = keys(asked)[0]
    jobs.make_part(first)
    jobs.make_part(first)
    assert asked.parts.get(pk=first).tries == 1


def test_work_without_parts_is_refused():
    with pytest.raises(ValueError):
        ask("")
    assert not Job.objects.exists()


def test_a_part_that_fails_is_tried_again_and_then_ends_the_job(asked, queue):
    Letters.broken = {"b"}
    second = keys(asked)[1]
    for _try in range(jobs.TRIES):
        jobs.make_part(second)
    asked.refresh_from_db()
    assert asked.state == Job.State.FAILED
    assert asked.message == "Phần 2 không làm được: không có mực"
    assert queue.count(second) == jobs.TRIES


def test_the_other_parts_of_a_failed_job_are_not_made(asked):
    Letters.broken = {"a"}
    for _try in range(jobs.TRIES):
        jobs.make_part(keys(asked)[0])
    jobs.make_part(keys(asked)[1])
    assert not asked.parts.filter(made_at__isnull=False).exists()


def test_a_part_lost_with_its_worker_is_handed_out_again(asked, queue):
    first = keys(asked)[0]
    jobs._claim(first)  # and the worker dies
    queue.clear()
    jobs.sweep()
    assert queue == []  # somebody may still be at it
    lapse(asked)
    jobs.sweep()
    assert first in queue


def test_a_part_that_kills_every_worker_ends_the_job(asked):
    for _try in range(jobs.TRIES):
        assert jobs._claim(keys(asked)[0])
        lapse(asked)
    jobs.sweep()
    asked.refresh_from_db()
    assert asked.state == Job.State.FAILED
    assert "lần nào cũng dừng giữa chừng" in asked.message


def test_an_emptied_queue_is_filled_again_but_not_that_of_a_job_that_gets_on(asked, queue):
    queue.clear()
    jobs.make_part(keys(asked)[0])
    jobs.sweep()
    assert queue == []
    lapse(asked)
    jobs.sweep()
    assert queue == keys(asked)[1:]


def test_a_job_whose_worker_died_before_joining_is_joined_by_the_sweep(asked, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_join_when_whole", lambda job: None)
        for pk in keys(asked):
            jobs.make_part(pk)
    jobs.sweep()
    asked.refresh_from_db()
    assert asked.file.read() == b"abc"


def test_of_two_that_join_one_wins_and_the_other_file_is_gone(asked):
    for pk in keys(asked)[:2]:
        jobs.make_part(pk)
    JobPart.objects.filter(made_at__isnull=True).update(made_at=make.NOW, result=b"c")
    Job.objects.update(state=Job.State.RUNNING)
    jobs._join(Job.objects.get())
    jobs._join(Job.objects.get())
    stored = Job.objects.get().file
    assert Letters.joins == 2
    assert stored.storage.listdir(f"jobs/{asked.pk}")[1] == [stored.name.rpartition("/")[2]]


def test_a_cancelled_job_ends_unused(asked):
    first, *others = keys(asked)
    jobs.make_part(first)
    claimed = jobs._claim(others[0])
    jobs.cancel(Job.objects.get(), at=make.NOW)
    assert claimed is not None
    for pk in others:
        jobs.make_part(pk)
    asked.refresh_from_db()
    assert (asked.state, asked.parts.filter(result__isnull=False).count()) == (Job.State.CANCELLED, 0)
    assert Letters.joins == 0


def test_a_job_cancelled_while_a_part_is_made_keeps_nothing_of_it(asked, monkeypatch):
    def make_and_stop(work, arguments, part):
        jobs.cancel(Job.objects.get(), at=make.NOW)
        return b"late"

    monkeypatch.setattr(Letters, "make", make_and_stop)
    jobs.make_part(keys(asked)[0])
    assert not asked.parts.filter(result__isnull=False).exists()


def test_a_queue_that_is_down_leaves_the_job_for_the_sweep(
    monkeypatch, django_capture_on_commit_callbacks, queue
):
    class Down:
        def __init__(self, *words, **options): ...

        def delay(self):
            raise OperationalError("no queue")

    with monkeypatch.context() as patched, django_capture_on_commit_callbacks(execute=True):
        patched.setattr(jobs, "signature", Down)
        job = ask()
    assert job.state == Job.State.QUEUED


def test_parts_that_cannot_be_joined_end_the_job(asked, monkeypatch):
    def broken(work, arguments, results):
        raise RuntimeError("giấy kẹt")

    monkeypatch.setattr(Letters, "join", broken)
    for pk in keys(asked):
        jobs.make_part(pk)
    asked.refresh_from_db()
    assert (asked.state, asked.message) == (Job.State.FAILED, "giấy kẹt")


def test_a_file_store_that_is_down_leaves_the_job_for_the_sweep(asked, monkeypatch):
    def down(store, name, content, max_length=None):
        raise OSError("no store")

    with monkeypatch.context() as patched:
        patched.setattr(FileSystemStorage, "save", down)
        for pk in keys(asked):
            jobs.make_part(pk)
        asked.refresh_from_db()
        assert asked.state == Job.State.RUNNING
    jobs.sweep()
    asked.refresh_from_db()
    assert asked.state == Job.State.DONE


def test_an_unknown_kind_ends_the_job_instead_of_the_worker(asked, settings):
    settings.JOBS = {}
    for _try in range(jobs.TRIES):
        jobs.make_part(keys(asked)[0])
    asked.refresh_from_db()
    assert asked.state == Job.State.FAILED


def test_old_files_are_removed_with_their_jobs(now):
    now("2021-06-30 08:00")
    old, fresh = make.job(make.staff(), file=b"old"), make.job(make.staff(), file=b"new")
    Job.objects.filter(pk=old.pk).update(finished_at=clock.now() - timedelta(days=8))
    Job.objects.filter(pk=fresh.pk).update(finished_at=clock.now() - timedelta(days=6))
    jobs.sweep()
    assert list(Job.objects.all()) == [fresh]
    assert not old.file.storage.exists(old.file.name)


def test_a_sweep_over_many_jobs_under_way_asks_no_more_than_over_one(asked):
    jobs.make_part(keys(asked)[0])

    def statements():
        with CaptureQueriesContext(connection) as queries:
            jobs.sweep()
        return len(queries)

    one = statements()
    for _each in range(10):
        jobs.make_part(keys(ask("xyz" + str(_each)))[0])
    assert statements() == one


def test_what_settings_name_exists(settings):
    from isotrack import settings as own

    settings.JOBS = own.JOBS
    for kind in own.JOBS:
        work = jobs.work_of(kind)
        assert all(callable(getattr(work, verb)) for verb in ("parts", "make", "join"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
def test_many_workers_at_once_make_each_part_once_and_one_file():
    job = ask("abcdefgh")

    def run(pk):
        try:
            jobs.make_part(pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, keys(job) * 2))
    job.refresh_from_db()
    assert job.file.read() == b"abcdefgh"
    assert set(job.parts.values_list("tries", flat=True)) == {1}
    assert len(job.file.storage.listdir(f"jobs/{job.pk}")[1]) == 1

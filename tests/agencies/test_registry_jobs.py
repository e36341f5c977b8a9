"""A large list: judged and written by the workers, and nothing of it half."""

import pytest

from agencies.actions.registry_file import drop
from agencies.models import Agency, RegistryFile
from isotrack.journal import jobs
from isotrack.journal.models import Entry, Job
from tests import make
from tests.agencies.test_registry_pages import BAD, GOOD, clerk, district, frozen, many, sent

__all__ = ["clerk", "district", "frozen"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch, settings):
    monkeypatch.setattr(RegistryFile, "LARGE", 2)
    monkeypatch.setattr(jobs, "hand_out", lambda parts: None)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def worked(kind):
    """The newest job of this kind, after a worker had it."""
    job = Job.objects.filter(kind=kind, state="queued").get()
    jobs.make_part(job.parts.get().pk)
    job.refresh_from_db()
    return job


def previewed(client, *rows):
    address = sent(client, *rows)
    way = client.get(address)["Location"]
    assert client.get(way).status_code == 200
    assert worked("registry-preview").state == "done"
    assert client.get(way)["Location"] == address
    return address


def confirm(client, address):
    seen = client.get(address).context["seen"]
    return client.post(f"{address}confirm/", {"seen": seen})


def test_nothing_is_written_before_the_worker_had_it(client, clerk):
    confirm(client, previewed(client, *many(3)))
    assert not Agency.objects.filter(code__startswith="N0").exists()
    assert worked("registry-import").state == "done"
    assert Agency.objects.filter(code__startswith="N0").count() == 3
    assert RegistryFile.objects.get().counts["created"] == 3


def test_a_small_list_is_written_at_once(client, clerk):
    confirm(client, sent(client, GOOD))
    assert Agency.objects.filter(code="30341").exists() and not Job.objects.exists()


def test_the_parts_wait_in_the_queue_of_imports(settings):
    assert {settings.JOB_QUEUES[kind] for kind in ("registry-import", "registry-preview")} == {"imports"}


def test_a_change_meanwhile_fails_at_once_and_shows_a_new_preview(client, clerk, district):
    address = previewed(client, *many(3))
    confirm(client, address)
    make.agency("Ủy ban nhân dân xã Số 0", code="N00000", superior=district, contact="")
    job = worked("registry-import")
    assert (job.state, job.parts.get().tries) == ("failed", 1)
    assert "đã thay đổi" in job.message
    assert not Agency.objects.filter(code="N00001").exists()
    assert client.get(address).context["preview"].counts["created"] == 2


def test_a_job_cancelled_while_it_writes_leaves_nothing(client, clerk, monkeypatch):
    confirm(client, previewed(client, *many(3)))
    job = Job.objects.get(kind="registry-import")
    from agencies import registry_jobs

    inner = registry_jobs.confirm

    def cancelled_meanwhile(*args, **named):
        found = inner(*args, **named)
        Job.objects.filter(pk=job.pk).update(state="cancelled", finished_at=make.NOW)
        return found

    monkeypatch.setattr(registry_jobs, "confirm", cancelled_meanwhile)
    jobs.make_part(job.parts.get().pk)
    assert not Agency.objects.filter(code__startswith="N0").exists()
    assert RegistryFile.objects.get().state == "waiting"


def test_a_worker_that_died_after_writing_writes_once(client, clerk):
    confirm(client, previewed(client, *many(3)))
    job = Job.objects.get(kind="registry-import")
    jobs.work_of(job.kind).make(job.arguments, {})
    assert worked("registry-import").state == "done"
    assert Entry.objects.filter(verb="agency-founded", about_label="UBND xã Số 1").count() == 1


def test_a_file_dropped_meanwhile_is_not_written(client, clerk):
    confirm(client, previewed(client, *many(3)))
    drop(RegistryFile.objects.get(), at=make.NOW)
    assert worked("registry-import").state == "failed"
    assert not Agency.objects.filter(code__startswith="N0").exists()


def test_a_filter_has_pages_and_stands_in_the_address(client, clerk):
    address = previewed(client, *many(130), BAD)
    page = client.get(address, {"show": "created", "page": "2"})
    assert page.context["paginator"].count == 130
    assert len(page.context["page_obj"].object_list) == 30
    assert [one.level for one in client.get(address, {"show": "refused"}).context["page_obj"]] == [
        "error"
    ] * 3


@pytest.mark.parametrize("rows", [3, 400])
def test_a_page_weighs_and_asks_the_same_whatever_the_rows(
    client, clerk, rows, django_assert_max_num_queries
):
    address = previewed(client, *many(rows))
    with django_assert_max_num_queries(8):
        whole = client.get(address)
        one = client.get(address, {"show": "created"})
    assert max(len(whole.content), len(one.content)) < 300 * 1024

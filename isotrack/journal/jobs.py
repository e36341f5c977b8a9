"""Long work in parts: asked for by a person, made by the workers, fetched as a file.

settings.JOBS names what each kind of job does (`Work`). The rows know what is still to be made: a part is
claimed by one worker, a claim lapses when its worker dies, and the scheduler's sweep hands lapsed parts out
again, so neither a killed worker nor an emptied queue loses anything. Parts may be made twice, never joined
twice.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from celery import signature
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from isotrack.journal.models import Job, JobPart
from isotrack.journal.models.job import KEPT
from isotrack.journal.record import Actor
from isotrack.kit import clock
from isotrack.kit.states import WrongState, move

logger = logging.getLogger(__name__)

CLAIM_LAPSES_AFTER = timedelta(minutes=10)
TRIES = 3
MAKE_PART = "isotrack.journal.tasks.make_job_part"  # by name: the task calls this module
Arguments = Mapping[str, Any]


class Work(Protocol):
    """What a kind of job does."""

    def parts(self, arguments: Arguments) -> Sequence[Arguments]:
        """Cut the work into parts that can be made on their own; one at least."""
        ...

    def make(self, arguments: Arguments, part: Arguments) -> bytes:
        """Make one part."""
        ...

    def join(self, arguments: Arguments, results: Sequence[bytes]) -> tuple[str, bytes]:
        """Put the parts, in order, together: the name of the file and its content."""
        ...


def work_of(kind: str) -> Work:
    """What settings.JOBS names for a kind; KeyError for an unknown one."""
    work: Work = import_string(settings.JOBS[kind])
    return work


@transaction.atomic
def ask(
    kind: str,
    label: str,
    *,
    by: Actor,
    at: datetime,
    province: object,
    arguments: Arguments,
    back_url: str = "",
) -> Job:
    """Ask for long work; its parts are queued after the commit."""
    job = Job.objects.create(
        kind=kind,
        label=label[:300],
        owner_key=str(by.pk),
        province=str(province),
        arguments=dict(arguments),
        back_url=back_url,
        asked_at=at,
    )
    parts = work_of(kind).parts(arguments)
    JobPart.objects.bulk_create(
        JobPart(job=job, number=number, arguments=dict(part)) for number, part in enumerate(parts, start=1)
    )
    Job.objects.filter(pk=job.pk).update(total=len(parts))
    job.refresh_from_db()
    transaction.on_commit(lambda: hand_out(job), robust=True)
    return job


def cancel(job: Job) -> Job:
    """Stop a job: parts under way end unused. Raises WrongState when it is over."""
    move(job, Job.State.CANCELLED, finished_at=clock.now())
    return job


def hand_out(job: Job) -> None:
    """Queue one task for every part that nobody makes or has made."""
    for pk in _free().filter(job=job).values_list("pk", flat=True):
        signature(MAKE_PART, (pk,)).delay()


def make_part(pk: int) -> None:
    """Make one part, and join all when it was the last; nothing when another worker has it."""
    part = _claim(pk)
    if part is None:
        return
    job = part.job
    work = work_of(job.kind)
    try:
        result = work.make(job.arguments, part.arguments)
    except Exception as trouble:
        logger.exception("Part %s of job %s failed", part.number, job.pk)
        _give_up(job, part, trouble)
        return
    JobPart.objects.filter(pk=part.pk).update(result=result, made_at=clock.real_now())
    if not job.parts.filter(made_at__isnull=True).exists():
        _join(job, work)


def sweep() -> None:
    """Hand out again what was lost with a worker or a queue, and remove files that are old enough."""
    for job in Job.objects.under_way():
        if job.parts.filter(made_at__isnull=True).exists():
            hand_out(job)
        else:
            _join(job, work_of(job.kind))
    for job in Job.objects.over_since(clock.now() - KEPT):
        if job.file:
            job.file.delete(save=False)
        job.delete()


def _free() -> Any:
    lapsed = Q(claimed_at__isnull=True) | Q(claimed_at__lt=clock.real_now() - CLAIM_LAPSES_AFTER)
    running = Q(job__state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return JobPart.objects.filter(lapsed, running, made_at__isnull=True)


def _claim(pk: int) -> JobPart | None:
    with transaction.atomic():
        part = _free().select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        if part is None:
            return None
        JobPart.objects.filter(pk=pk).update(claimed_at=clock.real_now(), tries=F("tries") + 1)
        Job.objects.filter(pk=part.job_id, state=Job.State.QUEUED).update(state=Job.State.RUNNING)
    return JobPart.objects.select_related("job").get(pk=pk)


def _give_up(job: Job, part: JobPart, trouble: Exception) -> None:
    """After TRIES the whole job fails and says why; before that the sweep tries the part again."""
    if part.tries < TRIES:
        JobPart.objects.filter(pk=part.pk).update(claimed_at=None)
        hand_out(job)
        return
    words = str(trouble)[:400] or type(trouble).__name__
    said = _("Phần %(number)d không làm được: %(why)s") % {"number": part.number, "why": words}
    Job.objects.under_way().filter(pk=job.pk).update(
        state=Job.State.FAILED, message=said, finished_at=clock.now()
    )


def _join(job: Job, work: Work) -> None:
    """Put the parts together; of two workers that finish at once the second one's file is thrown away."""
    results = [bytes(part.result or b"") for part in job.parts.all()]
    name, content = work.join(job.arguments, results)
    stored = job.file.storage.save(f"jobs/{job.pk}/{name}", ContentFile(content))
    try:
        move(job, Job.State.DONE, file=stored, name=name, finished_at=clock.now())
    except WrongState:
        job.file.storage.delete(stored)
        return
    job.parts.update(result=None)

"""Long work in parts: asked for by a person, made by the workers, fetched as a file.

settings.JOBS names what each kind of job does (`Work`). The rows know what is still to be made: a part is
claimed by one worker, a claim lapses when its worker dies, and the scheduler's sweep hands lapsed parts out
again, so neither a killed worker nor an emptied queue loses anything. Parts may be made twice, never joined
twice. A part that fails, or takes its worker with it, is tried TRIES times; then the job fails and says why.

Asking for a file changes nothing that the province keeps, so the journal holds no entry about it.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from celery import signature
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from isotrack.journal.models import Job, JobPart
from isotrack.journal.models.job import KEPT
from isotrack.journal.record import Actor
from isotrack.kit import clock
from isotrack.kit.states import WrongState, move

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

CLAIM_LAPSES_AFTER = timedelta(minutes=10)
TRIES = 3
PAPERS = "papers"  # the queue of most kinds
MAKE_PART = "isotrack.journal.tasks.make_job_part"  # by name: the task calls this module
Arguments = Mapping[str, Any]


class Hopeless(Exception):
    """Raised by `Work.make` for what another try cannot mend: the job fails at once with these words."""


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
    """What settings.JOBS names for a kind, an object or its class; KeyError for an unknown one."""
    found = import_string(settings.JOBS[kind])
    work: Work = found() if isinstance(found, type) else found
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
    """Ask for long work; its parts are queued after the commit.

    Whoever asks again while the same work is under way gets that job. Raises ValueError for work without a
    part. Where the queue cannot be reached the job waits for the next sweep.
    """
    mine = Job.objects.asked_by(by).under_way()
    there = mine.filter(kind=kind, arguments=dict(arguments)).first()
    if there is not None:
        return there
    parts = work_of(kind).parts(arguments)
    if not parts:
        raise ValueError(f"{kind} has nothing to make of {arguments}")
    job = Job.objects.create(
        kind=kind,
        label=label[:300],
        owner_key=str(by.pk),
        province=str(province),
        arguments=dict(arguments),
        back_url=back_url,
        asked_at=at,
        total=len(parts),
    )
    JobPart.objects.bulk_create(
        JobPart(job=job, number=number, arguments=dict(part)) for number, part in enumerate(parts, start=1)
    )
    transaction.on_commit(lambda: hand_out(_free().filter(job=job)), robust=True)
    return job


def cancel(job: Job, *, at: datetime) -> Job:
    """Stop a job: parts under way end unused, those made are dropped. Raises WrongState when it is over."""
    move(job, Job.State.CANCELLED, finished_at=at)
    job.parts.update(result=None)
    return job


def hand_out(parts: "QuerySet[JobPart]") -> None:
    """Queue one task for each of these parts; what a queue that is down does not take, the sweep repeats."""
    try:
        for pk, kind in parts.order_by("job", "number").values_list("pk", "job__kind"):
            signature(MAKE_PART, (pk,), queue=settings.JOB_QUEUES.get(kind, PAPERS)).delay()
    except (OperationalError, OSError) as trouble:
        logger.warning("The queue cannot be reached, parts wait for the next sweep: %s", trouble)


def make_part(pk: int) -> None:
    """Make one part, and join all when it was the last; nothing when another worker has it."""
    part = _claim(pk)
    if part is None:
        return
    job = part.job
    try:
        result = work_of(job.kind).make(job.arguments, part.arguments)
    except Hopeless as refusal:
        _end(job, str(refusal))
        return
    except Exception as trouble:  # whatever a kind of work may raise: the job says so, the worker lives on
        logger.exception("Part %s of job %s failed", part.number, job.pk)
        _try_again(part, trouble)
        return
    running = JobPart.objects.filter(pk=part.pk, job__state=Job.State.RUNNING)
    if running.update(result=result, made_at=clock.real_now()):
        _join_when_whole(job)


def sweep() -> None:
    """Hand out again what was lost with a worker or a queue, and remove files that are old enough."""
    hopeless = _free().filter(tries__gte=TRIES).select_related("job").order_by("job", "number")
    for part in hopeless:
        _fail(part.job, part, _("lần nào cũng dừng giữa chừng"))
    stalled = Job.objects.stalled(clock.real_now() - CLAIM_LAPSES_AFTER)
    hand_out(_free().filter(Q(claimed_at__isnull=False) | Q(job__in=stalled)))
    for job in Job.objects.whole():
        _join(job)
    _remove(Job.objects.over_since(clock.now() - KEPT))


def _free() -> "QuerySet[JobPart]":
    """Parts of running jobs that nobody makes or has made."""
    lapsed = Q(claimed_at__isnull=True) | Q(claimed_at__lt=clock.real_now() - CLAIM_LAPSES_AFTER)
    return JobPart.objects.filter(lapsed, job__in=Job.objects.under_way(), made_at__isnull=True)


def _claim(pk: int) -> JobPart | None:
    with transaction.atomic():
        free = _free().filter(pk=pk, tries__lt=TRIES)
        part = free.select_for_update(skip_locked=True, of=("self",)).first()
        if part is None:
            return None
        JobPart.objects.filter(pk=pk).update(claimed_at=clock.real_now(), tries=F("tries") + 1)
        Job.objects.filter(pk=part.job_id, state=Job.State.QUEUED).update(state=Job.State.RUNNING)
    return JobPart.objects.select_related("job").get(pk=pk)


def _try_again(part: JobPart, trouble: Exception) -> None:
    """After TRIES the whole job fails and says why; before that the part is handed out once more."""
    if part.tries >= TRIES:
        _fail(part.job, part, str(trouble) or type(trouble).__name__)
        return
    JobPart.objects.filter(pk=part.pk).update(claimed_at=None)
    hand_out(_free().filter(pk=part.pk))


def _fail(job: Job, part: JobPart, why: str) -> None:
    said = _("Phần %(number)d không làm được: %(why)s") % {"number": part.number, "why": why}
    _end(job, said)


def _end(job: Job, message: str) -> None:
    """The job fails, unless it is over already; what was made of it is dropped."""
    stamps = {"state": Job.State.FAILED, "message": message[:500], "finished_at": clock.now()}
    if Job.objects.under_way().filter(pk=job.pk).update(**stamps):
        job.parts.update(result=None)


def _join_when_whole(job: Job) -> None:
    if not job.parts.filter(made_at__isnull=True).exists():
        _join(job)


def _join(job: Job) -> None:
    """Put the parts together; of two workers that finish at once the second one's file is thrown away."""
    results = [bytes(result or b"") for result in job.parts.values_list("result", flat=True)]
    try:
        name, content = work_of(job.kind).join(job.arguments, results)
    except Exception as trouble:  # as in `make_part`; the same parts would only fail again
        logger.exception("Job %s could not be joined", job.pk)
        _end(job, str(trouble) or type(trouble).__name__)
        return
    try:
        stored = job.file.storage.save(f"jobs/{job.pk}/{name}", ContentFile(content))
    except OSError as trouble:
        logger.warning("The file store cannot be reached, job %s waits: %s", job.pk, trouble)
        return
    try:
        move(job, Job.State.DONE, file=stored, name=name, finished_at=clock.now())
    except WrongState:
        job.file.storage.delete(stored)
        return
    job.parts.update(result=None)


def _remove(jobs: "QuerySet[Job]") -> None:
    """Forget jobs with their files; a file that cannot be removed keeps its job for the next sweep."""
    gone = []
    for job in jobs:
        try:
            if job.file:
                job.file.delete(save=False)
        except OSError as trouble:
            logger.warning("The file of job %s stays: %s", job.pk, trouble)
            continue
        gone.append(job.pk)
    Job.objects.filter(pk__in=gone).delete()

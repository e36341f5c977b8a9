"""How each scheduled task went: written by the worker that ran it, through Celery's signals.

Of an error only its kind is kept: its words may name a person.
"""

from datetime import datetime
from typing import Any

from celery.signals import task_failure, task_prerun, task_success
from django.conf import settings

from isotrack.journal.models import TaskRun
from isotrack.kit import clock


def scheduled() -> list[str]:
    """The names of the tasks that the schedule starts."""
    return sorted({str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()})


@task_prerun.connect
def began(task: Any = None, **_more: Any) -> None:
    """A task begins."""
    _note(task, began_at=clock.real_now(), ended_at=None)


@task_success.connect
def succeeded(sender: Any = None, **_more: Any) -> None:
    """It ended well."""
    now = clock.real_now()
    _note(sender, ended_at=now, succeeded_at=now, message="")


@task_failure.connect
def failed(sender: Any = None, exception: BaseException | None = None, **_more: Any) -> None:
    """It ended with an error."""
    _note(sender, ended_at=clock.real_now(), message=type(exception).__name__)


def _note(task: Any, **values: datetime | str | None) -> None:
    if task is None or task.name not in scheduled():
        return
    run = TaskRun(name=task.name, **{"began_at": clock.real_now()} | values)
    TaskRun.objects.bulk_create(
        [run], update_conflicts=True, unique_fields=["name"], update_fields=list(values)
    )

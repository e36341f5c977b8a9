"""The Celery application; its schedule is a dict in settings, its tasks lie in the apps.

A worker also looks after the scheduler, and its log lines carry the number of the request that started a
task.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready
from django.utils.module_loading import import_string
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "isotrack.settings")
app = Celery("isotrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@worker_ready.connect
def look_after_the_scheduler(**_more: Any) -> None:
    """By name: models are not there yet when this file is read."""
    import_string("isotrack.journal.watch.start")()

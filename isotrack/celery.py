"""The Celery application; its schedule is a dict in settings, its tasks lie in the apps."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "isotrack.settings")
app = Celery("isotrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

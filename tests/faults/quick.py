"""The application with a scheduler that ticks every second: `celery --app tests.faults.quick beat`."""

from isotrack.celery import app

for _entry in app.conf.beat_schedule.values():
    _entry["schedule"] = 1.0

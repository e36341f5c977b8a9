"""The project: composition (settings, urls, celery, wsgi) and the tools below every app (kit, journal)."""

from isotrack.celery import app as celery_app

__all__ = ["celery_app"]

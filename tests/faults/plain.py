"""The installation's settings with static files as they are: nothing has been collected for a test."""

from isotrack.settings import *  # noqa: F403
from isotrack.settings import STORAGES as _USUAL

STORAGES = _USUAL | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}

"""The journal's place among the apps."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Lowest of the apps: everybody may write to it, it reads nobody."""

    name = "isotrack.journal"
    label = "journal"

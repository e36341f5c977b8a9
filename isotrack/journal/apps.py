"""The journal's place among the apps."""

from importlib import import_module

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Lowest of the apps: everybody may write to it, it reads nobody."""

    name = "isotrack.journal"
    label = "journal"

    def ready(self) -> None:
        """Listen to how tasks go; not at the top of this file, as models are not there yet."""
        import_module("isotrack.journal.runs")

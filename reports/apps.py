"""The reports' place among the apps."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The topmost app: it may see all the others."""

    name = "reports"

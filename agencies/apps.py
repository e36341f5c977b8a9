"""The registry's place among the apps."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """Above the journal, below plans and reports."""

    name = "agencies"

"""The plans' place among the apps."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Above the registry, below the reports."""

    name = "plans"

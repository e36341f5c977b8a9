"""Every scheduled task exists, and a task only calls its action."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from isotrack.celery import app

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()])
def test_every_scheduled_task_exists(name):
    app.loader.import_default_modules()
    assert name in app.tasks


@pytest.mark.parametrize("path", settings.NOTICE_VOICES.values())
def test_every_voice_exists(path):
    assert callable(import_string(path))


@pytest.mark.parametrize("path", [*ROOT.glob("*/tasks.py"), *ROOT.glob("isotrack/*/tasks.py")], ids=str)
def test_a_task_is_two_lines(path):
    tasks = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
    assert tasks
    assert {task.name: len(task.body) - 1 for task in tasks if len(task.body) - 1 > 2} == {}

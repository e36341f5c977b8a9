"""What deploy/ brings fits together: pinned images, no queue without a worker, metrics that add up."""

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
QUEUES = {queue.name for queue in settings.CELERY_TASK_QUEUES}


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_has_a_version(name):
    image = SERVICES[name]["image"]
    assert image == "isotrack:${VERSION:?}" or re.search(r":[A-Za-z.]*\d", image), image


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"web", "nginx"}))
def test_every_service_tells_how_it_is(name):
    assert SERVICES[name]["healthcheck"]["test"]  # that of web stands in the Dockerfile


@pytest.mark.parametrize("name", ["postgres", "objects", "redis"])
def test_what_people_wrote_outlives_its_container(name):
    (mount,) = SERVICES[name]["volumes"]
    assert mount.partition(":")[0] in COMPOSE["volumes"]


def test_no_queue_is_without_a_worker_in_containers():
    commands = [service["command"] for name, service in SERVICES.items() if name.startswith("worker")]
    assert {queue for command in commands for queue in command[-1].split(",")} == QUEUES


def test_no_queue_is_without_a_worker_by_the_guide():
    guide = (ROOT / "docs" / "operate.md").read_text()
    (started,) = re.findall(r"systemctl enable --now isotrack-web (.*)", guide)
    assert {queue for names in re.findall(r"worker@(\S+)", started) for queue in names.split("-")} == QUEUES


@pytest.fixture
def gunicorn(tmp_path, monkeypatch):
    """deploy/gunicorn.py as the master reads it, and its folder of counts."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    spec = importlib.util.spec_from_file_location("gunicorn_settings", ROOT / "deploy" / "gunicorn.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def counts(folder, process, value):
    """What a process leaves behind that answered so many requests."""
    written = MmapedDict(str(folder / f"counter_{process}.db"))
    written.write_value(mmap_key("asked", "asked_total", [], [], "Asked."), value, 0.0)
    written.close()


def total(folder):
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))
    return registry.get_sample_value("asked_total")


def test_what_a_process_counted_stays_when_it_ends_and_its_file_does_not(gunicorn, tmp_path):
    for process, value in ((11, 3.0), (12, 4.0), (112, 5.0)):
        counts(tmp_path, process, value)
    for process in (12, 11):
        gunicorn.child_exit(None, SimpleNamespace(pid=process))
        assert total(tmp_path) == 12
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter_112.db", "counter_gone.db"]


def test_a_new_start_counts_from_nothing(gunicorn, tmp_path):
    counts(tmp_path, 11, 3.0)
    gunicorn.child_exit(None, SimpleNamespace(pid=11))
    gunicorn.on_starting(None)
    assert not list(tmp_path.iterdir())


def test_a_file_cut_off_in_writing_ends_nobody(gunicorn, tmp_path):
    counts(tmp_path, 11, 3.0)
    (tmp_path / "counter_12.db").touch()
    (tmp_path / "counter_13.db").write_bytes(b"\xff\x00\x00\x00\x00\x00\x00\x00" + b"\xff" * 60)
    said = []
    server = SimpleNamespace(log=SimpleNamespace(warning=lambda text, *told: said.append(told[0])))
    for process in (11, 12, 13):
        gunicorn.child_exit(server, SimpleNamespace(pid=process))
    assert (total(tmp_path), said) == (3, [12, 13])
    assert [path.name for path in tmp_path.iterdir()] == ["counter_gone.db"]

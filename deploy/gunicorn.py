"""What gunicorn needs beyond its command line: processes whose metrics add up.

Read by the master before the application is loaded, as prometheus_client asks the environment when it is
imported. The folder holds the counts of the processes of one run: a start begins at zero, as Prometheus
expects.
"""

import os
import struct
from pathlib import Path
from typing import Any

VAR = Path(os.environ.get("ISOTRACK_VAR") or Path(__file__).resolve().parent.parent / "var")
bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
timeout = 60
graceful_timeout = 30  # a request that was begun is answered before a new version takes over
# Two of them may run on one machine, each on its own port.
METRICS = VAR / "metrics" / os.environ.get("PORT", "8000")
FOLDER = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or METRICS)
FOLDER.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

from prometheus_client.mmap_dict import MmapedDict  # noqa: E402 (it asks the environment when imported)


def on_starting(server: Any) -> None:
    """Forget what an earlier run counted."""
    for path in FOLDER.glob("*.db"):
        path.unlink(missing_ok=True)


def child_exit(server: Any, worker: Any) -> None:
    """Keep what a process counted that is no more, in one file for all of them: sums never go down.

    Prometheus's own files stay, two for each process that ever ran, and each scrape would read them all.
    """
    for path in FOLDER.glob(f"*_{worker.pid}.db"):
        try:
            _add(path, path.with_name(f"{path.name.split('_')[0]}_gone.db"))
        except (OSError, RuntimeError, ValueError, struct.error) as trouble:  # killed while it wrote
            server.log.warning("The counts of process %s are lost: %s", worker.pid, trouble)
        path.unlink(missing_ok=True)


def _add(counts: Path, kept: Path) -> None:
    """Add the counts of one file to those of another."""
    counted = list(MmapedDict.read_all_values_from_file(str(counts)))
    sums = MmapedDict(str(kept))
    for key, value, _stamp, _place in counted:
        before, _stamp = sums.read_value(key)
        sums.write_value(key, before + value, 0.0)
    sums.close()

"""What gunicorn needs beyond its command line: processes whose metrics add up.

Read by the master before the application is loaded, as prometheus_client asks the environment when it is
imported. The folder holds the counts of the processes of one run: a start begins at zero, as Prometheus
expects.
"""

import os
from pathlib import Path
from typing import Any

VAR = Path(os.environ.get("ISOTRACK_VAR") or Path(__file__).resolve().parent.parent / "var")
# Two of them may run on one machine, each on its own port.
METRICS = VAR / "metrics" / os.environ.get("PORT", "8000")
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(METRICS))
Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)


def on_starting(server: Any) -> None:
    """Forget what an earlier run counted."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    for path in folder.glob("*.db"):
        path.unlink(missing_ok=True)

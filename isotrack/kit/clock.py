"""The only place that reads a clock.

Everything else takes the time as an argument. A demonstration may live at another time: its clock is an
anchor file in the folder of what running produces, so that web, worker, scheduler and command line agree.
The demonstration's clock runs on from where it was set; it moves forward only.
"""

import json
import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class ClockGoesForward(ValueError):
    """The demonstration clock was asked to go back, where the journal already has entries."""


@dataclass(frozen=True)
class Anchor:
    """At the real instant `set_at` the demonstration's clock stood at `as_of`."""

    as_of: datetime
    set_at: datetime

    @classmethod
    def read(cls, path: Path) -> "Anchor | None":
        """Return the anchor kept in `path`, or None where there is none."""
        try:
            kept = json.loads(path.read_text())
        except FileNotFoundError:
            return None
        return cls(datetime.fromisoformat(kept["as_of"]), datetime.fromisoformat(kept["set_at"]))

    def write(self, path: Path) -> None:
        """Replace the file in one step, so that a reader never sees half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"as_of": self.as_of.isoformat(), "set_at": self.set_at.isoformat()}))
        draft.replace(path)


def read_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; without a zone it is Asia/Ho_Chi_Minh. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=ZONE)


def real_now() -> datetime:
    """The machine's own instant: for leases and locks, which a demonstration must not stretch."""
    return timezone.now()


def is_demonstration() -> bool:
    """Whether this installation lives in a demonstration's time."""
    return bool(settings.ISOTRACK_AS_OF) or _anchor_path().exists()


def now() -> datetime:
    """The instant everybody goes by: the demonstration's, where there is one, else the machine's."""
    anchor = _anchor()
    return real_now() if anchor is None else anchor.as_of + (real_now() - anchor.set_at)


def today() -> date:
    """The day in Vietnam."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The Vietnamese calendar day in which `instant` falls."""
    return instant.astimezone(ZONE).date()


def move_to(instant: datetime) -> None:
    """Set the demonstration's clock forward to `instant`. Raises ClockGoesForward for an earlier one."""
    if instant < now():
        raise ClockGoesForward(_("Đồng hồ trình diễn chỉ chạy tới: chọn thời điểm sau thời điểm hiện tại."))
    Anchor(instant, real_now()).write(_anchor_path())


def _anchor_path() -> Path:
    return Path(settings.VAR) / "clock.json"


def _anchor() -> Anchor | None:
    anchor = Anchor.read(_anchor_path())
    if anchor is None and settings.ISOTRACK_AS_OF:
        anchor = Anchor(read_instant(settings.ISOTRACK_AS_OF), real_now())
        anchor.write(_anchor_path())
    return anchor

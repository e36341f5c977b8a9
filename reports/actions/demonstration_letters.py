"""What became of the letters in the demonstration's finished year: all were written but one."""

import hashlib
import io
from datetime import datetime, timedelta
from random import Random

from agencies.models import Post, Role, User
from isotrack.journal.deliver import deliver_owed
from isotrack.kit.clock import day_of
from reports.actions import season
from reports.actions.directive import record_letter
from reports.directive_letters import COMMITTEES, symbol_of
from reports.models import DirectiveDuty, ReportCycle

SILENT = "894"  # no visitor's agency; the department sees that somebody has not written


def write_letters(cycle: ReportCycle, *, at: datetime, reviewer: User, scan: bytes) -> int:
    """Record, in the week after `at`, the letters of a cycle closed then, and mail them; returns how many."""
    deliver_owed(at)
    owed = cycle.duties.open().exclude(superior__code=SILENT).select_related("superior", "cycle")
    for place, duty in enumerate(owed):
        _write(duty, at=at + timedelta(days=4 + place % 5), reviewer=reviewer, scan=scan)
    deliver_owed(at + timedelta(days=9))
    return len(owed)


def write_due_letters(cycle: ReportCycle, *, at: datetime, reviewer: User, scan: bytes) -> int:
    """Record at `at` the letters whose turn has come, four to twelve days after their duty; returns how many.

    The superiors that visitors speak for are left to them, and one never writes.
    """
    owed = cycle.duties.open().exclude(superior__code__in={SILENT, *season.VISITORS})
    due = [duty for duty in owed.select_related("superior", "cycle") if at >= _writes_at(duty)]
    for duty in due:
        _write(duty, at=at, reviewer=reviewer, scan=scan)
    return len(due)


def _writes_at(duty: DirectiveDuty) -> datetime:
    days = Random(f"writes {duty.superior.code}").randint(4, 12)
    return duty.opened_at + timedelta(days=days)


def _write(duty: DirectiveDuty, *, at: datetime, reviewer: User, scan: bytes) -> None:
    """As the superior's officer would; for the People's Committee of the province the department does."""
    code = duty.superior.code
    number = Random(f"letter {code}").randint(120, 980)
    record_letter(
        duty,
        by=_officer_of(duty) or reviewer,
        at=at,
        number=number,
        symbol=symbol_of(duty.superior),
        dated=day_of(at),
        signer=season.name_of_person(f"head {code}"),
        position="Phó Chủ tịch" if duty.superior.kind in COMMITTEES else "Giám đốc",
        content=io.BytesIO(scan),
        name=f"{number}-{symbol_of(duty.superior)}.pdf",
        sha256=hashlib.sha256(scan).hexdigest(),
    )


def _officer_of(duty: DirectiveDuty) -> User | None:
    posts = Post.objects.responsible().filter(agency=duty.superior, user__role=Role.OFFICER)
    return next((post.user for post in posts.select_related("user")), None)

"""What the scheduler does for people: settle posts that ended, let invitations run out, lock the absent."""

from dataclasses import asdict
from datetime import datetime

from agencies.actions.absence import Swept, sweep_absent
from agencies.actions.invitation import expire_invitations
from agencies.actions.person import settle_posts
from agencies.actions.sign_in import drop_old_sign_ins
from agencies.actions.upload import drop_old
from agencies.models import Agency, Post
from isotrack.kit.clock import day_of
from isotrack.kit.lifetime import drop_expired
from reports.models import AnnualReport, ReportCycle


def keep_people(*, as_of: datetime, dry_run: bool = False) -> dict[str, int]:
    """Carry out what fell due by `as_of`; a second run finds nothing. Returns how many of each."""
    done = {"settled": 0, "expired": 0} if dry_run else _settled(as_of)
    total = Swept()
    for province in Agency.objects.provinces().order_by("pk"):
        one = sweep_absent(province, as_of=as_of, needed=answering_alone(province, as_of), dry_run=dry_run)
        total.warned, total.locked, total.kept = (
            total.warned + one.warned,
            total.locked + one.locked,
            total.kept + one.kept,
        )
    return done | asdict(total)


def answering_alone(province: Agency, as_of: datetime) -> set[int]:
    """People who are responsible in an agency whose report is still owed in a cycle that runs."""
    running = ReportCycle.objects.running(as_of).filter(province=province)
    owing = AnnualReport.objects.open(as_of).filter(cycle__in=running).values("agency_id")
    posts = Post.objects.on(day_of(as_of)).responsible().filter(agency__in=owing)
    return set(posts.order_by().values_list("user_id", flat=True))


def _settled(as_of: datetime) -> dict[str, int]:
    drop_old()
    drop_expired()
    drop_old_sign_ins(as_of=as_of)
    return {"settled": settle_posts(as_of=as_of), "expired": expire_invitations(as_of=as_of)}

"""Telling an agency at once what happened to its report: rows of the outbox, sent after the commit."""

from collections.abc import Iterable
from datetime import datetime

from agencies.models import User
from isotrack.journal.announce import announce
from isotrack.kit.clock import day_of
from reports import mails
from reports.models import AnnualReport


def announce_returned(report: AnnualReport, *, at: datetime) -> None:
    """Write to the agency, and to the person who sent the report, that it was returned."""
    latest = report.submissions.last()
    people = {report.answering.contact_email: report.agency_name}
    if latest and latest.sent_by and latest.sent_by.email:
        people |= {latest.sent_by.email: latest.sent_by.get_full_name()}
    number = latest.number if latest else 0
    _announce(report, mails.RETURNED, f"returned-{number}", people.items(), at)


def announce_pending(report: AnnualReport, *, at: datetime) -> None:
    """Ask the heads of the agency to confirm."""
    posts = report.answering.posts.on(day_of(at)).heads().select_related("user")
    heads: list[User] = [post.user for post in posts]
    people = {user.email: user.get_full_name() for user in heads}
    _announce(report, mails.PENDING, f"pending-{at:%Y%m%d%H%M%S}", people.items(), at)


def _announce(
    report: AnnualReport, voice: str, step: str, people: Iterable[tuple[str, str]], at: datetime
) -> None:
    announce(
        voice=voice,
        about=f"report:{report.pk}",
        about_label=str(report),
        step=step,
        recipients=[(address, name) for address, name in people if address],
        province=report.cycle.province_id,
        at=at,
    )

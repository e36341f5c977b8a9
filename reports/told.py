"""Who was told about one report: its agency, its superior by mail, and by the superior's own letter."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from agencies.models import User
from isotrack.journal.models import Notice
from reports.models import AnnualReport, DirectiveDuty


@dataclass(frozen=True)
class Told:
    """Mails that left and that failed; the duty to write that names the report, if one was given."""

    sent: int
    failed: int
    superior: str
    superior_sent: int
    duty: DirectiveDuty | None
    can_open_duty: bool


def told_of(report: AnnualReport, user: User, as_of: datetime) -> Told:
    """What was said by an instant, as this person may know it; three statements.

    A mail to the superior lists who was behind when it was planned: it counts where this report was.
    """
    own = list(Notice.objects.about_thing(f"report:{report.pk}").filter(planned_for__lte=as_of))
    duties = DirectiveDuty.objects.filter(items__report=report).exclude(state=DirectiveDuty.State.CANCELLED)
    duty = duties.filter(opened_at__lte=as_of).first()
    return Told(
        sent=sum(notice.state == Notice.State.SENT for notice in own),
        failed=sum(notice.state == Notice.State.FAILED for notice in own),
        superior=report.superior.in_lists if report.superior else "",
        superior_sent=_to_superior(report, as_of),
        duty=duty,
        can_open_duty=duty is not None and duties.visible_to(user).filter(pk=duty.pk).exists(),
    )


def _to_superior(report: AnnualReport, as_of: datetime) -> int:
    behind = Q(planned_for__gte=report.cutoff, planned_for__lte=as_of)
    if report.first_submitted_at:
        behind &= Q(planned_for__lt=report.first_submitted_at)
    about = f"cycle:{report.cycle_id}:superior:{report.superior_id}"
    return Notice.objects.about_thing(about).filter(behind, state=Notice.State.SENT).count()

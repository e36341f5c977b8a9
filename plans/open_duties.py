"""What an agency leaves open in plans: the steps of building its system.

A declaration ends with the agency that made it (QĐ 19/2014 Đ4 k3: an agency declares its own system). Where
the successor had declared before, its scope changes, and it has to declare again (k4c).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies.models import Agency, Document, User
from agencies.open_duties import Deed, OpenDuty, Source, tell
from isotrack.kit.clock import day_of
from plans.actions.declaration import record_upkeep
from plans.models import Declaration, PlanEntry, RolloutPlan, Upkeep, UpkeepKind
from plans.models.plan import EVERY_YEAR


def open_entries(agencies: Sequence[int], at: datetime) -> Iterator[OpenDuty]:
    """Entries of plans not closed yet, with steps that are not done. One query."""
    owed = Q(agency__in=agencies, passed_to__isnull=True) | Q(passed_to__in=agencies)
    undone = Q(steps__done_on__isnull=True) & ~Q(steps__step__code=EVERY_YEAR)
    rows = PlanEntry.objects.filter(owed, dropped_on__isnull=True)
    rows = rows.exclude(plan__state=RolloutPlan.State.CLOSED).annotate(left=Count("steps", filter=undone))
    for entry in rows.filter(left__gt=0).select_related("plan", "agency").order_by("pk"):
        state = ngettext("còn %(number)d bước", "còn %(number)d bước", entry.left)
        yield OpenDuty(
            kind="plan-entry",
            key=entry.pk,
            agency_pk=entry.passed_to_id or entry.agency_id,
            label=str(entry),
            state=state % {"number": entry.left},
            province=entry.plan.province_id,
        )


def _pass_on(duty: OpenDuty, heir: Agency, deed: Deed) -> Agency:
    """The entry stays that of the agency which was planned; the heir records its steps."""
    PlanEntry.objects.filter(pk=duty.key).update(passed_to=heir)
    tell("plan-entry-passed-on", duty, deed, passed_to=[None, str(heir)])
    return heir


def _drop(duty: OpenDuty, reason: str, deed: Deed) -> None:
    """The steps left are not owed any more; what was done stays recorded."""
    day = day_of(deed.at)
    PlanEntry.objects.filter(pk=duty.key).update(dropped_on=day, drop_reason=reason)
    tell("plan-entry-dropped", duty, deed, reason=reason, dropped_on=[None, str(day)])


ENTRIES = Source("plan-entry", gettext_lazy("Cơ quan trong kế hoạch"), open_entries, _pass_on, _drop)


def scope_changed(
    successor: Agency, *, on: date, document: Document | None, by: User | None, at: datetime
) -> Upkeep | None:
    """Open the duty to declare again where the successor's declared system now covers another agency's work.

    None where it has not declared, or the day is recorded already.
    """
    there = successor.upkeep.filter(kind=UpkeepKind.SCOPE_CHANGE, happened_on=on).exists()
    if there or not Declaration.objects.filter(agency=successor).exists():
        return None
    about = _("Nhận nhiệm vụ, phạm vi của cơ quan sáp nhập vào")
    kind = UpkeepKind.SCOPE_CHANGE
    return record_upkeep(successor, by=by, at=at, kind=kind, happened_on=on, about=about, document=document)

"""How plans stood at a past instant, as the journal tells it: a plan itself keeps only its present state."""

from datetime import datetime

from isotrack.journal.models import Entry
from plans.models import RolloutPlan
from plans.models.plan import PlanQuerySet

State = RolloutPlan.State
_AFTER = {
    "plan-drafted": State.DRAFT,
    "plan-submitted": State.FINANCE_REVIEW,
    "plan-returned": State.RETURNED,
    "plan-cleared": State.CLEARED,
    "plan-approved": State.APPROVED,
    "plan-started": State.RUNNING,
    "plan-closed": State.CLOSED,
}


def states_then(plans: PlanQuerySet, then: datetime) -> dict[int, str]:
    """Key of each of `plans` that existed at the instant → its state of then. Two queries."""
    keys = [str(pk) for pk in plans.order_by().values_list("pk", flat=True)]
    told = Entry.objects.about_any({"plan": keys}).filter(verb__in=_AFTER, at__lte=then)
    moves = told.order_by("at", "pk").values_list("about_key", "verb")
    return {int(key): _AFTER[verb] for key, verb in moves}

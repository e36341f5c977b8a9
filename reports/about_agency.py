"""What plans know of one agency, for its page: declaration, duties that follow from it, plans, training."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Count, Max, Q

from agencies.models import Agency, Post, Role, User
from plans.duties import Duty, DutyState, duties_of
from plans.models import Declaration, Participant, PlanEntry


@dataclass(frozen=True)
class AboutAgency:
    """One agency as a person may see it, on a day."""

    agency: Agency
    user: User
    day: date

    @cached_property
    def declaration(self) -> Declaration | None:
        """The newest one by that day."""
        visible = Declaration.objects.visible_to(self.user).filter(
            agency=self.agency, declared_on__lte=self.day
        )
        return visible.select_related("standard").newest_first().first()

    @property
    def declares(self) -> bool:
        """Whether it is expected to have a system of its own, and the person may see how that stands."""
        if self.user.role == Role.ADMINISTRATOR:
            return False
        return self.agency.reports_annually or self.declaration is not None

    @cached_property
    def owed(self) -> list[Duty]:
        """What is still to be done to keep the declared system alive, the overdue first."""
        if self.declaration is None:
            return []
        duties = duties_of([self.agency], self.day).get(self.agency.pk, [])
        return [duty for duty in duties if duty.state != DutyState.DONE]

    @cached_property
    def entries(self) -> list[PlanEntry]:
        """Its places in plans, the newest plan first, each with `steps_done` and `steps_all`."""
        visible = PlanEntry.objects.visible_to(self.user).filter(
            agency=self.agency, plan__starts_on__lte=self.day
        )
        done = Count("steps", filter=Q(steps__done_on__lte=self.day))
        counted = visible.annotate(steps_done=done, steps_all=Count("steps"))
        return list(counted.select_related("plan").order_by("-plan__starts_on", "pk"))


def trained_on(posts: Iterable[Post], day: date) -> dict[int, date]:
    """Person → the last day of the newest class they came to; who never came is not in it."""
    people = [post.user_id for post in posts]
    came = Participant.objects.who_came().filter(user__in=people, training__ends_on__lte=day)
    return dict(came.order_by().values_list("user").annotate(last=Max("training__ends_on")))

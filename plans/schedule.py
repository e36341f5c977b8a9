"""When the twelve legal steps are due, unless somebody chose other days."""

from datetime import date, timedelta

from agencies.models import Holiday
from plans.models import BuildStep

DAY = timedelta(days=1)


def spread(starts_on: date, ends_on: date) -> dict[BuildStep, date]:
    """Each step with its usual day: evenly over the period, the last one on its last day.

    A day off gives way to the working day before it, within the period.
    """
    steps = list(BuildStep.objects.all())
    is_working = Holiday.objects.working_days()
    length = (ends_on - starts_on).days
    planned = {}
    for place, step in enumerate(steps, start=1):
        day = starts_on + timedelta(days=length * place // len(steps))
        while not is_working(day) and day > starts_on:
            day -= DAY
        planned[step] = day
    return planned

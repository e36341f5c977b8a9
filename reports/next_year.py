"""What the registers hold for the year after the one reported on: plans, classes, money, inspections."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, Subquery, Sum

from agencies.models import Agency
from agencies.models.agency import in_lists
from plans.models import EntryStep, FundingLine, PlanEntry, RolloutPlan, TrainingClass
from plans.models.plan import DECLARED


def next_year_of(province: Agency, year: int, again: Sequence[str]) -> dict[str, Any]:
    """The plans of the province for `year`, the one after the report's, as they stand, as JSON values.

    `building`: agency, plan and planned day of declaration; `pending`: code, title, state and
    number of agencies of plans not decided yet; `classes`: topic, first day, last day, places; `money`: kind
    of line, agencies, đồng; `again`: the given agencies, which did not pass their file inspection: there the
    next on-site list begins (TT 26/2014 Đ37).
    """
    return {
        "year": year,
        "building": _building(province),
        "pending": _pending(province),
        "classes": _classes(province, year),
        "money": _money(province, year),
        "again": list(again),
    }


def _building(province: Agency) -> list[list[str]]:
    last = EntryStep.objects.filter(entry=OuterRef("pk"), step__code=DECLARED).order_by("pk")
    running = PlanEntry.objects.filter(plan__in=RolloutPlan.objects.under_way().filter(province=province))
    waiting = running.exclude(pk__in=running.declared().values("pk")).in_protocol_order()
    due = waiting.annotate(due=Subquery(last.values("planned_on")[:1]))
    return [
        [in_lists(name), plan, day.isoformat() if day else ""]
        for name, plan, day in due.values_list("agency__name", "plan__code", "due")
    ]


def _pending(province: Agency) -> list[list[Any]]:
    waiting = RolloutPlan.objects.filter(province=province).exclude(state__in=RolloutPlan.APPROVED_STATES)
    counted = waiting.annotate(agencies_count=Count("entries")).order_by("starts_on", "code")
    return [list(one) for one in counted.values_list("code", "title", "state", "agencies_count")]


def _classes(province: Agency, year: int) -> list[list[Any]]:
    held = TrainingClass.objects.filter(province=province).of_year(year).order_by("starts_on", "pk")
    return [
        [topic, first.isoformat(), last.isoformat(), places]
        for topic, first, last, places in held.values_list("topic", "starts_on", "ends_on", "capacity")
    ]


def _money(province: Agency, year: int) -> list[list[Any]]:
    """What is approved, or estimated where nothing is approved yet, of the plans cleared so far."""
    lines = FundingLine.objects.binding().filter(entry__plan__province=province, fiscal_year=year)
    sums = lines.with_amount().order_by("kind").values_list("kind")
    found = sums.annotate(agencies=Count("entry__agency", distinct=True), total=Sum("amount"))
    return [[kind, agencies, int(amount or 0)] for kind, agencies, amount in found]

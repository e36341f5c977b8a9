"""`manage.py funding PLAN_CODE`: the money of a plan, its sources, and what breaks a ceiling."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from isotrack.kit.clock import day_of
from isotrack.kit.commands import BadInput, HouseCommand
from plans.actions.funding import COLUMNS
from plans.judgement import Judgement, judge, law_day
from plans.models import FundingLine, RolloutPlan


class Command(HouseCommand):
    """Amounts in whole đồng; `committed` is what other approved plans take and what this plan asks for.

    Exit status 2 for a code that no plan bears, or that plans of several provinces bear.
    """

    help = "Kinh phí của một kế hoạch: các dòng, nguồn, chỗ vượt trần."
    takes_as_of = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", metavar="PLAN_CODE", help=_("Mã kế hoạch, ví dụ KH-2020-BS1."))

    def answer(self, **options: Any) -> Mapping[str, Any]:
        plan, as_of = self.find(options["plan"]), options["as_of"]
        return {"plan": plan.code, **sums(plan), **findings(judged(plan, as_of))}

    def find(self, code: str) -> RolloutPlan:
        """The plan of this code."""
        plans = list(RolloutPlan.objects.filter(code=code)[:2])
        if not plans:
            raise BadInput(_("Không có kế hoạch mang mã %(code)s.") % {"code": code})
        if len(plans) > 1:
            raise BadInput(_("Nhiều tỉnh có kế hoạch mang mã %(code)s.") % {"code": code})
        return plans[0]


def judged(plan: RolloutPlan, as_of: datetime) -> Judgement:
    """By the law of the day of its approval, before it of the day asked for."""
    return judge(plan, law_day(plan, day_of(as_of)))


def sums(plan: RolloutPlan) -> dict[str, int]:
    """The number of lines and the five sums; what was never written counts 0."""
    found = FundingLine.objects.of_plan(plan).order_by()
    added = found.aggregate(lines=Count("pk"), **{f"sum_{name}": Sum(name) for name in COLUMNS})
    return {"lines": added["lines"]} | {name: int(added[f"sum_{name}"] or 0) for name in COLUMNS}


def findings(judgement: Judgement) -> dict[str, Any]:
    """Sources and violations under the names of docs/commands.md."""
    sources = [
        {
            "source": state.name,
            "year": state.year,
            "available": state.available,
            "committed": state.committed,
            "balance": state.balance,
        }
        for state in judgement.sources
    ]
    kept = ("line", "clause", "limit", "amount")
    violations = [{name: getattr(found, name) for name in kept} for found in judgement.violations]
    return {"sources": sources, "violations": violations}

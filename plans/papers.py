"""The official papers of a plan in the form of Decree 30/2020/NĐ-CP, from the same rows as the screen.

A paper from here is a draft until the real one is numbered: it carries DỰ THẢO, and blanks for the number and
the day. Once the decision is in the register, the decision and the annex carry its number.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from agencies.models import Document
from isotrack.kit.papers import BLANK, Official
from isotrack.kit.words import say_date
from plans.models import PlanEntry, RolloutPlan
from plans.totals import Money, by_entry, by_source, totals

DEPARTMENT = "Sở Khoa học và Công nghệ"
UNBROKEN = "\u00a0"
TEMPLATES = {
    "submission": "print/plan_submission.html",
    "annex": "print/plan_annex.html",
    "decision": "print/plan_decision.html",
}


@dataclass(frozen=True)
class Line:
    """One agency of the annex."""

    place: int
    entry: PlanEntry
    money: Money
    first: date
    last: date


def paper_of(plan: RolloutPlan, kind: str, *, today: date) -> tuple[str, dict[str, Any]]:
    """The template of a kind of paper (TEMPLATES) and what it needs; a constant number of statements."""
    entries = plan.entries.all()
    shown = list(entries.with_steps().in_protocol_order())
    money = by_entry(entries)
    context = {
        "plan": plan,
        "paper": _official(plan, kind, today),
        "lines": [_line(place, entry, money) for place, entry in enumerate(shown, start=1)],
        "total": totals(entries),
        "sources": [source for source in by_source(entries) if source.name],
        "attached": _attached(plan),
        "province": plan.province,
        "name": _province_name(plan),
    }
    return TEMPLATES[kind], context


def _line(place: int, entry: PlanEntry, money: dict[int, Money]) -> Line:
    days = [step.planned_on for step in entry.steps.all()] or [entry.plan.starts_on, entry.plan.ends_on]
    return Line(place, entry, money.get(entry.pk, Money()), min(days), max(days))


def _official(plan: RolloutPlan, kind: str, today: date) -> Official:
    name = _province_name(plan)
    common: dict[str, Any] = {"place": _place(name), "year": today.year}
    if kind == "decision":
        return Official(
            issuer_parent="",
            # The name of the province stays in one line.
            issuer=f"Ủy ban nhân dân {name.replace(' ', UNBROKEN)}",
            symbol="QĐ-UBND",
            kind="Quyết định",
            abstract=f"Phê duyệt {_named(plan)}",
            number=_number(plan.decision),
            dated=plan.decision.issued_on if plan.decision else None,
            signing=("CHỦ TỊCH",),
            recipients=("Như Điều 4", "Bộ Khoa học và Công nghệ", "Lưu: VT, TH"),
            **common,
        )
    return Official(
        issuer_parent=f"UBND {name}",
        issuer=DEPARTMENT,
        symbol="TTr-SKHCN",
        kind="Tờ trình" if kind == "submission" else "",
        abstract=f"Về việc phê duyệt {_named(plan)}",
        # The annex goes with the decision, and is no draft any more once that has its number.
        number=_number(plan.decision) if kind == "annex" else None,
        signing=("GIÁM ĐỐC",),
        recipients=("Như trên", "Sở Tài chính", "Các cơ quan có tên trong Phụ lục", "Lưu: VT, TĐC"),
        **common,
    )


def _named(plan: RolloutPlan) -> str:
    """The plan's title inside a sentence: "kế hoạch bổ sung năm cơ quan …"."""
    title = plan.title
    return title[0].lower() + title[1:] if title[:8].lower() == "kế hoạch" else title


def _attached(plan: RolloutPlan) -> str:
    """What the annex goes with; the numbers of a draft are left blank."""
    if plan.decision is not None:
        decision = plan.decision
        return f"Kèm theo Quyết định số {decision.number} ngày {say_date(decision.issued_on)}"
    return f"Kèm theo Tờ trình số {BLANK}/TTr-SKHCN của {DEPARTMENT}"


def _number(decision: Document | None) -> int | None:
    """ "2944/QĐ-UBND" → 2944; a number of another form leaves the paper a draft."""
    found = re.fullmatch(r"(\d{1,6})/QĐ-UBND", decision.number) if decision else None
    return int(found[1]) if found else None


def _province_name(plan: RolloutPlan) -> str:
    """ "tỉnh An Giang"."""
    return plan.province.in_lists.removeprefix("UBND ")


def _place(name: str) -> str:
    return name.removeprefix("tỉnh ").removeprefix("thành phố ")

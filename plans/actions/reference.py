"""Loading the reference files: ceilings, cost items, build steps, versions of the standard.

Loading again creates nothing and leaves edited rows as they are.
"""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from plans.models import BuildStep, Ceiling, CostItem, StandardVersion

DATA = Path(__file__).resolve().parent.parent / "data"


@transaction.atomic
def load_ceilings(file: Path = DATA / "ceilings_tt116.csv") -> int:
    """Load the maxima of Điều 4 TT 116/2015/TT-BTC; return how many are new."""
    known = set(Ceiling.objects.values_list("tier", "line", "mode", "effective_from"))
    read = [_ceiling(row) for row in _rows(file)]
    new = [row for row in read if (row.tier, row.line, row.mode, row.effective_from) not in known]
    return len(Ceiling.objects.bulk_create(new))


@transaction.atomic
def load_cost_items(file: Path = DATA / "cost_items_tt116.csv") -> int:
    """Load the items of Điều 3 TT 116/2015/TT-BTC; return how many are new."""
    known = set(CostItem.objects.values_list("identifier", flat=True))
    new = [_cost_item(row) for row in _rows(file) if row["identifier"] not in known]
    return len(CostItem.objects.bulk_create(new))


@transaction.atomic
def load_build_steps(file: Path = DATA / "build_steps_tt26.csv") -> int:
    """Load the twelve steps of Điều 7 TT 26/2014/TT-BKHCN; return how many are new."""
    known = set(BuildStep.objects.values_list("code", flat=True))
    new = [_build_step(row) for row in _rows(file) if row["code"] not in known]
    return len(BuildStep.objects.bulk_create(new))


@transaction.atomic
def load_standards(file: Path = DATA / "standard_versions.csv") -> int:
    """Load the versions of TCVN ISO 9001; return how many are new.

    A version without `apply_until` has no deadline of transition that is known to us.
    """
    known = set(StandardVersion.objects.values_list("code", flat=True))
    new = [_standard(row) for row in _rows(file) if row["code"] not in known]
    return len(StandardVersion.objects.bulk_create(new))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _ceiling(row: dict[str, str]) -> Ceiling:
    return Ceiling(
        clause=row["clause"],
        tier=row["tier"],
        line=row["line"],
        mode=row["mode"],
        unit=row["unit"],
        amount=int(row["amount_vnd"]) if row["amount_vnd"] else None,
        ratio=Decimal(row["ratio"]) if row["ratio"] else None,
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=_day(row["effective_to"]),
        note=row["note"],
        source=row["source"],
    )


def _cost_item(row: dict[str, str]) -> CostItem:
    plain = {name: row[name] for name in ("code", "identifier", "name_vi", "name_en", "note", "source")}
    return CostItem(order=int(row["order"]), is_local=row["is_local"] == "yes", **plain)


def _build_step(row: dict[str, str]) -> BuildStep:
    plain = {name: row[name] for name in ("code", "name_vi", "name_en", "legal_basis")}
    allowed = {name: row[name] == "yes" for name in ("may_hire", "own_work")}
    return BuildStep(order=int(row["order"]), **plain, **allowed)


def _standard(row: dict[str, str]) -> StandardVersion:
    days = {name: _day(row[name]) for name in ("announced_on", "apply_until")}
    return StandardVersion(code=row["code"], name=row["name"], **days)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None

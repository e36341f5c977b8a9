"""Loading the reference files of the money table; loading again creates nothing and leaves edited rows."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from plans.models import Ceiling, CostItem

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
        effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
        note=row["note"],
        source=row["source"],
    )


def _cost_item(row: dict[str, str]) -> CostItem:
    plain = {name: row[name] for name in ("code", "identifier", "name_vi", "name_en", "note", "source")}
    return CostItem(order=int(row["order"]), is_local=row["is_local"] == "yes", **plain)

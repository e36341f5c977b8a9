"""Builders of money: a plan with one agency, its lines, a source that can pay them."""

from datetime import date
from itertools import count
from typing import Any

from agencies.models import Agency, Role, User
from plans.models import (
    CostItem,
    Declaration,
    FundingLine,
    FundingSource,
    LineKind,
    PlanEntry,
    RolloutPlan,
    StandardVersion,
)
from tests import make

DAY = date(2020, 11, 25)
RICH = 10**12
_numbers = count(1)


def standard(code: str = "2015") -> StandardVersion:
    """TCVN ISO 9001:2015."""
    return StandardVersion.objects.get_or_create(code=code, defaults={"name": f"TCVN ISO 9001:{code}"})[0]


def plan(state: str = "draft", **values: Any) -> RolloutPlan:
    """A plan of 2020 and 2021; an approved one has its decision."""
    make.reference()
    usual: dict[str, Any] = {
        "province": make.province(),
        "code": f"KH-{next(_numbers)}",
        "title": "Kế hoạch bổ sung",
        "standard": standard(),
        "starts_on": date(2020, 11, 1),
        "ends_on": date(2021, 12, 31),
        "state": state,
    }
    if state in ("approved", "running", "closed"):
        number = f"{next(_numbers)}/QĐ-UBND"
        usual |= {"decision": make.document(number), "approved_at": make.at("2020-11-20")}
    return RolloutPlan.objects.create(**usual | values)


def entry(of: RolloutPlan | None = None, agency: Agency | None = None, **values: Any) -> PlanEntry:
    """A department (tier 2b) in the plan unless the values say otherwise."""
    agency = agency or make.department(f"Sở Số {next(_numbers)}", ceiling_tier=values.pop("tier", "2b"))
    return PlanEntry.objects.create(plan=of or plan(), agency=agency, **values)


def source(amount: int = RICH, year: int = 2020, **values: Any) -> FundingSource:
    """Money of one year; the same name and year give the same source."""
    usual = {"kind": "local_budget", "amount": amount}
    named = {
        "province": make.province(),
        "fiscal_year": year,
        "name": values.pop("name", "Sự nghiệp khoa học và công nghệ"),
    }
    return FundingSource.objects.get_or_create(**named, defaults=usual | values)[0]


def line(of: PlanEntry, kind: str = LineKind.HIRED, estimate: int = 1_000_000, **values: Any) -> FundingLine:
    """One line of the entry, paid from a rich source of its year."""
    year = values.pop("year", 2020)
    usual = {
        "item": CostItem.objects.get(identifier=values.pop("item", "CONSULT_DOCS")),
        "fiscal_year": year,
        "source": source(year=year) if "source" not in values else None,
    }
    return FundingLine.objects.create(entry=of, kind=kind, estimate=estimate, **usual | values)


def declared(agency: Agency, on: date) -> Declaration:
    """The agency's declaration of that day."""
    return Declaration.objects.create(
        agency=agency,
        standard=standard(),
        number=f"{next(_numbers)}/QĐ",
        confirmed_on=on,
        declared_on=on,
        signer="Lê Văn C",
        position="Giám đốc",
        scope="Toàn bộ",
    )


def finance(**values: Any) -> User:
    """Hoa, who reviews at the Department of Finance."""
    home = Agency.objects.filter(name="Sở Tài chính").first() or make.department("Sở Tài chính", contact="")
    return make.user(Role.FINANCE, home, **{"full_name": "Phạm Thị Hoa"} | values)

"""How long consultants are confirmed, measured against the contracts that need them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import User
from isotrack.kit.words import say_date
from plans.models import Consultant, Contract
from plans.models.training import ConsultantQuerySet

WARNED_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class Validity:
    """A consultant, the last day confirmed, the contracts of the province, and what to look at."""

    consultant: Consultant
    until: date | None
    is_valid: bool
    contracts: list[Contract]
    warning: str

    @property
    def needs_attention(self) -> bool:
        """Whether a confirmation ends soon, or before a contract does."""
        return bool(self.warning)


def consultants_seen_by(user: User) -> ConsultantQuerySet:
    """Consultants with their confirmations and the contracts of the person's province, in three queries."""
    contracts = Contract.objects.visible_to(user).select_related("entry__agency", "entry__plan")
    return Consultant.objects.visible_to(user).prefetch_related(
        "confirmations", Prefetch("contracts", contracts.order_by("starts_on", "pk"), to_attr="seen")
    )


def validity_of(consultant: Consultant, today: date) -> Validity:
    """How a consultant of `consultants_seen_by` stands on a day."""
    contracts: list[Contract] = consultant.seen  # type: ignore[attr-defined]
    last = max((paper.valid_to for paper in consultant.confirmations.all()), default=None)
    is_valid = consultant.is_confirmed_throughout(today, today)
    return Validity(consultant, last, is_valid, contracts, _warning(consultant, contracts, last, today))


def _warning(consultant: Consultant, contracts: list[Contract], last: date | None, today: date) -> str:
    """A contract without confirmation weighs more than one that ends soon; who works for nobody may lapse."""
    running = [contract for contract in contracts if contract.ends_on >= today]
    for contract in running:
        gap = consultant.first_day_unconfirmed(max(contract.starts_on, today), contract.ends_on)
        if gap is not None:
            said = _("Không có Giấy xác nhận từ ngày %(day)s, hợp đồng %(number)s đến ngày %(last)s.")
            told = {"day": say_date(gap), "number": contract.number, "last": say_date(contract.ends_on)}
            return said % told
    if last is None or not today <= last <= today + WARNED_BEFORE:
        return ""
    days = (last - today).days
    said = ngettext(
        "Giấy xác nhận còn giá trị %(days)d ngày, đến ngày %(last)s.",
        "Giấy xác nhận còn giá trị %(days)d ngày, đến ngày %(last)s.",
        days,
    )
    return said % {"days": days, "last": say_date(last)}

"""The money of a plan held against the law and against its sources.

Ceilings are the rows in force on a day (Điều 4 TT 116/2015/TT-BTC). A line counts with its approved amount,
before there is one with its estimate. What is summed:

- A and B of an agency's *first* build over all plans for the same standard, for it is first only once; of an
  *extension* within its plan, for each extends another scope. B holds the processes that are written;
- maintenance (khoản 6) and a certifier's help (khoản 8) of an agency in a fiscal year, over all plans;
- maintenance only where the agency, or the one whose system covers it, has declared by the last day of that
  fiscal year: what is built is not yet maintained.

Of other plans those count that are cleared, approved, running or closed: a draft binds nobody. Every line
names its source (khoản 1 Điều 5); a source gives no more than its amount. All amounts are whole đồng.
The whole plan is judged in a constant number of queries, whatever its size.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Min, Sum
from django.utils.translation import gettext as _

from agencies.models import Agency, Standing
from isotrack.kit.clock import day_of
from isotrack.kit.words import show_date, show_money
from plans.ceilings import NoCeiling
from plans.models import Ceiling, Declaration, FundingLine, FundingSource, LineKind, Mode, RolloutPlan
from plans.models.funding import ANY, Line

SOURCE_CLAUSE = "khoản 1 Điều 5 TT 116/2015/TT-BTC"
MAINTENANCE_CLAUSE = "khoản 6 Điều 4 TT 116/2015/TT-BTC"
WHOLE_WORK = Decimal(100)  # percent of the consulting work


@dataclass(frozen=True)
class Violation:
    """One rule that a line breaks, alone or as the one by which a sum passes its limit."""

    line: int
    clause: str
    limit: int
    amount: int
    """Of the line or of the sum that is limited."""
    sentence: str
    agency: str = ""
    label: str = ""
    """What the line pays for: "A – thuê tổ chức tư vấn"."""


@dataclass(frozen=True)
class Shortfall:
    """A source that cannot give what is asked of it."""

    source: str
    year: int
    available: int
    committed: int
    """By other approved plans and by this one."""
    missing: int
    sentence: str


@dataclass(frozen=True)
class SourceState:
    """How a source stands when this plan takes what it asks."""

    pk: int
    name: str
    year: int
    available: int
    elsewhere: int
    """What other approved plans take."""
    asked: int

    @property
    def committed(self) -> int:
        """By other approved plans and by this one."""
        return self.elsewhere + self.asked

    @property
    def balance(self) -> int:
        """What is left; below zero it is missing."""
        return self.available - self.committed

    @property
    def missing(self) -> int:
        """What the source falls short of; nothing where it suffices."""
        return max(-self.balance, 0)


@dataclass(frozen=True, slots=True)
class Limit:
    """The ceiling a line is held against; put into words only where somebody reads them."""

    limit: int
    clause: str
    each: tuple[int, ...] = ()
    """What it is counted from: the amount for a process, or least and most for a person-month."""

    def __str__(self) -> str:
        told = {"limit": show_money(self.limit), "clause": self.clause}
        words = _("Trần %(limit)s – %(clause)s") % told
        return f"{words} ({self._counted()})" if self.each else words

    def _counted(self) -> str:
        if len(self.each) == 1:
            return _("mỗi quy trình %(each)s") % {"each": show_money(self.each[0])}
        told = {"least": show_money(self.each[0]), "most": show_money(self.each[1])}
        return _("%(least)s đến %(most)s một người/tháng") % told


@dataclass
class Judgement:
    """What was found; `limits` says for each line which ceiling it is held against."""

    violations: list[Violation] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)
    sources: list[SourceState] = field(default_factory=list)
    limits: dict[int, Limit] = field(default_factory=dict)
    ceiling: int = 0
    """What the agencies of the plan may spend on A and B together."""

    @property
    def is_clear(self) -> bool:
        """Neither over a ceiling nor over a source."""
        return not self.violations and not self.shortfalls

    @property
    def sentences(self) -> list[str]:
        """Everything that stands in the way, one sentence each, with the agency and the line it is about."""
        over = [f"{found.agency}, {found.label}: {found.sentence}" for found in self.violations]
        return over + [found.sentence for found in self.shortfalls]

    def of_line(self, pk: int) -> list[Violation]:
        """What this line breaks."""
        return [found for found in self.violations if found.line == pk]


def judge(plan: RolloutPlan, on: date) -> Judgement:
    """Hold every line of the plan against the law of the day `on` and against the sources, in six queries."""
    law, items = _Law(on), list(_items(plan))
    tiers = _tiers(plan, on)
    found = Judgement(sources=list(_source_states(plan, items)))
    found.shortfalls = [_shortfall(state) for state in found.sources if state.missing]
    for check in _checks(_pots(plan, items, tiers), law):
        _note(found, check)
    found.violations += [*_undeclared(items), *_without_source(items)]
    places = {item.pk: place for place, item in enumerate(items)}
    found.violations.sort(key=lambda one: places[one.line])  # as the table shows them
    found.ceiling = _ceiling(items, tiers, law)
    return found


def judge_held(plan: RolloutPlan, on: date) -> Judgement:
    """The same inside a transaction, while nobody else can clear, approve or edit what it depends on.

    The plan, its agencies and its sources stay locked until the transaction ends, always in this order.
    """
    hold(plan)
    return judge(plan, on)


def hold(plan: RolloutPlan) -> None:
    """Lock the plan, the agencies it pays and the sources it takes from; needs a transaction."""
    for rows in (
        RolloutPlan.objects.filter(pk=plan.pk),
        # Two plans may pay one agency in one year: whoever clears second sees what the first took.
        Agency.objects.filter(pk__in=plan.entries.values("agency_id")),
        FundingSource.objects.filter(pk__in=FundingLine.objects.of_plan(plan).order_by().values("source_id")),
    ):
        list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))


def law_day(plan: RolloutPlan, today: date) -> date:
    """The day whose law a plan is judged by: that of its approval, before it today."""
    return day_of(plan.approved_at) if plan.approved_at else today


@dataclass(frozen=True, slots=True)
class _Item:
    """A line as the judge reads it."""

    pk: int
    entry: int
    agency: int
    agency_name: str
    agency_tier: str
    covered_by: int | None
    processes: int
    mode: str
    kind: str
    quantity: Decimal
    year: int
    source: int | None
    document: str
    amount: int


@dataclass
class _Pot:
    """Lines whose sum is limited together, and what other plans already took of the same limit."""

    family: str
    tier: str
    mode: str
    items: list[_Item] = field(default_factory=list)
    elsewhere: int = 0
    elsewhere_quantity: Decimal = Decimal(0)

    @property
    def amount(self) -> int:
        return self.elsewhere + sum(item.amount for item in self.items)

    @property
    def quantity(self) -> Decimal:
        return self.elsewhere_quantity + sum((item.quantity for item in self.items), Decimal(0))


@dataclass(frozen=True)
class _Check:
    """One comparison: these lines, this sum, this limit, this clause."""

    items: list[_Item]
    amount: int
    limit: int
    clause: str
    elsewhere: int = 0
    is_least: bool = False
    refusal: str = ""
    each: tuple[int, ...] = ()
    """See Limit."""


class _Law:
    """The ceilings in force on one day, in one query."""

    def __init__(self, on: date) -> None:
        self.on = on
        # The newest stands last and wins.
        self.rows = {(row.line, row.tier, row.mode): row for row in Ceiling.objects.in_force(on)}

    def row(self, line: str, tier: str = ANY, mode: str = ANY) -> Ceiling:
        """The ceiling for a tier and mode, else for any. Raises NoCeiling."""
        for key in ((line, tier, mode), (line, tier, ANY), (line, ANY, ANY)):
            if key in self.rows:
                return self.rows[key]
        told = {"line": Line(line).label, "day": show_date(self.on)}
        raise NoCeiling(_("Không có mức chi “%(line)s” có hiệu lực ngày %(day)s.") % told)

    def amount(self, line: str, tier: str = ANY, mode: str = ANY) -> int:
        """Whole đồng. Raises NoCeiling, also for a row that is only a share."""
        amount = self.row(line, tier, mode).amount
        if amount is None:
            raise NoCeiling(_("Mức chi “%(line)s” không có số tiền.") % {"line": Line(line).label})
        return amount

    def share(self, line: str, of: int) -> int:
        """A share of another ceiling, rounded down: it is a maximum. Raises NoCeiling."""
        ratio = self.row(line).ratio
        return int(of * ratio) if ratio is not None else self.amount(line)


_FAMILY = {
    LineKind.HIRED: "hired",
    LineKind.OWN_WORK: "own",
    LineKind.PER_PROCESS: "own",
    LineKind.INDEPENDENT: "independent",
    LineKind.SELF_BUILD: "self_build",
    LineKind.MAINTENANCE: "maintenance",
    LineKind.CERTIFIER: "certifier",
    LineKind.FRAMEWORK: "framework",
}
_YEARLY = ("maintenance", "certifier")
_KINDS = list(_FAMILY)

_PotKey = tuple[int, str, object]


def _pot_key(agency: int, kind: str, mode: str, year: int, standard: int, plan: int) -> _PotKey:
    """What is limited together with what; see the module's docstring."""
    family = _FAMILY[LineKind(kind)]
    if family in _YEARLY:
        return agency, family, year
    return agency, family, standard if mode == Mode.FIRST else f"plan {plan}"


def _items(plan: RolloutPlan) -> Iterator[_Item]:
    rows = FundingLine.objects.of_plan(plan).with_amount()
    columns = (
        "pk",
        "entry_id",
        "entry__agency_id",
        "entry__agency__name",
        "entry__agency__ceiling_tier",
        "entry__agency__covered_by_id",
        "entry__processes",
        "entry__mode",
        "kind",
        "quantity",
        "fiscal_year",
        "source_id",
        "document__number",
        "amount",
    )
    for row in rows.values_list(*columns):
        yield _Item(*row)


def _tiers(plan: RolloutPlan, on: date) -> dict[int, str]:
    """The tier of each agency on the day, for an agency may move from one to another."""
    standings = Standing.objects.on(on).filter(agency__in=plan.entries.values("agency_id"))
    return dict(standings.values_list("agency_id", "ceiling_tier"))


def _pots(plan: RolloutPlan, items: Iterable[_Item], tiers: Mapping[int, str]) -> list[_Pot]:
    pots: dict[_PotKey, _Pot] = {}
    for item in items:
        if item.kind == LineKind.OTHER:
            continue
        key = _pot_key(item.agency, item.kind, item.mode, item.year, plan.standard_id, plan.pk)
        tier = tiers.get(item.agency, item.agency_tier)
        pots.setdefault(key, _Pot(key[1], tier, item.mode)).items.append(item)
    for key, amount, quantity in _elsewhere(plan):
        if key in pots:
            pots[key].elsewhere += amount
            pots[key].elsewhere_quantity += quantity
    return list(pots.values())


def _elsewhere(plan: RolloutPlan) -> Iterator[tuple[_PotKey, int, Decimal]]:
    """What other plans took of the same limits."""
    same = FundingLine.objects.binding().exclude(entry__plan=plan)
    same = same.filter(entry__agency__in=plan.entries.values("agency_id"), kind__in=_KINDS)
    by = (
        "entry__agency_id",
        "kind",
        "entry__mode",
        "fiscal_year",
        "entry__plan__standard_id",
        "entry__plan_id",
    )
    sums = same.with_amount().order_by().values_list(*by).annotate(Sum("amount"), Sum("quantity"))
    for agency, kind, mode, year, standard, other, amount, quantity in sums:
        yield _pot_key(agency, kind, mode, year, standard, other), int(amount), quantity


def _checks(pots: Iterable[_Pot], law: _Law) -> Iterator[_Check]:
    """Everything to compare; a limit that the law of the day does not have refuses its lines."""
    for pot in pots:
        try:
            yield from _RULES[pot.family](pot, law)
        except NoCeiling as none:
            yield _Check(pot.items, pot.amount, 0, "", refusal=str(none))


def _hired(pot: _Pot, law: _Law) -> Iterator[_Check]:
    """Line A of khoản 1 and 2."""
    yield _sum(pot, law.amount(Line.A, pot.tier, pot.mode), law.row(Line.A, pot.tier, pot.mode).in_words)


def _own(pot: _Pot, law: _Law) -> Iterator[_Check]:
    """Line B of khoản 1 and 2; inside it each process written has its own maximum."""
    written = [item for item in pot.items if item.kind == LineKind.PER_PROCESS]
    if written:
        yield from _processes(written, law, pot)
    yield _sum(pot, law.amount(Line.B, pot.tier, pot.mode), law.row(Line.B, pot.tier, pot.mode).in_words)


def _processes(written: list[_Item], law: _Law, pot: _Pot) -> Iterator[_Check]:
    """So much for each process, and for no more processes than the agency is to issue (where that is set)."""
    each, clause = law.amount(Line.PER_PROCESS, pot.tier), law.row(Line.PER_PROCESS, pot.tier).in_words
    for item in written:
        yield _Check([item], item.amount, int(each * item.quantity), clause, each=(each,))
    total = sum((item.quantity for item in written), Decimal(0))
    planned = written[0].processes
    if planned and total > planned:
        yield _Check(written, sum(item.amount for item in written), each * planned, clause, each=(each,))


def _independent(pot: _Pot, law: _Law) -> Iterator[_Check]:
    """Khoản 3: the rate of a person-month lies in its frame, the total within its share of A."""
    least, most = law.row(Line.CONSULTANT_MONTH_MIN), law.row(Line.CONSULTANT_MONTH_MAX)
    for item in pot.items:
        top = int((most.amount or 0) * item.quantity)
        bottom = int((least.amount or 0) * item.quantity)
        frame = (least.amount or 0, most.amount or 0)
        yield _Check([item], item.amount, top, most.in_words, each=frame)
        if item.amount:  # struck out is not underpaid
            yield _Check([item], item.amount, bottom, least.in_words, is_least=True)
    share = law.share(Line.INDEPENDENT_SHARE, law.amount(Line.A, pot.tier, pot.mode))
    yield _sum(pot, share, law.row(Line.INDEPENDENT_SHARE).in_words)


def _self_build(pot: _Pot, law: _Law) -> Iterator[_Check]:
    """Khoản 5: a share of A, in proportion to the consulting work the agency does itself (percent)."""
    whole = law.share(Line.SELF_BUILD_SHARE, law.amount(Line.A, pot.tier, pot.mode))
    done = min(pot.quantity, WHOLE_WORK)
    yield _sum(pot, int(whole * done / WHOLE_WORK), law.row(Line.SELF_BUILD_SHARE).in_words)


def _maintenance(pot: _Pot, law: _Law) -> Iterator[_Check]:
    """Khoản 6, summed over the year."""
    row = law.row(Line.MAINTENANCE_YEAR)
    yield _sum(pot, law.amount(Line.MAINTENANCE_YEAR), row.in_words)


def _certifier(pot: _Pot, law: _Law) -> Iterator[_Check]:
    """Khoản 8, for each agency inspected, which is once a year."""
    yield _sum(pot, law.amount(Line.CERTIFIER), law.row(Line.CERTIFIER).in_words)


def _framework(pot: _Pot, law: _Law) -> Iterator[_Check]:
    """Khoản 7, for each framework."""
    each, clause = law.amount(Line.MODEL_FRAMEWORK), law.row(Line.MODEL_FRAMEWORK).in_words
    for item in pot.items:
        yield _Check([item], item.amount, int(each * item.quantity), clause)


_RULES = {
    "hired": _hired,
    "own": _own,
    "independent": _independent,
    "self_build": _self_build,
    "maintenance": _maintenance,
    "certifier": _certifier,
    "framework": _framework,
}


def _sum(pot: _Pot, limit: int, clause: str) -> _Check:
    return _Check(pot.items, pot.amount, limit, clause, elsewhere=pot.elsewhere)


def _note(found: Judgement, check: _Check) -> None:
    """Keep the first limit of each line, which is the nearest, and the violation where there is one."""
    if not check.is_least and not check.refusal:
        limit = Limit(check.limit, check.clause, check.each)
        for item in check.items:
            found.limits.setdefault(item.pk, limit)
    if check.refusal or (check.amount < check.limit if check.is_least else check.amount > check.limit):
        item = _blamed(check)
        found.violations.append(
            Violation(
                item.pk,
                check.clause,
                check.limit,
                check.amount,
                check.refusal or _refusal(check),
                item.agency_name,
                str(LineKind(item.kind).label),
            )
        )


def _blamed(check: _Check) -> _Item:
    """The line by which the sum passes the limit."""
    reached = check.elsewhere
    for item in check.items:
        reached += item.amount
        if reached > check.limit:
            return item
    return check.items[-1]


def _refusal(check: _Check) -> str:
    told = {"limit": show_money(check.limit), "clause": check.clause}
    told["apart"] = show_money(abs(check.amount - check.limit))
    if check.is_least:
        return _("Thấp hơn mức tối thiểu %(limit)s – %(clause)s (thiếu %(apart)s)") % told
    sentence = _("Vượt trần %(limit)s – %(clause)s (vượt %(apart)s)") % told
    if not check.elsewhere:
        return sentence
    other = _("đã tính %(amount)s ở kế hoạch khác") % {"amount": show_money(check.elsewhere)}
    return f"{sentence}; {other}"


def _undeclared(items: Iterable[_Item]) -> Iterator[Violation]:
    """Maintenance of a year by whose last day nobody declared the system."""
    kept = [item for item in items if item.kind == LineKind.MAINTENANCE and item.amount]
    declared = _first_declarations(kept) if kept else {}
    for item in kept:
        days = [declared[pk] for pk in (item.agency, item.covered_by) if pk in declared]
        if not days or min(days) > date(item.year, 12, 31):
            told = {"year": item.year, "clause": MAINTENANCE_CLAUSE}
            sentence = _("Chưa có bản công bố đến hết năm %(year)s nên chưa chi duy trì – %(clause)s") % told
            yield _violation(item, MAINTENANCE_CLAUSE, sentence)


def _first_declarations(kept: Iterable[_Item]) -> dict[int, date]:
    agencies = {pk for item in kept for pk in (item.agency, item.covered_by) if pk is not None}
    # Grouped without the model's ordering, which would split the groups.
    firsts = Declaration.objects.filter(agency__in=agencies).order_by().values_list("agency_id")
    return dict(firsts.annotate(Min("declared_on")))


def _without_source(items: Iterable[_Item]) -> Iterator[Violation]:
    for item in items:
        if item.source is None and item.amount:
            sentence = _("Chưa ghi nguồn kinh phí – %(clause)s") % {"clause": SOURCE_CLAUSE}
            yield _violation(item, SOURCE_CLAUSE, sentence)


def _violation(item: _Item, clause: str, sentence: str) -> Violation:
    label = str(LineKind(item.kind).label)
    return Violation(item.pk, clause, 0, item.amount, sentence, item.agency_name, label)


def _source_states(plan: RolloutPlan, items: Iterable[_Item]) -> Iterator[SourceState]:
    asked: dict[int, int] = defaultdict(int)
    for item in items:
        if item.source is not None:
            asked[item.source] += item.amount
    columns = ("pk", "name", "fiscal_year", "amount", "committed")
    sources = FundingSource.objects.filter(pk__in=asked).with_commitments(besides=plan)
    for pk, name, year, amount, committed in sources.values_list(*columns):
        yield SourceState(pk, name, year, amount, committed, asked[pk])


def _shortfall(state: SourceState) -> Shortfall:
    told = {
        "source": state.name,
        "year": state.year,
        "available": show_money(state.available),
        "asked": show_money(state.asked),
        "elsewhere": show_money(state.elsewhere),
        "missing": show_money(state.missing),
    }
    if state.elsewhere:
        sentence = _(
            "Nguồn “%(source)s” năm %(year)s có %(available)s, kế hoạch khác đã dùng %(elsewhere)s, "
            "kế hoạch này cần %(asked)s: thiếu %(missing)s."
        )
    else:
        sentence = _(
            "Nguồn “%(source)s” năm %(year)s có %(available)s, kế hoạch này cần %(asked)s: thiếu %(missing)s."
        )
    return Shortfall(state.name, state.year, state.available, state.committed, state.missing, sentence % told)


def _ceiling(items: Iterable[_Item], tiers: Mapping[int, str], law: _Law) -> int:
    """A and B of every agency that has lines; 0 for one whose tier has no ceiling on the day."""
    entries = {item.entry: item for item in items}
    total = 0
    for item in entries.values():
        tier = tiers.get(item.agency, item.agency_tier)
        try:
            total += law.amount(Line.A, tier, item.mode) + law.amount(Line.B, tier, item.mode)
        except NoCeiling:
            continue
    return total

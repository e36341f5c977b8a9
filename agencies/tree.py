"""The tree of agencies, unfolded where somebody looks: the same questions for 200 agencies and for 15,000.

Counts come from one sum per superior, rolled up in memory over the superiors alone; rows are fetched only for
branches that are open, and of those no more than a page can bear.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, Value, Window
from django.db.models.functions import RowNumber

from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet

OPEN_UP_TO = 60  # as many hits are shown unfolded; more would bury the reader
SHOWN = 200  # directly below one superior, more than any province has communes; the table has them all


@dataclass(eq=False)
class Branch:
    """One agency; `below` counts who was asked for below it, `children` are there when it is open.

    `left_out` counts the children that are not shown, `toggled` is what the address opens after a click.
    """

    agency: Agency
    is_wanted: bool
    below: int = 0
    is_open: bool = False
    children: "list[Branch]" = field(default_factory=list)
    left_out: int = 0
    can_toggle: bool = False
    toggled: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Tree:
    """The ways from the roots of `visible` to those `wanted` among them; None wants all.

    `superior` is the column that says who stands above whom ("superior_id", or "stood__superior_id" of a
    past `day`), `order` how siblings stand. Open are the roots and `opened`; where not all are wanted, the
    ways to a moderate number of them instead.
    """

    visible: AgencyQuerySet
    wanted: AgencyQuerySet | None
    superior: str
    order: tuple[str, ...]
    day: date | None = None
    opened: Collection[int] = ()

    def grow(self) -> list[Branch]:
        """The roots, with everything that is open below them."""
        everybody = self._directly_below(self.visible)
        direct = everybody if self.wanted is None else self._directly_below(self.wanted)
        superiors = self._superiors(everybody)
        below = _rolled_up(direct, superiors)
        unfolds = self.wanted is not None and sum(direct.values()) <= OPEN_UP_TO
        is_open = set(below) if unfolds else set(self.opened) & set(below)
        branches = self._branches(self._rows(direct, superiors, below, is_open), below)
        roots = [branch for branch in branches.values() if _above(branch.agency) not in superiors]
        self._hang(branches, roots, is_open, can_fold=not unfolds)
        return roots

    def _directly_below(self, agencies: AgencyQuerySet) -> Counter[int | None]:
        """Key of each superior → how many of them are directly below it; an index answers it."""
        return Counter(dict(agencies.order_by().values_list(self.superior).annotate(n=Count(Value(1)))))

    def _superiors(self, above: Iterable[int | None]) -> dict[int, int | None]:
        """Whoever stands above a visible one and is visible itself → its own superior."""
        found = self.visible.filter(pk__in=[key for key in above if key is not None]).order_by()
        return dict(found.values_list("pk", self.superior))

    def _rows(
        self,
        direct: Collection[int | None],
        superiors: dict[int, int | None],
        ways: Collection[int],
        is_open: Collection[int],
    ) -> list[Agency]:
        """The roots, what is directly below them, and what is directly below open ones."""
        top = [pk for pk, above in superiors.items() if above not in superiors]
        # Wanted ones without a visible superior are roots themselves.
        outside = [key for key in direct if key not in superiors]
        shown = Q(pk__in=top) | Q(**{f"{self.superior}__in": [*top, *is_open, *filter(None, outside)]})
        if None in outside:
            shown |= Q(**{f"{self.superior}__isnull": True})
        rows = self.visible.filter(shown)
        if self.wanted is not None:
            rows = rows.filter(Q(pk__in=self.wanted.order_by().values("pk")) | Q(pk__in=ways))
        place = Window(RowNumber(), partition_by=F(self.superior), order_by=self.order)
        keys = rows.annotate(place=place).filter(place__lte=SHOWN).order_by().values_list("pk", flat=True)
        found = self.visible.filter(pk__in=list(keys)).annotate(above_then=F(self.superior))
        found = found.order_by(*self.order)
        if self.day:
            return [agency.as_it_stood() for agency in found.with_standing(self.day)]
        return list(found.only("code", "name"))  # what a branch says

    def _branches(self, rows: Iterable[Agency], below: Counter[int]) -> dict[int, Branch]:
        agencies = list(rows)
        keys = [agency.pk for agency in agencies]
        among = keys if self.wanted is None else self.wanted.filter(pk__in=keys).values_list("pk", flat=True)
        wanted = set(among)
        return {agency.pk: Branch(agency, agency.pk in wanted, below[agency.pk]) for agency in agencies}

    def _hang(
        self, branches: dict[int, Branch], roots: list[Branch], is_open: Collection[int], *, can_fold: bool
    ) -> None:
        """Children to their superiors, and to each branch what a click on it opens or folds."""
        children: dict[Any, list[Branch]] = defaultdict(list)
        for branch in branches.values():
            children[_above(branch.agency)].append(branch)
        for branch in branches.values():
            branch.is_open = branch in roots or branch.agency.pk in is_open
            branch.children = children[branch.agency.pk] if branch.is_open else []
            branch.left_out = _left_out(branch)
            if can_fold and branch not in roots:
                branch.can_toggle = True
                branch.toggled = sorted(set(is_open) ^ {branch.agency.pk})


def _above(agency: Agency) -> int | None:
    above: int | None = agency.above_then  # type: ignore[attr-defined]
    return above


def _left_out(branch: Branch) -> int:
    shown = sum(child.below + child.is_wanted for child in branch.children)
    return branch.below - shown if branch.is_open and len(branch.children) >= SHOWN else 0


def _rolled_up(direct: Counter[int | None], superiors: dict[int, int | None]) -> Counter[int]:
    """How many wanted ones there are at any depth below each superior."""
    below: Counter[int] = Counter()
    for superior, number in direct.items():
        seen: set[int] = set()
        while superior is not None and superior in superiors and superior not in seen:
            below[superior] += number
            seen.add(superior)
            superior = superiors[superior]
    return below

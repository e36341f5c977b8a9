"""The tree of agencies, unfolded where somebody looks: the same questions for 200 agencies and for 15,000.

Counts come from one sum per superior and group, rolled up in memory over the superiors alone; rows are
fetched only for branches that are open, and of those no more than a page can bear.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from django.db.models import Count, F, OuterRef, Q, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber

from agencies.models.agency import AgencyQuerySet, in_lists

K = TypeVar("K", bound=Hashable)
NOBODY = 0  # stands for the superior of whoever has none; no agency's key
OPEN_UP_TO = 60  # as many hits are shown unfolded; more would bury the reader
SHOWN = 200  # directly below one superior, more than any province has communes; the table has them all


class Named(NamedTuple):
    """What a branch says of its agency, as it stands on the day; `above` is the key of its superior."""

    pk: int
    code: str
    name: str
    above: int | None

    def __str__(self) -> str:
        return in_lists(self.name)


@dataclass(eq=False)
class Branch:
    """One agency; `below` counts who was asked for below it, `children` are there when it is open.

    `left_out` counts the children that are not shown, `toggled` is what the address opens after a click.
    """

    agency: Named
    is_wanted: bool
    below: int = 0
    is_open: bool = False
    children: "list[Branch]" = field(default_factory=list)
    left_out: int = 0
    can_toggle: bool = False
    toggled: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Places:
    """How many agencies of each group are directly below each superior: (superior, group, number, above).

    `above` is the superior's own superior, NOBODY where it has none, None where it is not visible.
    """

    rows: Collection[tuple[int | None, str, int, int | None]]

    @classmethod
    def of(cls, agencies: AgencyQuerySet, visible: AgencyQuerySet, then: str) -> "Places":
        """Those of `agencies`, in one statement that an index answers; `then` as in Tree."""
        superior = f"{then}superior_id"
        its_row = visible.filter(pk=OuterRef(superior)).order_by()
        above = Subquery(its_row.values(found=Coalesce(F(superior), NOBODY))[:1])
        counted = agencies.order_by().values_list(superior, f"{then}group").annotate(number=Count(Value(1)))
        # Asked of the groups that were counted, and not of the rows.
        return cls(list(counted.annotate(above=above)))

    def by_group(self) -> Counter[str]:
        """How many there are of each group."""
        return _summed((group, number) for _superior, group, number, _above in self.rows)

    def directly_below(self, group: str = "") -> Counter[int | None]:
        """How many, of one group where it is named, are directly below each superior."""
        return _summed((one[0], one[2]) for one in self.rows if group in ("", one[1]))

    def superiors(self) -> dict[int, int | None]:
        """Each visible superior → its own superior."""
        return {key: above or None for key, _group, _number, above in self.rows if key and above is not None}


@dataclass(frozen=True)
class Tree:
    """The ways from the roots of `visible` to those `wanted` among them; None wants all.

    `everybody` are the places of the visible ones, `direct` counts the wanted ones directly below each
    superior. `then` stands before a dated column ("", or "stood__" of a past day), `order` is how siblings
    stand. Open are the roots and `opened`; where not all are wanted, the ways to a moderate number of them
    instead.
    """

    visible: AgencyQuerySet
    wanted: AgencyQuerySet | None
    everybody: Places
    direct: Counter[int | None]
    then: str
    order: tuple[str, ...]
    opened: Collection[int] = ()

    @property
    def superior(self) -> str:
        """The column that says who stands above whom."""
        return f"{self.then}superior_id"

    def grow(self) -> list[Branch]:
        """The roots, with everything that is open below them."""
        superiors = self.everybody.superiors()
        below = _rolled_up(self.direct, superiors)
        unfolds = self.wanted is not None and self.direct.total() <= OPEN_UP_TO
        is_open = set(below) if unfolds else set(self.opened) & set(below)
        branches = self._branches(self._rows(superiors, below, is_open), below)
        roots = [branch for branch in branches.values() if branch.agency.above not in superiors]
        self._hang(branches, roots, is_open, can_fold=not unfolds)
        return roots

    def _rows(
        self, superiors: dict[int, int | None], ways: Collection[int], is_open: Collection[int]
    ) -> list[Named]:
        """The roots, what is directly below them, and what is directly below open ones."""
        top = [pk for pk, above in superiors.items() if above not in superiors]
        # Wanted ones without a visible superior are roots themselves.
        outside = [key for key in self.direct if key not in superiors]
        shown = Q(pk__in=top) | Q(**{f"{self.superior}__in": [*top, *is_open, *filter(None, outside)]})
        if None in outside:
            shown |= Q(**{f"{self.superior}__isnull": True})
        rows = self.visible.filter(shown)
        if self.wanted is not None:
            rows = rows.filter(Q(pk__in=self.wanted.order_by().values("pk")) | Q(pk__in=ways))
        place = Window(RowNumber(), partition_by=F(self.superior), order_by=self.order)
        found = rows.annotate(place=place).filter(place__lte=SHOWN).order_by(*self.order)
        return list(map(Named._make, found.values_list("pk", "code", f"{self.then}name", self.superior)))

    def _branches(self, agencies: Collection[Named], below: Counter[int]) -> dict[int, Branch]:
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
            children[branch.agency.above].append(branch)
        for branch in branches.values():
            branch.is_open = branch in roots or branch.agency.pk in is_open
            branch.children = children[branch.agency.pk] if branch.is_open else []
            branch.left_out = _left_out(branch)
            if can_fold and branch not in roots:
                branch.can_toggle = True
                branch.toggled = sorted(set(is_open) ^ {branch.agency.pk})


def _left_out(branch: Branch) -> int:
    shown = sum(child.below + child.is_wanted for child in branch.children)
    return branch.below - shown if branch.is_open and len(branch.children) >= SHOWN else 0


def _summed(counted: Iterable[tuple[K, int]]) -> Counter[K]:
    found: Counter[K] = Counter()
    for key, number in counted:
        found[key] += number
    return found


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

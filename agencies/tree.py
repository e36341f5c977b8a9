"""The tree of agencies, grown in memory from flat rows: the same two queries whatever its size."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from agencies.models import Agency

OPEN_UP_TO = 60  # as many hits are shown unfolded; more would bury the reader


@dataclass
class Branch:
    """One agency with those below it; `below` counts how many of them were asked for."""

    agency: Agency
    is_wanted: bool
    children: "list[Branch]" = field(default_factory=list)
    below: int = 0
    is_open: bool = False


def grow(rows: Iterable[Agency], wanted: Collection[int], *, unfold: bool) -> list[Branch]:
    """Return the roots of the tree of `rows` (in protocol order), with branches that lead to `wanted` keys.

    A row whose superior is not among the rows is a root. Roots are open; with `unfold` the ways to a moderate
    number of wanted ones as well.
    """
    agencies = list(rows)
    known = {agency.pk for agency in agencies}
    children: dict[int | None, list[Agency]] = defaultdict(list)
    for agency in agencies:
        children[agency.superior_id if agency.superior_id in known else None].append(agency)
    is_open = unfold and len(wanted) <= OPEN_UP_TO
    return [_opened(branch) for branch in _branches(None, children, wanted, is_open)]


def _branches(
    superior: int | None, children: dict[int | None, list[Agency]], wanted: Collection[int], is_open: bool
) -> Iterator[Branch]:
    for agency in children.get(superior, ()):
        below = list(_branches(agency.pk, children, wanted, is_open))
        number = sum(branch.below + branch.is_wanted for branch in below)
        if number or agency.pk in wanted:
            yield Branch(agency, agency.pk in wanted, below, number, is_open)


def _opened(branch: Branch) -> Branch:
    branch.is_open = True
    return branch

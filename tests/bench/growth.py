"""How the cost grows: with the years stored, and with the agencies of one cycle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.bench import pages
from tests.bench.nation import Nation, Tree
from tests.bench.table import Row, flat, seconds
from tests.bench.timing import Pair

PAGES = ("Board", "Board searched", "Staff home", "Statistics", "Agencies", "Agencies searched", "Tree")
HEADS = ("", *(head for page in PAGES for head in (page, "Floor")))
TIMES = 15
SEEN = ("", "?q=khanh+an")  # a list as it opens, and searched


@dataclass
class Growth:
    """What was measured at each stage: years stored, agencies in one cycle."""

    by_years: dict[int, tuple[Pair, ...]] = field(default_factory=dict)
    by_agencies: dict[int, tuple[Pair, ...]] = field(default_factory=dict)

    def stored(self, nation: Nation, years: int) -> None:
        """Measure with so many years in the database."""
        self.by_years[years] = _measured(nation.provinces[0], nation.trees[-1])

    def grown(self, nation: Nation) -> None:
        """Measure each of the trees."""
        for tree in nation.trees:
            self.by_agencies[tree.agencies] = _measured(tree, tree)

    def rows(self) -> "Iterator[Row]":
        """What was promised: no page cares how many years are stored."""
        stages = ", ".join(map(str, self.by_years))
        for place, name in enumerate(PAGES):
            costs = [pairs[place].ours.busy for pairs in self.by_years.values()]
            yield flat(f"{name.lower()} with {stages} years stored", costs, 0.2)

    def tables(self) -> "Iterator[tuple[str, Iterable[tuple[str, ...]]]]":
        """Title and lines of both tables."""
        yield "Years stored", [(str(years), *_cells(pairs)) for years, pairs in self.by_years.items()]
        yield "Agencies in one cycle", [(f"{n:,}", *_cells(pairs)) for n, pairs in self.by_agencies.items()]


def _measured(province: Tree, tree: Tree) -> tuple[Pair, ...]:
    """Every one of PAGES: those of a province, and the statistics of a tree's cycle."""
    return (
        *(pair for _asked, pair, _statements in pages.board_pairs(province, times=TIMES, only=SEEN)),
        pages.home_pair(province, TIMES),
        pages.statistics_pair(tree, TIMES),
        *(pages.agencies_pair(province, asked, TIMES) for asked in SEEN),
        pages.tree_pair(province, TIMES),
    )


def _cells(pairs: Iterable[Pair]) -> tuple[str, ...]:
    return tuple(seconds(cost.busy) for pair in pairs for cost in (pair.ours, pair.floor))

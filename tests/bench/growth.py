"""How the cost grows: with the years stored, and with the agencies of one cycle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.bench import pages
from tests.bench.nation import Nation, Tree
from tests.bench.table import Row, flat, seconds
from tests.bench.timing import Pair

HEADS = ("", "Board", "Floor", "Staff home", "Floor", "Statistics", "Floor")
TIMES = 7


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
        """What was promised: the staff home does not care how many years are stored."""
        homes = [home.ours.busy for _board, home, _statistics in self.by_years.values()]
        stages = ", ".join(map(str, self.by_years))
        yield flat(f"staff home with {stages} years stored", homes, 0.2)

    def tables(self) -> "Iterator[tuple[str, Iterable[tuple[str, ...]]]]":
        """Title and lines of both tables."""
        yield "Years stored", [(str(years), *_cells(pairs)) for years, pairs in self.by_years.items()]
        yield "Agencies in one cycle", [(f"{n:,}", *_cells(pairs)) for n, pairs in self.by_agencies.items()]


def _measured(province: Tree, tree: Tree) -> tuple[Pair, ...]:
    board = next(pages.board_pairs(province, times=TIMES))[1]
    return board, pages.home_pair(province, TIMES), pages.statistics_pair(tree, 3)


def _cells(pairs: Iterable[Pair]) -> tuple[str, ...]:
    return tuple(seconds(cost.busy) for pair in pairs for cost in (pair.ours, pair.floor))

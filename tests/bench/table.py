"""Judging what was measured, and writing it down: rows of measure, ours, floor, ratio, budget, verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.bench.timing import Pair

HEADS = ("Measure", "Ours", "Floor", "Ratio", "Budget", "Verdict")
SMALL_FLOOR = 0.005  # seconds; below it a page may cost so much more, whatever the ratio


@dataclass(frozen=True)
class Row:
    """One line of the table; no verdict (None) where nothing was promised."""

    measure: str
    ours: str
    floor: str
    ratio: str
    budget: str
    kept: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """As printed."""
        verdict = {True: "kept", False: "OVER", None: "–"}[self.kept]
        return (self.measure, self.ours, self.floor, self.ratio, self.budget, verdict)


def at_most(measure: str, pair: Pair, times: float) -> Row:
    """Ours may cost so many times its floor."""
    return _row(measure, pair, f"≤ {times} ×", pair.ratio <= times)


def page(measure: str, pair: Pair, times: float) -> Row:
    """The same, but over a floor of less than 5 ms a page may cost 5 ms more."""
    if pair.floor.busy > SMALL_FLOOR:
        return at_most(measure, pair, times)
    return _row(measure, pair, "≤ floor + 5 ms", pair.ours.busy <= pair.floor.busy + SMALL_FLOOR)


def peer(measure: str, pair: Pair, times: float) -> Row:
    """The floor is a peer, than which ours must be so many times faster."""
    return _row(measure, pair, f"≤ 1/{times:g} ×", pair.ratio * times <= 1)


def told(measure: str, pair: Pair) -> Row:
    """Only told."""
    return _row(measure, pair, "–", None)


def no_more(measure: str, number: float, most: float, unit: str = "") -> Row:
    """A count, or mebibytes, of which there may be so many."""
    shown = f"{number:g}" if number == int(number) else f"{number:.1f}"
    return Row(measure, f"{shown} {unit}".strip(), "–", "–", f"≤ {most:g} {unit}".strip(), number <= most)


def rate(measure: str, ours: float, floor: float, least: float, unit: str) -> Row:
    """How much a second; ours must reach such a part of the floor's."""
    cells = (f"{ours:,.0f} {unit}", f"{floor:,.0f} {unit}", f"{ours / floor:.2f}", f"≥ {least} ×")
    return Row(measure, *cells, ours / floor >= least)


def flat(measure: str, values: Sequence[float], within: float) -> Row:
    """Seconds that must not differ from the first by more than a share, 0.2 for 20 %."""
    furthest = max(values, key=lambda value: abs(value / values[0] - 1))
    off = furthest / values[0] - 1
    budget = f"± {within:.0%}"
    return Row(measure, seconds(furthest), seconds(values[0]), f"{off:+.0%}", budget, abs(off) <= within)


def _row(measure: str, pair: Pair, budget: str, kept: bool | None) -> Row:
    ours, floor = seconds(pair.ours.busy), seconds(pair.floor.busy)
    return Row(measure, ours, floor, f"{pair.ratio:.2f}", budget, kept)


def seconds(value: float) -> str:
    """ "6.9 ms", "13.7 s"."""
    return f"{value:.1f} s" if value >= 10 else f"{value * 1000:,.1f} ms"


def in_columns(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """For a terminal."""
    lines = [tuple(heads), *map(tuple, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def in_markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """For docs/benchmarks.md."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def over(rows: Iterable[Row]) -> list[Row]:
    """Those that broke their budget."""
    return [row for row in rows if row.kept is False]

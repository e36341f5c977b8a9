"""Bars that show how much of a whole is done: outline for all, fill for done, both numbers at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from isotrack.kit.plots import FULL, LETTER, Box, Drawing, Plot, Words
from isotrack.kit.words import share, show_number, show_percent

HEIGHT = 22
END = 92  # room for "1.118/1.156" at the end of a bar


@dataclass(frozen=True)
class Bar:
    """One bar: `done` of `whole`; without a whole there is only the outline and a dash."""

    name: str
    done: int
    whole: int

    @property
    def figures(self) -> str:
        """ "118/156"."""
        return f"{show_number(self.done)}/{show_number(self.whole)}"

    @property
    def share(self) -> Decimal | None:
        """Percent done, None for 0/0."""
        return share(self.done, self.whole)

    @property
    def percent(self) -> str:
        """ "75,64 %", "–" for 0/0."""
        return show_percent(self.share)


def bars(rows: Sequence[Bar], *, width: int = FULL) -> Plot:
    """One 100 % bar a row; an empty plot where no row has a whole. `width`: of the drawing for a desk."""
    if not any(row.whole for row in rows):
        return Plot()
    return Plot((_wide(rows, width), _narrow(rows)))


def side_bars(rows: Sequence[Bar]) -> Plot:
    """The same for a panel at the side: names above the bars on a desk as on a phone."""
    if not any(row.whole for row in rows):
        return Plot()
    return Plot((replace(_narrow(rows), css="wide"), _narrow(rows)))


def _wide(rows: Sequence[Bar], width: int) -> Drawing:
    """Names at the left of the bars."""
    left = min(280, round(max(LETTER * len(row.name) for row in rows)) + 14)
    drawing = Drawing("wide", width, 34 * len(rows) + 4)
    for place, row in enumerate(rows):
        top = 4 + 34 * place
        drawing.texts.append(Words(left - 10, top + 16, row.name, "b", "end"))
        _draw(drawing, row, left, width - END, top)
    return drawing


def _narrow(rows: Sequence[Bar]) -> Drawing:
    """Names above the bars."""
    drawing = Drawing("narrow", 328, 50 * len(rows) + 4)
    for place, row in enumerate(rows):
        top = 22 + 50 * place
        drawing.texts.append(Words(1, top - 6, row.name, "b"))
        _draw(drawing, row, 1, 328 - END, top)
    return drawing


def _draw(drawing: Drawing, row: Bar, left: float, right: float, top: float) -> None:
    width = right - left
    drawing.boxes.append(Box(left, top, width, HEIGHT, "f-none"))
    if row.done and row.whole:
        done = round(max(2.0, width * min(row.done, row.whole) / row.whole), 1)
        drawing.boxes.append(Box(left, top, done, HEIGHT, "f-acc"))
    drawing.texts.append(Words(right + 8, top + 16, row.figures, "b"))

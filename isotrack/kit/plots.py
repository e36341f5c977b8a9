"""Plots as plain shapes, drawn as SVG by templates/parts/plot_*.html; no script, no styles in the shapes.

Every plot comes in two drawings, one for a desk (760 px wide) and one for a phone (328 px). Coordinates are
pixels from the top left corner, rounded to 0.1. The numbers stand in a table beneath: the page's business.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from isotrack.kit.words import show_number

# Pixels of a drawing for a desk: across a page, and beside another one.
FULL, HALF = 760, 520
# 13 px text: a mean letter, and how far a line reaches above and below its base line.
LETTER, ABOVE, BELOW = 7.2, 12.0, 5.0
BOLD = 8.2  # a mean letter of a bold name
DAYS_SHOWN_AFTER = 30
GAP = 1.5  # white between two parts of a bar
BAR = 26

Point = tuple[int, int]


@dataclass(frozen=True)
class Series:
    """How a count grew: (days from the last day that is on time, reports so far), in order of days."""

    name: str
    points: Sequence[Point]

    def until(self, day: int) -> list[Point]:
        """The points up to `day`, carried on to it, with the flat stretches between rises flat."""
        path: list[Point] = []
        for at, count in (point for point in self.points if point[0] <= day):
            if path and at - path[-1][0] > 1:
                path.append((at - 1, path[-1][1]))
            path.append((at, count))
        if path and path[-1][0] < day:
            path.append((day, path[-1][1]))
        return path


@dataclass(frozen=True)
class GroupRow:
    """One group of agencies and how its reports stand; the exempt are not counted."""

    name: str
    on_time: int
    late: int
    missing: int
    not_due: int

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """(class of the fill, number of reports), in the order of the bar."""
        return (
            ("f-ok", self.on_time),
            ("f-late", self.late),
            ("f-missing", self.missing),
            ("f-notdue", self.not_due),
        )

    @property
    def total(self) -> int:
        """The base of the bar."""
        return sum(count for _fill, count in self.parts)


@dataclass(frozen=True)
class Words:
    """A line of text; `anchor` says which end of it stands at x."""

    x: float
    y: float
    text: str
    css: str = ""
    anchor: str = "start"

    @property
    def left(self) -> float:
        """Where the text begins, as far as one can tell without the font."""
        return self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * self.length

    @property
    def length(self) -> float:
        """How long the text is, as far as one can tell without the font."""
        return LETTER * len(self.text)

    def meets(self, other: "Words") -> bool:
        """Whether the two would overprint."""
        apart_x = self.left + self.length <= other.left or other.left + other.length <= self.left
        return not apart_x and abs(self.y - other.y) < ABOVE + BELOW


@dataclass(frozen=True)
class Path:
    """A line; `d` as SVG has it."""

    d: str
    css: str


@dataclass(frozen=True)
class Box:
    """A filled part of a bar."""

    x: float
    y: float
    width: float
    height: float
    css: str


@dataclass(frozen=True)
class Dot:
    """The point at which a line stands today."""

    x: float
    y: float


@dataclass
class Drawing:
    """One SVG: `css` is "wide" or "narrow", sizes in pixels; shapes in the order they are painted."""

    css: str
    width: int
    height: int
    paths: list[Path] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    texts: list[Words] = field(default_factory=list)


@dataclass(frozen=True)
class Plot:
    """The same plot for a desk and for a phone; without drawings where there is nothing to show."""

    drawings: tuple[Drawing, ...] = ()


@dataclass(frozen=True)
class Frame:
    """Where days and counts lie on a drawing."""

    css: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    first_day: int
    last_day: int
    most: int

    def x(self, day: int) -> float:
        """Pixels from the left for a day from the cut-off."""
        part = (day - self.first_day) / (self.last_day - self.first_day)
        return round(self.left + part * (self.right - self.left), 1)

    def y(self, count: int) -> float:
        """Pixels from the top for a number of reports."""
        return round(self.bottom - count / self.most * (self.bottom - self.top), 1)

    def line(self, points: Sequence[Point], css: str) -> Path:
        """The points as one line."""
        return Path("M" + "L".join(f"{self.x(day)} {self.y(count)}" for day, count in points), css)


# Reports received over time


def submissions_plot(
    this: Series, last: Series | None, *, last_day: date, expected: int, today: date
) -> Plot:
    """Reports received so far against the cut-off, with the cycle before aligned to its own cut-off.

    `last_day` is the last day that is on time (day 0 of the points). The line stops today.
    """
    now = (today - last_day).days
    received = this.until(now)
    if not any(count for _day, count in received):
        return Plot()
    end = max(now, DAYS_SHOWN_AFTER)
    before = last.until(end) if last else []
    days = [day for day, _count in [*received, *before]]
    most = max(expected, 1, *(count for _day, count in [*received, *before]))
    span = (min(min(days), end - 1), end, most)
    frames = (
        Frame("wide", 760, 300, 44, 708, 44, 268, *span),
        Frame("narrow", 328, 264, 38, 318, 44, 230, *span),
    )
    return Plot(tuple(_submissions(frame, this, received, last, before, last_day) for frame in frames))


def _submissions(
    frame: Frame,
    this: Series,
    received: list[Point],
    last: Series | None,
    before: list[Point],
    last_day: date,
) -> Drawing:
    drawing = Drawing(frame.css, frame.width, frame.height)
    _draw_counts(drawing, frame)
    drawing.texts += _months(frame, last_day)
    cutoff = frame.x(0)
    drawing.paths.append(Path(f"M{cutoff} {frame.top - 14}V{frame.bottom}", "cutoff"))
    day = f"{last_day.day}/{last_day.month}"
    _place(drawing, _beside(cutoff, frame.top - 22, _("Hạn: hết ngày %(day)s") % {"day": day}, "b"))
    if before:
        drawing.paths.append(frame.line(before, "last"))
    drawing.paths.append(frame.line(received, "this"))
    x, y = frame.x(received[-1][0]), frame.y(received[-1][1])
    drawing.dots.append(Dot(x, y))
    _place(drawing, _around(x, y, f"{this.name}: {show_number(received[-1][1])}", "b", past=x > cutoff))
    if last and before:
        # A phone has no room for its figure, which stands in the table.
        figure = f": {show_number(before[-1][1])}" if frame.css == "wide" else ""
        _place(drawing, _at_end(frame, before, last.name + figure))
    return drawing


def _draw_counts(drawing: Drawing, frame: Frame) -> None:
    """Lines across and the numbers at their left: round steps, and at the top the number expected."""
    step = _round_step(frame.most)
    ticks = [count for count in range(0, frame.most, step) if frame.y(count) - frame.top > ABOVE + BELOW]
    for count in [*ticks, frame.most]:
        y = frame.y(count)
        drawing.paths.append(Path(f"M{frame.left} {y}H{frame.right}", "grid"))
        drawing.texts.append(Words(frame.left - 6, round(y + 4, 1), show_number(count), "t2", "end"))


def _round_step(most: int) -> int:
    """1, 2 or 5 times a power of ten, so that at most five steps reach `most`."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if most <= 5 * step:
                return step
        power *= 10


def _months(frame: Frame, last_day: date) -> Iterator[Words]:
    """The months under the plot, as many as fit; on a phone only the first has the word beside its number."""
    firsts = list(_first_days(last_day + timedelta(frame.first_day), last_day + timedelta(frame.last_day)))
    room = (frame.right - frame.left) / max(len(firsts), 1)
    every = -(-(60 if frame.css == "wide" else 36) // int(room or 1)) if room < 60 else 1
    for place, day in enumerate(firsts[::every]):
        x = frame.x((day - last_day).days)
        worded = frame.css == "wide" or place == 0
        text = _("tháng %(month)d") % {"month": day.month} if worded else str(day.month)
        if x + LETTER * len(text) <= frame.width:
            yield Words(x, frame.bottom + 22, text, "t2")


def _first_days(start: date, end: date) -> Iterator[date]:
    """The first day of each month from `start` to `end`."""
    day = start if start.day == 1 else _next_month(start)
    while day <= end:
        yield day
        day = _next_month(day)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


# Places for a label: the first one that is free is taken, the last one if none is


def _place(drawing: Drawing, places: list[Words]) -> None:
    inside = [words for words in places if words.left >= 0 and words.left + words.length <= drawing.width]
    free = (w for w in inside if not any(w.meets(taken) for taken in drawing.texts))
    drawing.texts.append(next(free, (inside or places)[-1]))


def _beside(x: float, y: float, text: str, css: str) -> list[Words]:
    return [Words(round(x - 6, 1), y, text, css, "end"), Words(round(x + 6, 1), y, text, css)]


def _around(x: float, y: float, text: str, css: str, past: bool) -> list[Words]:
    """Beside a dot; away from the line of the cut-off, where there is room."""
    left, right = round(x - 10, 1), round(x + 10, 1)
    before = Words(left, round(y - 6, 1), text, css, "end")
    after = Words(right, round(y + 5, 1), text, css)
    return [after, before] if past else [before, after]


def _at_end(frame: Frame, points: list[Point], text: str) -> list[Words]:
    """At the right end of a rising line: under what the text spans, or above where that is steep."""
    length = LETTER * len(text)
    spanned = [frame.y(count) for day, count in points if frame.x(day) >= frame.right - length - LETTER]
    under, over = max(spanned) + ABOVE + BELOW, min(spanned) - 10
    steep = under - over > 3 * (ABOVE + BELOW)
    places = (over, under) if steep else (under, over)
    return [
        Words(frame.right, round(y, 1), text, "t2", "end")
        for y in (*places, under + ABOVE + BELOW)
        if y < frame.bottom - BELOW
    ]


# Results by group


def groups_plot(rows: Sequence[GroupRow], *, width: int = FULL) -> Plot:
    """One 100 % bar a group: on time, late, missing, not due; empty without a single report.

    `width` is that of the drawing for a desk, in pixels.
    """
    if not any(row.total for row in rows):
        return Plot()
    return Plot((_groups_wide(rows, width), _groups_narrow(rows)))


def _groups_wide(rows: Sequence[GroupRow], width: int) -> Drawing:
    """Names at the left of the bars."""
    right = width - 6
    left = min(240, round(max(BOLD * len(row.name) for row in rows)) + 14)
    drawing = Drawing("wide", width, 36 * len(rows) + 26)
    for place, row in enumerate(rows):
        top = 4 + 36 * place
        drawing.texts.append(Words(left - 10, top + 17, row.name, "b", "end"))
        _draw_bar(drawing, row, left, right, top)
    _draw_percents(drawing, left, right)
    return drawing


def _groups_narrow(rows: Sequence[GroupRow]) -> Drawing:
    """Names above the bars, with the base."""
    drawing = Drawing("narrow", 328, 52 * len(rows) + 26)
    for place, row in enumerate(rows):
        top = 20 + 52 * place
        drawing.texts.append(Words(0, top - 6, f"{row.name} ({show_number(row.total)})", "b"))
        _draw_bar(drawing, row, 0, 322, top)
    _draw_percents(drawing, 0, 322)
    return drawing


def _draw_bar(drawing: Drawing, row: GroupRow, left: float, right: float, top: float) -> None:
    if not row.total:
        drawing.boxes.append(Box(left + GAP / 2, top, right - left - GAP, BAR, "f-none"))
        return
    counted = 0
    for fill, count in row.parts:
        start = left + counted / row.total * (right - left)
        counted += count
        width = count / row.total * (right - left)
        if not count:
            continue
        drawing.boxes.append(Box(round(start + GAP / 2, 1), top, round(max(width - GAP, 1), 1), BAR, fill))
        figure = show_number(count)
        if fill == "f-ok" and width > LETTER * len(figure) + 20:
            drawing.texts.append(Words(round(start + width - 10, 1), top + 17.5, figure, "w", "end"))


def _draw_percents(drawing: Drawing, left: float, right: float) -> None:
    y = drawing.height - 6
    drawing.texts += [
        Words(left, y, "0\u00a0%", "t2"),
        Words((left + right) / 2, y, "50\u00a0%", "t2", "middle"),
        Words(right, y, "100\u00a0%", "t2", "end"),
    ]

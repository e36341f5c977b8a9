"""Who will get what in the next days, by the same planner with the clock moved forward; writes nothing.

Nothing is guessed: the planner is asked at every instant at which it may answer differently (a rule's moment,
a cut-off, somebody's first day in a post), and what an earlier instant would have said is not said again. So
`remind --dry-run --as-of T` at each of these instants, after the earlier ones were carried out, plans exactly
the same. Nobody is assumed to send meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agencies.models import Agency, Post
from agencies.models.agency import in_lists
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import DAY, Deadline, days_between, start_of
from reports.actions.reminder import Round, Schedule
from reports.models import ReportCycle
from reports.models.reminder import Audience, Step

DAYS = 30


@dataclass(frozen=True)
class Receiver:
    """One mail to come: to whom, at which address, about what ("report:17")."""

    name: str
    address: str
    about: str

    @property
    def in_lists(self) -> str:
        """The name lists show."""
        return in_lists(self.name)

    @property
    def report(self) -> str:
        """Key of the report it is about; "" where it is about more than one."""
        kind, _colon, key = self.about.partition(":")
        return key if kind == "report" else ""


@dataclass(frozen=True)
class Coming:
    """One step at one instant, and everybody who will get it."""

    at: datetime
    cycle: ReportCycle
    step: Step
    receivers: Sequence[Receiver]
    unreached: int

    @property
    def day(self) -> date:
        """The day in Vietnam."""
        return day_of(self.at)

    @property
    def audience(self) -> Audience:
        """Who is written to."""
        return self.step.audience


def coming(province: Agency, since: datetime, days: int = DAYS) -> list[Coming]:
    """What will be planned from `since` on until the end of the `days`-th day after it, in order."""
    until = start_of(day_of(since) + (days + 1) * DAY)
    cycles = ReportCycle.objects.filter(province=province, closed_at__isnull=True)
    found = [one for cycle in cycles.select_related("province") for one in _of(cycle, since, until)]
    return sorted(found, key=lambda one: (one.at, one.cycle.year))


def by_day(mails: Iterable[Coming]) -> dict[date, list[Coming]]:
    """The same for each day on which there is something."""
    days: dict[date, list[Coming]] = defaultdict(list)
    for one in mails:
        days[one.day].append(one)
    return dict(days)


def _of(cycle: ReportCycle, since: datetime, until: datetime) -> Iterator[Coming]:
    schedule, said = Schedule(cycle), set[tuple[str, str, str]]()
    for at in _instants(schedule, since, until):
        for one in schedule.rounds(at) if cycle.is_running(at) else ():
            receivers = [receiver for receiver in _receivers(one) if _is_new(receiver, one, said)]
            if receivers:
                yield Coming(at, cycle, one.step, receivers, one.counts()[1])


def _receivers(one: Round) -> list[Receiver]:
    columns = {"_name": one.columns["recipient_label"]}
    rows = one.unsaid().annotate(**columns).values_list("_name", "_to", "_about")
    return sorted((Receiver(*row) for row in rows), key=lambda receiver: receiver.name)


def _is_new(receiver: Receiver, one: Round, said: set[tuple[str, str, str]]) -> bool:
    """Remember what is said at this instant; False for what an earlier one said."""
    key = (receiver.about, str(one.step), receiver.address)
    is_new = key not in said
    said.add(key)
    return is_new


def _instants(schedule: Schedule, since: datetime, until: datetime) -> list[datetime]:
    """Now, and every instant until the end at which the planner may have something new to say."""
    cycle = schedule.cycle
    cutoffs = {
        *cycle.reports.open(since).order_by().values_list("cutoff", flat=True).distinct(),
        cycle.cutoff,
    }
    moments = {
        schedule.moment(rule, Deadline.ending_at(cutoff)) for rule in schedule.rules for cutoff in cutoffs
    }
    later = {*moments, *cutoffs, cycle.opens_at, *_first_days(cycle, since, until)}
    return [since, *sorted(at for at in later if since < at < until)]


def _first_days(cycle: ReportCycle, since: datetime, until: datetime) -> Iterator[datetime]:
    """When posts of the province change hands: heads and readers of the digest come and go at midnight."""
    first, last = day_of(since) + DAY, day_of(until - timedelta(microseconds=1))
    posts = Post.objects.filter(agency__province_id=cycle.province_id)
    starts = posts.filter(starts_on__range=(first, last)).values_list("starts_on", flat=True).distinct()
    yield from (start_of(day) for day in starts)


@dataclass(frozen=True)
class Line:
    """What a day of the calendar says of one step."""

    said: str
    audience: str
    count: int


@dataclass(frozen=True)
class Cell:
    """One day of the calendar; `is_in` is False for days outside the window that fill up its weeks."""

    day: date
    is_in: bool
    mails: Sequence[Coming]

    @property
    def lines(self) -> list[Line]:
        """Its steps in words."""
        return [Line(one.step.when, str(one.audience.label), len(one.receivers)) for one in self.mails]


@dataclass(frozen=True)
class Week:
    """Monday to Sunday."""

    cells: Sequence[Cell]

    @property
    def has_mails(self) -> bool:
        """Whether anything leaves in it."""
        return any(cell.mails for cell in self.cells)


def weeks(mails: Iterable[Coming], first: date, days: int = DAYS) -> list[Week]:
    """The window as whole weeks."""
    found, last = by_day(mails), first + days * DAY
    begins = first - first.weekday() * DAY
    ends = last + (6 - last.weekday()) * DAY
    cells = [Cell(day, first <= day <= last, found.get(day, [])) for day in days_between(begins, ends)]
    return [Week(cells[start : start + 7]) for start in range(0, len(cells), 7)]

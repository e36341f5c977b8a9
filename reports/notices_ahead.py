"""Who will get what in the next days, by the same planner with the clock moved forward; writes nothing.

Nothing is guessed: the planner is asked at every instant at which it may answer differently (a rule's moment,
a cut-off, somebody's first day in a post), and what an earlier instant would have said is not said again. So
`remind --dry-run --as-of T` at each of these instants, after the earlier ones were carried out, plans exactly
the same. Nobody is assumed to send meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self, cast

from django.core.cache import cache

from agencies.models import Agency, Post
from agencies.models.agency import in_lists
from isotrack.journal.models import Notice
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import DAY, Deadline, days_between, start_of
from reports import mails_directive
from reports.actions.directive import REMIND_BEFORE, morning_of, not_reminded
from reports.actions.reminder import Round, Schedule
from reports.models import DirectiveDuty, ReportCycle
from reports.models.reminder import Audience, Step, step_in_words

DAYS = 30
CACHED_FOR = 120  # seconds; a key lives for one minute of our clock


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
class DutyStep:
    """Superiors are reminded of the letters they owe, once, before the last day."""

    due_on: date
    audience: ClassVar[Audience] = Audience.SUPERIOR

    def __str__(self) -> str:
        return f"{mails_directive.BEFORE}@{self.due_on}"

    @property
    def when(self) -> str:
        """ "văn bản nhắc nhở, hạn hết ngày 19/7/2021"."""
        return step_in_words(str(self))


@dataclass(frozen=True)
class Coming:
    """One step at one instant, and everybody who will get it."""

    at: datetime
    cycle: ReportCycle
    step: Step | DutyStep
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
    found += _about_letters(province, since, until)
    return sorted(found, key=lambda one: (one.at, one.cycle.year))


@dataclass(frozen=True)
class Ahead:
    """How many mails leave in the days to come, and when the first of them."""

    planned: int
    coming: int
    nearest: datetime | None

    @classmethod
    def of(cls, mails: Sequence[Coming], planned: int) -> Self:
        """`planned` are those already written down, which leave in a moment."""
        return cls(planned, sum(len(one.receivers) for one in mails), mails[0].at if mails else None)

    @classmethod
    def counted(cls, province: Agency, at: datetime, written: Mapping[str, int]) -> Self:
        """The same, asked of the planner once a minute and whenever the ledger has grown.

        `written` is how many notices the ledger has of each result.
        """
        key = f"ahead-{province.pk}-{sum(written.values())}-{at:%Y%m%d%H%M}"
        kept = cache.get(key)
        if kept is None:
            found = cls.of(coming(province, at), 0)
            kept = (found.coming, found.nearest)
            cache.set(key, kept, CACHED_FOR)
        return cls(written[Notice.State.PLANNED], *kept)

    @property
    def total(self) -> int:
        """All of them."""
        return self.planned + self.coming


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


def _about_letters(province: Agency, since: datetime, until: datetime) -> Iterator[Coming]:
    """Superiors that have not written and will be reminded of their last day, as `remind_superiors` does."""
    owed = not_reminded(DirectiveDuty.objects.open().filter(cycle__province=province))
    found: dict[tuple[datetime, int, date], list[tuple[ReportCycle, Receiver]]] = defaultdict(list)
    for duty in owed.filter(due_on__gte=day_of(since)).select_related("cycle", "superior"):
        first = duty.due_on - REMIND_BEFORE * DAY
        at = morning_of(max(since, start_of(first)))
        if duty.opened_at < start_of(first) and at < until:
            told_to = cast(Any, duty)  # with the columns of `not_reminded`
            receiver = Receiver(duty.superior.name, told_to._mailbox, told_to._about)
            found[at, duty.cycle.year, duty.due_on].append((duty.cycle, receiver))
    for (at, _year, due_on), told in found.items():
        receivers = sorted((receiver for _cycle, receiver in told), key=lambda one: one.name)
        yield Coming(at, told[0][0], DutyStep(due_on), receivers, 0)


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

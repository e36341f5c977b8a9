"""Deadlines in days and instants, and the sentences that say them.

"Trước ngày 30/6/2021" is literal: the last day is 29/6/2021 and the cut-off is the instant at which that day
ends in Vietnam. Days are counted from that last day: 29/6 is day 0, 22/6 is day −7, 30/6 is one day late.
Periods follow Điều 148 of the Civil Code 2015.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.words import say_date

IsWorking = Callable[[date], bool]
DAY = timedelta(days=1)


def start_of(day: date) -> datetime:
    """The instant at which `day` begins in Vietnam."""
    return datetime.combine(day, time.min, ZONE)


def next_working(day: date, is_working: IsWorking) -> date:
    """`day` itself when it is a working day, else the first one after it (BLDS 2015 Đ148 k5)."""
    while not is_working(day):
        day += DAY
    return day


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day (BLDS 2015 Đ148 k3)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day_before(
    due_before: date, *, day_itself_counts: bool, moves_to_working_day: bool, is_working: IsWorking
) -> date:
    """The last day on which sending is on time, for a deadline worded "trước ngày `due_before`"."""
    last = due_before if day_itself_counts else due_before - DAY
    return next_working(last, is_working) if moves_to_working_day else last


@dataclass(frozen=True)
class Deadline:
    """A last day, judged in Vietnam: on time until `cutoff`, which is the first instant after it."""

    last_day: date

    @classmethod
    def ending_at(cls, cutoff: datetime) -> "Deadline":
        """The deadline whose cut-off is the instant `cutoff`, a midnight in Vietnam."""
        return cls(day_of(cutoff - timedelta(microseconds=1)))

    @property
    def cutoff(self) -> datetime:
        """The first instant that is too late."""
        return start_of(self.last_day + DAY)

    def met_by(self, instant: datetime) -> bool:
        """Whether something sent at `instant` is on time."""
        return instant < self.cutoff

    def offset(self, today: date) -> int:
        """Calendar days from the last day to `today`: −7 a week before, 0 on it, 1 the day after."""
        return (today - self.last_day).days

    def moment(self, offset: int, at: time) -> datetime:
        """The instant `offset` days from the last day, at a Vietnamese time of day."""
        return datetime.combine(self.last_day + timedelta(days=offset), at, ZONE)

    def in_words(self, due_before: date | None = None) -> str:
        """ "trước ngày 30/6/2021 (hết ngày 29/6/2021)"; always both halves."""
        before = due_before or self.last_day + DAY
        return _("trước ngày %(before)s (hết ngày %(last)s)") % {
            "before": say_date(before),
            "last": say_date(self.last_day),
        }

    def left_in_words(self, today: date) -> str:
        """ "Còn 14 ngày", "Hạn cuối là hôm nay, đến 24:00" or "Đã qua hạn 6 ngày"."""
        offset = self.offset(today)
        if offset == 0:
            return _("Hạn cuối là hôm nay, đến 24:00")
        if offset < 0:
            return ngettext("Còn %(days)d ngày", "Còn %(days)d ngày", -offset) % {"days": -offset}
        return ngettext("Đã qua hạn %(days)d ngày", "Đã qua hạn %(days)d ngày", offset) % {"days": offset}


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)

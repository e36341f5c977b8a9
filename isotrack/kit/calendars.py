"""Dates as an iCalendar file (RFC 5545) that a calendar program subscribes to; icalendar is named only here.

A date is a whole day in Vietnam. Its identity never changes: when it moves, the program that subscribed moves
it, because SEQUENCE and LAST-MODIFIED grow with the instant of the change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import TRANSP, Alarm, Calendar, Event

from isotrack.kit.clock import ZONE
from isotrack.kit.deadlines import DAY, start_of

PRODUCT = "-//IsoTrack//IsoTrack//VI"
MEDIA_TYPE = "text/calendar; charset=utf-8"
# A whole day begins at midnight: eight in the morning, seven days before it.
ALARM = timedelta(hours=8) - timedelta(days=7)
REFRESH = timedelta(hours=6)
_BEGINNING = start_of(date(2020, 1, 1))


@dataclass(frozen=True)
class CalendarDay:
    """One entry: `uid` for ever the same, `last_day` only where it lasts longer than a day.

    `changed_at` is when the day was last set. `has_alarm` asks for a reminder seven days before.
    """

    uid: str
    day: date
    title: str
    changed_at: datetime
    text: str = ""
    url: str = ""
    last_day: date | None = None
    has_alarm: bool = True

    @property
    def sequence(self) -> int:
        """Seconds from the beginning of 2020 to the change: grows with every change, fits until 2088."""
        return max(0, int((self.changed_at - _BEGINNING).total_seconds()))


def calendar_file(name: str, days: Iterable[CalendarDay], *, uid: str) -> bytes:
    """The entries as one file; the same entries give the same bytes. `uid` is the calendar's own identity."""
    calendar = Calendar.new(prodid=PRODUCT, name=name, uid=uid)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})  # as RFC 7986 asks
    calendar.add("x-wr-timezone", ZONE.key)
    for day in days:
        calendar.add_component(_event(day))
    return calendar.to_ical()


def _event(day: CalendarDay) -> Event:
    event = Event.new(
        uid=day.uid,
        start=day.day,
        end=(day.last_day or day.day) + DAY,  # the first day after it
        summary=day.title,
        description=day.text or None,
        url=day.url or None,
        stamp=day.changed_at,
        last_modified=day.changed_at,
        sequence=day.sequence,
        transparency=TRANSP.TRANSPARENT,  # a deadline makes nobody busy
    )
    if day.has_alarm:
        event.add_component(_alarm(day.title))
    return event


def _alarm(title: str) -> Alarm:
    alarm = Alarm.new(description=title)
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", ALARM)
    return alarm

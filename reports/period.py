"""Which year a consolidated report speaks of, and the days in which its work is counted.

The report to the People's Committee follows the agencies' reports: it is of the year of their cycle, and
counts that calendar year. The one to the Ministry is due every December (QĐ 19/2014 Đ12 k6), when the newest
reports of the agencies are those of the year before: a report of year N is made from the cycle whose cut-off
lies in N, and counts what was done from 15/12 of N-1 to 14/12 of N (NĐ 09/2019/NĐ-CP Đ12). Its money is that
of fiscal year N.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from isotrack.kit.clock import day_of
from isotrack.kit.words import say_date
from reports.models import ReportCycle, Snapshot

FIRST_DAY, LAST_DAY = (12, 15), (12, 14)  # month and day, of the year before and of the year itself


@dataclass(frozen=True)
class Period:
    """The year a report speaks of, and the first and last day that it counts."""

    year: int
    first: date
    last: date

    @classmethod
    def of_calendar(cls, year: int, as_of: datetime) -> Self:
        """From 1/1 to 31/12, or to the day of `as_of` where that is earlier."""
        return cls(year, date(year, 1, 1), min(date(year, 12, 31), day_of(as_of)))

    @classmethod
    def of_december(cls, year: int, as_of: datetime) -> Self:
        """From 15/12 of the year before to 14/12, or to the day of `as_of` where that is earlier."""
        return cls(year, date(year - 1, *FIRST_DAY), min(date(year, *LAST_DAY), day_of(as_of)))

    @classmethod
    def of_report(cls, kind: str, year: int, as_of: datetime) -> Self:
        """The period of a report of one kind and year."""
        return (cls.of_december if kind == Snapshot.Kind.MINISTRY else cls.of_calendar)(year, as_of)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(kept["year"], date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"]))

    def as_json(self) -> dict[str, Any]:
        """As it is frozen with the figures."""
        return {"year": self.year, "first": self.first.isoformat(), "last": self.last.isoformat()}

    @property
    def days(self) -> str:
        """ "từ ngày 15/12/2020 đến ngày 14/12/2021"."""
        return f"từ ngày {say_date(self.first)} đến ngày {say_date(self.last)}"


def years_open_to(cycle: ReportCycle, kind: str) -> tuple[int, ...]:
    """The years a report of this kind can be of, when it is made from this cycle; the later one first."""
    return (cycle.year + 1, cycle.year) if kind == Snapshot.Kind.MINISTRY else (cycle.year,)


def usual_year(cycle: ReportCycle, kind: str, as_of: datetime) -> int:
    """The year of the instant where it is one of those, else the nearest that is."""
    return min(years_open_to(cycle, kind), key=lambda year: abs(year - day_of(as_of).year))

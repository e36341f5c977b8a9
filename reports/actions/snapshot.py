"""Freezing the figures of a cycle for a report to a higher level, and recording the number it bears."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import User
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.words import say_date, say_time
from reports.consolidated import content_of, digest_of
from reports.models import ReportCycle, Snapshot, make_check_code
from reports.narratives import words_of
from reports.period import Period, usual_year, years_open_to

PREFIXES = {Snapshot.Kind.COMMITTEE: "TH", Snapshot.Kind.MINISTRY: "BKH"}
LETTER = ("letter_number", "letter_symbol", "letter_dated", "letter_signer", "letter_position")


@transaction.atomic
def freeze(
    cycle: ReportCycle, kind: str, *, by: User | None, at: datetime, as_of: datetime, year: int | None = None
) -> tuple[Snapshot, bool]:
    """Keep what the cycle looks like as of an instant; return the snapshot and whether it is new.

    `year` is that of the report (see `reports.period`); the usual one where it is not given.

    Its words are those of `reports.narratives`: what the department wrote, else the draft from these figures.
    Where nothing has changed since an earlier one of the same kind and the same Vietnamese day, that one is
    returned. Raises ValidationError for an instant before the cycle opened or the data of the year begin, and
    for a year that the report cannot be of.
    """
    cycle = _held(cycle)
    year = year or usual_year(cycle, kind, as_of)
    _refuse(cycle, kind, year, as_of)
    figures, rows = content_of(cycle, as_of, kind, year)
    figures["words"] = words_of(cycle, kind, figures, rows, as_of)
    digest = digest_of(figures, rows)
    alike = cycle.snapshots.filter(kind=kind, digest=digest)
    there = next((one for one in alike if day_of(one.as_of) == day_of(as_of)), None)
    if there is not None:
        return there, False
    code = _next_code(cycle, Snapshot.Kind(kind), year)
    snapshot = Snapshot.objects.create(
        cycle=cycle,
        kind=kind,
        code=code,
        as_of=as_of,
        made_at=at,
        made_by=by,
        figures=figures,
        rows=rows,
        digest=digest,
        check_code=make_check_code(code, at),
    )
    _write("snapshot-made", snapshot, by=by, at=at, changes={"code": [None, code], "digest": [None, digest]})
    return snapshot, True


@transaction.atomic
def number_snapshot(
    snapshot: Snapshot,
    *,
    by: User,
    at: datetime,
    number: int,
    symbol: str,
    dated: date,
    signer: str,
    position: str,
) -> Snapshot:
    """Record the number, symbol, date and signer under which the report went out (Điều 8 NĐ 30/2020).

    Until then its print carries DỰ THẢO. A slip can be corrected; the figures never change.
    """
    snapshot = Snapshot.objects.select_for_update().get(pk=snapshot.pk)
    values = dict(zip(LETTER, (number, symbol, dated, signer, position), strict=True))
    changes = {
        name: [_plain(getattr(snapshot, name)), _plain(value)]
        for name, value in values.items()
        if getattr(snapshot, name) != value
    }
    for name, value in values.items():
        setattr(snapshot, name, value)
    snapshot.save(update_fields=list(values))
    if changes:
        _write("snapshot-numbered", snapshot, by=by, at=at, changes=changes)
    return snapshot


def _held(cycle: ReportCycle) -> ReportCycle:
    """The cycle, its row and those of its neighbours locked: reports of one year may come from two cycles."""
    near = ReportCycle.objects.filter(
        province=cycle.province_id, year__range=(cycle.year - 1, cycle.year + 1)
    )
    held = near.select_for_update(of=("self",)).select_related("province").order_by("year")
    return next(one for one in held if one.pk == cycle.pk)


def _refuse(cycle: ReportCycle, kind: str, year: int, as_of: datetime) -> None:
    if as_of < cycle.opens_at:
        told = _("Kỳ báo cáo năm %(year)s mở lúc %(time)s; chọn thời điểm từ lúc đó trở đi.")
        raise ValidationError(told % {"year": cycle.year, "time": say_time(cycle.opens_at)})
    years = years_open_to(cycle, kind)
    if year not in years:
        told = _("Từ kỳ %(cycle)s chỉ lập được báo cáo này của năm %(years)s.")
        raise ValidationError(told % {"cycle": cycle.year, "years": ", ".join(map(str, sorted(years)))})
    first = Period.of_report(kind, year, as_of).first
    if day_of(as_of) < first:
        told = _("Kỳ số liệu của báo cáo năm %(year)s bắt đầu ngày %(day)s; chọn thời điểm từ ngày đó.")
        raise ValidationError(told % {"year": year, "day": say_date(first)})


def _next_code(cycle: ReportCycle, kind: Snapshot.Kind, year: int) -> str:
    """ "TH-89-2020-1", with the year of the report: whoever holds the rows of `_held` counts alone."""
    start = f"{PREFIXES[kind]}-{cycle.province.code}-{year}-"
    return f"{start}{Snapshot.objects.filter(code__startswith=start).count() + 1}"


def _write(verb: str, snapshot: Snapshot, **details: Any) -> None:
    """The journal knows a snapshot by its code, which is also its address."""
    about = ("snapshot", snapshot.code, snapshot)
    record(verb, about, province=snapshot.cycle.province_id, **details)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

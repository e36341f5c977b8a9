"""What happens to every agency at once: opening a cycle, flagging, planning reminders.

Each run is rolled back, so that the next one finds the same rows.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Q

from isotrack.journal.models import Entry, Notice
from isotrack.kit.clock import ZONE
from reports.actions.cycle import open_cycle
from reports.actions.overdue import flag_overdue
from reports.actions.reminder import plan_reminders
from reports.models import AnnualReport, ReportCycle
from tests.bench.nation import FRESH_YEAR, Nation, Tree
from tests.bench.table import Row, at_most, no_more
from tests.bench.timing import Cost, Pair, Work, alternate, statements_of, undone

OPENED = datetime(FRESH_YEAR + 1, 1, 4, 8, tzinfo=ZONE)
REMINDED = datetime(FRESH_YEAR + 1, 6, 16, 8, tzinfo=ZONE)
OVERDUE = datetime(FRESH_YEAR + 1, 7, 1, 0, 5, tzinfo=ZONE)
TIMES = 5


def opening(nation: Nation) -> "Iterator[Row]":
    """A report for every agency of the largest tree."""
    tree = nation.trees[-1]
    cycle = tree.cycle(FRESH_YEAR)
    columns, values = _insert(
        AnnualReport,
        {
            "cycle_id": str(cycle.pk),
            "agency_id": "s.agency_id",
            "agency_name": "s.name",
            "group": 's."group"',
            "mandate": "s.mandate",
            "superior_id": "s.superior_id",
            "cutoff": f"'{cycle.cutoff}'",
        },
    )
    floor = (
        f"INSERT INTO reports_annualreport ({columns}) SELECT {values} FROM agencies_standing s "
        f"JOIN agencies_agency a ON a.id = s.agency_id WHERE a.province_id = {tree.root.pk} "
        "AND s.reports_annually AND s.starts_on <= '2021-12-31'"
    )

    def ours() -> None:
        _cycle, created = open_cycle(FRESH_YEAR, province=tree.root, by=None, at=OPENED)
        assert created == tree.agencies - 1

    yield from _judged("opening a cycle", tree, ours, floor, lambda: _forget(cycle), 2.0)


def flagging(nation: Nation) -> "Iterator[Row]":
    """Every report of a fresh cycle becomes missing on the day after its cut-off."""
    tree = nation.trees[-1]
    cycle = tree.cycle(FRESH_YEAR)
    flag = f"UPDATE reports_annualreport SET flagged_missing_at = '{OVERDUE}' WHERE cycle_id = {cycle.pk} "
    flag += f"AND first_submitted_at IS NULL AND exempted_at IS NULL AND cutoff <= '{OVERDUE}'"
    columns, values = _insert(
        Entry,
        {
            "at": f"'{OVERDUE}'",
            "province": f"'{tree.root.pk}'",
            "actor": "'Hệ thống'",
            "verb": "'report-missing'",
            "about_kind": "'report'",
            "about_key": "r.id::text",
            "about_label": f"'Báo cáo năm {FRESH_YEAR} – ' || r.agency_name",
            "search": f"' bao cao nam {FRESH_YEAR} ubnd ' || a.name_search || ' he thong'",
        },
    )
    entries = f"INSERT INTO journal_entry ({columns}) SELECT {values} FROM reports_annualreport r "
    entries += "JOIN agencies_agency a ON a.id = r.agency_id "
    entries += f"WHERE r.cycle_id = {cycle.pk} AND r.flagged_missing_at = '{OVERDUE}'"

    def ours() -> None:
        assert flag_overdue(as_of=OVERDUE).missing > 0.9 * tree.agencies

    yield from _judged("flagging", tree, ours, f"{flag}; {entries}", lambda: _only(cycle), 1.5)


def planning(nation: Nation) -> "Iterator[Row]":
    """One round of reminders, and the same round again."""
    tree = nation.trees[-1]
    cycle = tree.cycle(FRESH_YEAR)
    columns, values = _insert(
        Notice,
        {
            "voice": "'report-reminder'",
            "about": "'report:' || r.id",
            "about_label": f"'Kỳ báo cáo năm {FRESH_YEAR}'",
            "step": "'officer-14'",
            "recipient": "a.contact_email",
            "recipient_label": "r.agency_name",
            "province": f"'{tree.root.pk}'",
            "planned_for": f"'{REMINDED}'",
        },
    )
    floor = (
        f"INSERT INTO journal_notice ({columns}) SELECT {values} FROM reports_annualreport r JOIN "
        f"agencies_agency a ON a.id = r.agency_id WHERE r.cycle_id = {cycle.pk} AND a.contact_email <> '' "
        "AND r.first_submitted_at IS NULL AND r.exempted_at IS NULL ON CONFLICT DO NOTHING"
    )

    def ours() -> None:
        assert plan_reminders(as_of=REMINDED).planned > 0.9 * tree.agencies

    def again() -> None:
        assert plan_reminders(as_of=REMINDED).planned == 0

    def planned() -> None:
        _only(cycle)
        ours()

    pair = _pair(ours, floor, lambda: _only(cycle))
    yield at_most(f"planning a round, {tree.agencies:,} agencies", pair, 1.5)
    pair = alternate(
        lambda: undone(again, before=planned), lambda: _floor(floor, lambda: _only(cycle)), TIMES
    )
    yield at_most("the same round again", pair, 0.7)


def _judged(what: str, tree: Tree, ours: Work, floor: str, before: Work, times: float) -> "Iterator[Row]":
    yield at_most(f"{what}, {tree.agencies:,} agencies", _pair(ours, floor, before), times)
    found: list[str] = []
    undone(lambda: found.extend(statements_of(ours)), before=before)
    yield no_more(f"{what}, statements", len(found), 10)


def _pair(ours: Work, floor: str, before: Work) -> Pair:
    with connection.cursor() as cursor:  # what the last measure rolled back would be read by this one
        cursor.execute("VACUUM ANALYZE reports_annualreport, journal_entry, journal_notice")
    return alternate(lambda: undone(ours, before=before), lambda: _floor(floor, before), TIMES)


def _floor(floor: str, before: Work) -> Cost:
    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute(floor.replace("%", "%%"), [])

    return undone(write, before=before)


def _forget(cycle: ReportCycle) -> None:
    """As before the cycle was opened; it stays, as it costs nothing."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_annualreport WHERE cycle_id = %s", [cycle.pk])


def _only(cycle: ReportCycle) -> None:
    """Every other cycle is over."""
    ReportCycle.objects.filter(~Q(pk=cycle.pk)).update(closed_at=OPENED)


def _insert(model: type, columns: dict[str, str]) -> tuple[str, str]:
    """Names and values of an INSERT … SELECT by hand; what is not named gets the field's default."""
    defaults = {}
    with connection.cursor() as cursor:
        for field in model._meta.concrete_fields:  # type: ignore[attr-defined]
            if field.column not in columns and not field.null and not field.primary_key:
                value = field.get_db_prep_save(field.get_default(), connection)
                defaults[field.column] = cursor.mogrify("%s", [value]).decode()
    whole = columns | defaults
    return ", ".join(f'"{name}"' for name in whole), ", ".join(whole.values())

"""What was done in the year beside the reports, as JSON values: numbers and the rows they come from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Value

from agencies.models import Agency, Document
from agencies.models.agency import Mandate, in_lists
from plans.models import Declaration, FundingLine, Participant, PlanEntry, RolloutPlan, TrainingClass
from plans.models.funding import SourceKind
from reports.models import FileInspection, Inspection, ReportCycle, Snapshot
from reports.period import Period

FIRST, AGAIN, BEFORE = "first", "again", ""
AMOUNTS = ("approved", "allocated", "spent", "settled")


def work_of_year(cycle: ReportCycle, kind: str, period: Period, until: date) -> dict[str, Any]:
    """Documents, plans, declarations, training, inspections and money of the days a report counts.

    `until` is the day of the figures. `rows` holds under the same names what was counted, in the order of
    official lists.
    """
    first, last = period.first, period.last
    province, december = cycle.province, kind == Snapshot.Kind.MINISTRY
    issued = Document.objects.filter(province=province, issued_on__range=(first, last))
    plans, plan_rows = _plans(province, period if december else None)
    declarations, declaration_rows = _declarations(province, first, last)
    training, class_rows, attendance = _training(province, first, last)
    inspections, inspection_rows = _inspections(_inspected(cycle, kind, period, until))
    inspections |= _on_site(province, first, last)
    funding, line_rows = _funding(province, period.year)
    return {
        "issued": [named(one) for one in issued.order_by("issued_on", "pk")],
        "plans": plans,
        "declarations": declarations,
        "training": training,
        "inspections": inspections,
        "funding": funding,
        "rows": {
            "plans": plan_rows,
            "declarations": declaration_rows,
            "classes": class_rows,
            "attendance": attendance,
            "inspections": inspection_rows,
            "funding": line_rows,
        },
    }


def named(document: Document) -> list[str]:
    """Number, day and abstract."""
    return [document.number, document.issued_on.isoformat(), document.abstract]


def _plans(province: Agency, period: Period | None) -> tuple[dict[str, int], list[list[Any]]]:
    """Rows: agency, code and title of the approved plan, whether declared.

    Without a period as the plans stand; within one those decided by its last day, and beside them `decided`,
    how many of them in its days.
    """
    approved = RolloutPlan.objects.approved().filter(province=province)
    if period:
        approved = approved.filter(decision__issued_on__lte=period.last)
    entries = PlanEntry.objects.filter(plan__in=approved)
    declared = Exists(entries.declared().filter(pk=OuterRef("pk")))
    found = list(
        entries.in_protocol_order()
        .annotate(is_declared=declared)
        .values_list("agency", "agency__name", "plan__code", "plan__title", "is_declared")
    )
    counts = {
        "approved": approved.count(),
        "agencies": len({agency for agency, *_rest in found}),
        "declared": len({agency for agency, *_rest, is_declared in found if is_declared}),
    }
    if period:
        counts["decided"] = approved.filter(decision__issued_on__gte=period.first).count()
    return counts, [[in_lists(name), code, title, bool(done)] for _agency, name, code, title, done in found]


def _declarations(province: Agency, first: date, last: date) -> tuple[dict[str, Any], list[list[Any]]]:
    """In force on the last day, by standard; and made in the year, of which for another time.

    Rows: agency, number and day of its newest declaration, standard, FIRST or AGAIN if made in the year.
    """
    made = Declaration.objects.filter(agency__province=province, declared_on__lte=last)
    ordered = made.order_by("agency__sort_order", "agency__name_sort", "agency", "declared_on", "pk")
    of_agency: dict[int, list[list[Any]]] = defaultdict(list)
    for agency, *told in ordered.values_list(
        "agency", "agency__name", "number", "declared_on", "standard__name"
    ):
        of_agency[agency].append(told)
    rows = [
        [in_lists(name), number, day.isoformat(), standard, _when(there[0][2], day, first)]
        for there in of_agency.values()
        for name, number, day, standard in there[-1:]
    ]
    standards = [row[3] for row in rows]
    counts = {
        "agencies": len(rows),
        "by_standard": [[name, standards.count(name)] for name in sorted(set(standards))],
        "first": sum(there[0][2] >= first for there in of_agency.values()),
        "again": sum(row[4] == AGAIN for row in rows),
    }
    return counts, rows


def _when(earliest: date, newest: date, first: date) -> str:
    if earliest >= first:
        return FIRST
    return AGAIN if newest >= first else BEFORE


def _training(
    province: Agency, first: date, last: date
) -> tuple[dict[str, int], list[list[Any]], list[list[Any]]]:
    """Rows of the classes: topic, days, who came; of the agencies: name, attendances, people."""
    held = TrainingClass.objects.filter(province=province, ends_on__range=(first, last))
    came = Participant.objects.who_came().filter(training__in=held)
    classes = [
        [topic, start.isoformat(), end.isoformat(), count]
        for topic, start, end, count in held.with_numbers()
        .order_by("starts_on", "pk")
        .values_list("topic", "starts_on", "ends_on", F("came"))
    ]
    by_agency = came.order_by("agency__sort_order", "agency__name_sort").values_list("agency__name")
    counted = by_agency.annotate(times=Count(Value(1)), people=Count("user", distinct=True))
    attendance = [[in_lists(name), times, people] for name, times, people in counted]
    counts = {
        "classes": len(classes),
        "came": sum(row[3] for row in classes),
        "people": came.values("user").distinct().count(),
        "agencies": came.values("agency").distinct().count(),
    }
    return counts, classes, attendance


def _inspected(cycle: ReportCycle, kind: str, period: Period, until: date) -> list[tuple[str, date, str]]:
    """Agency, day and result: of the cycle's reports until a day, for the Ministry of those of the period.

    A period may hold inspections of two cycles; the newest of an agency counts.
    """
    held = FileInspection.objects.filter(report__cycle=cycle, inspected_on__lte=until)
    if kind == Snapshot.Kind.MINISTRY:
        days = (period.first, period.last)
        held = FileInspection.objects.filter(
            report__cycle__province=cycle.province_id, inspected_on__range=days
        )
    order = ("report__agency__sort_order", "report__agency__name_sort", "inspected_on", "pk")
    columns = ("report__agency", "report__agency_name", "inspected_on", "result")
    newest = {agency: told for agency, *told in held.order_by(*order).values_list(*columns)}
    return [(in_lists(name), day, result) for name, day, result in newest.values()]


def failed_inspection(cycle: ReportCycle, kind: str, period: Period, until: date) -> list[str]:
    """The agencies among them whose newest inspection they did not pass."""
    failed = FileInspection.Result.NOT_PASSED
    return [name for name, _day, result in _inspected(cycle, kind, period, until) if result == failed]


def _inspections(found: Sequence[tuple[str, date, str]]) -> tuple[dict[str, int], list[list[Any]]]:
    """File inspections by result (TT 26/2014 Đ37 k1). Rows: agency, day, result."""
    rows = [[name, day.isoformat(), result] for name, day, result in found]
    results = [row[2] for row in rows]
    by_result = {one.value: results.count(one.value) for one in FileInspection.Result}
    return {"files": len(rows), **by_result}, rows


def _on_site(province: Agency, first: date, last: date) -> dict[str, int]:
    """Agencies inspected at their seat in these days, and the obliged among them (TT 26/2014 Đ33 k2)."""
    held = Inspection.objects.on_site().took_place()
    held = held.filter(plan__province=province, held_on__range=(first, last))
    found = set(held.values_list("agency", "agency__mandate"))
    obliged = sum(mandate == Mandate.MANDATORY for _agency, mandate in found)
    return {"on_site": len(found), "obliged_on_site": obliged}


def _funding(province: Agency, year: int) -> tuple[list[list[Any]], list[list[Any]]]:
    """Source, then approved, allocated, spent and settled in đồng (TT 116/2015 Đ5).

    Rows: agency, plan, cost item, source, and the same amounts of each line.
    """
    lines = FundingLine.objects.binding().filter(entry__plan__province=province, fiscal_year=year)
    order = ("entry__agency__sort_order", "entry__agency__name_sort", "pk")
    columns = ("entry__agency__name", "entry__plan__code", "item__name_vi", "source__kind", *AMOUNTS)
    rows = [
        [in_lists(name), plan, item, kind or "", *(int(amount or 0) for amount in amounts)]
        for name, plan, item, kind, *amounts in lines.order_by(*order).values_list(*columns)
    ]
    return [
        [kind, *_sums(rows, kind)] for kind in SourceKind.values if any(row[3] == kind for row in rows)
    ], rows


def _sums(rows: Sequence[Sequence[Any]], kind: str) -> list[int]:
    """The four amounts of one source."""
    of_kind = [row[4:] for row in rows if row[3] == kind]
    return [sum(column) for column in zip(*of_kind, strict=True)]

"""What the page of one year's inspections asks: the meter, who is left out, whom to propose, the summary.

Read-only, with the day as an argument, a constant number of statements whatever the number of rows.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Agency, User
from agencies.models.agency import AgencyQuerySet, Group, Mandate
from isotrack.kit.words import say_date, share
from reports.forms.inspection_plan import RowFilter
from reports.inspections import needed_on_site
from reports.models import (
    ChecklistItem,
    CorrectiveAction,
    FileFinding,
    FileInspection,
    Inspection,
    InspectionPlan,
    SiteFinding,
)
from reports.models.inspection_plan import InspectionQuerySet, is_in

Form, State = Inspection.Form, Inspection.State


def obliged_on(province: Agency, day: date) -> AgencyQuerySet:
    """The agencies that Decision 19 obliges on a day; who shares another's system is inspected with it."""
    there = Agency.objects.filter(province=province, covered_by__isnull=True).stood_on(day)
    return there.filter(_is_obliged()).exclude(_stands_aside())


def _is_obliged() -> Q:
    """By the standing joined with stood_on."""
    return Q(("stood__mandate", Mandate.MANDATORY))


def _stands_aside() -> Q:
    """The province itself: its system is that of its Office."""
    return Q(("stood__group", Group.NONE))


@dataclass(frozen=True)
class Meter:
    """On site: how many must be, are planned and were held, of the obliged agencies."""

    obliged: int
    planned: int
    held: int

    @property
    def needed(self) -> int:
        """A third of them."""
        return needed_on_site(self.obliged)

    @property
    def lacking(self) -> int:
        """How many the plan lacks."""
        return max(0, self.needed - self.planned)

    @property
    def share_held(self) -> Decimal | None:
        """Held of the obliged, in percent."""
        return share(self.held, self.obliged)


@dataclass(frozen=True)
class Year:
    """The plan of a year as one person reads it."""

    plan: InspectionPlan
    user: User
    today: date

    @property
    def day(self) -> date:
        """The day on which agencies count as obliged."""
        return self.plan.day(self.today)

    @cached_property
    def _counts(self) -> dict[str, int]:
        obliged = obliged_on(self.plan.province, self.day).values("pk")
        rows = self.plan.rows.order_by().standing()
        counted = Q(form=Form.ON_SITE, agency__in=obliged)
        held = Q(state__in=(State.HELD, State.CLOSED))
        return rows.aggregate(
            rows=Count("pk"),
            dossier=Count("pk", filter=Q(form=Form.DOSSIER)),
            on_site=Count("pk", filter=Q(form=Form.ON_SITE)),
            held=Count("pk", filter=held),
            obliged_on_site=Count("agency", filter=counted, distinct=True),
            obliged_held=Count("agency", filter=counted & held, distinct=True),
        )

    @property
    def counts(self) -> dict[str, int]:
        """Rows that stand: all, by form, held."""
        return self._counts

    @cached_property
    def meter(self) -> Meter:
        """The third that must be inspected on site."""
        counts = self._counts
        obliged = obliged_on(self.plan.province, self.day).count()
        return Meter(obliged, counts["obliged_on_site"], counts["obliged_held"])

    @cached_property
    def left_out(self) -> list[Agency]:
        """Obliged agencies that are in no row: each must be inspected at least by dossier (Đ33 k2)."""
        found = obliged_on(self.plan.province, self.day).exclude(is_in(self.plan))
        return list(found.in_protocol_order())

    @cached_property
    def overdue(self) -> int:
        """Corrective actions of the whole province that are overdue."""
        return CorrectiveAction.objects.visible_to(self.user).overdue(self.today).count()

    @cached_property
    def actions(self) -> Sequence[CorrectiveAction]:
        """What agencies have still to remedy, from inspections of whatever year; the most urgent first."""
        found = CorrectiveAction.objects.visible_to(self.user).unsettled()
        return list(found.select_related("agency", "item"))

    def rows(self, filters: RowFilter | None = None) -> InspectionQuerySet:
        """The rows with their agencies and what is open in each."""
        found = self.plan.rows.with_actions(self.today).select_related(
            "agency__superior", "file_inspection__report", "plan"
        )
        return (filters.narrow(found, self.today) if filters else found).in_protocol_order()


# Whom to propose


@dataclass(frozen=True)
class Proposed:
    """An agency that could be inspected, with why it comes at this place."""

    agency: Agency
    reasons: list[str]
    is_obliged: bool
    is_in_plan: bool

    @property
    def key(self) -> str:
        """As a tick box sends it."""
        return str(self.agency.pk)


@dataclass(frozen=True)
class Offer:
    """A part of the proposal under its own heading."""

    title: str
    agencies: list[Proposed]
    is_open: bool


def offers(proposed: Sequence[Proposed]) -> list[Offer]:
    """The obliged agencies, then the others, each in the order of the proposal."""
    obliged = [one for one in proposed if one.is_obliged]
    others = [one for one in proposed if not one.is_obliged]
    return [
        Offer(_("Cơ quan bắt buộc"), obliged, True),
        Offer(_("Cơ quan khuyến khích áp dụng"), others, False),
    ]


def proposal(plan: InspectionPlan, today: date) -> list[Proposed]:
    """Every agency of the province that could be inspected on site, in the order of what speaks for it.

    First those with something unremedied or a dossier that failed (Đ37 k1), then those whose last
    inspection on site is longest ago, never coming first; obliged ones before others.
    """
    day = plan.day(today)
    agencies = Agency.objects.filter(province=plan.province, covered_by__isnull=True).stood_on(day)
    agencies = agencies.exclude(_stands_aside())
    unsettled = CorrectiveAction.objects.unsettled().filter(agency=OuterRef("pk")).order_by()
    visits = Inspection.objects.on_site().took_place().filter(agency=OuterRef("pk"), held_on__lt=day)
    failed = FileInspection.objects.filter(
        report__agency=OuterRef("pk"),
        result=FileInspection.Result.NOT_PASSED,
        report__cycle__year__gte=plan.reported_year - 1,
    )
    found = agencies.annotate(
        unsettled=Subquery(unsettled.values("agency").annotate(n=Count(Value(1))).values("n")),
        last_visit=Subquery(visits.order_by().values("agency").annotate(last=Max("held_on")).values("last")),
        has_failed=Exists(failed),
        in_plan=is_in(plan),
        obliged=_is_obliged(),
    )
    ordered = sorted(found.in_protocol_order(), key=_urgency)  # keeps the official order among equals
    return [Proposed(one, _reasons(one), one.obliged, one.in_plan) for one in ordered]


def _urgency(agency: Any) -> tuple[Any, ...]:
    speaks = bool(agency.unsettled) or agency.has_failed
    return (not speaks, not agency.obliged, agency.last_visit or date.min)


def _reasons(agency: Any) -> list[str]:
    said = []
    if agency.unsettled:
        left = ngettext(
            "còn %(n)d nội dung chưa khắc phục xong",
            "còn %(n)d nội dung chưa khắc phục xong",
            agency.unsettled,
        )
        said.append(left % {"n": agency.unsettled})
    if agency.has_failed:
        said.append(_("hồ sơ chưa đạt"))
    if agency.last_visit:
        said.append(_("kiểm tra tại trụ sở gần nhất ngày %(day)s") % {"day": say_date(agency.last_visit)})
    else:
        said.append(_("chưa lần nào được kiểm tra tại trụ sở"))
    return said


# The summary of November (Đ38)


@dataclass(frozen=True)
class FormLine:
    """Planned and held of one form in one group of agencies."""

    group: str | Promise
    form: str | Promise
    planned: int
    held: int
    cancelled: int


@dataclass(frozen=True)
class ItemLine:
    """How one item of the checklist was found."""

    item: ChecklistItem
    yes: int
    no: int
    not_applicable: int


@dataclass(frozen=True)
class Summary:
    """Plan against what was held, findings by item, and what was remedied."""

    year: Year

    @cached_property
    def lines(self) -> list[FormLine]:
        """By form and group, in the order of official lists; one statement."""
        rows = self.year.plan.rows.order_by().values_list("form", "agency__group", "state")
        counted: Counter[tuple[str, str, str]] = Counter()
        for form, group, state, number in rows.annotate(number=Count(Value(1))):
            counted[form, group, state] += number
        there = {(form, group) for form, group, _state in counted}
        return [
            FormLine(
                group.label,
                form.label,
                sum(counted[form, group, state] for state in State.values if state != State.CANCELLED),
                counted[form, group, State.HELD] + counted[form, group, State.CLOSED],
                counted[form, group, State.CANCELLED],
            )
            for form in Form
            for group in Group
            if (form.value, group.value) in there
        ]

    @cached_property
    def items(self) -> list[ItemLine]:
        """Findings of both forms by item of the checklist; three statements."""
        counted: Counter[tuple[int, str]] = Counter()
        rows = self.year.plan.rows.standing().took_place().order_by()
        files = FileFinding.objects.filter(inspection__planned__in=rows.by_dossier())
        sites = SiteFinding.objects.filter(inspection__in=rows.on_site())
        for found in (files, sites):
            by_item = found.order_by().values_list("item", "answer").annotate(number=Count(Value(1)))
            for item, answer, number in by_item:
                counted[item, answer] += number
        answers = FileFinding.Answer
        return [
            ItemLine(
                one,
                *(counted[one.pk, answer] for answer in (answers.YES, answers.NO, answers.NOT_APPLICABLE)),
            )
            for one in ChecklistItem.objects.all()
        ]

    @cached_property
    def remedies(self) -> dict[str, int]:
        """Corrective actions that the year's inspections led to, by how they stand; one statement."""
        rows = self.year.plan.rows.order_by()
        of_year = CorrectiveAction.objects.filter(
            Q(inspection__in=rows) | Q(file_inspection__in=rows.values("file_inspection"))
        )
        kinds = CorrectiveAction.State
        overdue = Q(state=kinds.OPEN, due_on__lt=self.year.today)
        return of_year.order_by().aggregate(
            asked=Count("pk", filter=~Q(state=kinds.DROPPED)),
            accepted=Count("pk", filter=Q(state=kinds.ACCEPTED)),
            left=Count("pk", filter=Q(state__in=(kinds.OPEN, kinds.ANSWERED))),
            overdue=Count("pk", filter=overdue),
        )

    @property
    def meter(self) -> Meter:
        """The third on site."""
        return self.year.meter

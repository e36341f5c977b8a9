"""What anybody may read without an account: rates and declarations of one province, and no person's data.

Read-only, with the time as an argument; the same number of statements for any number of agencies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Self, cast

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextChoices, Value
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.models.agency import Group, holding, in_lists
from isotrack.kit.clock import day_of
from isotrack.kit.plots import HALF, Plot, groups_plot
from isotrack.kit.text import clean
from plans.bars import Bar, bars
from plans.models import Declaration, PlanEntry, RolloutPlan
from plans.models.declaration import DeclarationQuerySet
from reports.board import LONGEST_SEARCH, ROWS_A_PAGE, Kind
from reports.models import AnnualReport, Punctuality, ReportCycle
from reports.models.report import URGENCY, ReportQuerySet, urgency_at
from reports.rates import Rates, rates_of_by, total


class Declared(TextChoices):
    """Whether the agency has declared a system."""

    YES = "yes", _("Đã công bố")
    NO = "no", _("Chưa công bố")


def provinces_on(day: date) -> QuerySet[Agency]:
    """The provinces of the installation that exist on `day`, in the order of their codes."""
    return Agency.objects.provinces().valid_on(day).order_by("code", "pk")


def cycles_of(province: Agency, as_of: datetime) -> list[ReportCycle]:
    """The cycles of a province, and of those before it, that have opened; the newest first."""
    opened = ReportCycle.objects.filter(province_id__in=province.realm, opens_at__lte=as_of)
    return list(opened.order_by("-year", "-pk"))


@dataclass(frozen=True)
class Asked:
    """What was asked of the list of agencies; what cannot be read asks for nothing."""

    words: str = ""
    group: str = ""
    kind: Kind | None = None
    declared: Declared | None = None

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Read ?q=&group=&kind=&declared=."""
        kind, declared = query.get("kind", ""), query.get("declared", "")
        return cls(
            words=clean(query.get("q", "").replace("\x00", ""))[:LONGEST_SEARCH],
            group=group if (group := query.get("group", "")) in Group.values else "",
            kind=Kind(kind) if kind in Kind.values else None,
            declared=Declared(declared) if declared in Declared.values else None,
        )

    @property
    def narrows(self) -> bool:
        """Whether one of the filters that a phone folds away is in use."""
        return any((self.group, self.kind, self.declared))


@dataclass(frozen=True)
class GroupLine:
    """How one group of agencies reports, and how many of them have declared a system."""

    value: str
    label: str
    rates: Rates
    declared: int

    @property
    def bar(self) -> Bar:
        """The declared of all."""
        return Bar(self.label, self.declared, self.rates.expected)


@dataclass(frozen=True)
class Building:
    """How many agencies build a system under one decision."""

    number: str
    issued_on: date
    agencies: int


@dataclass(frozen=True)
class Row:
    """One agency: how its report stands and what it has declared last."""

    code: str
    name: str
    superior: str
    group: str
    punctuality: Punctuality
    days_late: int
    is_nil: bool
    declaration: Declaration | None


@dataclass(frozen=True)
class PublicProvince:
    """One cycle of one province as of an instant."""

    province: Agency
    cycle: ReportCycle
    as_of: datetime

    @property
    def year(self) -> str:
        """The reporting year, as addresses carry it."""
        return str(self.cycle.year)

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return day_of(self.as_of)

    @cached_property
    def groups(self) -> list[GroupLine]:
        """The groups that report, in the order of official lists; two statements."""
        found, declared = rates_of_by(self._reports, "group", as_of=self.as_of), self._declared
        return [
            GroupLine(one.value, str(one.label), found[one.value], declared.get(one.value, 0))
            for one in Group
            if one.value in found
        ]

    @cached_property
    def rates(self) -> Rates:
        """The whole cycle."""
        return total(line.rates for line in self.groups)

    @property
    def declared(self) -> Bar:
        """Declared systems of all agencies of the cycle."""
        return Bar("", sum(line.declared for line in self.groups), self.rates.expected)

    @property
    def by_group(self) -> Plot:
        """One bar a group; empty until something is received or due."""
        if self.rates.not_due == self.rates.expected:
            return Plot()
        return groups_plot([line.rates.bar(line.label) for line in self.groups], width=HALF)

    @property
    def declarations(self) -> Plot:
        """One bar a group: the declared of all."""
        return bars([line.bar for line in self.groups], width=HALF)

    @cached_property
    def building(self) -> list[Building]:
        """Agencies without a declaration that are in a plan under way, by the decision that approved it."""
        under_way = [RolloutPlan.State.APPROVED, RolloutPlan.State.RUNNING]
        entries = PlanEntry.objects.filter(
            ~Exists(self._declarations.filter(agency=OuterRef("agency"))),
            plan__province_id__in=self.province.realm,
            plan__state__in=under_way,
            plan__decision__issued_on__lte=self.today,
        )
        found = entries.order_by("plan__decision__issued_on").values_list(
            "plan__decision__number", "plan__decision__issued_on"
        )
        return [Building(*line) for line in found.annotate(number=Count("agency", distinct=True))]

    def page(self, asked: Asked, number: str | None) -> Page:
        """One page of rows; a number that does not exist gives the nearest one that does."""
        rows = self._values(self._chosen(asked))
        page: Page = Paginator(rows, ROWS_A_PAGE).get_page(number)
        page.object_list = list(self._rows(cast(ReportQuerySet, page.object_list)))
        return page

    def rows(self) -> Iterator[Row]:
        """Every agency of the cycle."""
        return self._rows(self._values(self._reports))

    @property
    def _reports(self) -> ReportQuerySet:
        return self.cycle.reports.all()

    @property
    def _declarations(self) -> DeclarationQuerySet:
        return Declaration.objects.filter(declared_on__lte=self.today)

    @cached_property
    def _declared(self) -> dict[str, int]:
        """Group → how many of its agencies have declared."""
        declared = self._reports.filter(self._has_declared()).order_by().values_list("group")
        return dict(declared.annotate(number=Count(Value(1))))

    def _has_declared(self) -> Q:
        return Q(Exists(self._declarations.filter(agency=OuterRef("agency"))))

    def _chosen(self, asked: Asked) -> ReportQuerySet:
        chosen = self._reports.filter(holding(asked.words, "agency__name_search"))
        if asked.group:
            chosen = chosen.filter(group=asked.group)
        if asked.kind:
            chosen = chosen.filter(asked.kind.condition(self.as_of))
        if asked.declared:
            has = self._has_declared()
            chosen = chosen.filter(has if asked.declared is Declared.YES else ~has)
        return chosen

    def _values(self, reports: ReportQuerySet) -> ReportQuerySet:
        ordered = reports.order_by("agency__sort_order", "agency__name_sort", "pk")
        return ordered.annotate(urgency=urgency_at(self.as_of)).select_related("agency", "superior")

    def _rows(self, reports: ReportQuerySet) -> Iterator[Row]:
        kept: list[AnnualReport] = list(reports)
        newest = self._newest([report.agency_id for report in kept])
        for report in kept:
            kind = URGENCY[report.urgency]  # type: ignore[attr-defined]
            yield Row(
                code=report.agency.code,
                name=in_lists(report.agency_name),
                superior=in_lists(report.superior.name) if report.superior else "",
                group=str(Group(report.group).label),
                punctuality=kind,
                days_late=report.days_late(self.today) if kind == Punctuality.LATE else 0,
                is_nil=report.is_nil and kind in (Punctuality.ON_TIME, Punctuality.LATE),
                declaration=newest.get(report.agency_id),
            )

    def _newest(self, agencies: list[int]) -> dict[int, Declaration]:
        """Agency → its newest declaration by today; one statement."""
        found = self._declarations.filter(agency__in=agencies).select_related("standard").newest_first()
        newest: dict[int, Declaration] = {}
        for declaration in found:
            newest.setdefault(declaration.agency_id, declaration)
        return newest

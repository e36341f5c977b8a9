"""The questions the home pages ask: read-only, with the time as an argument, the same number for any size.

Every number a home page shows is a link to its rows on the board, so the conditions are the board's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from agencies.contacts import number_without_contact
from agencies.models import Agency, Document, Role, User
from agencies.models.agency import Group
from agencies.names import names_on
from isotrack.journal.models import Notice
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.plots import Plot, Series, groups_plot, submissions_plot
from isotrack.kit.statements import kept
from isotrack.kit.words import share
from plans.bars import Bar, bars, side_bars
from plans.coverage import levels_today
from plans.models import RolloutPlan
from reports.actions.report import judge
from reports.board import Contact
from reports.directive import Letters, letters_of, overdue_letters
from reports.models import AnnualReport, CorrectiveAction, DirectiveDuty, ReportCycle, Submission
from reports.models.report import ReportQuerySet
from reports.questions import Progress, Section, section_progress
from reports.rates import Rates, rates_of, rates_of_cycle_by, total
from reports.unreached import Unreached, is_time_for_paper, lost_in

SUPERIORS_SHOWN = 8
NOTICES_SHOWN = 5
UNREACHED_SHOWN = 5
# Days from the last day at which the table beneath the plot stops; today is added.
STOPS = (-60, -30, -14, -7, 0)


def cycle_at_home(user: User, as_of: datetime) -> ReportCycle | None:
    """The cycle a home page speaks of: the one that runs, else the newest."""
    cycles = ReportCycle.objects.readable_by(user)
    return cycles.running(as_of).first() or cycles.first()


def cycles_at_home(
    user: User, as_of: datetime, *, looks_back: bool = False
) -> tuple[ReportCycle | None, ReportCycle | None]:
    """The same cycle, and the one of the year before to compare with; one query for both.

    Who looks back to a day sees no cycle that opened only later.
    """
    readable = ReportCycle.objects.readable_by(user)  # one a year
    cycles = [one for one in readable if one.opens_at <= as_of or not looks_back]
    running = (one for one in cycles if one.is_running(as_of))
    cycle = next(running, cycles[0] if cycles else None)
    year = cycle.year - 1 if cycle else None
    return cycle, next((one for one in cycles if one.year == year), None)


# The province: department, finance, leader


@dataclass(frozen=True)
class Stop:
    """One line of the table beneath the plot: received until the end of a day, this cycle and the last."""

    day: date
    is_cutoff: bool
    received: int
    rate: Decimal | None
    last_day: date
    last_received: int
    last_rate: Decimal | None


@dataclass(frozen=True)
class GroupLine:
    """How one group of agencies stands."""

    value: str
    label: str | Promise
    rates: Rates


@dataclass(frozen=True)
class SuperiorLine:
    """How many reports of one superior's agencies are late and missing."""

    pk: object
    name: str
    late: int
    missing: int


@dataclass(frozen=True)
class Errand:
    """Something that waits for this person: how many, and where the rows are."""

    title: str
    detail: str
    count: int
    url: str


@dataclass(frozen=True)
class PlanLine:
    """A plan with its agencies, and how many of those have declared."""

    COLUMNS = ("pk", "code", "title", "state", "agencies", "declared")

    pk: int
    code: str
    title: str
    state: str
    agencies: int
    declared: int

    @property
    def bar(self) -> Bar:
        """The declared of all."""
        return Bar(self.code, self.declared, self.agencies)


@kept(100)  # composing it took longer than asking
def _plans_of(realm: tuple[int, ...]) -> "QuerySet[Any, Any]":
    """Plans of these provinces that are not closed."""
    plans = RolloutPlan.objects.filter(province_id__in=realm).not_closed().with_progress()
    return plans.values_list(*PlanLine.COLUMNS)


@dataclass(frozen=True)
class ProvinceHome:
    """The running cycle as the province sees it, beside the one of the year before."""

    cycle: ReportCycle
    last: ReportCycle | None
    user: User
    as_of: datetime

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return day_of(self.as_of)

    @property
    def is_over(self) -> bool:
        """Whether the common deadline has passed: from then on only the extended are not yet due."""
        return self.as_of >= self.cycle.cutoff

    @cached_property
    def _rates(self) -> dict[tuple[Any, ...], Rates]:
        """One statement: how the reports stand by group and superior."""
        return rates_of_cycle_by(self.cycle, "group", "superior_id", as_of=self.as_of)

    def _rates_by(self, place: int) -> dict[Any, Rates]:
        """The same for each group (0) or superior (1)."""
        found: dict[Any, list[Rates]] = {}
        for key, counted in self._rates.items():
            found.setdefault(key[place], []).append(counted)
        return {key: total(parts) for key, parts in found.items()}

    @cached_property
    def groups(self) -> list[GroupLine]:
        """The groups that owe reports, in the order of official lists."""
        found = self._rates_by(0)
        return [GroupLine(one.value, one.label, found[one.value]) for one in Group if one.value in found]

    @cached_property
    def rates(self) -> Rates:
        """The whole cycle: the sum of its groups."""
        return total(line.rates for line in self.groups)

    @cached_property
    def behind(self) -> list[SuperiorLine]:
        """Superiors with late or missing reports, most missing first."""
        found = {pk: one for pk, one in self._rates_by(1).items() if one.late or one.missing}
        names = names_on(found, self.today) if any(found) else {}
        lines = [
            SuperiorLine(pk, names.get(pk) or _("Không có cấp trên"), one.late, one.missing)
            for pk, one in found.items()
        ]
        return sorted(lines, key=lambda line: (-line.missing, -line.late, line.name))

    @property
    def most_behind(self) -> list[SuperiorLine]:
        """As many of them as the page shows."""
        return self.behind[:SUPERIORS_SHOWN]

    @cached_property
    def _arrivals(self) -> "dict[int, Arrivals]":
        """One statement: the reports of this cycle and the one before, by the day on which they came."""
        return arrivals_of([one for one in (self.cycle, self.last) if one], self.as_of)

    @cached_property
    def received(self) -> dict[int, int]:
        """Days from the last day → reports received so far."""
        return self._arrivals[self.cycle.pk].received

    @cached_property
    def last_received(self) -> dict[int, int]:
        """The same of the cycle before, with its own last day."""
        return self._arrivals[self.last.pk].received if self.last else {}

    @property
    def last_expected(self) -> int:
        """How many reports the cycle before counts."""
        return self._arrivals[self.last.pk].expected if self.last else 0

    @cached_property
    def submissions(self) -> Plot:
        """Reports received over time against the cut-off, with the cycle before aligned to its own."""
        return submissions_plot(
            _series(self.cycle, self.received),
            _series(self.last, self.last_received) if self.last else None,
            last_day=self.cycle.deadline.last_day,
            expected=self.rates.expected,
            today=self.today,
        )

    @property
    def stops(self) -> list[Stop]:
        """The table beneath that plot."""
        now = self.cycle.deadline.offset(self.today)
        offsets = [offset for offset in STOPS if offset < now]
        return [self._stop(offset) for offset in [*offsets, now]]

    @cached_property
    def by_group(self) -> Plot:
        """One bar a group; empty until something is received or due."""
        if self.rates.not_due == self.rates.expected:
            return Plot()
        return groups_plot([line.rates.bar(str(line.label)) for line in self.groups])

    @property
    def errands(self) -> list[Errand]:
        """What waits for the department; for finance and the leaders, the plans they decide on."""
        if not self.user.is_reviewer:
            return [errand for errand in self._decisions() if errand.count]
        waiting = (self._reviews(), self._letters(), self._remedies(), self._plans())
        found = [*chain(*waiting), *self._failures(), *self._unreached(), *self._contacts()]
        return [errand for errand in found if errand.count]

    @cached_property
    def plans(self) -> list[PlanLine]:
        """Plans that are not closed; one statement."""
        own = self.user.agency
        return [PlanLine(*line) for line in _plans_of(tuple(own.realm))] if own else []

    @property
    def under_way(self) -> list[PlanLine]:
        """The approved ones of them."""
        return [plan for plan in self.plans if plan.state in RolloutPlan.APPROVED_STATES]

    @property
    def plan_progress(self) -> Plot:
        """One bar a plan under way: the declared of its agencies."""
        return bars([plan.bar for plan in self.under_way])

    @cached_property
    def training(self) -> list[Bar]:
        """Who holds a post today and has been trained, by level; one statement."""
        return levels_today(self.cycle.province, self.today)

    @property
    def training_plot(self) -> Plot:
        """The same in bars."""
        return side_bars(self.training)

    @property
    def untrained(self) -> int:
        """How many of them never came to a class."""
        return sum(bar.whole - bar.done for bar in self.training)

    @cached_property
    def lost(self) -> "Sequence[Unreached]":
        """Agencies of the cycle that no reminder reaches."""
        return lost_in(self.cycle, self.as_of)

    @cached_property
    def unreached(self) -> "Sequence[Unreached]":
        """Those that only a letter on paper reaches, from 45 days before the deadline."""
        is_time = self.user.is_reviewer and is_time_for_paper(self.cycle, self.as_of)
        return [one for one in self.lost if one.is_open] if is_time else []

    @property
    def first_unreached(self) -> "Sequence[Unreached]":
        """As many of them as the page shows."""
        return self.unreached[:UNREACHED_SHOWN]

    def _stop(self, offset: int) -> Stop:
        last_day = self.last.deadline.last_day if self.last else self.cycle.deadline.last_day
        received, last_received = _until(self.received, offset), _until(self.last_received, offset)
        return Stop(
            day=self.cycle.deadline.last_day + timedelta(days=offset),
            is_cutoff=offset == 0,
            received=received,
            rate=share(received, self.rates.expected),
            last_day=last_day + timedelta(days=offset),
            last_received=last_received,
            last_rate=share(last_received, self.last_expected),
        )

    def _reviews(self) -> Iterable[Errand]:
        waiting = self.cycle.reports.awaiting_review()
        found = waiting.aggregate(number=Count(Value(1)), oldest=Min("submitted_at"))
        days = (self.today - day_of(found["oldest"])).days if found["oldest"] else 0
        said = ngettext("lâu nhất đã chờ %(days)d ngày", "lâu nhất đã chờ %(days)d ngày", days)
        title = _("Báo cáo chờ xem xét")
        url = reverse("reports:review-queue", query={"year": self.cycle.year})
        yield Errand(title, said % {"days": days}, found["number"], url)

    def _letters(self) -> Iterable[Errand]:
        """Of every year: a letter stays owed after its cycle is closed."""
        overdue = overdue_letters(self.user, self.today)
        title, detail = _("Văn bản nhắc nhở quá hạn"), _("cơ quan cấp trên chưa ban hành")
        url = reverse("reports:discipline-board", args=[overdue.year or self.cycle.year])
        yield Errand(title, detail, overdue.count, url)

    def _plans(self) -> Iterable[Errand]:
        returned = self._plans_in(RolloutPlan.State.RETURNED)
        yield _of_plans(_("Kế hoạch bị trả lại"), _("sửa theo góp ý rồi trình lại"), returned)

    def _decisions(self) -> Iterable[Errand]:
        if self.user.role == Role.FINANCE:
            waiting = self._plans_in(RolloutPlan.State.FINANCE_REVIEW)
            yield _of_plans(_("Kế hoạch chờ thẩm định"), _("góp ý, trả lại hoặc thẩm định xong"), waiting)
        elif self.user.role == Role.LEADER:
            waiting = self._plans_in(RolloutPlan.State.CLEARED)
            yield _of_plans(_("Kế hoạch chờ phê duyệt"), _("ghi số và ngày quyết định"), waiting)

    def _plans_in(self, state: str) -> list[PlanLine]:
        return [plan for plan in self.plans if plan.state == state]

    def _remedies(self) -> Iterable[Errand]:
        """Of every year: what agencies have to remedy after an inspection; one statement."""
        actions = CorrectiveAction.objects.visible_to(self.user).unsettled().order_by()
        kinds = CorrectiveAction.State
        counted = actions.aggregate(
            overdue=Count(Value(1), filter=Q(state=kinds.OPEN, due_on__lt=self.today)),
            answered=Count(Value(1), filter=Q(state=kinds.ANSWERED)),
        )
        url = reverse("reports:inspectionplan-detail", args=[self.today.year], fragment="remedies")
        title, detail = _("Khắc phục sau kiểm tra quá hạn"), _("nội dung cơ quan chưa báo cáo")
        yield Errand(title, detail, counted["overdue"], url)
        title, detail = _("Báo cáo khắc phục chờ xem xét"), _("chấp nhận hoặc nêu lý do")
        yield Errand(title, detail, counted["answered"], url)

    def _failures(self) -> Iterable[Errand]:
        failed = Notice.objects.of_province(str(self.cycle.province_id)).filter(state=Notice.State.FAILED)
        url = reverse("reports:notice-list", query={"state": Notice.State.FAILED})
        yield Errand(_("Thư nhắc gửi không được"), _("xem lý do và gửi lại"), failed.count(), url)

    def _unreached(self) -> Iterable[Errand]:
        no_address = sum(not one.address for one in self.lost)
        no_holder = sum(not one.has_holder for one in self.lost)
        dead = sum(one.dead_because is not None for one in self.lost)
        for kind, count, title, detail in (
            (
                Contact.NO_ADDRESS,
                no_address,
                _("Cơ quan chưa có thư nhận tin"),
                _("không ai nhận được thư nhắc"),
            ),
            (
                Contact.NO_HOLDER,
                no_holder,
                _("Cơ quan chưa có người phụ trách"),
                _("không ai gửi được báo cáo"),
            ),
            (
                Contact.DEAD_ADDRESS,
                dead,
                _("Cơ quan có địa chỉ không nhận thư"),
                _("thư nhắc bị trả lại"),
            ),
        ):
            yield Errand(title, detail, count, self._board(f"contact={kind.value}"))

    def _contacts(self) -> Iterable[Errand]:
        """Of every agency, whether or not its report is still owed."""
        title = _("Cơ quan chưa liên hệ được")
        detail = _("chưa có thư nhận tin, thư bị trả lại hoặc không có người phụ trách")
        own = self.user.agency
        count = number_without_contact(own.realm, self.today) if own else 0
        yield Errand(title, detail, count, reverse("agencies:contact-list"))

    def _board(self, query: str) -> str:
        return reverse("reports:cycle-board", args=[self.cycle.year]) + "?" + query


def _of_plans(title: str, detail: str, plans: Sequence[PlanLine]) -> Errand:
    """One plan is opened right away, several as their list."""
    one = len(plans) == 1
    url = reverse("plans:plan-detail", args=[plans[0].pk]) if one else reverse("plans:plan-list")
    return Errand(title, detail, len(plans), url)


@dataclass(frozen=True)
class Arrivals:
    """Days from a cycle's last day → reports received so far, for each day on which one came; of how many."""

    received: dict[int, int]
    expected: int


def arrivals_of(cycles: Sequence[ReportCycle], as_of: datetime) -> dict[int, Arrivals]:
    """Key of each cycle → how its reports came, by Vietnamese days; one statement for all of them."""
    by_day: dict[int, dict[date | None, int]] = {cycle.pk: {} for cycle in cycles}
    for cycle, day, number in _came(tuple(by_day), as_of):
        by_day[cycle][day] = number
    return {cycle.pk: _arrivals(cycle, by_day[cycle.pk]) for cycle in cycles}


@kept(100)  # composing it took longer than asking
def _came(cycles: tuple[int, ...], as_of: datetime) -> "QuerySet[Any, Any]":
    """Cycle, day (None for what has not come) and number of its reports."""
    came = When(first_submitted_at__lte=as_of, then=TruncDate("first_submitted_at", tzinfo=ZONE))
    counted = AnnualReport.objects.filter(cycle__in=cycles).counted().order_by()
    rows = counted.annotate(day=Case(came, default=None)).values_list("cycle", "day")
    return rows.annotate(number=Count(Value(1)))


def _arrivals(cycle: ReportCycle, by_day: Mapping[date | None, int]) -> Arrivals:
    sofar, points = 0, {}
    for day in sorted(day for day in by_day if day is not None):
        sofar += by_day[day]
        points[cycle.deadline.offset(day)] = sofar
    return Arrivals(points, sum(by_day.values()))


def _series(cycle: ReportCycle, points: Mapping[int, int]) -> Series:
    """The line begins at nothing, the day before the first report."""
    first = min(points, default=0)
    return Series(_("Kỳ %(year)s") % {"year": cycle.year}, [(first - 1, 0), *sorted(points.items())])


def _until(points: Mapping[int, int], offset: int) -> int:
    return max((number for day, number in points.items() if day <= offset), default=0)


# An officer


@dataclass(frozen=True)
class SectionLine:
    """A section of the draft in which something is left to do."""

    title: str
    url: str
    icon: str
    says: str


@dataclass(frozen=True)
class Draft:
    """How far the report of this year is."""

    report: AnnualReport
    today: date

    @cached_property
    def progress(self) -> list[tuple[Section, Progress]]:
        """Each section that asks this agency something, and how far it is."""
        outcome = judge(self.report, on=self.today)
        sections = self.report.cycle.questions.sections
        found = [(one, section_progress(one, outcome, self.report.answers)) for one in sections]
        return [(section, progress) for section, progress in found if progress.asked]

    @property
    def answered(self) -> int:
        """Questions answered."""
        return sum(progress.answered for _section, progress in self.progress)

    @property
    def asked(self) -> int:
        """Questions asked of this agency, given its answers so far."""
        return sum(progress.asked for _section, progress in self.progress)

    @property
    def done(self) -> int:
        """Sections in which nothing is left to do."""
        return sum(progress.done for _section, progress in self.progress)

    @property
    def left(self) -> list[SectionLine]:
        """The sections to go on with: those begun and broken first, then the untouched, in order."""
        open_ones = [(section, progress) for section, progress in self.progress if not progress.done]
        return [self._line(*one) for one in sorted(open_ones, key=lambda pair: not pair[1].errors)]

    def _line(self, section: Section, progress: Progress) -> SectionLine:
        url = reverse("reports:report-section", args=[self.report.pk, section.key])
        icon = "error" if progress.errors else "notdue"
        return SectionLine(section.title(get_language()), url, icon, what_is_left(progress))


@dataclass(frozen=True)
class OfficerHome:
    """The duty of the agency a person stands for, and what lies around it."""

    agency: Agency
    user: User
    as_of: datetime

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return day_of(self.as_of)

    @cached_property
    def own(self) -> list[AnnualReport]:
        """The agency's reports, newest first, each with `receipt` and what lies around it."""
        receipts = Submission.objects.filter(report=OuterRef("pk")).order_by("-number").values("code")
        below = AnnualReport.objects.visible_to(self.user).filter(cycle=OuterRef("cycle"))
        reports = AnnualReport.objects.editable_by(self.user).annotate(
            receipt=Subquery(receipts[:1]),
            has_below=Exists(below.exclude(agency=self.agency)),
            has_letters=Exists(DirectiveDuty.objects.concerning(self.agency)),
            has_remedies=Exists(CorrectiveAction.objects.owed_by(self.agency.pk).unsettled()),
        )
        # Its own before those taken over from agencies that ended.
        ordered = reports.order_by("-cycle__year", F("passed_to").asc(nulls_first=True), "agency_name")
        return list(ordered.select_related("cycle", "agency", "superior"))

    @cached_property
    def report(self) -> AnnualReport | None:
        """The one that is owed now: of the cycle that runs, else of the newest."""
        running = (one for one in self.own if one.cycle.is_running(self.as_of))
        return next(running, self.own[0] if self.own else None)

    @cached_property
    def cycle(self) -> ReportCycle | None:
        """The cycle of that report; for an agency that owes none, the one that runs."""
        return self.report.cycle if self.report else cycle_at_home(self.user, self.as_of)

    @property
    def due_before(self) -> date | None:
        """The day the cycle's documents name; an extended report has its own last day only."""
        return self.report.cycle.due_before if self.report and not self.report.extended_to else None

    @property
    def can_write(self) -> bool:
        """Whether the report still takes answers."""
        return self.report is not None and self.report.is_editable(self.as_of)

    @property
    def punctuality(self) -> str:
        """How punctual the report is now."""
        return self.report.punctuality_at(self.as_of) if self.report else ""

    @property
    def days_late(self) -> int:
        """By how many calendar days it is late."""
        return self.report.days_late(self.today) if self.report else 0

    @cached_property
    def draft(self) -> Draft | None:
        """How far the report is, while it can be written."""
        return Draft(self.report, self.today) if self.report and self.can_write else None

    @property
    def to_confirm(self) -> list[AnnualReport]:
        """Reports of the agency that wait for this person, its head."""
        return [one for one in self.own if one.awaits(self.user)]

    @property
    def earlier(self) -> list["EarlierYear"]:
        """The agency's reports of other years."""
        return [earlier_year(one, self.as_of) for one in self.own if one != self.report]

    @cached_property
    def notices(self) -> "list[Notice]":
        """The newest mails about the report that were sent, to whomever they went."""
        if self.report is None:
            return []
        sent = Notice.objects.about_thing(f"report:{self.report.pk}").filter(state=Notice.State.SENT)
        return list(sent.order_by("-sent_at")[:NOTICES_SHOWN])

    @cached_property
    def letters(self) -> Letters:
        """The letters the agency owes to those below it, and those written to it; asked for where any are."""
        has_any = getattr(self.report, "has_letters", True)
        return letters_of(self.user, self.as_of) if has_any else Letters([], [], self.today)

    @cached_property
    def remedies(self) -> list[CorrectiveAction]:
        """What the agency has to remedy after inspections; asked for where there is any."""
        if not getattr(self.report, "has_remedies", True):
            return []
        owed = CorrectiveAction.objects.owed_by(self.agency.pk).unsettled()
        return list(owed.select_related("agency", "item"))

    @property
    def documents(self) -> "QuerySet[Document] | list[Document]":
        """The documents that oblige the agency to report."""
        return self.cycle.documents.all() if self.cycle else []

    @cached_property
    def subordinates(self) -> Rates | None:
        """How the agencies below stand; None where there are none in this cycle."""
        if self.cycle is None or not getattr(self.report, "has_below", True):
            return None
        below: ReportQuerySet = self.cycle.reports.visible_to(self.user).exclude(agency=self.agency)
        counted = rates_of(below, self.as_of)
        return counted if counted.expected else None


@dataclass(frozen=True)
class EarlierYear:
    """One line of the table of other years."""

    pk: int
    year: int
    sent_at: datetime | None
    punctuality: str
    days_late: int
    is_nil: bool
    code: str


def earlier_year(report: AnnualReport, as_of: datetime) -> EarlierYear:
    """A report of another year with its newest receipt, annotated as `receipt`."""
    return EarlierYear(
        pk=report.pk,
        year=report.cycle.year,
        sent_at=report.first_submitted_at,
        punctuality=report.punctuality_at(as_of),
        days_late=report.days_late(day_of(as_of)),
        is_nil=report.is_nil,
        code=getattr(report, "receipt", None) or "",
    )


def what_is_left(progress: Progress) -> str:
    """ "1 lỗi phải sửa, 9 câu chưa trả lời, 4 số liệu năm trước chưa xác nhận"."""
    missing, unconfirmed = progress.left - progress.unconfirmed, progress.unconfirmed
    parts = [
        ngettext("%(n)d lỗi phải sửa", "%(n)d lỗi phải sửa", progress.errors) % {"n": progress.errors},
        ngettext("%(n)d cảnh báo cần giải trình", "%(n)d cảnh báo cần giải trình", progress.warnings)
        % {"n": progress.warnings},
        ngettext("%(n)d câu chưa trả lời", "%(n)d câu chưa trả lời", missing) % {"n": missing},
        ngettext(
            "%(n)d số liệu năm trước chưa xác nhận", "%(n)d số liệu năm trước chưa xác nhận", unconfirmed
        )
        % {"n": unconfirmed},
    ]
    numbers = (progress.errors, progress.warnings, missing, unconfirmed)
    return ", ".join(part for part, number in zip(parts, numbers, strict=True) if number)


# The administrator


@dataclass(frozen=True)
class RoleLine:
    """How many accounts in use have one role."""

    value: str
    label: str | Promise
    count: int


@dataclass(frozen=True)
class AdministratorHome:
    """Accounts and mail; no report content."""

    user: User
    as_of: datetime

    @cached_property
    def roles(self) -> list[RoleLine]:
        """Accounts in use by role."""
        accounts = User.objects.visible_to(self.user).filter(is_active=True)
        found = Counter(accounts.values_list("role", flat=True))
        return [RoleLine(role.value, role.label, found[role.value]) for role in Role]

    @cached_property
    def mail(self) -> dict[str, int]:
        """Mails of the last seven days by result: sent, failed, and those still owed."""
        province = str(self.user.agency.province_id) if self.user.agency else ""
        mine = Notice.objects.of_province(province)
        week_ago = self.as_of - timedelta(days=7)
        return mine.order_by().aggregate(
            sent=Count(Value(1), filter=Q(state=Notice.State.SENT, sent_at__gt=week_ago)),
            failed=Count(Value(1), filter=Q(state=Notice.State.FAILED, planned_for__gt=week_ago)),
            owed=Count(Value(1), filter=Q(state=Notice.State.PLANNED, planned_for__lte=self.as_of)),
        )

    @cached_property
    def newest(self) -> "Sequence[Notice]":
        """The newest mails, without what they say."""
        province = str(self.user.agency.province_id) if self.user.agency else ""
        rows = Notice.objects.of_province(province).defer("body_text", "body_html")
        return list(rows[:NOTICES_SHOWN])

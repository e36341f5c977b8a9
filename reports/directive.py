"""Who has to write to whom: late and missing reports by the superior that was in force at the cut-off.

Letter 1141/UBND-TH obliges superiors to write to those below them that report late or not at all. The report
row keeps the superior of the day its cycle opened, for rates; the one that has to write is that of the last
day on which reports were on time. Everything here only reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, Count, Exists, F, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from agencies.models import Agency, Holiday, Post, Standing, User
from agencies.names import names_on
from isotrack.journal.models import Entry, Notice
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import DAY, next_working
from isotrack.kit.statements import kept
from reports.mails_directive import LETTER
from reports.models import AnnualReport, DirectiveDuty, DirectiveItem, Punctuality, ReportCycle, Snapshot
from reports.models.report import punctuality_is

DAYS_TO_WRITE = 10  # working days from the day a duty is given, unless the department says otherwise
SUPERIORS_A_PAGE = 20

Kind = DirectiveItem.Kind


@dataclass(frozen=True)
class Behind:
    """One late or missing report: who has to write about it, by how many days, whom to ask."""

    report: AnnualReport
    superior_pk: int | None
    kind: DirectiveItem.Kind
    days: int
    contact: str

    @property
    def sent_at(self) -> datetime | None:
        """When a late one came; of a missing one nothing had come by then."""
        return self.report.first_submitted_at if self.kind == Kind.LATE else None

    @property
    def punctuality(self) -> str:
        """The same kind as a badge names it."""
        return self.kind.value


def behind_in(cycle: ReportCycle, as_of: datetime, superior: Agency | None = None) -> list[Behind]:
    """Every late and missing report of a cycle as of an instant, in protocol order; one query.

    The superior is that of the cycle's last day; where the agency had no standing then, the one kept on the
    report. With `superior` only its own.
    """
    kinds, today = punctuality_is(as_of), day_of(as_of)
    then = Standing.objects.on(cycle.deadline.last_day).filter(agency=OuterRef("agency"))
    # Of an agency that ended whoever took its report over is to be asked.
    answers = Coalesce(OuterRef("passed_to"), OuterRef("agency"))
    holder = Post.objects.on(today).responsible().filter(agency=answers)
    reports = cycle.reports.filter(kinds[Punctuality.LATE] | kinds[Punctuality.MISSING]).annotate(
        superior_then=Coalesce(
            Subquery(then.values("superior")[:1]), F("superior"), output_field=BigIntegerField()
        ),
        holder=Subquery(holder.values("user__full_name")[:1]),
    )
    if superior is not None:
        reports = reports.filter(superior_then=superior.pk)
    ordered = reports.select_related("agency", "passed_to").order_by(
        "agency__sort_order", "agency__name_sort", "pk"
    )
    return [_behind(report, as_of) for report in ordered]


def _behind(report: Any, as_of: datetime) -> Behind:
    kind = Kind(report.punctuality_at(as_of).value)
    until = report.first_submitted_at if kind == Kind.LATE else as_of
    return Behind(
        report=report,
        superior_pk=report.superior_then,
        kind=kind,
        days=report.deadline.offset(day_of(until)),
        contact=", ".join(filter(None, [report.holder, report.answering.contact_email])),
    )


def by_superior(behind: Iterable[Behind]) -> dict[int, list[Behind]]:
    """Key of a superior → its late and missing ones; nobody writes to an agency without a superior."""
    grouped: dict[int, list[Behind]] = {}
    for one in behind:
        if one.superior_pk is not None:
            grouped.setdefault(one.superior_pk, []).append(one)
    return grouped


def due_day(given_on: date) -> date:
    """The last day for a letter when nobody says otherwise: so many working days after `given_on`."""
    is_working = Holiday.objects.working_days()
    day = given_on
    for _number in range(DAYS_TO_WRITE):
        day = next_working(day + DAY, is_working)
    return day


# The department's page of a year


@dataclass(frozen=True)
class Block:
    """One superior: its late and missing ones as they are now, and its duty where it has one."""

    superior: Agency
    rows: Sequence[Behind]
    duty: DirectiveDuty | None
    today: date

    @property
    def late(self) -> int:
        """How many sent late."""
        return sum(row.kind == Kind.LATE for row in self.rows)

    @property
    def missing(self) -> int:
        """How many have not sent."""
        return len(self.rows) - self.late

    @property
    def is_overdue(self) -> bool:
        """Whether its letter should have been written by now."""
        return self.duty is not None and self.duty.is_overdue(self.today)

    @property
    def days_over(self) -> int:
        """By how many calendar days."""
        return self.duty.days_over(self.today) if self.duty and self.is_overdue else 0

    @property
    def waits_first(self) -> tuple[bool, bool, bool, int, str]:
        """Overdue ones first, then open ones, then those that nobody has asked yet; in protocol order."""
        is_open = self.duty is not None and self.duty.is_open
        return (
            not self.is_overdue,
            not is_open,
            self.duty is not None,
            self.superior.sort_order,
            self.superior.name_sort,
        )


@dataclass(frozen=True)
class Discipline:
    """Late and missing of one cycle by superior, and what became of the duties to write to them.

    Who looks back sees names and duties as they were at that instant.
    """

    cycle: ReportCycle
    user: User
    as_of: datetime
    looks_back: bool = False

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return day_of(self.as_of)

    @cached_property
    def blocks(self) -> list[Block]:
        """One for each superior with late or missing ones or a duty, the urgent first. Three queries."""
        grouped = by_superior(behind_in(self.cycle, self.as_of))
        duties = {duty.superior_id: duty for duty in self.duties}
        superiors = Agency.objects.in_bulk([*grouped, *duties])
        for pk, name in names_on(superiors, self.today).items() if self.looks_back else ():
            superiors[pk].name = name
        found = [
            Block(superior, grouped.get(pk, []), duties.get(pk), self.today)
            for pk, superior in superiors.items()
        ]
        return sorted(found, key=lambda block: block.waits_first)

    @cached_property
    def duties(self) -> list[DirectiveDuty]:
        """Those the person may see."""
        found = list(DirectiveDuty.objects.visible_to(self.user).in_cycle(self.cycle))
        return duties_then(found, self.as_of) if self.looks_back else found

    @property
    def overdue(self) -> int:
        """How many letters should have been written by now."""
        return sum(block.is_overdue for block in self.blocks)

    @property
    def open(self) -> int:
        """How many are still to be written, overdue ones included."""
        return sum(duty.is_open for duty in self.duties)

    @property
    def done(self) -> int:
        """How many are recorded."""
        return sum(duty.is_done for duty in self.duties)

    @property
    def unasked(self) -> int:
        """How many superiors have late or missing ones and no duty yet."""
        return sum(block.duty is None for block in self.blocks)

    @property
    def late(self) -> int:
        """Agencies that sent late."""
        return sum(block.late for block in self.blocks)

    @property
    def missing(self) -> int:
        """Agencies that have not sent."""
        return sum(block.missing for block in self.blocks)

    def page(self, number: str | None) -> Page:
        """Twenty superiors."""
        return Paginator(self.blocks, SUPERIORS_A_PAGE).get_page(number)

    @cached_property
    def closing(self) -> Snapshot | None:
        """The list frozen when the cycle was closed."""
        return closing_of(self.user, self.cycle.year)

    @property
    def can_close(self) -> bool:
        """Whether the cycle can be closed now: it is due, and nobody has closed it."""
        return self.cycle.closed_at is None and self.cycle.cutoff <= self.as_of


def duties_then(duties: Sequence[DirectiveDuty], as_of: datetime) -> list[DirectiveDuty]:
    """Those given by an instant, each in its state of then, never to be saved. One query, of the journal."""
    given = [duty for duty in duties if duty.opened_at <= as_of]
    told = Entry.objects.about_any({"duty": [str(duty.pk) for duty in given]})
    told = told.filter(verb__in=_STATE_AFTER, at__lte=as_of).order_by("at", "pk")
    states = {key: _STATE_AFTER[verb] for key, verb in told.values_list("about_key", "verb")}
    for duty in given:
        duty.state = states.get(str(duty.pk), DirectiveDuty.State.OPEN)
    return given


_STATE_AFTER = {
    "duty-recorded": DirectiveDuty.State.DONE,
    "duty-cancelled": DirectiveDuty.State.CANCELLED,
    "duty-reopened": DirectiveDuty.State.OPEN,
}


# One duty


@dataclass(frozen=True)
class Line:
    """One agency of a letter: how it stood when the list was drawn, and whether it has sent since."""

    item: DirectiveItem
    has_sent_since: bool


@dataclass(frozen=True)
class DutyPage:
    """One duty as a person sees it."""

    duty: DirectiveDuty
    user: User
    as_of: datetime

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return day_of(self.as_of)

    @cached_property
    def lines(self) -> list[Line]:
        """The agencies the letter names, late ones first."""
        items = self.duty.items.select_related("report__agency")
        return [Line(item, _has_sent_since(item, self.as_of)) for item in items]

    @property
    def is_stale(self) -> bool:
        """Whether the list has missing ones that have sent since it was drawn."""
        return self.duty.is_open and any(line.has_sent_since for line in self.lines)

    @cached_property
    def can_record(self) -> bool:
        """Whether this person puts down the letter."""
        return self.duty.is_open and DirectiveDuty.objects.recordable_by(self.user).contains(self.duty)

    @property
    def can_cancel(self) -> bool:
        """Whether this person may take the duty back."""
        return self.user.is_reviewer and self.duty.is_open

    @property
    def can_reopen(self) -> bool:
        """Whether this person may give it again."""
        return self.user.is_reviewer and self.duty.is_cancelled

    @property
    def is_committee(self) -> bool:
        """Whether the People's Committee of the province has to write, for which the department drafts."""
        return self.duty.writer.is_province

    @cached_property
    def mailed(self) -> int:
        """To how many of the agencies the recorded letter was mailed."""
        about = [f"report:{line.item.report_id}" for line in self.lines]
        sent = Notice.objects.of_voice(LETTER).in_state(Notice.State.SENT)
        return sent.filter(about__in=about).count() if self.duty.is_done else 0


def _has_sent_since(item: DirectiveItem, as_of: datetime) -> bool:
    sent = item.report.first_submitted_at
    return item.kind == Kind.MISSING and sent is not None and sent <= as_of


# What waits for a person


@dataclass(frozen=True)
class Desk:
    """What the navigation says: whether a person has to do with letters, and how much waits for them.

    `reports` are an officer's own to write, the department's to decide on.
    """

    has_to_do: bool = False
    letters: int = 0
    reports: int = 0


def desk_of(user: User, today: date) -> Desk:
    """What an officer still has to write; the province's overdue letters and undecided reports. One query."""
    own = user.agency
    if own is None:
        return Desk()
    if user.sees_province:
        [(late, waiting)] = _desk_of_province(own.pk, tuple(own.realm), today)
        return Desk(True, late, waiting)
    letters = DirectiveDuty.objects.annotate(writer_key=Coalesce("passed_to_id", "superior_id"))
    letters = letters.filter(writer_key=OuterRef("pk"))
    reports = AnnualReport.objects.annotate(answering_key=Coalesce("passed_to_id", "agency_id")).filter(
        answering_key=OuterRef("pk"), state__in=AnnualReport.EDITABLE, cycle__closed_at__isnull=True
    )
    asked = Agency.objects.filter(pk=own.pk).annotate(
        is_superior=Exists(Agency.objects.filter(superior=OuterRef("pk"))) | Exists(letters),
        letters_left=_number(letters.open(), "writer_key"),
        reports_left=_number(reports, "answering_key"),
    )
    return Desk(*asked.values_list("is_superior", "letters_left", "reports_left").get())


@kept(100)  # composing it took longer than asking, on every page
def _desk_of_province(own: int, realm: tuple[int, ...], today: date) -> "QuerySet[Any, Any]":
    overdue = DirectiveDuty.objects.filter(cycle__province__in=realm).overdue(today)
    waiting = AnnualReport.objects.filter(cycle__province__in=realm).awaiting_review()
    asked = Agency.objects.filter(pk=own).annotate(letters_left=_all(overdue), reports_left=_all(waiting))
    return asked.values_list("letters_left", "reports_left")


def _all(rows: "QuerySet[Any, Any]") -> Coalesce:
    """How many of `rows` there are."""
    counted = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(number=Count(Value(1)))
    return Coalesce(Subquery(counted.values("number")), Value(0))


def _number(rows: "QuerySet[Any, Any]", column: str) -> Coalesce:
    """How many of `rows` there are for the outer row's key in `column`."""
    counted = rows.order_by().values(column).annotate(number=Count(Value(1)))
    return Coalesce(Subquery(counted.values("number")), Value(0))


@dataclass(frozen=True)
class Overdue:
    """How many letters are overdue, and the newest year of theirs."""

    count: int
    year: int | None


def overdue_letters(user: User, today: date) -> Overdue:
    """Letters of all years that should have been written by now. One query."""
    overdue = DirectiveDuty.objects.visible_to(user).overdue(today)
    return Overdue(**overdue.aggregate(count=Count(Value(1)), year=Max("cycle__year")))


@dataclass(frozen=True)
class Letters:
    """What an officer has to do with letters: those her agency owes, and those written to it."""

    owed: Sequence[DirectiveDuty]
    received: Sequence[DirectiveDuty]
    today: date

    @property
    def open(self) -> list[DirectiveDuty]:
        """Those still to be written."""
        return [duty for duty in self.owed if duty.is_open]


def letters_of(user: User, as_of: datetime) -> Letters:
    """The duties of an officer's agency, open ones first, and the letters it received. One query."""
    own, today = user.agency, day_of(as_of)
    if own is None:
        return Letters([], [], today)
    concerned = (
        DirectiveDuty.objects.concerning(own).with_counts().select_related("cycle", "superior", "passed_to")
    )
    duties = sorted(concerned, key=lambda duty: (not duty.is_open, -duty.cycle.year))
    owed = [duty for duty in duties if duty.writer == own]
    return Letters(owed, [duty for duty in duties if own not in (duty.superior, duty.writer)], today)


# The list frozen at closing


def closing_of(user: User, year: int) -> Snapshot | None:
    """The list frozen when that year's cycle was closed; None where there is none for this person."""
    frozen = Snapshot.objects.visible_to(user).filter(kind=Snapshot.Kind.CLOSING, cycle__year=year)
    return frozen.select_related("cycle", "made_by").first()


def closing_rows(behind: Sequence[Behind], superiors: Mapping[int, Agency]) -> list[dict[str, Any]]:
    """What the frozen list keeps of each late and missing report, fit for JSON."""
    return [_closing_row(one, superiors.get(one.superior_pk or 0)) for one in behind]


def _closing_row(one: Behind, superior: Agency | None) -> dict[str, Any]:
    sent = one.report.first_submitted_at
    return {
        "report": one.report.pk,
        "code": one.report.agency.code,
        "agency": one.report.name_in_lists,
        "superior": superior.in_lists if superior else "",
        "kind": one.kind.value,
        "days": one.days,
        "sent_at": sent.isoformat() if sent and one.kind == Kind.LATE else None,
        "contact": one.contact,
    }

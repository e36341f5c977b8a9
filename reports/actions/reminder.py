"""Planning reminders: catch up with every rule whose moment has passed, and never spam.

Not "is today exactly day −7" but "which is the newest rule whose moment has passed, and was it said": a day
of downtime loses nothing, and of several missed steps an agency hears only the newest, with the true number
of days left (they are counted when the mail is written).

Whatever the number of agencies a round costs two statements, and there is one round for each audience and
effective cut-off. The rows never leave the database.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from agencies.models import Agency, Holiday, Post, Role, User
from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Notice
from isotrack.journal.models.notice import is_dead
from isotrack.kit.bulk import insert_select
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline, IsWorking
from reports import mails
from reports.models import ReminderRule, ReportCycle
from reports.models.reminder import Audience, Step
from reports.models.report import ReportQuerySet, waits_for_head


@dataclass(frozen=True)
class Round:
    """One step for one set of receivers, each of whom is owed one notice.

    `owed` are rows with a `_to`: the address, "" for who has none. `columns` is the notice as expressions
    over these rows. `moment` is when the step became due.
    """

    step: Step
    moment: datetime
    owed: "QuerySet[Any]" = field(repr=False)
    columns: dict[str, Any] = field(repr=False)

    @property
    def _reachable(self) -> Q:
        return ~Q(_to="") & ~Q(is_dead(OuterRef("_to"), self.columns["province"]))

    def counts(self) -> tuple[int, int]:
        """How many it is for, and how many of them no mail reaches: no address, or a dead one."""
        reached = Case(When(self._reachable, then=Value(1)), default=Value(0))
        rows = self.owed.order_by().annotate(_reached=reached).values_list("_reached")
        found: dict[int, int] = dict(rows.annotate(number=Count(Value(1))))
        return sum(found.values()), found.get(0, 0)

    def reachable(self) -> "QuerySet[Any]":
        """Those to whom a mail can go; `_is_said` where this step has been said to them."""
        said = Notice.objects.filter(about=OuterRef("_about"), step=str(self.step), recipient=OuterRef("_to"))
        rows = self.owed.filter(self._reachable).annotate(_about=self.columns["about"])
        return rows.annotate(_is_said=Exists(said))

    def unsaid(self) -> "QuerySet[Any]":
        """Those of them to whom it was not."""
        return self.reachable().filter(_is_said=False)

    def has_begun(self) -> bool:
        """Whether it was said to the first of them, and therefore probably to the others."""
        return any(self.reachable().values_list("_is_said", flat=True)[:1])


@dataclass
class Reminded:
    """What one run planned and sent, and what it left out and why.

    `already` and `no_contact` are there once somebody asked to `count` them: a worker does not.
    """

    planned: int = 0
    delivered: int = 0
    failed: int = 0
    already: int = 0
    no_contact: int = 0
    stale: int = 0
    _rounds: list[Round] = field(default_factory=list, repr=False)

    def add(self, one: Round, planned: int) -> None:
        """A round with the number of its new notices."""
        self._rounds.append(one)
        self.planned += planned

    def count(self) -> Self:
        """How many had been told before, and how many no mail reaches."""
        counts = [one.counts() for one in self._rounds]
        self.no_contact = sum(unreached for _everybody, unreached in counts)
        self.already = sum(everybody for everybody, _unreached in counts) - self.no_contact - self.planned
        return self


def remind(*, as_of: datetime, dry_run: bool = False) -> Reminded:
    """Plan every reminder owed at `as_of` and send it; a `dry_run` only counts what it would plan."""
    # Counted before the sending finds more addresses that are dead.
    result = plan_reminders(as_of=as_of, dry_run=dry_run).count()
    if not dry_run:
        delivered = deliver_owed(as_of)
        result.delivered, result.failed, result.stale = delivered.sent, delivered.failed, delivered.skipped
    return result


def plan_reminders(*, as_of: datetime, dry_run: bool = False) -> Reminded:
    """Write a planned notice for everybody who is owed one at `as_of`; a second run plans none."""
    result = Reminded()
    for cycle in ReportCycle.objects.running(as_of).select_related("province"):
        with transaction.atomic():
            for one in Schedule(cycle).rounds(as_of):
                _plan(one, result, dry_run)
    return result


@dataclass(frozen=True)
class Schedule:
    """The rules of one cycle's province, and the working days they may have to wait for."""

    cycle: ReportCycle

    @cached_property
    def rules(self) -> Sequence[ReminderRule]:
        """Those in force."""
        return list(ReminderRule.objects.in_force(self.cycle.province_id))

    @cached_property
    def is_working(self) -> IsWorking:
        """The working calendar; asked for only where a rule goes by it."""
        return Holiday.objects.working_days()

    def moment(self, rule: ReminderRule, deadline: Deadline) -> datetime:
        """When a rule speaks about a deadline."""
        plain = deadline.moment(rule.offset, rule.at)
        return rule.moment(deadline, self.is_working) if rule.working_days_only else plain

    def newest(
        self, audiences: Sequence[Audience], deadline: Deadline, as_of: datetime
    ) -> tuple[ReminderRule, datetime] | None:
        """The newest rule for these audiences whose moment has passed, and that moment."""
        moments = [(self.moment(rule, deadline), rule) for rule in self.rules if rule.audience in audiences]
        passed = [(moment, rule.offset, rule) for moment, rule in moments if moment <= as_of]
        moment, _offset, rule = max(passed, key=lambda one: one[:2], default=(as_of, 0, None))
        return (rule, moment) if rule else None

    def rounds(self, as_of: datetime) -> Iterator[Round]:
        """Who is owed which step at `as_of`, whether it was said or not."""
        yield from self._about_reports(as_of)
        for audience, receivers in ((Audience.SUPERIOR, _superiors), (Audience.STAFF, _staff)):
            newest = self.newest([audience], self.cycle.deadline, as_of)
            if newest is not None:
                rule, moment = newest
                yield receivers(self.cycle, Step(audience, rule.offset), moment, as_of)

    def _about_reports(self, as_of: datetime) -> Iterator[Round]:
        """Rounds for each effective cut-off: extended reports are reminded of their own.

        What waits for the head of its agency is sent as far as the officer goes: at the officer's steps,
        too, it is then the head who hears.
        """
        owed = self.cycle.reports.open(as_of)
        waiting = waits_for_head(as_of)
        for (cutoff, is_extended, waits), has_heirs in _groups(owed, waiting).items():
            reports = owed.filter(cutoff=cutoff, extended_at__isnull=not is_extended)
            reports = reports.filter(waiting if waits else ~waiting)
            for audience, speaking in _WAITING if waits else _USUAL:
                newest = self.newest(speaking, Deadline.ending_at(cutoff), as_of)
                if newest is None:
                    continue
                rule, moment = newest
                # An extension is a deadline of its own: what had passed when it was given is not made up for,
                # and its steps are told apart from those already said.
                told = reports.filter(extended_at__lt=moment) if is_extended else reports
                own = Deadline.ending_at(cutoff).last_day if is_extended else None
                step = Step(audience, rule.offset, own)
                if audience == Audience.OFFICER:
                    yield _officers(self.cycle, told, step, moment, as_of)
                    continue
                yield _heads(self.cycle, told.filter(passed_to__isnull=True), step, moment, as_of)
                if has_heirs:
                    yield _heads(self.cycle, told, step, moment, as_of, of="passed_to")


# Who hears, and whose rules say when.
_USUAL = ((Audience.OFFICER, [Audience.OFFICER]), (Audience.HEAD, [Audience.HEAD]))
_WAITING = ((Audience.HEAD, [Audience.OFFICER, Audience.HEAD]),)


def _groups(owed: ReportQuerySet, waiting: Q) -> dict[tuple[datetime, bool, bool], bool]:
    """The effective cut-offs of open reports, extended or not, waiting for a head or not; one statement.

    The value says whether heirs of agencies that ended are among them.
    """
    extended = ExpressionWrapper(Q(extended_at__isnull=False), BooleanField())
    waits = ExpressionWrapper(waiting, BooleanField())
    passed = ExpressionWrapper(Q(passed_to__isnull=False), BooleanField())
    rows = owed.order_by().annotate(is_extended=extended, waits=waits, is_passed=passed)
    # Sorted, so that of two lines of one group the one with heirs comes last and counts.
    found = sorted(rows.values_list("cutoff", "is_extended", "waits", "is_passed").distinct())
    return {(cutoff, is_extended, waits): is_passed for cutoff, is_extended, waits, is_passed in found}


def _officers(
    cycle: ReportCycle, reports: ReportQuerySet, step: Step, moment: datetime, as_of: datetime
) -> Round:
    columns = _columns(cycle, mails.REMINDER, step, as_of, about=_report_key(), name=F("agency_name"))
    # Of an agency that ended its heir hears, looked up where there is one, or all agencies are joined twice;
    # nobody where it is not decided yet who that is.
    heirs = Agency.objects.filter(pk=OuterRef("passed_to_id")).values("contact_email")
    heir = When(passed_to__isnull=False, then=Subquery(heirs))
    gone = When(agency__valid_to__lt=day_of(as_of), then=Value(""))
    rows = reports.annotate(_to=Case(heir, gone, default=F("agency__contact_email")))
    return Round(step, moment, rows, columns)


def _heads(
    cycle: ReportCycle,
    reports: ReportQuerySet,
    step: Step,
    moment: datetime,
    as_of: datetime,
    *,
    of: str = "agency",
) -> Round:
    """One row for each report and each head `of` its agency or heir; an agency without a head has none."""
    heads = Post.objects.heads().on(day_of(as_of)).filter(user__is_active=True)
    rows = reports.filter(**{f"{of}__posts__in": heads.order_by()}).annotate(
        _to=F(f"{of}__posts__user__email")
    )
    name = F(f"{of}__posts__user__full_name")
    return Round(step, moment, rows, _columns(cycle, mails.HEAD, step, as_of, about=_report_key(), name=name))


def _superiors(cycle: ReportCycle, step: Step, moment: datetime, as_of: datetime) -> Round:
    """Superiors of agencies that are late or missing: one mail each, listing them."""
    behind = cycle.reports.overdue(as_of).filter(superior_id=OuterRef("pk"))
    heir = When(heir__isnull=False, then=F("heir__contact_email"))
    # Split among several: nobody reads its mailbox any more, and the letters wait for a decision.
    gone = When(valid_to__lt=day_of(as_of), then=Value(""))
    superiors = Agency.objects.filter(Exists(behind))
    superiors = superiors.annotate(_to=Case(heir, gone, default=F("contact_email")))
    about = Concat(Value(f"cycle:{cycle.pk}:superior:"), Cast("pk", CharField()))
    columns = _columns(cycle, mails.SUPERIOR, step, as_of, about=about, name=F("name"))
    return Round(step, moment, superiors, columns)


def _staff(cycle: ReportCycle, step: Step, moment: datetime, as_of: datetime) -> Round:
    readers = staff_readers(cycle, as_of).annotate(_to=F("email"))
    about = Value(f"cycle:{cycle.pk}")
    columns = _columns(cycle, mails.DIGEST, step, as_of, about=about, name=F("full_name"))
    return Round(step, moment, readers, columns)


def staff_readers(cycle: ReportCycle, as_of: datetime) -> "QuerySet[User]":
    """People of the department in this province who hold a post, have an address and want the digest."""
    staff = User.objects.get_queryset().in_use().filter(role=Role.STAFF, wants_digest=True).exclude(email="")
    # A province's past is kept by whoever followed it.
    followed = Agency.objects.filter(pk=cycle.province_id).values("heir_id")
    here = Q(agency__province_id=cycle.province_id) | Q(agency__province_id__in=followed)
    posts = Post.objects.on(day_of(as_of)).filter(here)
    return staff.filter(Exists(posts.filter(user_id=OuterRef("pk"))))


def _plan(one: Round, result: Reminded, dry_run: bool) -> None:
    if dry_run:
        planned = one.unsaid().count()
    else:
        # The key refuses whatever was said already: to look first pays only where there is much to find. At
        # the first round of a step it would be a sixth of the whole cost (measured).
        new = one.unsaid() if one.has_begun() else one.reachable()
        planned = insert_select(Notice, new, one.columns)
    result.add(one, planned)


def _report_key() -> Concat:
    return Concat(Value("report:"), Cast("pk", CharField()))


def _columns(
    cycle: ReportCycle, voice: str, step: Step, as_of: datetime, *, about: Any, name: Any
) -> dict[str, Any]:
    return mails.notice_columns(
        voice=voice,
        about=about,
        about_label=Value(str(cycle)),
        step=str(step),
        recipient=F("_to"),
        recipient_label=name,
        province=cycle.province_id,
        planned_for=as_of,
    )

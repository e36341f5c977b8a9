"""Planning reminders: catch up with every rule whose moment has passed, and never spam.

Not "is today exactly day −7" but "which is the newest rule whose moment has passed, and was it said": a day
of downtime loses nothing, and of several missed steps an agency hears only the newest, with the true number
of days left (they are counted when the mail is written).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from agencies.models import Agency, Role, User
from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Notice
from isotrack.kit.bulk import insert_select
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from reports import mails
from reports.models import ReminderRule, ReportCycle
from reports.models.reminder import Audience


@dataclass
class Reminded:
    """What one run planned and sent, and what it left out and why."""

    planned: int = 0
    delivered: int = 0
    failed: int = 0
    already: int = 0
    no_contact: int = 0
    stale: int = 0


@dataclass(frozen=True)
class Round:
    """One step for one set of receivers: rows with an address, to each of whom one notice is owed."""

    step: str
    receivers: "QuerySet[Any]"
    columns: dict[str, Any] = field(repr=False)
    no_contact: int = 0


def remind(*, as_of: datetime, dry_run: bool = False) -> Reminded:
    """Plan every reminder owed at `as_of` and send it; a `dry_run` only counts what it would plan."""
    result = plan_reminders(as_of=as_of, dry_run=dry_run)
    if not dry_run:
        delivered = deliver_owed(as_of)
        result.delivered, result.failed, result.stale = delivered.sent, delivered.failed, delivered.skipped
    return result


def plan_reminders(*, as_of: datetime, dry_run: bool = False) -> Reminded:
    """Write a planned notice for everybody who is owed one at `as_of`; a second run plans none."""
    result = Reminded()
    for cycle in ReportCycle.objects.running(as_of).select_related("province"):
        with transaction.atomic():
            for one in _rounds(cycle, as_of):
                _plan(one, result, dry_run)
    return result


def _rounds(cycle: ReportCycle, as_of: datetime) -> list[Round]:
    rules = list(ReminderRule.objects.filter(province_id=cycle.province_id, is_active=True))
    rounds = _officer_rounds(cycle, rules, as_of)
    for audience, make in ((Audience.SUPERIOR, _superior_round), (Audience.STAFF, _staff_round)):
        rule = _newest(rules, audience, cycle.deadline, as_of)
        if rule is not None:
            rounds.append(make(cycle, rule, as_of))
    return rounds


def _officer_rounds(cycle: ReportCycle, rules: Sequence[ReminderRule], as_of: datetime) -> list[Round]:
    """One round per effective cut-off: extended reports are reminded of their own."""
    owed = cycle.reports.open(as_of)
    rounds = []
    for cutoff, extended_at in owed.order_by().values_list("cutoff", "extended_at").distinct():
        rule = _newest(rules, Audience.OFFICER, Deadline.ending_at(cutoff), as_of, after=extended_at)
        if rule is None:
            continue
        # An extension is a deadline of its own: its steps are told apart from those already said.
        step = f"{rule.step}@{Deadline.ending_at(cutoff).last_day}" if extended_at else rule.step
        reports = owed.filter(cutoff=cutoff, extended_at=extended_at)
        if extended_at is None:
            reports = owed.filter(cutoff=cutoff, extended_at__isnull=True)
        columns = mails.notice_columns(
            voice=mails.REMINDER,
            about=Concat(Value("report:"), Cast("pk", CharField())),
            about_label=_label(cycle),
            step=step,
            recipient=F("agency__contact_email"),
            recipient_label=F("agency_name"),
            province=cycle.province_id,
            planned_for=as_of,
        )
        silent = reports.filter(agency__contact_email="").count()
        rounds.append(Round(step, reports.exclude(agency__contact_email=""), columns, silent))
    return rounds


def _superior_round(cycle: ReportCycle, rule: ReminderRule, as_of: datetime) -> Round:
    """Superiors of agencies that are late or missing: one mail each, listing them."""
    behind = cycle.reports.overdue(as_of).filter(superior_id=OuterRef("pk"))
    superiors = Agency.objects.filter(Exists(behind))
    columns = mails.notice_columns(
        voice=mails.SUPERIOR,
        about=Concat(Value(f"cycle:{cycle.pk}:superior:"), Cast("pk", CharField())),
        about_label=_label(cycle),
        step=rule.step,
        recipient=F("contact_email"),
        recipient_label=F("name"),
        province=cycle.province_id,
        planned_for=as_of,
    )
    silent = superiors.filter(contact_email="").count()
    return Round(rule.step, superiors.exclude(contact_email=""), columns, silent)


def _staff_round(cycle: ReportCycle, rule: ReminderRule, as_of: datetime) -> Round:
    columns = mails.notice_columns(
        voice=mails.DIGEST,
        about=Value(f"cycle:{cycle.pk}"),
        about_label=_label(cycle),
        step=rule.step,
        recipient=F("email"),
        recipient_label=F("full_name"),
        province=cycle.province_id,
        planned_for=as_of,
    )
    return Round(rule.step, staff_readers(cycle, as_of), columns)


def staff_readers(cycle: ReportCycle, as_of: datetime) -> "QuerySet[User]":
    """People of the department in this province who hold a post and have an address."""
    staff = User.objects.get_queryset().filter(role=Role.STAFF, is_active=True).exclude(email="")
    return (
        staff.holding_post_on(day_of(as_of)).filter(posts__agency__province_id=cycle.province_id).distinct()
    )


def _newest(
    rules: Sequence[ReminderRule],
    audience: Audience,
    deadline: Deadline,
    as_of: datetime,
    after: datetime | None = None,
) -> ReminderRule | None:
    """The newest rule for this audience whose moment has passed (and came after an extension, if any)."""
    passed = [
        (moment, rule)
        for rule in rules
        if rule.audience == audience
        and (moment := deadline.moment(rule.offset, rule.at)) <= as_of
        and (after is None or moment > after)
    ]
    return max(passed, key=lambda pair: pair[0])[1] if passed else None


def _plan(one: Round, result: Reminded, dry_run: bool) -> None:
    said = Notice.objects.filter(about=OuterRef("_about"), step=one.step, recipient=OuterRef("_recipient"))
    receivers = one.receivers.annotate(_about=one.columns["about"], _recipient=one.columns["recipient"])
    new = receivers.filter(~Exists(said))
    everybody = receivers.count()
    planned = new.count() if dry_run else insert_select(Notice, new, one.columns)
    result.planned += planned
    result.already += everybody - planned
    result.no_contact += one.no_contact


def _label(cycle: ReportCycle) -> Value:
    return Value(str(cycle))

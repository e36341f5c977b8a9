"""A province's reminder rules as its people see them: on a line of time around one cycle's deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Value

from agencies.models import Agency
from isotrack.journal.models import Notice
from isotrack.journal.voices import Words
from reports import mails
from reports.actions.reminder import Schedule
from reports.models import AnnualReport, ReminderRule, ReportCycle
from reports.models.reminder import Audience
from reports.models.report import ReportQuerySet


@dataclass(frozen=True)
class RuleLine:
    """One rule, when it speaks in this cycle, and what became of its notices."""

    rule: ReminderRule
    moment: datetime | None
    has_passed: bool
    sent: int
    failed: int


@dataclass(frozen=True)
class AudienceLines:
    """The rules for one audience, before and after the cut-off."""

    audience: Audience
    before: Sequence[RuleLine]
    after: Sequence[RuleLine]


def cycle_of(province: Agency, as_of: datetime) -> ReportCycle | None:
    """The cycle rules are shown on: the one that runs, else the newest."""
    cycles = ReportCycle.objects.filter(province=province).select_related("province")
    return cycles.running(as_of).first() or cycles.first()


def reports_to_try(cycle: ReportCycle | None) -> ReportQuerySet:
    """The reports of a cycle in protocol order, with what a mail says of them."""
    reports = AnnualReport.objects.none() if cycle is None else cycle.reports.all()
    wanted = reports.select_related(
        "cycle__province", "agency", "passed_to", "superior", "extension_document", "pending_by"
    )
    return wanted.order_by("agency__sort_order", "agency__name_sort", "pk")


def timeline(
    rules: Sequence[ReminderRule], cycle: ReportCycle | None, as_of: datetime
) -> list[AudienceLines]:
    """Every audience with its rules in the order in which they speak; three statements."""
    counts = _counts(cycle)
    schedule = Schedule(cycle) if cycle else None
    lines = [_line(rule, schedule, counts, as_of) for rule in sorted(rules, key=lambda rule: rule.offset)]
    return [
        AudienceLines(
            audience,
            [line for line in lines if line.rule.audience == audience and line.rule.offset <= 0],
            [line for line in lines if line.rule.audience == audience and line.rule.offset > 0],
        )
        for audience in Audience
    ]


def _line(
    rule: ReminderRule, schedule: Schedule | None, counts: dict[tuple[str, str], int], as_of: datetime
) -> RuleLine:
    moment = schedule.moment(rule, schedule.cycle.deadline) if schedule else None
    return RuleLine(
        rule,
        moment,
        moment is not None and moment <= as_of,
        counts.get((rule.step, Notice.State.SENT), 0),
        counts.get((rule.step, Notice.State.FAILED), 0),
    )


def _counts(cycle: ReportCycle | None) -> dict[tuple[str, str], int]:
    """(step, result) → how many notices since the cycle opened."""
    if cycle is None:
        return {}
    ours = Notice.objects.of_province(str(cycle.province_id)).order_by()
    ours = ours.filter(planned_for__gte=cycle.opens_at)
    counted = ours.values_list("step", "state").annotate(number=Count(Value(1)))
    return {(step, state): number for step, state, number in counted}


@dataclass(frozen=True)
class Trial:
    """A rule's mail about one real report, as it would read now."""

    report: AnnualReport
    words: Words
    moment: datetime
    has_passed: bool
    why_not: str


def try_on(rule: ReminderRule, report: AnnualReport, as_of: datetime, language: str) -> Trial:
    """What a rule, saved or not, would say about a report; and why it would not be sent now, if so."""
    moment = Schedule(report.cycle).moment(rule, report.deadline)
    words, why_not = _say(rule, report, as_of, language)
    return Trial(report, words, moment, moment <= as_of, why_not)


def _say(rule: ReminderRule, report: AnnualReport, as_of: datetime, language: str) -> tuple[Words, str]:
    written = rule.words(language)
    written_or_usual = written if any(written[:2]) else None
    notice = Notice(step=rule.step, planned_for=as_of)
    if rule.audience == Audience.STAFF:
        return mails.digest_mail(report.cycle, as_of, written_or_usual), ""
    if rule.audience == Audience.SUPERIOR:
        superior = report.superior or report.agency
        behind = mails.behind_in(report.cycle, as_of, superior_id=superior.pk)
        words = mails.superior_mail(report.cycle, superior, behind, as_of, written_or_usual)
        return words, mails.why_not_superior(report.cycle, behind)
    is_head = rule.audience == Audience.HEAD
    why_not = mails.why_not(notice, report, is_head=is_head, as_of=as_of)
    if is_head:
        return mails.head_mail(report, _head_of(report, as_of), as_of, written_or_usual), why_not
    return mails.officer_mail(report, as_of, written_or_usual), why_not


def _head_of(report: AnnualReport, as_of: datetime) -> str:
    post = report.answering.posts.heads().select_related("user").order_by("-starts_on").first()
    return post.user.get_full_name() if post else ""

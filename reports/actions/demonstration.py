"""The An Giang demonstration: built from the data files, then played forward by its clock.

Everything goes through the actions that people use; only the persons and figures are invented.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from agencies.actions.absence import rules_of
from agencies.actions.agency import change
from agencies.actions.person import open_account
from agencies.actions.registry import DATA, load_registry
from agencies.models import Agency, Holiday, Post, Role, User
from agencies.models.agency import Group
from isotrack.journal.deliver import deliver_owed
from isotrack.kit import clock
from isotrack.kit.deadlines import days_between
from isotrack.kit.papers import pdf
from plans.actions.demonstration import seed_plans
from plans.actions.demonstration_training import seed_declarations, seed_training
from reports.actions import season
from reports.actions.corrective import remind_agencies
from reports.actions.cycle import close_cycle, open_cycle
from reports.actions.demonstration_inspections import seed_inspections
from reports.actions.demonstration_letters import write_due_letters, write_letters
from reports.actions.directive import remind_superiors
from reports.actions.overdue import flag_overdue
from reports.actions.people import keep_people
from reports.actions.reference import load_reference
from reports.actions.reminder import plan_reminders
from reports.actions.report import NotReady, attach, save_answers, submit
from reports.actions.review import accept, return_for_correction
from reports.actions.snapshot import freeze
from reports.actions.succession import carry_out_due
from reports.models import AnnualReport, ReportCycle, Snapshot

STARTS_AT = datetime(2021, 6, 16, 8, 0, tzinfo=clock.ZONE)
LETTER_ON = date(2020, 10, 28)
# Nobody can be reminded there: no mailbox is known, and nobody holds the post.
WITHOUT_CONTACT = ("AG-CCTL", "30550")
WITHOUT_POST = ("30550",)
REVIEWED_AFTER = timedelta(days=6)
DECIDES_AT = 17  # o'clock


@dataclass(frozen=True)
class Account:
    """One account of the demonstration, as it is shown to visitors."""

    username: str
    role: Role
    agency_code: str
    full_name: str
    title: str


@dataclass
class Seeded:
    """What a run of seed_demo found and made."""

    agencies: int
    people: int
    cycles: list[int]
    created: int = 0
    visitors: list[Account] = field(default_factory=list)


VISITORS = (
    Account("sokhcn", Role.STAFF, "AG-SKHCN", "Trần Thị B", "Chuyên viên"),
    Account("sotaichinh", Role.FINANCE, "AG-STC", "Lê Văn C", "Chuyên viên"),
    Account("lanhdao", Role.LEADER, "89", "Phạm Thị D", "Phó Chủ tịch"),
    Account("quantri", Role.ADMINISTRATOR, "AG-SKHCN", "Võ Văn E", "Quản trị hệ thống"),
    Account("30340", Role.OFFICER, "30340", "Nguyễn Văn A", "Thư ký ISO"),
    Account("886", Role.OFFICER, "886", "Huỳnh Thị G", "Thư ký ISO"),
    Account("ag-snv", Role.OFFICER, "AG-SNV", "Đặng Văn H", "Thư ký ISO"),
)


@transaction.atomic
def seed() -> Seeded:
    """Build the demonstration, or what is missing of it; a second run creates nothing.

    Reports are there up to the present of this installation's clock, reminders up to the demonstration's
    first morning.
    """
    began = datetime(2020, 1, 2, 8, tzinfo=clock.ZONE)
    created = load_registry(DATA / "agencies_2020.csv", at=began)
    province = Agency.objects.provinces().get(code="89")
    if created:
        _oblige_everybody(province, at=datetime.combine(LETTER_ON, time(8), clock.ZONE))
        _give_contacts(province)
    created += load_reference(at=began, province=province)
    created += _open_accounts(province, at=began)
    _lock_nobody(province)
    created += seed_plans(province, began)
    created += seed_declarations(province, began)
    created += seed_training(province)
    created += _play_2019(province, at=began)
    created += _play_2020(province)
    created += seed_inspections(province, scan=_signed_report())
    years = ReportCycle.objects.filter(province=province).values_list("year", flat=True)
    agencies = Agency.objects.filter(province=province).count()
    return Seeded(agencies, User.objects.count(), sorted(years, reverse=True), created, list(VISITORS))


def play(*, since: datetime, until: datetime) -> None:
    """Let everything happen that falls between two instants, in order: reports, mails, flags, decisions.

    Where the clock of an installation with other data is moved, only the jobs run.
    """
    moments = set(_job_moments(since, until))
    cycle = ReportCycle.objects.filter(year=2020, province__code="89").first()
    season_left = [one for one in _season_2020(cycle) if since < one.at <= until] if cycle else []
    for at in sorted(moments.union(one.at for one in season_left)):
        if cycle:
            _receive(cycle, (one for one in season_left if one.at == at))
        if at in moments:
            run_jobs(at)
        if at in moments and cycle and _is_office_hour(at):
            _review(cycle, at)
            _write_letters(cycle, at)
            deliver_owed(at)


def run_jobs(at: datetime) -> None:
    """What the scheduler would have done at that instant."""
    carry_out_due(as_of=at)
    plan_reminders(as_of=at)
    remind_superiors(as_of=at)
    remind_agencies(as_of=at)
    flag_overdue(as_of=at)
    keep_people(as_of=at)
    deliver_owed(at)


def _job_moments(since: datetime, until: datetime) -> Iterator[datetime]:
    """After midnight, when deadlines have passed; in the morning, when mails leave; and at the day's end."""
    for day in days_between(clock.day_of(since), clock.day_of(until)):
        for at in (time(0, 5), time(7, 5), time(17, 5)):
            moment = datetime.combine(day, at, clock.ZONE)
            if since < moment <= until:
                yield moment


def _oblige_everybody(province: Agency, *, at: datetime) -> None:
    """Letter 1141 makes every agency report, the five whose system is still being built among them."""
    silent = Agency.objects.filter(province=province, reports_annually=False).exclude(group=Group.NONE)
    for agency in silent:
        change(agency, by=None, at=at, on=LETTER_ON, reason="1141/UBND-TH", reports_annually=True)


def _give_contacts(province: Agency) -> None:
    for agency in Agency.objects.filter(province=province).exclude(code__in=WITHOUT_CONTACT):
        agency.contact_email = f"{agency.code.lower()}@angiang.example"
        agency.save(update_fields=["contact_email"])


def _open_accounts(province: Agency, *, at: datetime) -> int:
    """One officer for every reporting agency, and one account for each of the other roles."""
    agencies = {agency.code: agency for agency in Agency.objects.filter(province=province)}
    known = set(User.objects.values_list("username", flat=True))
    password_hash = make_password(settings.DEMO_PASSWORD)  # one hash for all: hashing 200 takes a minute
    missing = [account for account in _accounts(agencies.values()) if account.username not in known]
    for account in missing:
        open_account(
            by=None,
            at=at,
            username=account.username,
            full_name=account.full_name,
            email=f"{account.username}@angiang.example",
            role=account.role,
            agency=agencies[account.agency_code],
            title=account.title,
            starts_on=clock.day_of(at),
            password_hash=password_hash,
        )
    return len(missing)


def _lock_nobody(province: Agency) -> None:
    """A visitor who moves the clock a year on still signs in; the rules are there to be switched on."""
    for rule in rules_of(province):
        if rule._state.adding:
            rule.is_on = False
            rule.save()


def _accounts(agencies: Iterable[Agency]) -> Iterator[Account]:
    yield from VISITORS
    taken = {account.username for account in VISITORS}
    for agency in agencies:
        username = agency.code.lower()
        if agency.reports_annually and username not in taken and agency.code not in WITHOUT_POST:
            name = season.name_of_person(agency.code)
            yield Account(username, Role.OFFICER, agency.code, name, "Thư ký ISO")


def _play_2019(province: Agency, *, at: datetime) -> int:
    """A finished year: opened on the registry's first day, received, accepted, closed."""
    cycle, created = open_cycle(2019, province=province, by=None, at=at, expected_on=date(2020, 1, 1))
    if not created:
        return 0
    agencies = [report.agency for report in cycle.reports.select_related("agency").order_by("agency__code")]
    arrivals = sorted(season.other_arrivals(agencies, 2019, cycle.deadline.last_day), key=lambda one: one.at)
    created += _receive(cycle, arrivals)
    closing = cycle.cutoff + timedelta(days=60)
    flag_overdue(as_of=closing)
    reviewer = User.objects.get(username="sokhcn")
    for report in cycle.reports.awaiting_review():
        accept(report, by=reviewer, at=closing)
    # After letter 1141, which obliges superiors to write.
    closed_at = datetime.combine(LETTER_ON + timedelta(days=15), time(9), clock.ZONE)
    close_cycle(cycle, by=reviewer, at=closed_at)
    write_letters(cycle, at=closed_at, reviewer=reviewer, scan=_signed_report())
    freeze(cycle, Snapshot.Kind.COMMITTEE, by=reviewer, at=closing, as_of=closing)
    return created


def _play_2020(province: Agency) -> int:
    opened_at = datetime(2021, 1, 4, 8, tzinfo=clock.ZONE)
    cycle, created = open_cycle(2020, province=province, by=None, at=opened_at)
    now = clock.now()
    is_new = bool(created)
    created += _receive(cycle, (one for one in _season_2020(cycle) if one.at <= now))
    if is_new:
        for moment in (cycle.deadline.moment(-30, time(7, 5)), cycle.deadline.moment(-14, time(7, 5))):
            run_jobs(moment)
        _review(cycle, min(now, STARTS_AT))
    return created


def _review(cycle: ReportCycle, at: datetime) -> None:
    """The department decides within a week; a few reports go back, the visitors' wait for a visitor."""
    waiting = cycle.reports.awaiting_review().filter(submitted_at__lte=at - REVIEWED_AFTER)
    reviewer = User.objects.get(username="sokhcn")
    for report in waiting.exclude(agency__code__in=season.VISITORS).select_related("agency", "cycle"):
        if report.returned_at is None and season.is_returned(report.agency.code):
            comment = (
                "Đề nghị bổ sung biên bản họp xem xét của lãnh đạo và thời hạn hoàn thành các TTHC còn thiếu."
            )
            correct_by = clock.day_of(at) + timedelta(days=10)
            return_for_correction(report, by=reviewer, at=at, comment=comment, correct_by=correct_by)
        else:
            accept(report, by=reviewer, at=at)


def _write_letters(cycle: ReportCycle, at: datetime) -> None:
    """Superiors write, once somebody has opened their duties."""
    reviewer = User.objects.get(username="sokhcn")
    write_due_letters(cycle, at=at, reviewer=reviewer, scan=_signed_report())


def _is_office_hour(at: datetime) -> bool:
    """Whether people decide and sign at that moment: towards the end of a working day."""
    is_working = Holiday.objects.working_days()
    return at.astimezone(clock.ZONE).hour == DECIDES_AT and is_working(clock.day_of(at))


def _season_2020(cycle: ReportCycle) -> list[season.Arrival]:
    agencies = [report.agency for report in cycle.reports.select_related("agency").order_by("agency__code")]
    others = season.other_arrivals(agencies, 2020, cycle.deadline.last_day)
    return sorted([*season.sample_arrivals(), *others], key=lambda one: one.at)


def _receive(cycle: ReportCycle, arrivals: Iterable[season.Arrival]) -> int:
    """File each arrival that nobody has begun yet, as its officer would: fill in, attach, send."""
    coming = list(arrivals)
    codes = {arrival.code for arrival in coming}
    fresh = cycle.reports.filter(state=AnnualReport.State.NOT_STARTED, agency__code__in=codes)
    reports = {report.agency.code: report for report in fresh.select_related("agency", "cycle")}
    holders = {user.agency.code: user for user in _officers(reports) if user.agency}
    received = 0
    for arrival in coming:
        report = reports.get(arrival.code)
        if report is not None:
            _file(report, arrival, by=holders.get(arrival.code))
            received += 1
    return received


def _officers(codes: Iterable[str]) -> Iterator[User]:
    at_these = Post.objects.filter(agency__code__in=codes).values("user")
    for user in User.objects.filter(role=Role.OFFICER, pk__in=at_these).prefetch_related("posts__agency"):
        held = next(iter(user.posts.all()), None)
        if held is not None:
            user.post = held
            yield user


def _file(report: AnnualReport, arrival: season.Arrival, *, by: User | None) -> None:
    answers = dict(arrival.answers)
    name = answers.pop("signed_report_file", None)
    save_answers(report, by=by, at=arrival.at, answers=answers, seen={}, notes=arrival.notes)
    if name is not None:
        content = _signed_report()
        attach(
            report,
            by=by,
            at=arrival.at,
            question="signed_report_file",
            content=io.BytesIO(content),
            name=name,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
    try:
        submit(report, by=by, at=arrival.at)
    except NotReady:
        return  # a sample that breaks rules on purpose stays a draft


@cache
def _signed_report() -> bytes:
    """One page that stands for the signed scan, printed once for all."""
    return pdf("print/demonstration_scan.html", {})

"""A person's own dates: what is still to be done, by which day, with the page where it is done.

Each date comes from the row that sets it, so an extension moves it. When it was last set is read from the
journal; a calendar program that subscribed to the dates goes by that. A constant number of statements.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Agency, Role, User
from isotrack.journal.models import Entry
from isotrack.kit.calendars import CalendarDay
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline, start_of
from plans.duties import Duty, DutyState, duties_of
from plans.models import EntryStep, PlanEntry, TrainingClass
from reports.models import AnnualReport, CorrectiveAction, DirectiveDuty, ReportCycle

AHEAD = timedelta(days=90)
CLASSES_SINCE = timedelta(days=31)  # a class that was stays in the feed for a month
HOST = "isotrack"  # the right half of every identity; no address of an installation, so that it may move
# Verbs of the journal that set a date or move it.
MOVING = (
    "cycle-opened",
    "cycle-switched",
    "report-extended",
    "report-returned",
    "report-reopened",
    "duty-reopened",
    "action-refused",
    "plan-started",
    "plan-approved",
    "plan-entries-added",
    "plan-steps-planned",
    "declaration-made",
    "upkeep-recorded",
    "training-planned",
    "training-changed",
)
Thing = tuple[str, str]  # kind and key, as the journal names a thing


@dataclass(frozen=True)
class _Found:
    """A date before it is known when it was last set: the journal's things that set it."""

    day: CalendarDay
    things: tuple[Thing, ...]


@dataclass(frozen=True)
class Row:
    """One date on the person's own page; `left` is how far it is, "" where nothing runs out."""

    day: CalendarDay
    left: str


def dates_of(user: User, as_of: datetime) -> list[CalendarDay]:
    """Everything this person has to do or may go to, in the order of the days, what is overdue first."""
    found = [one for source in _SOURCES[Role(user.role)] for one in source(user, as_of)]
    moved = _last_moved({thing for one in found for thing in one.things})
    days = [replace(one.day, changed_at=_newest(one, moved)) for one in found]
    return sorted(days, key=lambda day: (day.day, day.title))


def rows(days: Iterable[CalendarDay], today: date) -> list[Row]:
    """What a page shows: all that is overdue, and the next ninety days."""
    return [Row(day, _left(day, today)) for day in days if _is_shown(day, today)]


def _is_shown(day: CalendarDay, today: date) -> bool:
    is_over = day.last_day is not None and day.last_day < today
    return not is_over and day.day <= today + AHEAD


def _left(day: CalendarDay, today: date) -> str:
    if day.last_day is None:
        return Deadline(day.day).left_in_words(today)
    return _("Đang diễn ra") if day.day <= today else ""


def _last_moved(things: set[Thing]) -> dict[Thing, datetime]:
    """When each thing's dates were last set, in one statement."""
    kinds, keys = {kind for kind, _key in things}, {key for _kind, key in things}
    entries = Entry.objects.filter(verb__in=MOVING, about_kind__in=kinds, about_key__in=keys).order_by()
    found = entries.values_list("about_kind", "about_key").annotate(at=Max("at"))
    return {(kind, key): at for kind, key, at in found}


def _newest(found: _Found, moved: dict[Thing, datetime]) -> datetime:
    return max([found.day.changed_at, *(moved[thing] for thing in found.things if thing in moved)])


def _uid(name: object) -> str:
    return f"{name}@{HOST}"


# An officer


def _own_reports(user: User, as_of: datetime) -> Iterator[_Found]:
    """Reports of the person's own agency that are still owed."""
    running = ReportCycle.objects.running(as_of)
    owed = AnnualReport.objects.editable_by(user).open(as_of).filter(cycle__in=running)
    for report in owed.select_related("cycle"):
        day = CalendarDay(
            uid=_uid(f"report-{report.pk}"),
            day=report.deadline.last_day,
            title=_("Hạn gửi báo cáo ISO năm %(year)s") % {"year": report.cycle.year},
            text=_("Gửi %(cutoff)s.") % {"cutoff": report.in_words},
            url=reverse("reports:report-detail", args=[report.pk]),
            changed_at=report.extended_at or report.cycle.opens_at,
        )
        yield _Found(day, (("report", str(report.pk)), ("cycle", str(report.cycle_id))))


def _own_corrections(user: User, as_of: datetime) -> Iterator[_Found]:
    """Until when the department asks for a mended report."""
    for report in AnnualReport.objects.editable_by(user).to_be_corrected().select_related("cycle"):
        if report.correct_by is None or report.returned_at is None:
            continue
        day = CalendarDay(
            uid=_uid(f"correction-{report.pk}"),
            day=report.correct_by,
            title=_("Hạn gửi lại báo cáo ISO năm %(year)s đã sửa, bổ sung") % {"year": report.cycle.year},
            text=_("Sở Khoa học và Công nghệ đã trả lại báo cáo kèm góp ý."),
            url=reverse("reports:report-detail", args=[report.pk]),
            changed_at=report.returned_at,
        )
        yield _Found(day, (("report", str(report.pk)),))


def _own_steps(user: User, as_of: datetime) -> Iterator[_Found]:
    """Steps of plans under way that the person's agency has not done."""
    entries = PlanEntry.objects.with_progress_by(user)
    steps = EntryStep.objects.open().filter(entry__in=entries)
    for step in steps.select_related("step", "entry__plan"):
        plan = step.entry.plan
        day = CalendarDay(
            uid=_uid(f"step-{step.pk}"),
            day=step.planned_on,
            title=_("Bước %(step)s (%(plan)s)")
            % {"step": f"{step.step.order}. {step.step.name}", "plan": plan.code},
            text=plan.title,
            url=reverse("plans:plan-entry-steps", args=[plan.pk, step.entry_id]),
            changed_at=plan.approved_at or start_of(plan.starts_on),
        )
        yield _Found(day, (("plan", str(plan.pk)), ("plan-entry", str(step.entry_id))))


def _own_upkeep(user: User, as_of: datetime) -> Iterator[_Found]:
    """What the agency's declared system needs by a day (QĐ 19/2014 Đ4 k4)."""
    own = user.agency
    today = day_of(as_of)
    for duty in duties_of([own], today).get(own.pk, []) if own else []:
        if duty.state != DutyState.DONE and duty.due_on is not None:
            yield _upkeep(own, duty, duty.due_on)


def _upkeep(own: Agency | None, duty: Duty, due_on: date) -> _Found:
    assert own is not None  # a duty is somebody's
    day = CalendarDay(
        uid=_uid(f"upkeep-{own.pk}-{duty.key}"),
        day=due_on,
        title=duty.about,
        text=duty.law,
        url=reverse("plans:declaration-list"),
        changed_at=start_of(due_on.replace(month=1, day=1)),
    )
    return _Found(day, (("upkeep", str(duty.upkeep.pk)),) if duty.upkeep else ())


# The department, and whoever reads along


def _cycles(user: User, as_of: datetime) -> Iterator[_Found]:
    """The cut-off of each running cycle, and the day on which it locks."""
    for cycle in ReportCycle.objects.readable_by(user).running(as_of):
        words = {"year": cycle.year}
        both = (
            ("cutoff", cycle.deadline, _("Hạn các cơ quan gửi báo cáo ISO năm %(year)s") % words),
            ("lock", Deadline.ending_at(cycle.locks_at), _("Kỳ báo cáo năm %(year)s khóa") % words),
        )
        for name, deadline, title in both:
            day = CalendarDay(
                uid=_uid(f"cycle-{cycle.pk}-{name}"),
                day=deadline.last_day,
                title=title,
                text=_("Gửi %(cutoff)s.") % {"cutoff": cycle.in_words} if name == "cutoff" else "",
                url=reverse("reports:cycle-board", args=[cycle.year]),
                changed_at=cycle.opens_at,
            )
            yield _Found(day, (("cycle", str(cycle.pk)),))


def _corrections(user: User, as_of: datetime) -> Iterator[_Found]:
    """One date for all reports that are to come back mended on the same day."""
    by_day: dict[tuple[int, date], list[AnnualReport]] = defaultdict(list)
    returned = AnnualReport.objects.reviewable_by(user).to_be_corrected().select_related("cycle")
    for report in returned.order_by("pk"):
        if report.correct_by is not None:
            by_day[report.cycle.year, report.correct_by].append(report)
    for (year, due_on), reports in by_day.items():
        number = len(reports)
        title = ngettext(
            "%(n)d báo cáo năm %(year)s đến hạn sửa, bổ sung",
            "%(n)d báo cáo năm %(year)s đến hạn sửa, bổ sung",
            number,
        )
        day = CalendarDay(
            uid=_uid(f"corrections-{reports[0].cycle_id}-{due_on.isoformat()}"),
            day=due_on,
            title=title % {"n": number, "year": year},
            text="\n".join(report.name_in_lists for report in reports),
            url=reverse("reports:cycle-board", args=[year], query={"state": AnnualReport.State.RETURNED}),
            changed_at=max(report.returned_at or report.cycle.opens_at for report in reports),
        )
        yield _Found(day, ())


def _directives(user: User, as_of: datetime) -> Iterator[_Found]:
    """Letters that a superior has to write: an officer's own agency's, for the department everybody's."""
    for duty in DirectiveDuty.objects.recordable_by(user).open().select_related("cycle", "superior"):
        day = CalendarDay(
            uid=_uid(f"directive-{duty.pk}"),
            day=duty.due_on,
            title=_("Hạn ban hành văn bản nhắc nhở: %(superior)s, báo cáo năm %(year)s")
            % {"superior": duty.superior.in_lists, "year": duty.cycle.year},
            text=_("Nhắc nhở các đơn vị gửi báo cáo trễ hoặc chưa gửi."),
            url=reverse("reports:directive-detail", args=[duty.pk]),
            changed_at=duty.opened_at,
        )
        yield _Found(day, (("duty", str(duty.pk)),))


def _remedies(user: User, as_of: datetime) -> Iterator[_Found]:
    """What has to be remedied: an officer's own agency's, for the department everybody's."""
    for action in CorrectiveAction.objects.answerable_by(user).open().select_related("agency", "item"):
        day = CalendarDay(
            uid=_uid(f"remedy-{action.pk}"),
            day=action.due_on,
            title=_("Hạn báo cáo khắc phục sau kiểm tra: %(agency)s") % {"agency": action.agency.in_lists},
            text=action.text,
            url=reverse("reports:corrective-detail", args=[action.pk]),
            changed_at=action.opened_at,
        )
        yield _Found(day, (("action", str(action.pk)),))


def _classes(user: User, as_of: datetime) -> Iterator[_Found]:
    """Training classes of the province, with whether the person is registered."""
    since = day_of(as_of) - CLASSES_SINCE
    registered = set(user.trainings.values_list("training_id", flat=True))
    for training in TrainingClass.objects.visible_to(user).open_for_registration(since):
        said = [training.place, _("Anh/Chị đã đăng ký.") if training.pk in registered else ""]
        day = CalendarDay(
            uid=_uid(f"training-{training.pk}"),
            day=training.starts_on,
            last_day=training.ends_on,
            title=_("Tập huấn: %(topic)s") % {"topic": training.topic},
            text="\n".join(filter(None, said)),
            url=reverse("plans:training-detail", args=[training.pk]),
            changed_at=start_of(date(training.year, 1, 1)),
        )
        yield _Found(day, (("training", str(training.pk)),))


Source = Callable[[User, datetime], Iterator[_Found]]
_SOURCES: dict[Role, tuple[Source, ...]] = {
    Role.OFFICER: (
        _own_reports,
        _own_corrections,
        _directives,
        _remedies,
        _own_steps,
        _own_upkeep,
        _classes,
    ),
    Role.STAFF: (_cycles, _corrections, _directives, _remedies, _classes),
    Role.FINANCE: (_cycles, _classes),
    Role.LEADER: (_cycles, _classes),
    Role.ADMINISTRATOR: (),
}

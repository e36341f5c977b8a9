"""The plan page in figures: agencies × steps, what is overdue, what comes next, how far each step is.

The number of statements does not depend on the number of agencies: what concerns the whole plan is counted
by the database, and only one page of agencies is loaded with its steps.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from plans.actions.entry import BEFORE_DECLARING
from plans.bars import Bar
from plans.models import BuildStep, EntryStep, PlanEntry, RolloutPlan
from plans.models.plan import DECLARED, EVERY_YEAR, EntryQuerySet

PAGE = 50  # agencies a page
NAMED = 5  # agencies that the sentence about overdue steps names
TOLD = 3  # steps that a phone's card says in words; all twelve unfold
NEXT = 6  # deadlines shown
LONG = 366  # days from which a plan's dates need their year
# The heads of the columns: the full names of the law stand in the agency's own page.
SHORT: dict[str, str | Promise] = {
    "GAP_ASSESSMENT": gettext_lazy("Đánh giá thực trạng"),
    "PLAN_APPROVED": gettext_lazy("Lập, duyệt kế hoạch"),
    "STEERING_COMMITTEE": gettext_lazy("Ban Chỉ đạo ISO"),
    "TRAINING": gettext_lazy("Đào tạo"),
    "DOCUMENTS_ISSUED": gettext_lazy("Ban hành tài liệu"),
    "DISSEMINATED": gettext_lazy("Phổ biến, hướng dẫn"),
    "APPLIED": gettext_lazy("Áp dụng thực tế"),
    "INTERNAL_AUDIT": gettext_lazy("Đánh giá nội bộ"),
    "MANAGEMENT_REVIEW": gettext_lazy("Lãnh đạo xem xét"),
    "EFFECTIVENESS_CONFIRMED": pgettext_lazy("step", "Xác nhận hiệu lực"),
    "DECLARED": gettext_lazy("Công bố, thông báo"),
    "MAINTAINED": pgettext_lazy("step", "Duy trì, cải tiến"),
}


@dataclass(frozen=True)
class Cell:
    """One step of one agency: its drawing, classes, day and word, and how a phone's strip shows it."""

    number: int
    name: str
    icon: str
    css: str
    text_css: str
    day: str
    word: str
    strip: str

    @property
    def is_overdue(self) -> bool:
        """Whether it stands among the overdue ones on a phone's card."""
        return self.icon == "missing"

    @property
    def badge(self) -> str:
        """The class of its badge outside the matrix: only what is overdue has a colour."""
        return "st st-missing" if self.is_overdue else "state"

    @property
    def is_current(self) -> bool:
        """Whether the agency is at this step now."""
        return self.icon == "half"


@dataclass(frozen=True)
class Row:
    """One agency: its cells in the order of the law."""

    entry: PlanEntry
    cells: Sequence[Cell]
    done: int

    @property
    def told(self) -> list[Cell]:
        """What a phone says in words: the first overdue steps, or the one being done."""
        return [cell for cell in self.cells if cell.is_overdue or cell.is_current][:TOLD]


@dataclass(frozen=True)
class Late:
    """An agency with overdue steps, as the sentence above the matrix names it."""

    entry: int
    agency: str
    steps: str


@dataclass(frozen=True)
class Overdue:
    """All overdue steps of a plan; only the first agencies by name."""

    steps: int
    agencies: int
    named: Sequence[Late]

    @property
    def others(self) -> int:
        """How many agencies the sentence does not name."""
        return self.agencies - len(self.named)


@dataclass(frozen=True)
class Next:
    """A day on which a step is due, for one agency or several."""

    day: date
    name: str
    agency: str
    agencies: int


@dataclass(frozen=True)
class _View:
    """What the cells of one agency have in common."""

    today: date
    is_under_way: bool
    current: int | None
    with_year: bool
    finished: set[str]

    def year(self, day: date) -> str:
        """The year of a day, where the plan is so long that day and month do not tell."""
        return str(day.year) if self.with_year else ""


def short_name(step: BuildStep) -> str:
    """The name of a step as the heads of columns have it."""
    return str(SHORT.get(step.code, step.name_vi))


def rows_of(plan: RolloutPlan, entries: Iterable[PlanEntry], today: date) -> list[Row]:
    """The rows of these entries, whose steps are loaded."""
    return [_row(plan, entry, today) for entry in entries]


def overdue_of(entries: EntryQuerySet, today: date) -> Overdue:
    """The overdue steps of these entries: two statements."""
    late = EntryStep.objects.filter(entry__in=entries).overdue(today)
    counted = late.aggregate(steps=Count(Value(1)), agencies=Count("entry", distinct=True))
    first = list(
        late.values_list("entry", flat=True)
        .annotate(worst=Min("planned_on"))
        .order_by("worst", "entry__agency__sort_order", "entry__agency__name_sort")[:NAMED]
    )
    named: dict[tuple[int, str], list[int]] = defaultdict(list)
    # Asked in Python's order, not the database's: the list is at most NAMED × 12 long.
    steps = late.filter(entry__in=first).select_related("entry__agency", "step").order_by("step__order")
    for step in steps:
        named[step.entry_id, str(step.entry.agency)].append(step.step.order)
    told = [Late(entry, agency, _numbers(numbers)) for (entry, agency), numbers in named.items()]
    return Overdue(
        counted["steps"], counted["agencies"], sorted(told, key=lambda one: first.index(one.entry))
    )


def following_of(entries: EntryQuerySet, today: date) -> list[Next]:
    """The next days on which steps are due, the agencies of one day and step together: one statement."""
    due = EntryStep.objects.filter(entry__in=entries).due_next(today)
    grouped = (
        due.values("planned_on", "step__order", "step__code", "step__name_vi")
        .annotate(agencies=Count(Value(1)), agency=Min("entry__agency__name"))
        .order_by("planned_on", "step__order")[:NEXT]
    )
    return [
        Next(
            row["planned_on"],
            str(SHORT.get(row["step__code"], row["step__name_vi"])),
            row["agency"],
            row["agencies"],
        )
        for row in grouped
    ]


def bars_of(entries: EntryQuerySet, steps: Sequence[BuildStep]) -> list[Bar]:
    """How many agencies have done each step that can be done once for all: one statement."""
    counted = EntryStep.objects.filter(entry__in=entries).values_list("step").order_by("step")
    done = {
        step: (finished, total)
        for step, finished, total in counted.annotate(
            finished=Count(Value(1), filter=Q(done_on__isnull=False)), total=Count(Value(1))
        )
    }
    return [
        Bar(f"{step.order}. {short_name(step)}", *done.get(step.pk, (0, 0)))
        for step in steps
        if step.code != EVERY_YEAR
    ]


def _numbers(numbers: Sequence[int]) -> str:
    """ "bước 5 và 6", "bước 5, 6 và 7"."""
    if len(numbers) == 1:
        return _("bước %(only)s") % {"only": numbers[0]}
    words = {"first": ", ".join(str(number) for number in numbers[:-1]), "last": numbers[-1]}
    return _("bước %(first)s và %(last)s") % words


def _row(plan: RolloutPlan, entry: PlanEntry, today: date) -> Row:
    steps = list(entry.steps.all())
    finished = {step.step.code for step in steps if step.done_on is not None}
    current = next((step.pk for step in steps if step.done_on is None and plan.is_under_way), None)
    view = _View(today, plan.is_under_way, current, (plan.ends_on - plan.starts_on).days > LONG, finished)
    cells = [_cell(step, view) for step in steps]
    return Row(entry, cells, len(finished))


def _cell(step: EntryStep, view: "_View") -> Cell:
    number, name = step.step.order, short_name(step.step)
    planned, year = f"{step.planned_on:%d/%m}", view.year(step.planned_on)
    if step.done_on is not None:
        word = " ".join([_("xong"), view.year(step.done_on)]).strip()
        return Cell(number, name, "ok", "", "m-ok", f"{step.done_on:%d/%m}", word, "d1")
    if step.step.code == EVERY_YEAR:
        return Cell(number, name, "", "", "", _("hằng năm"), "", "")
    if view.is_under_way and step.planned_on < view.today:
        word = _late((view.today - step.planned_on).days)
        return Cell(number, name, "missing", "m-over", "m-bad", planned, word, "late")
    if step.step.code == DECLARED and not view.finished.issuperset(BEFORE_DECLARING):
        return Cell(number, name, "lock", "", "", planned, " ".join([_("chưa mở"), year]).strip(), "")
    if step.pk == view.current:
        return Cell(
            number, name, "half", "m-now", "", planned, " ".join([_("đang làm"), year]).strip(), "now"
        )
    return Cell(number, name, "notdue", "", "", planned, year, "")


def _late(days: int) -> str:
    return ngettext("quá %(days)s ngày", "quá %(days)s ngày", days) % {"days": days}

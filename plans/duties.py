"""What a declared system owes: yearly audit and review, legal updates, a new declaration, a new standard.

Law: QĐ 19/2014/QĐ-TTg Đ4 k4 (a: legal documents within three months; b: audit and review at least once a
year; c: declare again when the scope changes) and its last paragraph (a new version of the standard).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet
from isotrack.kit.deadlines import Deadline
from isotrack.kit.plots import Plot
from plans.bars import Bar, bars
from plans.models import Declaration, EntryStep, StandardVersion, Upkeep, UpkeepKind

LAW = "QĐ 19/2014/QĐ-TTg"
# The step of a plan that counts as the year's audit or review.
STEP_OF = {"INTERNAL_AUDIT": UpkeepKind.INTERNAL_AUDIT, "MANAGEMENT_REVIEW": UpkeepKind.MANAGEMENT_REVIEW}


class DutyState(models.TextChoices):
    """How a duty stands."""

    OVERDUE = "overdue", gettext_lazy("Đã qua hạn")
    OPEN = "open", gettext_lazy("Đang chờ")
    DONE = "done", gettext_lazy("Đã xong")


@dataclass(frozen=True)
class Duty:
    """One duty of one agency: what, by which clause, until when (None: the law sets no day), done when.

    `key` names it among the agency's duties, in every language the same.
    """

    key: str
    about: str
    law: str
    due_on: date | None
    done_on: date | None
    today: date
    upkeep: Upkeep | None = None

    @property
    def state(self) -> DutyState:
        """Done, open, or open past its day."""
        if self.done_on is not None:
            return DutyState.DONE
        return DutyState.OVERDUE if self.due_on and self.due_on < self.today else DutyState.OPEN

    @property
    def left(self) -> str:
        """ "Còn 14 ngày", "quá 3 ngày"; "" when done or without a day."""
        if self.state == DutyState.DONE or self.due_on is None:
            return ""
        late = (self.today - self.due_on).days
        if late > 0:
            return ngettext("quá %(days)d ngày", "quá %(days)d ngày", late) % {"days": late}
        return Deadline(self.due_on).left_in_words(self.today)

    @property
    def can_finish(self) -> bool:
        """Whether somebody records that it was done; the others follow from audits and declarations."""
        return (
            self.upkeep is not None and self.done_on is None and self.upkeep.kind == UpkeepKind.LEGAL_UPDATE
        )


def duties_of(agencies: Iterable[Agency], today: date) -> dict[int, list[Duty]]:
    """Agency that has declared → its duties today, the overdue first; four queries for any number."""
    keys = [agency.pk for agency in agencies]
    declarations: dict[int, list[Declaration]] = defaultdict(list)
    for declaration in Declaration.objects.filter(agency__in=keys).select_related("standard").newest_first():
        declarations[declaration.agency_id].append(declaration)
    acts: dict[int, list[Upkeep]] = defaultdict(list)
    for act in Upkeep.objects.filter(agency__in=keys).order_by("happened_on", "pk"):
        acts[act.agency_id].append(act)
    steps = _yearly_steps(keys)
    return {
        key: sorted(
            _duties(declarations[key], acts[key], steps[key], today),
            key=lambda duty: (list(DutyState).index(duty.state), duty.due_on or date.max),
        )
        for key in keys
        if declarations[key]
    }


def _yearly_steps(keys: Sequence[int]) -> dict[int, list[tuple[UpkeepKind, date]]]:
    """Audits and reviews done as steps of a plan."""
    done = EntryStep.objects.done().filter(entry__agency__in=keys, step__code__in=STEP_OF)
    found: dict[int, list[tuple[UpkeepKind, date]]] = defaultdict(list)
    for key, code, day in done.values_list("entry__agency_id", "step__code", "done_on"):
        if day is not None:  # as the queryset says, for the type checker
            found[key].append((STEP_OF[code], day))
    return found


def _duties(
    declarations: list[Declaration], acts: list[Upkeep], steps: list[tuple[UpkeepKind, date]], today: date
) -> list[Duty]:
    done = [*steps, *((UpkeepKind(act.kind), act.done_on) for act in acts if act.done_on)]
    first = min(one.declared_on for one in declarations)
    found = [*_yearly(first, done, today)]
    found += [_update(act, today) for act in acts if act.kind == UpkeepKind.LEGAL_UPDATE]
    found += _again(declarations[0], acts, today)
    found += _transition(declarations[0], today)
    return found


def _yearly(first: date, done: list[tuple[UpkeepKind, date]], today: date) -> Iterable[Duty]:
    """Audit and review of this year and, where they were missed, of the last.

    The year of the first declaration is met by the audit and review that led to it.
    """
    for year in (today.year - 1, today.year):
        if year <= first.year:
            continue
        for kind in (UpkeepKind.INTERNAL_AUDIT, UpkeepKind.MANAGEMENT_REVIEW):
            days = [day for other, day in done if other == kind and day.year == year]
            if days and year < today.year:
                continue
            about = _("%(kind)s năm %(year)d") % {"kind": kind.label, "year": year}
            law = _("điểm b khoản 4 Điều 4 %(law)s") % {"law": LAW}
            key = f"{kind.value}-{year}"
            yield Duty(key, about, law, date(year, 12, 31), max(days, default=None), today)


def _update(act: Upkeep, today: date) -> Duty:
    law = _("điểm a khoản 4 Điều 4 %(law)s") % {"law": LAW}
    about = _("Cập nhật văn bản: %(about)s") % {"about": act.about}
    return Duty(f"update-{act.pk}", about, law, act.due_on, act.done_on, today, act)


def _again(current: Declaration, acts: list[Upkeep], today: date) -> list[Duty]:
    """A change of scope after the current declaration opens the duty to declare again."""
    changes = [
        act for act in acts if act.kind == UpkeepKind.SCOPE_CHANGE and act.happened_on > current.declared_on
    ]
    law = _("điểm c khoản 4 Điều 4 %(law)s") % {"law": LAW}
    about = _("Công bố lại: %(about)s")
    return [
        Duty(f"again-{act.pk}", about % {"about": act.about}, law, None, None, today, act) for act in changes
    ]


def _transition(current: Declaration, today: date) -> list[Duty]:
    """A version that may be applied until a day asks for a declaration of a newer one."""
    until = current.standard.apply_until
    if until is None:
        return []
    about = _("Chuyển từ %(standard)s sang phiên bản mới và công bố lại") % {"standard": current.standard}
    law = _("đoạn cuối Điều 4 %(law)s") % {"law": LAW}
    return [Duty(f"transition-{current.standard.code}", about, law, until, None, today)]


# Agencies and their current declarations


def with_current(agencies: AgencyQuerySet) -> Any:
    """Annotate `current_id` and `current_standard_id`: the newest declaration of each, None without one."""
    newest = Declaration.objects.filter(agency=OuterRef("pk")).order_by("-declared_on", "-pk")
    return agencies.annotate(
        current_id=Subquery(newest.values("pk")[:1]),
        current_standard_id=Subquery(newest.values("standard_id")[:1]),
    )


def that_declare(agencies: AgencyQuerySet, today: date) -> AgencyQuerySet:
    """Those with a system of their own today: they report every year or have declared before."""
    declared = Declaration.objects.values("agency")
    return agencies.valid_on(today).filter(Q(reports_annually=True) | Q(pk__in=declared))


@dataclass(frozen=True)
class Progress:
    """How many agencies declared each version of the standard, and how many none."""

    versions: Sequence[tuple[StandardVersion, Bar]]
    none: Bar

    @property
    def compares(self) -> bool:
        """Whether there is more than one agency to compare; an officer without subordinates has none."""
        return self.none.whole > 1

    @cached_property
    def plot(self) -> Plot:
        """One bar a version, and one for those without a declaration."""
        return bars([*(bar for _version, bar in self.versions), self.none])


def progress_of(agencies: AgencyQuerySet) -> Progress:
    """Progress by version among `agencies`, in two queries."""
    found = with_current(agencies).order_by().values_list("current_standard_id")
    counts: dict[int | None, int] = dict(found.annotate(number=models.Count("pk")))
    whole = sum(counts.values())
    versions = [
        (version, Bar(version.name, counts.get(version.pk, 0), whole))
        for version in StandardVersion.objects.order_by("code")
    ]
    return Progress(versions, Bar(_("Chưa công bố"), counts.get(None, 0), whole))

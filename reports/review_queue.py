"""The questions the review queue asks: which reports wait for the department, and what is notable about each.

What needs a decision stands first: sent again after a return (those past the day to correct by before the
others), then what has warnings or open comments, then late ones, then the clean; the oldest first in each.
Four statements whatever the number of reports: counts of the chips, superiors, one page of rows, the pager's
count being one of the chips'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Self

from django.core.paginator import Page
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, TextChoices, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User
from agencies.models.agency import in_lists
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.paging import CountedPaginator
from isotrack.kit.text import clean
from reports.board import LONGEST_SEARCH, ROWS_A_PAGE
from reports.models import AnnualReport, ReviewComment, Submission
from reports.models.report import ReportQuerySet

BIG_CHANGE = 30  # percent of last year's figure, the bound that the questionnaire warns at too
AGAIN, TO_LOOK_AT, LATE, CLEAN = range(4)
_ORDER = ("rank", "-is_past_correction", "submitted_at", "pk")


class Whose(TextChoices):
    """Whom a report is given to."""

    MINE = "mine", _("Giao cho tôi")
    NOBODY = "nobody", _("Chưa giao ai")


@dataclass(frozen=True)
class Wanted:
    """What a person asked the queue to show, read from the address; what cannot be read asks for nothing."""

    words: str = ""
    superior: int | None = None
    year: int | None = None
    whose: Whose | None = None
    only_clean: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Read ?q=&superior=&year=&whose=&clean=1."""
        return cls(
            words=clean(query.get("q", "").replace("\x00", ""))[:LONGEST_SEARCH],
            superior=_number(query.get("superior", "")),
            year=_number(query.get("year", "")),
            whose=Whose(whose) if (whose := query.get("whose", "")) in Whose.values else None,
            only_clean=query.get("clean", "") == "1",
        )

    @property
    def narrows(self) -> bool:
        """Whether anything beyond the chips is asked for."""
        return any((self.words, self.superior, self.year))


@dataclass(frozen=True)
class Row:
    """One report that waits, with what is notable about it; days are calendar days."""

    pk: int
    code: str
    name: str
    superior: str
    year: int
    submitted_at: datetime
    days_waiting: int
    punctuality: str
    days_late: int
    is_nil: bool
    is_paper: bool
    number: int
    past_correction: date | None
    warnings: int
    comments: int
    big_changes: int
    assignee: str
    is_clean: bool


@dataclass(frozen=True)
class ReviewQueue:
    """What waits for one person's department, narrowed to what was asked for, as of an instant."""

    user: User
    wanted: Wanted
    as_of: datetime

    @cached_property
    def waiting(self) -> ReportQuerySet:
        """Every report that waits for a decision."""
        return AnnualReport.objects.reviewable_by(self.user).awaiting_review()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are for each chip, the other filters respected: all, mine, nobody, clean."""
        return _with_facts(self._narrowed).aggregate(
            all=_count(),
            mine=_count(Q(assignee=self.user)),
            nobody=_count(Q(assignee__isnull=True)),
            clean=_count(Q(rank__gte=LATE)),
            chosen=_count(self._chosen),
        )

    @property
    def superiors(self) -> list[tuple[int, str]]:
        """The superiors of what waits, in protocol order: (key, name)."""
        keys = self.waiting.order_by().values("superior_id")
        rows = Agency.objects.filter(pk__in=keys).order_by("sort_order", "name_sort")
        return [(agency.pk, agency.in_lists) for agency in rows]

    def page(self, number: str | None) -> Page:
        """One page of rows; a number that does not exist gives the nearest one that does."""
        page = CountedPaginator(self._values(), ROWS_A_PAGE, self.counts["chosen"]).get_page(number)
        page.object_list = [self._row(values) for values in page.object_list]
        return page

    def first(self) -> int | None:
        """The key of the report that needs a decision most."""
        rows = _with_facts(self._narrowed).filter(self._chosen).order_by(*_ORDER)
        return rows.values_list("pk", flat=True).first()

    @cached_property
    def _narrowed(self) -> ReportQuerySet:
        wanted, rows = self.wanted, self.waiting
        if wanted.words:
            rows = rows.filter(agency__in=Agency.objects.matching(wanted.words))
        if wanted.superior is not None:
            rows = rows.filter(superior_id=wanted.superior)
        return rows if wanted.year is None else rows.filter(cycle__year=wanted.year)

    @property
    def _chosen(self) -> Q:
        whose = {Whose.MINE: Q(assignee=self.user), Whose.NOBODY: Q(assignee__isnull=True), None: Q()}
        chosen = whose[self.wanted.whose]
        return chosen & Q(rank__gte=LATE) if self.wanted.only_clean else chosen

    def _values(self) -> Any:
        rows = _with_facts(self._narrowed).filter(self._chosen).with_punctuality(self.as_of)
        before = AnnualReport.objects.filter(
            agency=OuterRef("agency"),
            cycle__year=OuterRef("cycle__year") - 1,
            first_submitted_at__isnull=False,
        )
        annotated = rows.annotate(figures_before=Subquery(before.values("figures")[:1]))
        return annotated.order_by(*_ORDER).values(
            "pk",
            "agency__code",
            "agency_name",
            "superior__name",
            "cycle__year",
            "submitted_at",
            "first_submitted_at",
            "cutoff",
            "correct_by",
            "punctuality",
            "is_nil",
            "number",
            "warnings",
            "is_paper",
            "open_comments",
            "is_past_correction",
            "rank",
            "figures",
            "figures_before",
            "assignee__full_name",
        )

    def _row(self, values: dict[str, Any]) -> Row:
        first = values["first_submitted_at"]
        return Row(
            pk=values["pk"],
            code=values["agency__code"],
            name=in_lists(values["agency_name"]),
            superior=in_lists(values["superior__name"] or ""),
            year=values["cycle__year"],
            submitted_at=values["submitted_at"],
            days_waiting=max(0, (day_of(self.as_of) - day_of(values["submitted_at"])).days),
            punctuality=values["punctuality"],
            days_late=max(0, Deadline.ending_at(values["cutoff"]).offset(day_of(first))),
            is_nil=values["is_nil"],
            is_paper=values["is_paper"],
            number=values["number"],
            past_correction=values["correct_by"] if values["is_past_correction"] else None,
            warnings=values["warnings"],
            comments=values["open_comments"],
            big_changes=count_big_changes(values["figures"], values["figures_before"] or {}),
            assignee=values["assignee__full_name"] or "",
            is_clean=values["rank"] >= LATE,
        )


def count_big_changes(now: Mapping[str, Any], before: Mapping[str, Any]) -> int:
    """How many figures differ by 30 percent or more from last year's; from or to nothing counts as well."""
    both = ((now[key], before[key]) for key in now.keys() & before.keys())
    numbers = [(new, old) for new, old in both if _is_number(new) and _is_number(old)]
    return sum(new != old and abs(new - old) * 100 >= BIG_CHANGE * abs(old) for new, old in numbers)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _with_facts(reports: ReportQuerySet) -> ReportQuerySet:
    """Annotate number, warnings and is_paper of the latest sending, open_comments, rank."""
    latest = Submission.objects.filter(report=OuterRef("pk")).order_by("-number")
    comments = ReviewComment.objects.filter(report=OuterRef("pk")).open().order_by().values("report")
    return reports.annotate(
        number=Coalesce(Subquery(latest.values("number")[:1]), 0),
        warnings=Coalesce(Subquery(latest.values("warnings")[:1]), 0),
        is_paper=Coalesce(Subquery(latest.values("is_paper")[:1]), False),
        open_comments=Coalesce(Subquery(comments.annotate(count=Count("pk")).values("count")), 0),
        is_past_correction=_flag(
            Q(number__gt=1, correct_by__lt=TruncDate("submitted_at", tzinfo=ZONE)),
        ),
        rank=_rank(),
    )


def _rank() -> Case:
    return Case(
        When(number__gt=1, then=Value(AGAIN)),
        When(Q(warnings__gt=0) | Q(open_comments__gt=0), then=Value(TO_LOOK_AT)),
        When(first_submitted_at__gte=F("cutoff"), then=Value(LATE)),
        default=Value(CLEAN),
        output_field=IntegerField(),
    )


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _count(condition: Q | None = None) -> Count:
    return Count(Value(1), filter=condition)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None

"""The funding table of a plan as its pages and its workbook show it: groups, sums, what may be written.

The table is paged by lines; sums are always those of the whole plan. Whatever its size, it is found in a
constant number of queries.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, Count, Q, Sum
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy

from agencies.models import Role, User
from plans.actions.funding import COLUMNS, WRITERS, open_columns
from plans.amounts import show_quantity
from plans.judgement import Judgement, SourceState, Violation, judge, law_day
from plans.models import FundingLine, FundingSource, LineComment, PlanEntry, RolloutPlan
from plans.models.funding import LineQuerySet

LINES_A_PAGE = 50
HEADINGS: Mapping[str, Any] = {
    "estimate": gettext_lazy("Dự toán"),
    "approved": gettext_lazy("Phê duyệt"),
    "allocated": gettext_lazy("Phân bổ"),
    "spent": gettext_lazy("Đã chi"),
    "settled": gettext_lazy("Quyết toán"),
}
# Before the decision the second column holds what finance proposes.
REVIEW_HEADING = gettext_lazy("Thẩm định")
SAVE_LABELS: Mapping[str, Any] = {
    "estimate": gettext_lazy("Lưu dự toán"),
    "approved": gettext_lazy("Lưu số thẩm định"),
    "allocated": gettext_lazy("Lưu số phân bổ"),
    "spent": gettext_lazy("Lưu số đã chi"),
    "settled": gettext_lazy("Lưu số quyết toán"),
}


@dataclass(frozen=True)
class Column:
    """One column of money: its sum, and whether this person writes it here."""

    name: str
    heading: str
    total: int | None
    is_field: bool


@dataclass
class Row:
    """One line with what the law says about it; `form` where it can be written."""

    line: FundingLine
    limit: str
    violations: list[Violation]
    comments: list[LineComment]
    form: Any = None
    stored: int | None = None
    """The value of the column that is written."""
    cells: list[tuple[Column, int | None]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether it stands in the way of clearing."""
        return bool(self.violations)

    @property
    def quantity(self) -> str:
        """How many, without needless zeros."""
        return show_quantity(self.line.quantity)


@dataclass
class Group:
    """The lines of one agency on this page."""

    entry: PlanEntry
    shown: int | None
    """Its sum of the column that is written, else of the estimate, over the whole plan."""
    rows: list[Row] = field(default_factory=list)


class MoneyTable:
    """The money of one plan as one person may see it; `column` is the one they write, if any."""

    def __init__(
        self, plan: RolloutPlan, user: User, today: date, *, column: str = "", page: str | None = None
    ) -> None:
        self.plan, self.user, self.today = plan, user, today
        self.wanted_page = page
        self.only: set[int] | None = None  # the lines a form was about, whatever page they are on now
        self.open = open_columns(plan, user)
        self.column = self._column(column)

    @property
    def is_whole(self) -> bool:
        """Whether this person sees every agency and the sources; an officer sees own and lower ones."""
        return self.user.sees_province

    @cached_property
    def judgement(self) -> Judgement:
        """What the engine says, about the lines this person sees."""
        found = judge(self.plan, law_day(self.plan, self.today))
        if self.is_whole:
            return found
        own = set(self.lines.order_by().values_list("pk", flat=True))
        kept = [one for one in found.violations if one.line in own]
        return Judgement(violations=kept, limits=found.limits)

    @property
    def lines(self) -> LineQuerySet:
        """Every line this person may see, in the order of the table."""
        return FundingLine.objects.visible_to(self.user).of_plan(self.plan)

    @cached_property
    def page(self) -> Page:
        """One page of lines with everything a row shows."""
        rows = self.lines.select_related("entry__agency", "item", "source", "document")
        if self.only is not None:
            return Paginator(list(rows.filter(pk__in=self.only)), max(len(self.only), 1)).get_page(1)
        paginator = Paginator(rows, LINES_A_PAGE)
        # Known from the sums; asking again would cost a statement.
        paginator.__dict__["count"] = sum(count for _sums, count in self.entry_sums.values())
        return paginator.get_page(self.wanted_page)

    @cached_property
    def entry_sums(self) -> dict[int, tuple[dict[str, int | None], int]]:
        """The five sums and the number of lines of each entry, over the whole plan."""
        sums = {f"sum_{name}": Cast(Sum(name), BigIntegerField()) for name in COLUMNS}
        rows: Any = self.lines.order_by().values("entry_id").annotate(lines=Count("pk"), **sums)
        return {
            row["entry_id"]: ({name: row[f"sum_{name}"] for name in COLUMNS}, row["lines"]) for row in rows
        }

    @cached_property
    def columns(self) -> list[Column]:
        """The five columns with the sums of the whole plan."""
        return [Column(name, self._heading(name), self.total(name), name == self.column) for name in COLUMNS]

    def total(self, name: str) -> int | None:
        """The sum of one column; None where nothing was written in it."""
        found = [sums[name] for sums, _count in self.entry_sums.values() if sums[name] is not None]
        return sum(value for value in found if value is not None) if found else None

    @cached_property
    def sources(self) -> dict[int, FundingSource]:
        """The province's sources with their commitments, for the choices of a line."""
        found = FundingSource.objects.visible_to(self.user).with_commitments()
        return {source.pk: source for source in found}

    @cached_property
    def groups(self) -> list[Group]:
        """The rows of the page by agency."""
        groups: dict[int, Group] = {}
        for line in self.page:
            sums, _count = self.entry_sums[line.entry_id]
            group = groups.setdefault(line.entry_id, Group(line.entry, sums[self.column or "estimate"]))
            group.rows.append(self._row(line))
        return list(groups.values())

    @property
    def rows(self) -> list[Row]:
        """The rows of the page, one after another."""
        return [row for group in self.groups for row in group.rows]

    @property
    def source_states(self) -> Sequence[SourceState]:
        """The sources the plan takes from, as they stand when it does."""
        return self.judgement.sources

    @cached_property
    def comments(self) -> dict[int | None, list[LineComment]]:
        """What finance asks to mend: everything open, and in a draft or review what was mended."""
        shown: dict[int | None, list[LineComment]] = defaultdict(list)
        if self.is_whole:
            for comment in self.plan.comments.select_related("written_by"):
                shown[comment.line_id].append(comment)
        return shown

    @property
    def plan_comments(self) -> list[LineComment]:
        """Those about the plan as a whole."""
        return self.comments[None]

    @property
    def open_comments(self) -> int:
        """How many are not answered."""
        return sum(one.mended_at is None for found in self.comments.values() for one in found)

    @property
    def save_label(self) -> Any:
        """The verb of the button that saves this column."""
        return SAVE_LABELS[self.column] if self.column else ""

    @property
    def column_heading(self) -> str:
        """What the written column is called."""
        return self._heading(self.column) if self.column else ""

    @property
    def other_columns(self) -> list[tuple[str, str]]:
        """The columns one can turn to, with their headings; empty where there is only one."""
        return [(name, self._heading(name)) for name in self.open] if len(self.open) > 1 else []

    @property
    def can_add(self) -> bool:
        """Whether lines are added and removed here."""
        return self.column == "estimate"

    @property
    def can_answer(self) -> bool:
        """Whether this person says of comments that they were mended."""
        return self.user.role == Role.STAFF and self.plan.is_editable

    @property
    def can_review(self) -> bool:
        """Whether this person comments on lines, returns and clears."""
        return self.user.role == Role.FINANCE and self.plan.state == RolloutPlan.State.FINANCE_REVIEW

    def _heading(self, name: str) -> str:
        waiting = name == "approved" and not self.plan.is_approved
        return str(REVIEW_HEADING if waiting else HEADINGS[name])

    def _column(self, wanted: str) -> str:
        """The one asked for where the role writes it at all, so that a late save keeps what was typed."""
        if wanted in WRITERS and WRITERS[wanted][0] == self.user.role:
            return wanted
        if len(self.open) < 2:
            return self.open[0] if self.open else ""
        return self._first_unfinished()

    def _first_unfinished(self) -> str:
        """Money is allocated, then spent, then settled: the first column with a gap."""
        gaps = {name: Count("pk", filter=Q(**{f"{name}__isnull": True})) for name in self.open}
        missing = self.lines.order_by().aggregate(**{f"no_{name}": gap for name, gap in gaps.items()})
        return next((name for name in self.open if missing[f"no_{name}"]), self.open[-1])

    def _row(self, line: FundingLine) -> Row:
        row = Row(
            line,
            str(self.judgement.limits.get(line.pk, "")),
            self._broken.get(line.pk, []),
            self.comments.get(line.pk, []),
        )
        row.stored = getattr(line, self.column) if self.column else None
        row.cells = [(column, getattr(line, column.name)) for column in self.columns]
        return row

    @cached_property
    def _broken(self) -> dict[int, list[Violation]]:
        found: dict[int, list[Violation]] = defaultdict(list)
        for one in self.judgement.violations:
            found[one.line].append(one)
        return found

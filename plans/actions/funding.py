"""What happens to the money of a plan: estimated, reviewed, allocated, spent, settled; and to its sources.

A plan's row is held while its lines are written, so that nobody edits a plan while it is being cleared or
approved. A save writes everything or nothing: all refusals come back at once, each with its line and field.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Agency, Document, Role, User
from isotrack.journal.record import record
from isotrack.kit.states import WrongState
from isotrack.kit.words import show_money, show_number
from plans.actions.plan import locked
from plans.models import CostItem, FundingLine, FundingSource, LineComment, LineKind, PlanEntry, RolloutPlan

State = RolloutPlan.State

ESTIMATE, APPROVED, ALLOCATED, SPENT, SETTLED = COLUMNS = (
    "estimate",
    "approved",
    "allocated",
    "spent",
    "settled",
)
# Who writes a column, and in which states of the plan.
WRITERS: Mapping[str, tuple[str, Sequence[str]]] = {
    ESTIMATE: (Role.STAFF, RolloutPlan.EDITABLE),
    APPROVED: (Role.FINANCE, (State.FINANCE_REVIEW,)),
    ALLOCATED: (Role.FINANCE, (State.APPROVED, State.RUNNING)),
    SPENT: (Role.FINANCE, (State.APPROVED, State.RUNNING)),
    # The year is settled after the work is over.
    SETTLED: (Role.FINANCE, (State.APPROVED, State.RUNNING, State.CLOSED)),
}
NEW_FIELDS = ("entry", "item", "kind", "quantity", "fiscal_year", "source", "document", ESTIMATE, "note")
YEARS_AHEAD = 5  # maintenance goes on after the plan; further ahead is a slip of the hand

_CONSULTING = ("CONSULT_GAP", "CONSULT_TRAINING", "CONSULT_DOCS", "CONSULT_AUDIT")
# What may be paid under which rule of Điều 4; the first is meant where no item is named.
ITEMS_OF_KIND: Mapping[str, Sequence[str]] = {
    LineKind.HIRED: ("CONSULT_DOCS", *_CONSULTING),
    LineKind.INDEPENDENT: ("CONSULT_DOCS", *_CONSULTING),
    LineKind.SELF_BUILD: ("CONSULT_DOCS", *_CONSULTING),
    LineKind.OWN_WORK: (
        "DOCUMENT_WRITING",
        "PUBLICITY",
        "SUPPLIES_TRAVEL",
        "TRAINING",
        "INTERNAL_AUDIT",
        "ROLLOUT_ADMIN",
        "OTHER_DIRECT",
    ),
    LineKind.PER_PROCESS: ("DOCUMENT_WRITING",),
    LineKind.MAINTENANCE: ("MAINTENANCE",),
    LineKind.FRAMEWORK: ("MODEL_FRAMEWORK",),
    LineKind.CERTIFIER: ("INSPECTION",),
    LineKind.OTHER: (
        "OTHER_DIRECT",
        "PUBLICITY",
        "SUPPLIES_TRAVEL",
        "TRAINING",
        "ROLLOUT_ADMIN",
        "INSPECTION",
    ),
}

Key = int | str
"""Which line: its key, or for one not saved yet whatever the caller calls it."""


@dataclass(frozen=True)
class Refusal:
    """Why one value of one line was refused."""

    key: Key
    field: str
    sentence: str
    is_conflict: bool = False
    """Another hand changed the same value meanwhile."""


class LinesRefused(Exception):
    """Nothing was saved; `refusals` are all of them."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(one.sentence for one in refusals))
        self.refusals = list(refusals)


@dataclass(frozen=True)
class Edit:
    """New values of a line; `seen` are those its page showed, to find out what another hand changed."""

    line: int
    values: Mapping[str, Any]
    seen: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class NewLine:
    """A line to add: values of NEW_FIELDS under the key the caller knows it by."""

    key: Key
    values: Mapping[str, Any]


@dataclass
class Saved:
    """How many lines a save touched."""

    changed: int = 0
    added: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed)


@dataclass
class _Work:
    """One save on its way: the plan it is about and what was found wrong so far."""

    plan: RolloutPlan
    column: str
    refusals: list[Refusal] = field(default_factory=list)
    changes: dict[str, list[Any]] = field(default_factory=dict)

    def refuse(self, key: Key, name: str, sentence: Any, is_conflict: bool = False) -> None:
        self.refusals.append(Refusal(key, name, str(sentence), is_conflict))

    def note(self, line: FundingLine, name: str, old: Any, new: Any) -> None:
        """For the journal; two lines alike keep their values apart."""
        label = f"{line.entry.agency}, {line.get_kind_display()} {line.fiscal_year}"
        about = f"{label}: {name}" if line.pk is None else f"{label} #{line.pk}: {name}"
        while about in self.changes:
            about += "+"
        self.changes[about] = [_plain(old), _plain(new)]


def open_columns(plan: RolloutPlan, user: User) -> list[str]:
    """The columns this person may write now."""
    return [
        name for name, (role, states) in WRITERS.items() if user.role == role and str(plan.state) in states
    ]


@transaction.atomic
def save_lines(
    plan: RolloutPlan,
    *,
    by: User | None,
    at: datetime,
    column: str,
    edits: Sequence[Edit] = (),
    new: Sequence[NewLine] = (),
    removed: Collection[int] = (),
) -> Saved:
    """Write one column of the plan's lines, with quantity and source; in a draft also add and remove lines.

    A value that its page did not change keeps what another hand saved meanwhile. Raises LinesRefused with
    every refusal, and WrongState when the plan's state does not let this column be written (any more).
    A constant number of statements, whatever the number of lines.
    """
    plan = locked(plan)
    _must_be_open(plan, column)
    work = _Work(plan, column)
    lines = {line.pk: line for line in _lines(plan).filter(pk__in=[edit.line for edit in edits] + [*removed])}
    sources = {source.pk: source for source in FundingSource.objects.filter(province=plan.province)}
    changed = [line for edit in edits if (line := _edited(work, lines, edit, sources)) is not None]
    added = [_new_line(work, one, sources) for one in new] if new else []
    gone = [lines[pk] for pk in removed if pk in lines]
    if column != ESTIMATE and (new or removed):
        raise WrongState(_("Chỉ thêm, xóa dòng khi kế hoạch còn là bản nháp hoặc đã trả lại."))
    if work.refusals:
        raise LinesRefused(work.refusals)
    _write(work, changed, added, gone, at=at)
    if work.changes:
        _record("funding-saved", plan, by=by, at=at, changes=work.changes)
    return Saved(len(changed), len(added), len(gone))


@transaction.atomic
def comment_lines(
    plan: RolloutPlan, *, by: User, at: datetime, texts: Mapping[int | None, str]
) -> list[LineComment]:
    """Write what has to be mended, per line (None: the plan as a whole). Raises WrongState outside review."""
    plan = locked(plan)
    if plan.state != State.FINANCE_REVIEW:
        raise WrongState(_not_open(plan))
    own = set(_lines(plan).order_by().values_list("pk", flat=True))
    written = [
        LineComment(plan=plan, line_id=line, text=text.strip(), written_at=at, written_by=by)
        for line, text in texts.items()
        if text.strip() and (line is None or line in own)
    ]
    LineComment.objects.bulk_create(written)
    if written:
        said = {"comments": [None, [comment.text for comment in written]]}
        _record("funding-commented", plan, by=by, at=at, changes=said)
    return written


@transaction.atomic
def answer_comments(plan: RolloutPlan, *, by: User, at: datetime, comments: Collection[int]) -> int:
    """Mark comments as mended (the department, while it mends) or as settled (finance, while it reviews).

    Returns how many were open. Raises WrongState when it is the other one's turn.
    """
    plan = locked(plan)
    in_turn = plan.is_editable if by.role == Role.STAFF else plan.state == State.FINANCE_REVIEW
    if not in_turn:
        raise WrongState(_not_open(plan))
    open_ones = plan.comments.filter(pk__in=comments, mended_at__isnull=True)
    texts = list(open_ones.values_list("text", flat=True))
    open_ones.update(mended_at=at)
    if texts:
        _record("funding-comments-answered", plan, by=by, at=at, changes={"comments": [texts, None]})
    return len(texts)


@transaction.atomic
def add_source(*, by: User, at: datetime, province: Agency, **values: Any) -> FundingSource:
    """Enter a source of a fiscal year. Raises ValidationError when the year already has it."""
    source = FundingSource(province=province, **values)
    _save_source(source)
    _record_source("source-added", source, by=by, at=at, changes={"amount": [None, source.amount]})
    return source


@transaction.atomic
def change_source(source: FundingSource, *, by: User, at: datetime, **values: Any) -> FundingSource:
    """Change a source, never below what approved plans take from it.

    The row is held while commitments are counted, as an approval holds it. Raises ValidationError.
    """
    FundingSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    stored = FundingSource.objects.with_commitments().get(pk=source.pk)
    _must_cover(stored, values.get("amount", stored.amount))
    if values.get("fiscal_year", stored.fiscal_year) != stored.fiscal_year and stored.lines.exists():
        raise ValidationError(
            {"fiscal_year": _("Đã có dòng kinh phí dùng nguồn này nên không đổi được năm. Lập nguồn khác.")}
        )
    changes = {name: [_plain(getattr(stored, name)), _plain(new)] for name, new in values.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    for name, value in values.items():
        setattr(stored, name, value)
    _save_source(stored)
    if changes:
        _record_source("source-changed", stored, by=by, at=at, changes=changes)
    return stored


def default_item(kind: str) -> str:
    """The identifier of the cost item that is meant where a line of this kind names none."""
    return ITEMS_OF_KIND[kind][0]


def _must_cover(source: FundingSource, amount: int) -> None:
    committed: int = source.committed  # type: ignore[attr-defined]  # annotated by with_commitments
    if amount < committed:
        told = {"committed": show_money(committed)}
        raise ValidationError(
            {
                "amount": _("Các kế hoạch đã phê duyệt dùng %(committed)s; số của nguồn không thể ít hơn.")
                % told
            }
        )


def _lines(plan: RolloutPlan) -> Any:
    return FundingLine.objects.of_plan(plan).select_related("entry__agency", "source", "item")


def _must_be_open(plan: RolloutPlan, column: str) -> None:
    _role, states = WRITERS[column]
    if str(plan.state) not in states:
        raise WrongState(_not_open(plan))


def _not_open(plan: RolloutPlan) -> str:
    return _(
        "%(plan)s đang ở trạng thái “%(state)s” nên không ghi được nữa. Những gì vừa nhập chưa được lưu."
    ) % {"plan": plan.code, "state": plan.get_state_display()}


def _edited(
    work: _Work, lines: Mapping[int, FundingLine], edit: Edit, sources: Mapping[int, FundingSource]
) -> FundingLine | None:
    """The line with its new values, or None where nothing changes; refusals are noted."""
    line = lines.get(edit.line)
    if line is None:
        work.refuse(edit.line, work.column, _("Dòng này vừa bị người khác xóa khỏi kế hoạch."))
        return None
    touched = False
    for name, value in edit.values.items():
        current = line.source_id if name == "source" else getattr(line, name)
        if value == current or (edit.seen is not None and value == edit.seen.get(name)):
            continue
        if edit.seen is not None and edit.seen.get(name) != current:
            told = {"now": show_number(current) if isinstance(current, int | Decimal) else _("để trống")}
            work.refuse(line.pk, name, _CONFLICT % told, is_conflict=True)
            continue
        if name == "source":
            work.note(line, name, _by_name(sources, current), _by_name(sources, value))
        else:
            work.note(line, name, current, value)
        setattr(line, "source_id" if name == "source" else name, value)
        touched = True
        if name == ESTIMATE:
            line.approved = None  # what finance put beside the old estimate is void
    if touched:
        _check(work, line.pk, line, sources)
    return line if touched else None


def _by_name(sources: Mapping[int, FundingSource], key: Any) -> Any:
    """A source as the journal tells it: its key would say nothing to who reads it."""
    return sources.get(key, key)


_CONFLICT = gettext_lazy("Người khác vừa sửa ô này, số đang lưu là %(now)s. Kiểm tra rồi lưu lại.")


def _new_line(work: _Work, new: NewLine, sources: Mapping[int, FundingSource]) -> FundingLine:
    values = dict(new.values)
    source = values.pop("source", None)
    line = FundingLine(source_id=source, **values)
    if line.entry.plan_id != work.plan.pk:
        work.refuse(new.key, "entry", _("Cơ quan này không có trong kế hoạch."))
    if line.item.identifier not in ITEMS_OF_KIND[line.kind]:
        told = {"item": line.item.name, "kind": line.get_kind_display()}
        work.refuse(new.key, "item", _("Nội dung “%(item)s” không chi theo dòng “%(kind)s”.") % told)
    first, last = work.plan.starts_on.year, work.plan.ends_on.year + YEARS_AHEAD
    if not first <= line.fiscal_year <= last:
        sentence = _("Năm chi phải từ %(first)s đến %(last)s.") % {"first": first, "last": last}
        work.refuse(new.key, "fiscal_year", sentence)
    _check(work, new.key, line, sources)
    work.note(line, ESTIMATE, None, line.estimate)
    return line


def _check(work: _Work, key: Key, line: FundingLine, sources: Mapping[int, FundingSource]) -> None:
    """What the database would refuse, said in its own sentences, without a statement for each line."""
    for name, sentence in _broken(line):
        work.refuse(key, name, sentence)
    if line.source_id is None:
        return
    source = sources.get(line.source_id)
    if source is None:
        work.refuse(key, "source", _("Nguồn này không thuộc tỉnh."))
    elif source.fiscal_year != line.fiscal_year:
        told = {"source": source, "year": line.fiscal_year}
        work.refuse(key, "source", _("Nguồn “%(source)s” không dùng cho năm %(year)s.") % told)


_SENTENCES = {
    constraint.name: constraint.violation_error_message for constraint in FundingLine._meta.constraints
}
# Each amount, the one it may not exceed, and the constraint that says so.
_CHAIN = (
    (APPROVED, ESTIMATE, "line_approved_within_estimate"),
    (ALLOCATED, APPROVED, "line_allocated_within_approved"),
    (SPENT, ALLOCATED, "line_spent_within_allocated"),
    (SETTLED, SPENT, "line_settled_within_spent"),
)


def _broken(line: FundingLine) -> Iterator[tuple[str, Any]]:
    for name, above, constraint in _CHAIN:
        value, most = getattr(line, name), getattr(line, above)
        if value is not None and (most is None or value > most):
            yield name, _SENTENCES[constraint]
    if any((getattr(line, name) or 0) < 0 for name in COLUMNS):
        yield ESTIMATE, _SENTENCES["line_not_negative"]
    if line.quantity <= 0:
        yield "quantity", _SENTENCES["line_quantity_positive"]
    if line.kind == LineKind.OTHER and line.document_id is None:
        yield "document", _SENTENCES["line_other_by_document"]


def _write(
    work: _Work,
    changed: Sequence[FundingLine],
    added: Sequence[FundingLine],
    gone: Sequence[FundingLine],
    *,
    at: datetime,
) -> None:
    written = ["quantity", "source", work.column]
    if work.column == ESTIMATE:
        written.append(APPROVED)
    FundingLine.objects.bulk_update(changed, written)
    FundingLine.objects.bulk_create(added)
    for line in gone:
        work.note(line, ESTIMATE, line.estimate, None)
    keys = [line.pk for line in gone]
    # What finance said about a line outlives it, as said about the plan.
    LineComment.objects.filter(line__in=keys).update(line=None, mended_at=at)
    FundingLine.objects.filter(pk__in=keys).delete()


def _save_source(source: FundingSource) -> None:
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError:
        raise ValidationError({"name": _("Nguồn này đã có trong năm.")}, code="twice") from None


def _record(verb: str, plan: RolloutPlan, **details: Any) -> None:
    record(verb, ("plan", plan.pk, plan), province=plan.province_id, **details)


def _record_source(verb: str, source: FundingSource, **details: Any) -> None:
    record(verb, ("source", source.pk, source), province=source.province_id, **details)


def _plain(value: Any) -> Any:
    if isinstance(value, CostItem | Document | PlanEntry | FundingSource | Decimal):
        return str(value)
    return value

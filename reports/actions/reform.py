"""Applying a reform from files: everything that happened by an instant, in the order of its days.

What lies ahead is planned and carried out by the scheduler on its day. A row that is wrong is refused with
its cell, and what belongs to it; a row that was applied before is unchanged, so a second run changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.actions.registry import DATA, read_rows
from agencies.actions.succession import Before, Wish, plan
from agencies.models import Agency, Document, Post, Succession, SuccessionDuty, SuccessionLink
from agencies.reform import Reform, Row, is_outside, known_on, read_reform, same_name, wish_of
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.text import fold
from isotrack.kit.words import say_date
from reports.actions.succession import carry_out

What = Succession.Kind
DAY = timedelta(days=1)
DOCUMENTS = DATA / "documents_2025.csv"


@dataclass(frozen=True)
class Message:
    """One thing a person should know, with its place in the file."""

    sheet: str
    cell: str
    level: str
    code: str
    message: str


@dataclass
class Applied:
    """What a run did with the rows of the file: created + updated + unchanged + skipped + refused = rows."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    messages: list[Message] = field(default_factory=list)

    def say(self, row: Row, level: str, code: str, message: str) -> None:
        """Keep a message about a row."""
        self.messages.append(Message(row.sheet, row.cell, level, code, message))


def apply_reform(file: Path, *, province: Agency, at: datetime, keep: bool) -> Applied:
    """Apply FILE with its companions as of `at`; without `keep` nothing is saved.

    `province` is the one whose agencies are followed, as it stands before the first row. Raises FileRefused.
    """
    reform = read_reform(file)
    with transaction.atomic():
        run = _Run(reform, province, at)
        applied = run.whole()
        if not keep:
            transaction.set_rollback(True)
    return applied


class _Run:
    """One pass over the days of a reform."""

    def __init__(self, reform: Reform, province: Agency, at: datetime) -> None:
        self.reform, self.province, self.at = reform, province, at
        self.applied = Applied(len(reform.rows))
        self.done_before = _done_before()
        self.documents = _documents(reform, at)
        self.rows_of: dict[int, Sequence[Row]] = {}
        self.founded = set(Agency.objects.values_list("code", "valid_from"))

    def whole(self) -> Applied:
        """Every day in its order, then what nobody knows, then what is true of many rows at once."""
        for day in self.reform.days:
            self.day(day)
        for group in self.reform.groups_on(None):
            self.unknown(group[0])
        self.tell_of_bases()
        self.tell_of_outsiders()
        return self.applied

    def day(self, day: date) -> None:
        """Plan what happens on a day, and carry it out where the day has come."""
        groups = list(self.reform.groups_on(day))
        renamed = self.reform.renamed_on(day)
        codes = [row["predecessor_code"] for group in groups for row in group]
        known = known_on([*codes, *(row["code"] for row in renamed)], day - DAY)
        found = [self.rename(row, known) for row in renamed]
        found += [self.group(group, known, day) for group in sorted(groups, key=_splits_last)]
        batch = [one for one in found if one]
        if batch and day <= day_of(self.at):
            self.carry_out(batch, day)

    def rename(self, row: Row, known: Mapping[str, Agency]) -> Succession | None:
        """A change of name between the two registries; it is none of the file's own rows."""
        agency = known.get(row["code"])
        if agency is None or agency.name == row["new_name"]:
            return None  # applied before, or a registry that never had it
        if not same_name(agency.name, row["old_name"]):
            self.applied.say(row, "warning", "other-name", _other_name(agency, row["old_name"]))
            return None
        before = Before.of(agency)
        wish = Wish(What.RENAMED, row.day, [before], changes={"name": row["new_name"]})
        if _key(wish, before.code, before.name, "") in self.done_before:
            return None
        words = {"old": agency.name, "new": row["new_name"], "day": say_date(row.day or self.at.date())}
        self.applied.say(row, "info", "renamed", _("%(old)s đổi thành %(new)s từ %(day)s.") % words)
        return self.plan(wish, [row])

    def group(self, rows: list[Row], known: Mapping[str, Agency], day: date) -> Succession | None:
        """Rows that belong together, as one succession; None where all were applied or one is wrong."""
        fresh = [row for row in rows if _row_key(row) not in self.done_before]
        self.applied.counts["unchanged"] += len(rows) - len(fresh)
        wrong = [row for row in fresh if not self.fits(row, known)]
        if wrong:
            self.applied.counts["refused"] += len(fresh)
        if wrong or not fresh:
            return None
        return self.plan(wish_of(fresh, known, self.founding(fresh, known, day)), fresh)

    def fits(self, row: Row, known: Mapping[str, Agency]) -> bool:
        """Whether the predecessor is the one the registry has under this code, or comes from outside."""
        agency = known.get(row["predecessor_code"])
        if agency is None:
            if is_outside(row, fold(self.province.name)):
                return True
            said = _("Không có cơ quan nào mang mã %(code)s vào ngày trước ngày hiệu lực.")
            self.applied.say(row, "error", "unknown-code", said % {"code": row["predecessor_code"]})
            return False
        if not same_name(agency.name, row["predecessor_name"]):
            self.applied.say(row, "error", "other-name", _other_name(agency, row["predecessor_name"]))
            return False
        return True

    def founding(self, rows: Sequence[Row], known: Mapping[str, Agency], day: date) -> list[dict[str, Any]]:
        """The agencies these rows found; of one that goes on, how the new registry has it."""
        new = []
        goes_on = rows[0]["kind"] in Succession.OF_ONE and rows[0]["predecessor_code"] in known
        for code in dict.fromkeys(row["successor_code"] for row in rows if row["successor_code"]):
            fields = self.reform.founded(code, day)
            there = (code, day) in self.founded
            if fields is not None and (goes_on or not there):
                new.append(fields)
                self.founded |= set() if goes_on else {(code, day)}
        return new

    def plan(self, wish: Wish, rows: Sequence[Row]) -> Succession | None:
        """Put a succession down with its basis; None where it is refused."""
        basis = rows[0]["legal_basis"]
        wish = replace(wish, document=self.documents.get(basis), basis=basis)
        try:
            with transaction.atomic():
                succession = plan(wish, by=None, at=self.at, province=self.province)
        except ValidationError as refused:
            self.refuse(rows, refused)
            return None
        self.rows_of[succession.pk] = rows
        if rows[0].sheet == self.reform.rows[0].sheet and wish.kind != What.UNKNOWN:
            kind = "updated" if wish.changes else "created"
            self.applied.counts[kind] += len(rows)
        return succession

    def carry_out(self, batch: Sequence[Succession], day: date) -> None:
        """Everything of one day together; where the registry refuses it, the whole day is refused."""
        try:
            with transaction.atomic():
                settled = carry_out(batch, by=None, at=self.at)
        except ValidationError as refused:
            for one in batch:
                rows = self.rows_of[one.pk]
                if rows[0].sheet == self.reform.rows[0].sheet:
                    self.applied.counts["updated" if one.changes else "created"] -= len(rows)
                self.refuse(rows, refused)
            said = " ".join(refused.messages)[:500]
            taken_back = {"state": Succession.State.CANCELLED, "cancelled_at": self.at, "cancel_reason": said}
            Succession.objects.filter(pk__in=[one.pk for one in batch]).update(**taken_back)
            return
        for duty in settled:
            self.tell_of_duty(duty)
        self.tell_of_posts(batch)

    def refuse(self, rows: Sequence[Row], refused: ValidationError) -> None:
        """Tell every row why it was not applied."""
        if rows[0].sheet == self.reform.rows[0].sheet:
            self.applied.counts["refused"] += len(rows)
        for row in rows:
            self.applied.say(row, "error", "refused", " ".join(refused.messages))

    def unknown(self, row: Row) -> None:
        """Nobody knows what became of it: it goes on, and the department is asked."""
        said = _("%(name)s: chưa rõ sau sắp xếp ra sao. Cơ quan vẫn hoạt động trong danh bạ, chờ quyết định.")
        self.applied.say(row, "warning", "unknown-fate", said % {"name": row["predecessor_name"]})
        self.applied.counts["skipped"] += 1
        agency = Agency.objects.filter(code=row["predecessor_code"], valid_to__isnull=True).first()
        if agency is not None and _row_key(row) not in self.done_before:
            self.plan(Wish(What.UNKNOWN, None, [Before.of(agency)], reason=row["note"]), [row])

    def tell_of_duty(self, duty: SuccessionDuty) -> None:
        """What waits for a person, or went to somebody nobody named."""
        row = self.rows_of[duty.succession_id][0]
        words = {"duty": duty.label, "heir": duty.heir}
        if duty.is_undecided:
            said = _("%(duty)s: cơ quan bị chia tách, chọn cơ quan làm tiếp trong trang việc sắp xếp.")
            self.applied.say(row, "warning", "undecided", said % words)
        elif duty.succession.kind == What.DISSOLVED:
            said = _("%(duty)s: không có cơ quan kế thừa, chuyển cho %(heir)s.")
            self.applied.say(row, "info", "passed-up", said % words)

    def tell_of_posts(self, batch: Sequence[Succession]) -> None:
        """People whose post ended with an agency that was split: somebody decides where they go on."""
        split = {one.pk: one for one in batch if one.kind == What.SPLIT}
        links = SuccessionLink.objects.filter(succession__in=split, predecessor__isnull=False)
        agencies = dict(links.values_list("predecessor_id", "succession_id"))
        posts = Post.objects.filter(agency__in=agencies, ends_on=_last_day(batch))
        for post in posts.select_related("user", "agency").order_by("pk"):
            said = _(
                "%(person)s (%(agency)s): nhiệm vụ kết thúc cùng cơ quan bị chia tách, giao nhiệm vụ mới."
            )
            words = {"person": post.user, "agency": post.agency}
            self.applied.say(self.rows_of[agencies[post.agency_id]][0], "warning", "post-ended", said % words)

    def tell_of_bases(self) -> None:
        """Acts that the source has not seen stay as it names them, until somebody enters them."""
        first: dict[str, Row] = {}
        for rows in self.rows_of.values():
            if rows[0]["legal_basis"] not in self.documents:
                first.setdefault(rows[0]["legal_basis"], rows[0])
        for basis, row in first.items():
            said = _("Căn cứ “%(basis)s” chưa có trong sổ văn bản; ghi văn bản khi có số.")
            self.applied.say(row, "warning", "no-document", said % {"basis": basis})

    def tell_of_outsiders(self) -> None:
        """Predecessors without a row of the registry are named, not made up."""
        links = SuccessionLink.objects.filter(succession__in=self.rows_of, predecessor__isnull=True)
        number = links.count()
        if number:
            said = ngettext(
                "%(number)d cơ quan trước không có trong danh bạ (tỉnh khác): chỉ giữ mã và tên.",
                "%(number)d cơ quan trước không có trong danh bạ (tỉnh khác): chỉ giữ mã và tên.",
                number,
            )
            self.applied.say(self.reform.rows[0], "info", "outside", said % {"number": number})


def _last_day(batch: Iterable[Succession]) -> date:
    """The last day of those who ended with the successions of one day."""
    day = next(iter(batch)).effective_on
    assert day is not None
    return day - DAY


def _splits_last(rows: Sequence[Row]) -> bool:
    return rows[0]["kind"] == What.SPLIT


def _row_key(row: Row) -> tuple[str, ...]:
    names = ("predecessor_code", "predecessor_name", "successor_code")
    return (row["kind"], row["effective_date"], *(row[name] for name in names))


def _key(wish: Wish, *names: str) -> tuple[str, ...]:
    return (str(wish.kind), str(wish.effective_on or ""), *names)


def _done_before() -> set[tuple[str, ...]]:
    """What was applied or planned by an earlier run, or by hand. One query."""
    # What nobody knew and somebody has decided on since is not asked again.
    taken_back = Q(succession__state=Succession.State.CANCELLED) & ~Q(succession__kind=What.UNKNOWN)
    links = SuccessionLink.objects.exclude(taken_back)
    columns = ("succession__kind", "succession__effective_on", "predecessor_code", "predecessor_name")
    return {
        (kind, str(day or ""), code, name, after)
        for kind, day, code, name, after in links.values_list(*columns, "successor_code")
    }


def _documents(reform: Reform, at: datetime) -> dict[str, Document]:
    """Basis as the files name it → the national document of the register; those not there yet are entered."""
    named = {row["legal_basis"] for row in (*reform.rows, *reform.renames)}
    rows = [row for row in read_rows(DOCUMENTS) if row["basis"] in named]
    return {row["basis"]: _document(row, at) for row in rows}


def _document(row: dict[str, str], at: datetime) -> Document:
    key = {name: row[name] for name in ("number", "issuer")} | {
        "issued_on": date.fromisoformat(row["issued_on"])
    }
    in_force = date.fromisoformat(row["in_force_from"])
    values = {"kind": row["kind"], "abstract": row["abstract"], "in_force_from": in_force}
    document, is_new = Document.objects.get_or_create(**key, defaults=values)
    if is_new:
        record("document-registered", ("document", document.pk, document), by=None, at=at)
    return document


def _other_name(agency: Agency, name: str) -> str:
    said = _("Mã %(code)s trong danh bạ là %(agency)s, tệp ghi %(name)s. Sửa mã hoặc tên trong tệp.")
    return said % {"code": agency.code, "agency": agency.name, "name": name}

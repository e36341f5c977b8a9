"""The questions the monitor board asks: who owes what in one cycle, under which superior.

Three statements whatever the number of agencies: the cycle, the sums per superior (which are the counts of
the chips and of the pager and the superiors to choose from as well), and one page of rows as plain values.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any, Self

from django.core.paginator import Page
from django.db.models import (
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from agencies.models import Post, User
from agencies.models.agency import Group, holding, in_lists
from agencies.names import names_on
from isotrack.journal.models import Notice
from isotrack.journal.models.notice import is_dead
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import DAY, Deadline, start_of
from isotrack.kit.paging import CountedPaginator
from isotrack.kit.statements import kept
from isotrack.kit.text import clean
from isotrack.kit.words import Misread, read_date
from reports.models import AnnualReport, Punctuality, ReportCycle
from reports.models.report import URGENCY, ReportQuerySet, punctuality_is, received_by, sees_whole, urgency_at
from reports.rates import Rates, added_up, counts_by, total

ROWS_A_PAGE = 50
LONG = 1000  # rows; up to here a page costs as much either way (measured)
SUPERIOR = ("superior__sort_order", "superior__name_sort", "superior_id", "superior__name")
LONGEST_SEARCH = 100  # letters; nobody types more, and every word costs


class Kind(TextChoices):
    """What the chips choose: the five kinds of punctuality, and what is asked across them."""

    ON_TIME = "on_time", _("Đúng hạn")
    LATE = "late", _("Trễ hạn")
    MISSING = "missing", _("Chưa gửi")
    NOT_DUE = "not_due", _("Chưa đến hạn")
    EXEMPT = "exempt", _("Được miễn")
    NIL = "nil", _("Không phát sinh")
    RECEIVED = "received", _("Đã nhận")
    BEHIND = "behind", _("Trễ và chưa gửi")

    def condition(self, as_of: datetime) -> Q:
        """Which report rows are of this kind as of an instant."""
        kinds, received = punctuality_is(as_of), received_by(as_of)
        across = {
            Kind.NIL: received & Q(is_nil=True),
            Kind.RECEIVED: received,
            Kind.BEHIND: kinds[Punctuality.LATE] | kinds[Punctuality.MISSING],
        }
        return across[self] if self in across else kinds[Punctuality(self.value)]

    @property
    def icon(self) -> str:
        """The kind whose icon a chip carries; those across kinds have none."""
        return "" if self in (Kind.RECEIVED, Kind.BEHIND) else self.value

    def count_in(self, rates: Rates) -> int:
        """How many of these reports are of this kind."""
        return rates.late + rates.missing if self is Kind.BEHIND else int(getattr(rates, self.value))


class Contact(TextChoices):
    """Whom no reminder reaches."""

    NO_ADDRESS = "no-address", _("chưa có thư nhận tin")
    NO_HOLDER = "no-holder", _("chưa có người phụ trách")
    DEAD_ADDRESS = "dead-address", _("địa chỉ không nhận thư")


class Sort(TextChoices):
    """In which order; only the first one makes groups."""

    SUPERIOR = "superior", _("Theo cấp trên")
    NAME = "name", _("Theo tên cơ quan")
    CODE = "code", _("Theo mã")
    NEWEST = "newest", _("Mới gửi trước")


_PROTOCOL = ("agency__sort_order", "agency__name_sort", "pk")
# Inside a superior missing, late, not due, on time, exempt (`urgency`); then protocol order.
ORDERS: dict[Sort, Sequence[Any]] = {
    Sort.SUPERIOR: (
        F("superior__sort_order").asc(nulls_first=True),
        F("superior__name_sort").asc(nulls_first=True),
        "superior_id",
        "urgency",
        *_PROTOCOL,
    ),
    Sort.NAME: ("agency__name_sort", "pk"),
    Sort.CODE: ("agency__code", "pk"),
    Sort.NEWEST: (F("first_submitted_at").desc(nulls_last=True), *_PROTOCOL),
}


@dataclass(frozen=True)
class Wanted:
    """What a person asked the board to show, read from the address; what cannot be read asks for nothing."""

    words: str = ""
    superior: int | None = None
    group: str = ""
    state: str = ""
    contact: Contact | None = None
    until: date | None = None
    kind: Kind | None = None
    sort: Sort = Sort.SUPERIOR

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Read ?q=&superior=&group=&state=&contact=&until=&kind=&sort=."""
        return cls(
            words=clean(query.get("q", "").replace("\x00", ""))[:LONGEST_SEARCH],
            superior=_key(query.get("superior", "")),
            group=_one_of(Group.values, query.get("group", "")),
            state=_one_of(AnnualReport.State.values, query.get("state", "")),
            contact=Contact(contact) if (contact := query.get("contact", "")) in Contact.values else None,
            until=_day(query.get("until", "")),
            kind=Kind(kind) if (kind := query.get("kind", "")) in Kind.values else None,
            sort=Sort(sort) if (sort := query.get("sort", "")) in Sort.values else Sort.SUPERIOR,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything beyond the kind is asked for."""
        return any((self.words, self.superior, self.group, self.state, self.contact, self.until))

    @property
    def narrows_further(self) -> bool:
        """Whether one of the filters that a phone folds away is in use."""
        return any((self.superior, self.group, self.state, self.sort != Sort.SUPERIOR))


# Of a row, as the database gives it.
COLUMNS = (
    "pk",
    "agency__code",
    "agency_name",
    "superior_id",
    "superior__name",
    "group",
    "urgency",
    "state",
    "is_nil",
    "first_submitted_at",
    "cutoff",
    "extended_to",
    "reminders",
)


@dataclass(frozen=True)
class Row:
    """One report on the board, with what is shown of it."""

    pk: int
    code: str
    name: str
    superior_pk: int | None
    superior: str
    group: str
    punctuality: str
    days_late: int
    state: AnnualReport.State
    is_nil: bool
    first_submitted_at: datetime | None
    cutoff: datetime
    extended_to: date | None
    reminders: int

    @property
    def asks_why(self) -> bool:
        """Late and missing ones lead to their explanation."""
        return self.punctuality in (Punctuality.LATE, Punctuality.MISSING)

    @property
    def awaits_review(self) -> bool:
        """Sent, and on time, so that the link to it is not taken by the explanation."""
        return self.state == AnnualReport.State.SUBMITTED and not self.asks_why


@dataclass(frozen=True)
class Block:
    """Rows of one superior on a page, with the sums of all its rows; no name where rows are not grouped."""

    name: str
    rates: Rates | None
    rows: list[Row]
    goes_on: bool = False


@dataclass(frozen=True)
class Asked:
    """What is wanted of which cycle on which day; cycle and province are keys."""

    cycle: int
    province: int
    wanted: Wanted
    day: date

    def narrowing(self, as_of: datetime) -> Q:
        """What the filters ask of a report row, apart from its kind of punctuality."""
        wanted = self.wanted
        # Of the joined row: a list of keys would be made of all agencies.
        asked = holding(wanted.words, "agency__name_search")
        if wanted.superior is not None:
            asked &= Q(superior_id=wanted.superior)
        if wanted.group:
            asked &= Q(group=wanted.group)
        if wanted.state:
            asked &= Q(state=wanted.state)
        if wanted.until:
            asked &= Kind.RECEIVED.condition(as_of) & Q(first_submitted_at__lt=start_of(wanted.until + DAY))
        if wanted.contact:
            asked &= unreached(self.cycle, self.province, self.day)[wanted.contact]
        return asked


@dataclass(frozen=True)
class Board:
    """One cycle as one person may see it, narrowed to what was asked for, as of an instant.

    Looking back it names superiors as they were called that day, which costs one statement more.
    """

    cycle: ReportCycle
    user: User
    wanted: Wanted
    as_of: datetime
    looks_back: bool = False

    @cached_property
    def visible(self) -> ReportQuerySet:
        """Every report of the cycle that this person may see."""
        return AnnualReport.objects.visible_in(self.cycle, self.user)

    @cached_property
    def _asked(self) -> "Asked":
        return Asked(self.cycle.pk, self.cycle.province_id, self.wanted, day_of(self.as_of))

    @cached_property
    def _is_whole(self) -> bool:
        """Then its statements are the same for everybody, and composed once."""
        return sees_whole(self.cycle, self.user)

    @cached_property
    def _by_superior(self) -> dict[tuple[Any, ...], Rates]:
        """One statement: every superior of a visible report with the sums of what the filters leave."""
        if self._is_whole:
            return added_up(_sums_of_cycle(self._asked, self.as_of))
        return added_up(_sums(self.visible, self._asked, self.as_of))

    @property
    def superiors(self) -> list[tuple[int, str]]:
        """Every superior of a visible report, in protocol order: (key, name)."""
        known = sorted(key for key in self._by_superior if key[-2] is not None)
        return [(pk, self._names_then.get(pk) or in_lists(name)) for *_order, pk, name in known]

    @cached_property
    def _names_then(self) -> dict[int, str]:
        keys = [key[-2] for key in self._by_superior]
        return names_on(keys, day_of(self.as_of)) if self.looks_back else {}

    @cached_property
    def sums(self) -> dict[int | None, Rates]:
        """How the narrowed reports stand, per superior."""
        return {key[-2]: counted for key, counted in self._by_superior.items()}

    @cached_property
    def rates(self) -> Rates:
        """How the narrowed reports stand together."""
        return total(self.sums.values())

    @property
    def count(self) -> int:
        """How many rows there are of the kind that was asked for."""
        return self.wanted.kind.count_in(self.rates) if self.wanted.kind else self.rates.expected

    @property
    def chips(self) -> list[tuple[Kind, int]]:
        """The kinds to choose from with their counts; those across kinds only while one is chosen."""
        usual = [kind for kind in Kind if kind not in (Kind.RECEIVED, Kind.BEHIND)]
        chosen = [self.wanted.kind] if self.wanted.kind in (Kind.RECEIVED, Kind.BEHIND) else []
        return [(kind, kind.count_in(self.rates)) for kind in [*usual, *chosen] if kind]

    def rows(self) -> Iterator[Row]:
        """Every row asked for, as a stream."""
        found = _rows(self.visible, self._asked, self.as_of)
        return (self._row(values) for values in found.iterator(chunk_size=1000))

    def page(self, number: str | None) -> Page:
        """One page of rows; a number that does not exist gives the nearest one that does."""
        page = CountedPaginator(self, ROWS_A_PAGE, self.count).get_page(number)
        page.object_list = [self._row(values) for values in page.object_list]
        return page

    def __getitem__(self, place: slice) -> Iterable[tuple[Any, ...]]:
        """The values of some rows, for the paginator."""
        part = (self._asked, self.as_of, place.start, place.stop, self.count > LONG)
        return _page_of_cycle(*part) if self._is_whole else _page(self.visible, *part)

    def blocks(self, page: Page) -> list[Block]:
        """The rows of a page, grouped by superior where they are sorted so."""
        rows: list[Row] = list(page.object_list)
        if self.wanted.sort != Sort.SUPERIOR:
            return [Block("", None, rows)]
        blocks = [self._block(key, list(group)) for key, group in groupby(rows, lambda row: row.superior_pk)]
        return [*blocks[:-1], self._cut(blocks[-1], page)] if blocks else []

    def _block(self, superior: int | None, rows: list[Row]) -> Block:
        return Block(rows[0].superior, self.sums.get(superior), rows)

    def _cut(self, block: Block, page: Page) -> Block:
        """The last group of a page may go on overleaf."""
        if not page.has_next() or block.rates is None:
            return block
        kind = self.wanted.kind
        goes_on = len(block.rows) < (kind.count_in(block.rates) if kind else block.rates.expected)
        return Block(block.name, block.rates, block.rows, goes_on)

    def _row(self, found: tuple[Any, ...]) -> Row:
        values = dict(zip(COLUMNS, found, strict=True))
        sent = values["first_submitted_at"]
        sent = sent if sent and sent <= self.as_of else None
        punctuality = URGENCY[values["urgency"]]
        is_behind = punctuality in (Punctuality.LATE, Punctuality.MISSING)
        until = day_of(sent or self.as_of) if is_behind else None
        return Row(
            pk=values["pk"],
            code=values["agency__code"],
            name=in_lists(values["agency_name"]),
            superior_pk=values["superior_id"],
            superior=self._names_then.get(values["superior_id"]) or in_lists(values["superior__name"] or ""),
            group=values["group"],
            punctuality=punctuality,
            days_late=max(0, Deadline.ending_at(values["cutoff"]).offset(until)) if until else 0,
            state=AnnualReport.State(values["state"]),
            is_nil=values["is_nil"] and sent is not None,
            first_submitted_at=sent,
            cutoff=values["cutoff"],
            extended_to=values["extended_to"],
            reminders=values["reminders"],
        )


def _sums(reports: ReportQuerySet, asked: Asked, as_of: datetime) -> "QuerySet[Any, Any]":
    return counts_by(reports, *SUPERIOR, as_of=as_of, among=asked.narrowing(as_of))


def _rows(reports: ReportQuerySet, asked: Asked, as_of: datetime) -> "QuerySet[Any, Any]":
    """What the COLUMNS hold of the rows asked for, in their order."""
    return _dressed(_found(reports, asked, as_of), as_of)


def _page(
    reports: ReportQuerySet, asked: Asked, as_of: datetime, start: int, stop: int, is_long: bool
) -> "QuerySet[Any, Any]":
    """The same of some rows.

    Of a long list they are found first: mails would be counted of every row before them, and all that is
    shown of each would be sorted along.
    """
    found = _found(reports, asked, as_of)
    if not is_long:
        return _dressed(found, as_of)[start:stop]
    page = AnnualReport.objects.filter(pk__in=found.values("pk")[start:stop])
    return _dressed(_in_order(page, asked, as_of), as_of)


def _found(reports: ReportQuerySet, asked: Asked, as_of: datetime) -> ReportQuerySet:
    chosen, kind = reports.filter(asked.narrowing(as_of)), asked.wanted.kind
    return _in_order(chosen.filter(kind.condition(as_of)) if kind else chosen, asked, as_of)


def _in_order(reports: ReportQuerySet, asked: Asked, as_of: datetime) -> ReportQuerySet:
    ordered: ReportQuerySet = reports.annotate(urgency=urgency_at(as_of)).order_by(*ORDERS[asked.wanted.sort])
    return ordered


def _dressed(reports: ReportQuerySet, as_of: datetime) -> "QuerySet[Any, Any]":
    return reports.annotate(reminders=_reminders(as_of)).values_list(*COLUMNS)


@kept(300)  # composing it took as long as asking; the same for the page
def _sums_of_cycle(asked: Asked, as_of: datetime) -> "QuerySet[Any, Any]":
    return _sums(AnnualReport.objects.filter(cycle=asked.cycle), asked, as_of)


@kept(300)
def _page_of_cycle(
    asked: Asked, as_of: datetime, start: int, stop: int, is_long: bool
) -> "QuerySet[Any, Any]":
    return _page(AnnualReport.objects.filter(cycle=asked.cycle), asked, as_of, start, stop, is_long)


def unreached(cycle: int, province: int, day: date) -> dict[Contact, Q]:
    """Of which reports of a cycle nobody is reached on a day: no address, a dead one, nobody in the post.

    Cycle and province are keys. Of an agency that ended whoever took its report over is asked.
    """
    in_post = Post.objects.on(day).filter(is_responsible=True, user__is_active=True).order_by()
    holders = in_post.filter(agency__reports__cycle=cycle).values("agency_id")
    passed_on = AnnualReport.objects.filter(cycle=cycle, passed_to__isnull=False).order_by()
    heirs = passed_on.values("passed_to")
    own, passed = Q(passed_to__isnull=True), Q(passed_to__isnull=False)
    taken_up = Q(passed_to__in=in_post.filter(agency__in=heirs).values("agency_id"))
    return {
        Contact.NO_ADDRESS: Q(own, agency__contact_email="") | Q(passed_to__contact_email=""),
        Contact.NO_HOLDER: (own & ~Q(agency__in=holders)) | (passed & ~taken_up),
        Contact.DEAD_ADDRESS: Q(is_dead(answering_mailbox(OuterRef), Value(str(province)))),
    }


def answering_mailbox(name: Callable[[str], Any] = F) -> Coalesce:
    """The mailbox of whoever answers for a report row: its agency, or the one that took it over.

    `name` is F for the row itself, OuterRef inside a sub-select.
    """
    return Coalesce(name("passed_to__contact_email"), name("agency__contact_email"))


def _reminders(as_of: datetime) -> Coalesce:
    """How many mails about the report were sent by then; the rows of a page ask an index, row by row."""
    about = Concat(Value("report:"), Cast(OuterRef("pk"), CharField()))
    sent = Notice.objects.filter(about=about, state=Notice.State.SENT, sent_at__lte=as_of)
    of_one = sent.order_by().values("about")
    return Coalesce(Subquery(of_one.annotate(number=Count("pk")).values("number")), 0)


def _key(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _one_of(known: Iterable[str], typed: str) -> str:
    return typed if typed in known else ""


def _day(typed: str) -> date | None:
    try:
        return read_date(typed)
    except Misread:
        return None

"""Planning, cancelling and entering successions in the registry.

What agencies leave open is settled above, by who knows it (`reports.actions.succession`): it calls `enter`
for everything that happens on one day. All who end on that day end before anybody begins, because codes are
used again: predecessor and successor may bear the same one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from agencies.actions.agency import change, end, found, joined
from agencies.models import Agency, Document, Heritage, Post, Standing, Succession, SuccessionLink, User
from isotrack.journal.record import record
from isotrack.kit.states import move
from isotrack.kit.words import say_date

Kind = Succession.Kind
DAY = timedelta(days=1)
# Who is entered first on one day: what others hang under, then what is parted among them.
_ORDER = [Kind.MERGED, Kind.DISSOLVED_INTO, Kind.RENAMED, Kind.MOVED, Kind.SPLIT, Kind.DISSOLVED]


@dataclass(frozen=True)
class Before:
    """A predecessor: an agency of the registry, or one outside it that is known by code and name alone."""

    code: str
    name: str
    agency: Agency | None = None
    place: str = ""

    @classmethod
    def of(cls, agency: Agency) -> "Before":
        """An agency of the registry."""
        return cls(agency.code, agency.name, agency)


@dataclass(frozen=True)
class After:
    """A successor by its code on the day: one that is there by then, or the one the succession founds."""

    code: str
    name: str


@dataclass(frozen=True)
class Wish:
    """What shall happen, as a person or a file states it.

    `founding` holds the fields of each new agency, `changes` the new values of one that goes on; in both
    other agencies (superior, covered_by) are named by code.
    """

    kind: str
    effective_on: date | None
    before: Sequence[Before]
    after: Sequence[After] = ()
    founding: Sequence[Mapping[str, Any]] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    document: Document | None = None
    basis: str = ""
    reason: str = ""
    passes_posts: bool = True


@transaction.atomic
def plan(wish: Wish, *, by: User | None, at: datetime, province: Agency) -> Succession:
    """Put down what shall happen; nothing changes until it is carried out.

    Raises ValidationError naming the field: who cannot end or begin that day, and what the kind lacks.
    """
    check(wish)
    succession = Succession.objects.create(
        province=province,
        kind=wish.kind,
        effective_on=wish.effective_on,
        document=wish.document,
        basis=wish.basis,
        reason=wish.reason,
        founding=[dict(one) for one in wish.founding],
        changes=dict(wish.changes),
        passes_posts=wish.passes_posts,
        planned_at=at,
        planned_by=by,
    )
    SuccessionLink.objects.bulk_create(_links(succession, wish))
    if wish.kind != Kind.UNKNOWN:
        _decided([one.agency for one in wish.before if one.agency], by=by, at=at)
    day = wish.effective_on
    changes = {"effective_on": [None, str(day)]} if day else {}
    write("succession-planned", succession, by=by, at=at, changes=changes, reason=wish.reason)
    return succession


@transaction.atomic
def cancel(succession: Succession, *, by: User, at: datetime, reason: str) -> Succession:
    """Take back what was planned, before its day is carried out. Raises WrongState."""
    move(succession, Succession.State.CANCELLED, cancelled_at=at, cancel_reason=reason)
    write("succession-cancelled", succession, by=by, at=at, reason=reason)
    return succession


def in_order(batch: Iterable[Succession]) -> list[Succession]:
    """Everything of one day in the order in which it is entered: provinces first."""

    def place(one: Succession) -> tuple[bool, int, int]:
        is_root = any(not new.get("superior") for new in one.founding)
        return not is_root, _ORDER.index(Kind(one.kind)), one.pk

    return sorted(batch, key=place)


def ending(batch: Iterable[Succession]) -> list[Agency]:
    """The agencies that end with these successions, each once."""
    links = [link for one in batch if not one.keeps_entity for link in one.all_links]
    return list({link.predecessor.pk: link.predecessor for link in links if link.predecessor}.values())


def enter(batch: Sequence[Succession], *, by: User | None, at: datetime) -> None:
    """Write into the registry what happens on one day: ends, foundations, changes, and who follows whom.

    The caller's transaction holds the rows of `batch`, all of one day, in order. Raises ValidationError.
    """
    (day,) = {one.effective_on for one in batch}
    assert day is not None
    ended = [
        end(link.predecessor, by=by, at=at, last_day=day - DAY, reason=one.why)
        for one in batch
        if not one.keeps_entity
        for link in _first_links(one)
        if link.predecessor
    ]
    _found_all(batch, day, by=by, at=at)
    for one in batch:
        _go_on(one, day, by=by, at=at)
        _join(one, day)
    _share_systems(batch, day)
    _follow(batch, ended, day, by=by, at=at)


def pass_posts(batch: Sequence[Succession], *, by: User | None, at: datetime) -> None:
    """End the posts of agencies that ended on their last day; where the succession says so, begin them again.

    Of several predecessors one brings the responsible officer: the one whose code or name the successor
    bears, else the first in protocol order. The others keep a post and answer for nothing by themselves.
    """
    passing = {agency.pk: one for one in batch for agency in ending([one])}
    mains = {main.pk for one in batch if (main := _main(one.all_links))}
    ended = Post.objects.filter(agency__in=passing).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=F("agency__valid_to"))
    )
    for post in ended.select_related("user", "agency__heir").order_by("pk"):
        one = passing[post.agency_id]
        heir = post.agency.heir if one.passes_posts else None
        _pass_post(post, heir, is_main=post.agency_id in mains, by=by, at=at)


def write(verb: str, succession: Succession, **details: Any) -> None:
    """One entry in the journal about a succession."""
    about = ("succession", succession.pk, succession)
    record(verb, about, province=succession.province_id, **details)


def _decided(agencies: Sequence[Agency], *, by: User | None, at: datetime) -> None:
    """What becomes of these is known now: nobody has to be asked any more."""
    asked = Succession.objects.undecided().filter(links__predecessor__in=agencies)
    for one in asked.prefetch_related("links"):
        reason = _("Đã có quyết định.")
        move(one, Succession.State.CANCELLED, cancelled_at=at, cancel_reason=reason)
        write("succession-cancelled", one, by=by, at=at, reason=reason)


# What must hold


def check(wish: Wish) -> None:
    """Refuse what cannot be planned. Raises ValidationError naming the field."""
    kind, day = Kind(wish.kind), wish.effective_on
    if kind != Kind.UNKNOWN and day is None:
        raise ValidationError({"effective_on": _("Ghi ngày có hiệu lực.")}, code="required")
    if not wish.before:
        raise ValidationError({"predecessors": _("Chọn ít nhất một cơ quan.")}, code="required")
    needs = {Kind.MERGED: 1, Kind.DISSOLVED_INTO: 1, Kind.SPLIT: 2}
    if len(wish.after) < needs.get(kind, 0):
        said = (
            _("Chia tách phải có ít nhất hai cơ quan kế thừa.")
            if kind == Kind.SPLIT
            else _("Chọn hoặc lập cơ quan kế thừa.")
        )
        raise ValidationError({"successors": said}, code="required")
    if kind in Succession.OF_ONE and not (wish.changes or wish.founding):
        raise ValidationError({"kind": _("Chưa có thông tin nào khác với hiện tại.")}, code="unchanged")
    _check_before([one.agency for one in wish.before if one.agency], wish)
    if day is not None:
        for new in wish.founding:
            _check_code(str(new["code"]), wish, day)


def _check_before(agencies: Sequence[Agency], wish: Wish) -> None:
    """Each still lives, began before the day, and waits for no other end."""
    newest = dict(
        Standing.objects.filter(agency__in=agencies)
        .values_list("agency")
        .annotate(Max("starts_on"))
        .order_by()
    )
    for agency in agencies:
        words: dict[str, Any] = {"agency": agency}
        if agency.valid_to is not None:
            words["day"] = say_date(agency.valid_to)
            said = _("%(agency)s đã kết thúc, ngày cuối cùng là %(day)s.") % words
            raise ValidationError({"predecessors": said}, code="ended")
        if wish.effective_on is not None and wish.effective_on <= newest[agency.pk]:
            words["day"] = say_date(newest[agency.pk])
            said = _("%(agency)s có thông tin bắt đầu từ %(day)s; ngày hiệu lực phải sau ngày đó.") % words
            raise ValidationError({"effective_on": said}, code="too-early")
    if wish.kind not in Succession.OF_ONE:
        _check_waiting(agencies)


def _check_waiting(agencies: Sequence[Agency]) -> None:
    waiting = SuccessionLink.objects.filter(
        predecessor__in=agencies, succession__state=Succession.State.PLANNED
    ).exclude(succession__kind__in=[*Succession.OF_ONE, Kind.UNKNOWN])
    if link := waiting.select_related("predecessor", "succession").first():
        words = {"agency": link.predecessor, "other": link.succession}
        said = _("%(agency)s đã có trong việc đang chờ: %(other)s. Hủy việc đó trước.") % words
        raise ValidationError({"predecessors": said}, code="planned")


def _check_code(code: str, wish: Wish, day: date) -> None:
    """A code may be used again from the day its bearer ends: with this succession or another one."""
    going = {one.agency.pk for one in wish.before if one.agency}
    planned = SuccessionLink.objects.filter(
        succession__in=Succession.objects.planned(), succession__effective_on__lte=day
    ).exclude(succession__kind__in=[*Succession.OF_ONE, Kind.UNKNOWN])
    going |= set(planned.filter(predecessor__isnull=False).values_list("predecessor_id", flat=True))
    holder = Agency.objects.filter(code=code).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    bearer = holder.exclude(pk__in=going).first()
    if bearer is not None and wish.kind not in Succession.OF_ONE:
        said = _("Mã %(code)s đang là của %(agency)s. Chọn mã khác, hoặc cho cơ quan đó kết thúc trước.")
        words = {"code": code, "agency": bearer}
        raise ValidationError({"code": ValidationError(said, code="taken", params=words)})


def _links(succession: Succession, wish: Wish) -> list[SuccessionLink]:
    return [
        SuccessionLink(
            succession=succession,
            predecessor=before.agency,
            predecessor_code=before.code,
            predecessor_name=before.name,
            place=before.place,
            successor_code=after.code,
            successor_name=after.name,
            is_whole=wish.kind != Kind.SPLIT,
        )
        for before in wish.before
        for after in (wish.after or [After("", "")])
    ]


# Entering


def _first_links(succession: Succession) -> list[SuccessionLink]:
    """One link for each predecessor: who is split ends once."""
    return list({link.predecessor_id or -link.pk: link for link in succession.all_links}.values())


def _found_all(batch: Iterable[Succession], day: date, *, by: User | None, at: datetime) -> None:
    """Found every new agency of the day, superiors first."""
    waiting = {str(new["code"]): (one, new) for one in batch for new in one.founding}
    above: dict[str, Agency] = {}
    while waiting:
        ready = [code for code, (_one, new) in waiting.items() if new.get("superior") not in waiting]
        if not ready:
            said = _("Các cơ quan mới là cấp trên của nhau: %(codes)s.") % {"codes": ", ".join(waiting)}
            raise ValidationError({"successors": said}, code="circle")
        for code in ready:
            one, new = waiting.pop(code)
            superior = new.get("superior") or ""
            if superior and superior not in above:
                above[superior] = _bearer(superior, day)
            _found(one, new, above.get(superior), day, by=by, at=at)


def _found(
    succession: Succession,
    new: Mapping[str, Any],
    superior: Agency | None,
    day: date,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """The mailbox of the predecessor that goes on in it serves until somebody sets another one."""
    values = {name: value for name, value in new.items() if name not in ("superior", "covered_by")}
    main = _main([link for link in succession.all_links if link.successor_code == new["code"]])
    values["contact_email"] = new.get("contact_email") or (main.contact_email if main else "")
    found(by=by, at=at, on=day, superior=superior, **values)


def _go_on(succession: Succession, day: date, *, by: User | None, at: datetime) -> None:
    """Begin the new standing of an agency that stays the same legal entity."""
    going_on = [link.predecessor for link in succession.all_links if link.predecessor]
    if not succession.keeps_entity or not going_on:
        return
    values = dict(succession.changes)
    if "superior" in values:
        values["superior"] = _bearer(values["superior"], day)
    change(going_on[0], by=by, at=at, on=day, reason=succession.why, **values)


def _bearer(code: str, day: date) -> Agency:
    agency = Agency.objects.coded(code, day).select_related("province").first()
    if agency is None:
        said = _("Không có cơ quan nào mang mã %(code)s vào ngày %(day)s.")
        raise ValidationError({"successors": said % {"code": code, "day": say_date(day)}}, code="unknown")
    return agency


def _join(succession: Succession, day: date) -> None:
    """Tie predecessors to their successors: links, whose past is read by whom, former names, the heir."""
    links = succession.all_links
    codes = {link.successor_code for link in links if link.successor_code}
    bearers = {code: _bearer(code, day) for code in codes}
    for link in links:
        link.successor = bearers.get(link.successor_code)
    SuccessionLink.objects.bulk_update(links, ["successor"])
    for successor in bearers.values():
        _name(successor, [link for link in links if link.successor == successor])
    if succession.keeps_entity:
        return
    for agency in ending([succession]):
        heirs = list(
            {link.successor for link in links if link.predecessor_id == agency.pk and link.successor}
        )
        _inherit(agency, heirs, day)


def _name(successor: Agency, links: Sequence[SuccessionLink]) -> None:
    """Former names of predecessors lead a search to whoever follows them."""
    before = [
        name
        for link in links
        for name in (
            link.predecessor_name,
            *(link.predecessor.former_names if link.predecessor else "").split("; "),
        )
        if name != successor.name
    ]
    successor.former_names = joined(successor.former_names, *before)
    if successor.is_province:
        older = [link.predecessor for link in links if link.predecessor and link.predecessor.is_province]
        successor.keeps = sorted({*successor.keeps, *(key for one in older for key in (one.pk, *one.keeps))})
    successor.save(update_fields=["former_names", "name_search", "keeps"])


def _inherit(agency: Agency, heirs: Sequence[Agency], day: date) -> None:
    """Who reads its past, and who answers for what it left open: nobody yet where there are several.

    Where an agency ends without a successor, what it left goes to its superior or whoever followed that one.
    """
    heir = heirs[0] if len(heirs) == 1 else None if heirs else _living(agency.superior, day)
    readers = [*heirs] if heirs else [heir] if heir else []
    earlier = Heritage.objects.filter(heir=agency).values_list("agency_id", flat=True)
    Heritage.objects.bulk_create(
        [Heritage(agency_id=pk, heir=reader) for pk in (agency.pk, *earlier) for reader in readers],
        ignore_conflicts=True,
    )
    Agency.objects.filter(Q(pk=agency.pk) | Q(heir=agency)).update(heir=heir)


def _living(agency: Agency | None, day: date) -> Agency | None:
    """The agency itself on that day, else whoever answers for it, else for those above it."""
    while agency is not None:
        agency = Agency.objects.select_related("heir", "superior").get(pk=agency.pk)
        if agency.valid_to is None or agency.valid_to >= day:
            return agency
        agency = agency.heir or agency.superior
    return None


def _share_systems(batch: Iterable[Succession], day: date) -> None:
    """New agencies whose system is another's (TT 26/2014 Đ6)."""
    for new in (new for one in batch for new in one.founding):
        if keeper := new.get("covered_by"):
            Agency.objects.coded(str(new["code"]), day).update(covered_by=_bearer(keeper, day))


def _follow(
    batch: Sequence[Succession], ended: Sequence[Agency], day: date, *, by: User | None, at: datetime
) -> None:
    """Agencies that go on under a superior that ended follow it to its heir: nobody hangs in the air."""
    why = {agency.pk: one.why for one in batch for agency in ending([one])}
    left = Agency.objects.filter(superior__in=ended, valid_to__isnull=True).select_related("superior__heir")
    for agency in left.order_by("path"):
        superior = agency.superior
        heir = superior.heir if superior else None
        if superior is None or heir is None or agency.standings.latest("starts_on").starts_on >= day:
            continue
        heir = Agency.objects.select_related("province").get(pk=heir.pk)
        change(agency, by=by, at=at, on=day, reason=why[superior.pk], superior=heir)


# People


def _main(links: Iterable[SuccessionLink]) -> Agency | None:
    """The predecessor whose officer and mailbox go on: same code, same name, else first in protocol order."""

    def place(link: SuccessionLink) -> tuple[bool, bool, int, str]:
        before = link.predecessor
        assert before is not None
        other_code = link.predecessor_code != link.successor_code
        return other_code, before.own_name != _own_name(link), before.sort_order, before.name_sort

    known = sorted((link for link in links if link.predecessor), key=place)
    return known[0].predecessor if known else None


def _own_name(link: SuccessionLink) -> str:
    return Agency(name=link.successor_name).own_name


def _pass_post(post: Post, heir: Agency | None, *, is_main: bool, by: User | None, at: datetime) -> None:
    last_day = post.agency.valid_to
    assert last_day is not None
    if post.starts_on > last_day:
        # Written down later than the agency ended: it was meant for whoever came after.
        if (
            heir is not None
            and not Post.objects.filter(user=post.user, agency=heir, starts_on=post.starts_on).exists()
        ):
            before, post.agency = post.agency, heir
            post.save(update_fields=["agency"])
            _write_post("post-begun", post, heir, by=by, at=at, agency=[str(before), str(heir)])
        return
    ends_on, post.ends_on = post.ends_on, last_day
    post.save(update_fields=["ends_on"])
    changes = [str(ends_on) if ends_on else None, str(last_day)]
    _write_post("post-ended", post, post.agency, by=by, at=at, ends_on=changes)
    if heir is not None:
        _begin_post(post, heir, ends_on, is_main=is_main, by=by, at=at)


def _begin_post(
    post: Post, heir: Agency, ends_on: date | None, *, is_main: bool, by: User | None, at: datetime
) -> None:
    """The day after; who holds a post there already needs no second one."""
    first = (post.ends_on or heir.valid_from) + DAY
    if Post.objects.on(first).filter(user=post.user, agency=heir).exists():
        return
    begun = Post.objects.create(
        user=post.user,
        agency=heir,
        title=post.title,
        is_responsible=post.is_responsible and is_main,
        is_head=post.is_head and is_main,
        starts_on=first,
        ends_on=ends_on,
    )
    _write_post("post-begun", begun, heir, by=by, at=at, agency=[str(post.agency), str(heir)])


def _write_post(
    verb: str, post: Post, of: Agency, *, by: User | None, at: datetime, **changes: list[str | None]
) -> None:
    about = ("user", post.user_id, post.user)
    record(verb, about, by=by, at=at, province=of.province_id, changes=changes)

"""Taking a list of agencies into the registry: judged first, then written whole or not at all.

The number of statements does not depend on the number of rows: new agencies enter in one insert, changed ones
in one upsert, standings and the journal from there on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import CharField, DateField, F, Max, TextField, Value
from django.db.models.functions import Cast, Concat, Left, Replace
from django.utils.translation import gettext as _

from agencies.actions.agency import DATED
from agencies.models import Agency, Standing, User
from agencies.models.agency import AgencyQuerySet
from agencies.registry_judge import Judgement, Line, Outcome, judge, plain
from agencies.registry_match import VALUES, Being, Registry
from agencies.registry_sheet import LIMITS, fields
from isotrack.journal.models import Entry
from isotrack.journal.models.entry import in_words
from isotrack.journal.record import name_of
from isotrack.kit.bulk import insert_select, reserve_keys
from isotrack.kit.sheets import Reading, read_tables


class ChangedMeanwhile(Exception):
    """The registry is not what it was when the preview was shown; nothing was saved."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(_("Danh bạ đã thay đổi sau khi xem trước; chưa lưu gì."))
        self.judgement = judgement


def read_registry(file: BinaryIO) -> Reading:
    """The lists of a workbook or a .csv. Raises SheetRefused for what cannot be read."""
    return read_tables(file, fields(), needed=["code", "name"], keys=["code"], limits=LIMITS)


def preview_registry(reading: Reading, *, by: User | None, on: date) -> Judgement:
    """What the list would do on the day `on`; nothing is saved."""
    return judge(reading, registry_of(by), on=on)


@transaction.atomic
def import_registry(
    reading: Reading, *, by: User | None, at: datetime, on: date, reason: str, seen: str = ""
) -> Judgement:
    """Write what a list says: every row that is not refused, in one transaction, an entry for each agency.

    With `seen`, the digest of the judgement a person confirmed, nothing is written when the registry has
    changed so that the outcome differs: raises ChangedMeanwhile with the new one.
    """
    found = judge(reading, registry_of(by, lock=True), on=on)
    if seen and found.digest != seen:
        raise ChangedMeanwhile(found)
    try:
        with transaction.atomic():
            _Writer(found, by=by, at=at, reason=reason).write()
    except IntegrityError:
        # Another hand entered one of the codes between our look and our writing.
        raise ChangedMeanwhile(judge(reading, registry_of(by), on=on)) from None
    return found


def registry_of(by: User | None, *, lock: bool = False) -> Registry:
    """The registry in a person's reach (None: the whole installation), as the judge wants it.

    With `lock` the agencies stay as they are until the transaction ends.
    """
    reach: AgencyQuerySet = Agency.objects.editable_by(by) if by else Agency.objects.all()
    beings = _beings(reach.select_for_update(of=("self",)) if lock else reach)
    taken: dict[str, list[tuple[date, date | None]]] = {}
    if by is not None:
        others = Agency.objects.exclude(pk__in=reach.values("pk"))
        for code, begins, ends in others.values_list("code", "valid_from", "valid_to"):
            taken.setdefault(code.casefold(), []).append((begins, ends))
    return Registry(beings, taken, may_found_provinces=by is None)


def _beings(agencies: AgencyQuerySet) -> list[Being]:
    since = dict(Standing.objects.order_by().values_list("agency").annotate(Max("starts_on")))
    # Keys instead of joins: the rows are locked, and a superior is a being as well.
    columns = ("pk", "code", "province_id", *(_column(name) for name in VALUES))
    rows = list(agencies.order_by("pk").values_list(*columns))
    found = {row[0]: Being(row[0], row[1], province=row[2], since=since.get(row[0])) for row in rows}
    for row in rows:
        values = dict(zip(VALUES, row[3:], strict=True))
        for name in ("superior", "covered_by"):
            values[name] = found.get(values[name])
        found[row[0]].values = values
    return list(found.values())


def _column(name: str) -> str:
    return f"{name}_id" if name in ("superior", "covered_by") else name


class _Writer:
    """Writes a judgement in a number of statements that its rows do not change."""

    def __init__(self, found: Judgement, *, by: User | None, at: datetime, reason: str) -> None:
        self.on, self.by, self.at, self.reason = found.on, by, at, reason
        self.created, self.updated = found.of(Outcome.CREATED), found.of(Outcome.UPDATED)
        self.made: dict[Being, Agency] = {}

    def write(self) -> None:
        self._enter()
        if self.updated:
            self._change()
        if self.created:
            self._enter_history()

    # New agencies

    def _enter(self) -> None:
        """Keys are reserved first: superiors, paths and shared systems may all be new as well."""
        if not self.created:
            return
        keys = reserve_keys(Agency, len(self.created))
        for line, key in zip(self.created, keys, strict=True):
            assert line.being is not None
            self.made[line.being] = self._new(line, key)
        for being, agency in self.made.items():
            superior, keeper = being.values["superior"], being.values["covered_by"]
            agency.superior_id = self._key(superior)
            agency.covered_by_id = self._key(keeper)
        superiors = {agency.pk: agency.superior_id for agency in self.made.values()}
        stored = {being.pk: _stored_path(being) for being in self._above() if being.pk is not None}
        for being, agency in self.made.items():
            agency.path = _path(agency.pk, superiors, stored)
            agency.province_id = self._province(being)
        Agency.objects.bulk_create(self.made.values())

    def _above(self) -> Iterable[Being]:
        """The stored agencies directly above new ones."""
        superiors = (being.values["superior"] for being in self.made)
        return {one for one in superiors if one is not None and one.pk is not None}

    def _province(self, being: Being) -> int | None:
        while being.pk is None and being.values["superior"] is not None:
            being = being.values["superior"]
        return self.made[being].pk if being.pk is None else being.province

    def _key(self, being: Being | None) -> int | None:
        if being is None:
            return None
        return self.made[being].pk if being.pk is None else being.pk

    @staticmethod
    def _new(line: Line, key: int) -> Agency:
        being = line.being
        assert being is not None
        links = ("superior", "covered_by")
        values = {name: value for name, value in being.values.items() if name not in links}
        agency = Agency(pk=key, code=being.code, **values)
        agency.keep_words()
        return agency

    def _enter_history(self) -> None:
        """The journal and the first standing; who has none yet is new."""
        first = min(agency.pk for agency in self.made.values())
        new = Agency.objects.filter(pk__gte=first, standings=None)
        lists = Replace(
            Replace("name", Value("Ủy ban nhân dân"), Value("UBND")), Value("Uỷ ban nhân dân"), Value("UBND")
        )
        by = name_of(self.by)
        said = f" ubnd{in_words(by)}{in_words(self.reason)}"
        told = {
            "at": Value(self.at),
            "province": Cast("province_id", CharField()),
            "actor": Value(by),
            "actor_key": Value(str(self.by.pk) if self.by else ""),
            "verb": Value("agency-founded"),
            "about_kind": Value("agency"),
            "about_key": Cast("pk", CharField()),
            "about_label": Left(lists, 300),
            "changes": Value({}, Entry._meta.get_field("changes")),
            "reason": Value(self.reason),
            "search": Concat(Value(" "), "name_search", Value(said), output_field=TextField()),
        }
        insert_select(Entry, new, told)
        stood = {name: F(name) for name in (*DATED, "name_sort", "name_search")}
        insert_select(
            Standing,
            new,
            {"agency": F("pk"), "starts_on": F("valid_from"), "ends_on": Value(None, DateField())} | stood,
        )

    # Changed agencies

    def _change(self) -> None:
        agencies = Agency.objects.in_bulk([line.being.pk for line in self.updated if line.being])
        self._end_standings(agencies)
        for line in self.updated:
            for name, (_old, new) in line.changes.items():
                agency = agencies[_pk(line)]
                setattr(agency, _column(name), self._key(new) if isinstance(new, Being) else new)
        for agency in agencies.values():
            agency.keep_words()
        _upsert([*agencies.values()], ["name_sort", "name_search", *VALUES])
        self._move()
        self._begin_standings(agencies)
        self._record(agencies)

    def _dated(self) -> list[Line]:
        return [line for line in self.updated if any(name in line.changes for name in DATED)]

    def _end_standings(self, agencies: dict[int, Agency]) -> None:
        lines = [_pk(line) for line in self._dated()]
        if lines:
            present = Standing.objects.filter(agency__in=lines, ends_on=None)
            present.update(ends_on=self.on - timedelta(days=1))

    def _begin_standings(self, agencies: dict[int, Agency]) -> None:
        Standing.objects.bulk_create(
            Standing(
                agency=agencies[_pk(line)],
                starts_on=self.on,
                **{_column(name): getattr(agencies[_pk(line)], _column(name)) for name in DATED},
            )
            for line in self._dated()
        )

    def _move(self) -> None:
        """Those that have another superior take everything below with them, new ones too."""
        if not any("superior" in line.changes for line in self.updated):
            return
        rows = list(Agency.objects.values_list("pk", "superior_id", "path"))
        superiors = {pk: superior for pk, superior, _old in rows}
        paths: dict[int, str] = {}
        moved = {pk: path for pk, _superior, old in rows if (path := _path(pk, superiors, paths)) != old}
        agencies = Agency.objects.in_bulk(list(moved))
        for pk, path in moved.items():
            agencies[pk].path = path
        _upsert([*agencies.values()], ["path"])

    def _record(self, agencies: dict[int, Agency]) -> None:
        Entry.objects.bulk_create(
            Entry(
                at=self.at,
                province=str(agencies[_pk(line)].province_id),
                actor=name_of(self.by),
                actor_key=str(self.by.pk) if self.by else "",
                verb="agency-changed",
                about_kind="agency",
                about_key=str(_pk(line)),
                about_label=str(agencies[_pk(line)])[:300],
                changes={name: [plain(old), plain(new)] for name, (old, new) in line.changes.items()},
                reason=self.reason,
            )
            for line in self.updated
        )


def _pk(line: Line) -> int:
    assert line.being is not None and line.being.pk is not None
    return line.being.pk


def _path(pk: int, superiors: Mapping[int, int | None], paths: dict[int, str]) -> str:
    """The path of an agency in a tree without circles; `paths` holds those that are known, and keeps it."""
    if pk not in paths:
        superior = superiors[pk]
        above = _path(superior, superiors, paths) if superior is not None else "/"
        paths[pk] = f"{above}{pk}/"
    return paths[pk]


def _stored_path(being: Being) -> str:
    """The path of an agency of the registry, from its superiors."""
    above = being.values["superior"]
    return f"{_stored_path(above) if above else '/'}{being.pk}/"


def _upsert(agencies: Iterable[Agency], names: Sequence[str]) -> None:
    """Write stored agencies back in one statement, whatever their number."""
    rows = list(agencies)
    if rows:
        Agency.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=list(names)
        )

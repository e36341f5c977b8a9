"""Changing many agencies in the same way from a day on: looked at first, then all or nothing.

The statements do not grow with the number of agencies, save for those that have others below them and move.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat, Substr
from django.utils.translation import gettext as _

from agencies.actions.agency import DATED
from agencies.models import Agency, Standing, User
from agencies.models.agency import AgencyQuerySet
from isotrack.journal.models import Entry
from isotrack.journal.record import entry_of
from isotrack.kit.words import NOTHING, say_date

# What can be the same for many: a name cannot.
TOGETHER = tuple(name for name in DATED if name != "name")


@dataclass(frozen=True)
class Outcome:
    """What would become of one agency: its changes {field: [old, new]} for the journal, or why not."""

    agency: Agency
    standing: Standing | None
    changes: dict[str, list[Any]]
    refusal: str = ""

    @property
    def in_words(self) -> list[dict[str, Any]]:
        """The changes as people read them: label, old, new."""
        label = {column.name: column.verbose_name for column in Agency._meta.fields}
        return [
            {
                "label": label[name],
                "old": _say(name, old),
                "new": _say(name, new),
            }
            for name, (old, new) in self.changes.items()
        ]


@dataclass(frozen=True)
class Preview:
    """What a change of many would do; `digest` tells whether the registry is still the same."""

    outcomes: list[Outcome] = field(default_factory=list)
    digest: str = ""

    @property
    def changed(self) -> list[Outcome]:
        """Those that would change."""
        return [one for one in self.outcomes if one.changes and not one.refusal]

    @property
    def refused(self) -> list[Outcome]:
        """Those that cannot, each with its reason."""
        return [one for one in self.outcomes if one.refusal]

    @property
    def unchanged(self) -> list[Outcome]:
        """Those that are so already."""
        return [one for one in self.outcomes if not one.changes and not one.refusal]


class Outdated(Exception):
    """The registry is not what was looked at any more; nothing was changed."""


def preview(agencies: AgencyQuerySet, *, on: date, values: Mapping[str, Any]) -> Preview:
    """Look at what `values` (of TOGETHER) from the day `on` would do, in two statements."""
    found = list(agencies.select_related("superior").order_by("sort_order", "name_sort", "pk"))
    rows = Standing.objects.filter(agency_id__in=[agency.pk for agency in found]).order_by("starts_on")
    present = {standing.agency_id: standing for standing in rows}
    outcomes = [_outcome(agency, present.get(agency.pk), on, values) for agency in found]
    return Preview(outcomes, _digest(outcomes, values.get("superior")))


@transaction.atomic
def change_together(
    agencies: AgencyQuerySet,
    *,
    by: User,
    at: datetime,
    on: date,
    reason: str,
    values: Mapping[str, Any],
    digest: str,
) -> int:
    """Change every agency that can be, each with its own entry in the journal; returns how many.

    `digest` is that of the preview a person agreed to. Raises Outdated when the registry has changed since.
    """
    keys = list(agencies.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    seen = preview(Agency.objects.filter(pk__in=keys), on=on, values=values)
    if seen.digest != digest:
        raise Outdated
    changed = seen.changed
    _start_standings(changed, on, values)
    Agency.objects.filter(pk__in=[one.agency.pk for one in changed]).update(**values)
    if "superior" in values:
        _rehang([one.agency for one in changed if "superior" in one.changes], values["superior"])
    Entry.objects.bulk_create(_entries(changed, by=by, at=at, reason=reason), batch_size=1000)
    return len(changed)


def _outcome(agency: Agency, present: Standing | None, on: date, values: Mapping[str, Any]) -> Outcome:
    pairs = {name: [getattr(agency, name), new] for name, new in values.items()}
    changes = {name: [_plain(one) for one in pair] for name, pair in pairs.items() if pair[0] != pair[1]}
    return Outcome(
        agency, present, changes, _refusal(agency, present, on, changes, values) if changes else ""
    )


def _refusal(
    agency: Agency,
    present: Standing | None,
    on: date,
    changes: Collection[str],
    values: Mapping[str, Any],
) -> str:
    if agency.valid_to is not None:
        return _("Cơ quan kết thúc ngày %(day)s.") % {"day": say_date(agency.valid_to)}
    if present is None or on <= present.starts_on:
        since = present.starts_on if present else agency.valid_from
        said = _("Thông tin hiện tại có từ ngày %(day)s; ngày có hiệu lực phải sau ngày đó.")
        return said % {"day": say_date(since)}
    return _misplaced(agency, values["superior"]) if "superior" in changes else ""


def _misplaced(agency: Agency, superior: Agency) -> str:
    if agency.is_province:
        return _("UBND cấp tỉnh không có cơ quan cấp trên.")
    if superior.path.startswith(agency.path):
        return _("Cơ quan cấp trên không thể là chính nó hoặc đơn vị trực thuộc.")
    return "" if superior.province_id == agency.province_id else _("Cơ quan cấp trên thuộc tỉnh khác.")


def _digest(outcomes: Iterable[Outcome], superior: Agency | None) -> str:
    """Everything that was looked at: values, places in the tree, days."""
    lines = [f"{superior.pk} {superior.path}" if superior else ""]
    for one in outcomes:
        agency, since = one.agency, one.standing.starts_on if one.standing else None
        dated = [getattr(agency, "superior_id" if name == "superior" else name) for name in DATED]
        lines.append(repr([agency.pk, agency.path, agency.valid_to, since, dated]))
    return sha256("\n".join(lines).encode()).hexdigest()


def _start_standings(changed: list[Outcome], on: date, values: Mapping[str, Any]) -> None:
    present = [one.standing for one in changed if one.standing is not None]
    Standing.objects.filter(pk__in=[one.pk for one in present]).update(ends_on=on - timedelta(days=1))
    columns = ["superior_id" if name == "superior" else name for name in DATED]
    new = {"superior_id" if name == "superior" else name: value for name, value in values.items()}
    if "superior_id" in new:
        new["superior_id"] = new["superior_id"].pk
    kept = ({column: getattr(one.standing, column) for column in columns} for one in changed)
    rows = [
        Standing(agency=one.agency, starts_on=on, **{**before, **new})
        for one, before in zip(changed, kept, strict=True)
    ]
    Standing.objects.bulk_create(rows, batch_size=1000)


def _rehang(moved: list[Agency], superior: Agency) -> None:
    """New places in the tree: one statement for all that stand alone, one for each with others below."""
    keys = [agency.pk for agency in moved]
    below = Agency.objects.filter(superior_id__in=keys, valid_to__isnull=True).order_by()
    leading = set(below.values_list("superior_id", flat=True))
    # The deepest first, so that nobody is moved twice.
    for agency in sorted(moved, key=lambda one: len(one.path), reverse=True):
        if agency.pk in leading:
            under = Agency.objects.filter(path__startswith=agency.path, valid_to__isnull=True)
            place = Value(f"{superior.path}{agency.pk}/")
            under.update(path=Concat(place, Substr("path", len(agency.path) + 1)))
    alone = Agency.objects.filter(pk__in=[key for key in keys if key not in leading])
    alone.update(path=Concat(Value(superior.path), Cast("pk", CharField()), Value("/")))


def _entries(changed: list[Outcome], *, by: User, at: datetime, reason: str) -> list[Entry]:
    return [
        entry_of(
            "agency-changed",
            ("agency", one.agency.pk, one.agency),
            by=by,
            at=at,
            province=one.agency.province_id,
            changes=one.changes,
            reason=reason,
        )
        for one in changed
    ]


def _say(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Có") if value else _("Không")
    choices = dict(getattr(Agency._meta.get_field(name), "flatchoices", ()))
    return str(choices.get(value, value or NOTHING))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Agency) else value

"""Keeping a search under a name, changing it, putting it in another place, giving it up."""

from datetime import datetime
from typing import Any

from django.db import transaction

from agencies.models import SavedView, User
from isotrack.journal.record import record


@transaction.atomic
def save_view(*, by: User, at: datetime, page: str, query: str, **values: Any) -> SavedView:
    """Keep a search; `values` are name, is_shared and is_default. Shared ones stand in the journal."""
    assert by.agency is not None and by.agency.province is not None
    _make_way(by, page, values)
    last = SavedView.objects.owned_by(by).of_page(page).order_by("-position").first()
    position = last.position + 1 if last else 0
    place = {"owner": by, "province": by.agency.province, "position": position}
    view = SavedView.objects.create(page=page, query=query, **place, **values)
    if view.is_shared:
        _record("view-shared", view, by=by, at=at, changes={"query": [None, query]})
    return view


@transaction.atomic
def change_view(view: SavedView, *, by: User, at: datetime, **values: Any) -> SavedView:
    """Change name, is_shared or is_default of a saved view; only its owner makes it the first one."""
    stored = SavedView.objects.select_for_update().get(pk=view.pk)
    _make_way(stored.owner, stored.page, values)
    changes = {name: [getattr(stored, name), value] for name, value in values.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    was_shared = stored.is_shared
    for name, value in values.items():
        setattr(stored, name, value)
    stored.save(update_fields=list(values))
    if changes and (was_shared or stored.is_shared):
        _record("view-changed", stored, by=by, at=at, changes=changes)
    return stored


@transaction.atomic
def remove_view(view: SavedView, *, by: User, at: datetime) -> None:
    """Give a saved view up; that of a shared one stands in the journal with what it showed."""
    if view.is_shared:
        _record("view-removed", view, by=by, at=at, changes={"query": [view.query, None]})
    view.delete()


@transaction.atomic
def move_view(view: SavedView, *, by: User, at: datetime, up: bool) -> None:
    """Put a person's own view one place further to the front, or to the back."""
    own = list(SavedView.objects.owned_by(by).of_page(view.page).select_for_update())
    place = next((n for n, one in enumerate(own) if one.pk == view.pk), None)
    other = -1 if place is None else place + (-1 if up else 1)
    if place is not None and 0 <= other < len(own):
        own[place], own[other] = own[other], own[place]
    for position, one in enumerate(own):
        one.position = position
    SavedView.objects.bulk_update(own, ["position"])


def _make_way(owner: User, page: str, values: dict[str, Any]) -> None:
    """A new first one takes the place of the one before."""
    if values.get("is_default"):
        SavedView.objects.owned_by(owner).of_page(page).update(is_default=False)


def _record(verb: str, view: SavedView, **details: Any) -> None:
    record(verb, ("view", view.pk, view), province=view.province_id, **details)

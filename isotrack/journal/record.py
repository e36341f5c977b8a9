"""Writing the journal: one line for whoever acts."""

from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from isotrack.journal.models import Entry


class Actor(Protocol):
    """Whoever acts: a person with an account. None stands for the system itself."""

    pk: Any

    @property
    def signature(self) -> str:
        """The name the journal keeps: of the person, and of whom the person stands for."""
        ...


def record(
    verb: str,
    about: tuple[str, object, object],
    *,
    by: Actor | None,
    at: datetime,
    province: object = "",
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> Entry:
    """Write that `by` did `verb` to the thing `about` (kind, key, the thing itself) at the instant `at`.

    `changes` maps a field to [old, new], both fit for JSON. Call it inside the action's transaction.
    """
    entry = entry_of(verb, about, by=by, at=at, province=province, changes=changes, reason=reason)
    entry.save(force_insert=True)
    return entry


def entry_of(
    verb: str,
    about: tuple[str, object, object],
    *,
    by: Actor | None,
    at: datetime,
    province: object = "",
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> Entry:
    """The same entry, not written yet: for actions that write many in one statement."""
    kind, key, thing = about
    # The journal keeps one language, whatever the person who acts reads.
    with translation.override(settings.LANGUAGE_CODE):
        label, actor = str(thing), name_of(by)
    return Entry(
        at=at,
        province=str(province),
        actor=actor,
        actor_key=str(by.pk) if by else "",
        verb=verb,
        about_kind=kind,
        about_key=str(key),
        about_label=label[:300],
        changes=changes or {},
        reason=reason,
    )


def name_of(by: Actor | None) -> str:
    """What the journal calls whoever acts."""
    return by.signature[:200] if by else system_name()


def system_name() -> str:
    """What the journal calls a task that no person started."""
    return _("Hệ thống")

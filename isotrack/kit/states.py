"""A state moves once, however many try at the same time."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _


class WrongState(Exception):
    """The thing is not (or no longer) in a state from which it may move there; the message is for people."""


def move(thing: Model, to: Any, **stamps: Any) -> None:
    """Move `thing` to the state `to` together with its `stamps`, in one guarded UPDATE.

    The model's FROM says from where each state may be reached. Raises WrongState when another hand was
    quicker or the way does not exist; nothing is changed then.
    """
    kind: Any = type(thing)
    if not kind.objects.filter(pk=thing.pk, state__in=kind.FROM[to]).update(state=to, **stamps):
        thing.refresh_from_db(fields=["state"])
        raise WrongState(
            _("%(thing)s đang ở trạng thái “%(now)s”, không thể chuyển sang “%(to)s”.")
            % {"thing": thing, "now": thing.get_state_display(), "to": to.label}  # type: ignore[attr-defined]
        )
    thing.refresh_from_db(fields=["state", *stamps])

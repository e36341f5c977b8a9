"""The saved views of one list as its page shows them, and the one that it opens with."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseRedirect, QueryDict
from django.utils.functional import cached_property

from agencies.models import SavedView
from agencies.models.view import shares_with
from agencies.views import SignedRequest
from isotrack.kit.statements import Key, columns_of, instances, kept


@dataclass(frozen=True)
class SavedViews:
    """Those a person may use on one list; one statement."""

    request: SignedRequest
    page: str

    @cached_property
    def all(self) -> list[SavedView]:
        """Own and shared ones, in their order."""
        user = self.request.user
        return instances(SavedView, _views(Key(user.pk), shares_with(user), self.page))

    @property
    def chips(self) -> list[dict[str, object]]:
        """Each with its address and whether it is what is shown now."""
        return [
            {"view": view, "url": f"?{view.query}", "current": view.shows(self.request.GET)}
            for view in self.all
        ]

    @property
    def first(self) -> SavedView | None:
        """The one that the list opens with."""
        own = (view for view in self.all if view.owner_id == self.request.user.pk)
        return next((view for view in own if view.is_default), None)

    @property
    def clear(self) -> str:
        """What is added to the address of the list to see all of it, whatever it opens with."""
        return "?all=1" if self.first else ""

    @property
    def query(self) -> str:
        """What the address asks for, to be saved."""
        asked: QueryDict = self.request.GET.copy()
        asked.pop("page", None)
        return asked.urlencode()

    def away(self) -> HttpResponseRedirect | None:
        """To the first view, where the address asks for nothing."""
        first = None if self.request.GET else self.first
        return HttpResponseRedirect(f"{self.request.path}?{first.query}") if first else None


@kept(100)  # composing it took longer than asking, on every list
def _views(owner: Key, province: int | None, page: str) -> "QuerySet[Any, Any]":
    found = SavedView.objects.used_by(owner, province).of_page(page)
    return found.values_list(*columns_of(SavedView))

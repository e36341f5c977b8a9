"""Choosing agencies by typing: who is chosen stays ticked, who was found can be ticked.

Without script the button "Tìm" sends the whole form and the page comes back with what was found;
static/picker.js does the same while one types. A list of a whole registry is nothing to choose from:
31 communes share one name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from agencies.forms.agency import AgencyChoiceField
from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet
from isotrack.kit.text import clean, fold

MOST_FOUND = 20  # nobody reads more; another word narrows it
LONGEST_SEARCH = 200


class AgenciesField(forms.ModelMultipleChoiceField):
    """Several agencies, each named with its code because names repeat."""

    def label_from_instance(self, obj: Agency) -> str:
        return f"{obj} ({obj.code})"


class PickedAgencyField(AgencyChoiceField):
    """One agency, or none where that means something."""


def search_name(field: str) -> str:
    """The name under which a page sends the words typed to find agencies for a field."""
    return f"find-{field}"


@dataclass(frozen=True)
class Picker:
    """One field of agencies as a page draws it: what is chosen, what was looked for, what was found."""

    bound: BoundField
    agencies: AgencyQuerySet
    typed: str = ""
    none: Any = ""

    @property
    def words(self) -> str:
        """What was looked for, in one written form."""
        return clean(self.typed.replace("\0", " "))[:LONGEST_SEARCH]

    @property
    def search(self) -> str:
        """The name of the field to type in."""
        return search_name(self.bound.html_name)

    @property
    def is_several(self) -> bool:
        """Whether more than one may be chosen."""
        return isinstance(self.bound.field, AgenciesField)

    @cached_property
    def chosen(self) -> list[Agency]:
        """Who is chosen, in protocol order; what is no key of one of these agencies is left out."""
        return list(self.agencies.filter(pk__in=_keys(self.bound.value())).select_related("superior"))

    @cached_property
    def found(self) -> list[Agency]:
        """Who fits the words and is not chosen yet, at most MOST_FOUND."""
        return self._looked_up[:MOST_FOUND]

    @property
    def is_cut(self) -> bool:
        """Whether more fit than are shown."""
        return len(self._looked_up) > MOST_FOUND

    @cached_property
    def _looked_up(self) -> list[Agency]:
        if not fold(self.words).split():
            return []
        others = self.agencies.exclude(pk__in=[one.pk for one in self.chosen])
        found = list(others.matching(self.words).select_related("superior")[: MOST_FOUND + 1])
        for agency in found:
            agency.found_by = _former(agency, self.words)  # type: ignore[attr-defined]
        return found


def _former(agency: Agency, words: str) -> str:
    """The former names, where they and not the present one are why it was found."""
    present = fold(f"{agency.name} {agency.in_lists} {agency.short_name} {agency.code}")
    return "" if all(word in present for word in fold(words).split()) else agency.former_names


def _keys(value: Any) -> list[int]:
    values: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    plain = (str(getattr(one, "pk", one) or "") for one in values)
    return [int(key) for key in plain if key.isascii() and key.isdigit() and len(key) < 19]

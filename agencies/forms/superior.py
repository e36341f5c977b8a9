"""Choosing one superior among many: by its name or its code, typed.

A drop-down would carry every superior of the registry with each page, however many there are.
"""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet, in_lists
from isotrack.kit.text import clean, fold

TYPED = "under"  # the name under which what is typed stands in the address; the key is that of the field
SHOWN = 8
SUGGESTED = 20
_NAMED = re.compile(r".*\((?P<code>[^()]+)\)")  # "UBND huyện An Phú (89-AP)", as suggested


@dataclass(frozen=True)
class Asked:
    """What an address says: words that somebody typed, else a key that a link carries."""

    words: str = ""
    key: str = ""


def label_of(agency: Agency) -> str:
    """An agency named with its code because names repeat; as of the day that was annotated."""
    return f"{in_lists(getattr(agency, 'name_then', agency.name))} ({agency.code})"


class SuperiorInput(forms.TextInput):
    """Words, which isotrack.js helps to find; shows the name of what was chosen by its key."""

    shown = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Asked:
        typed = data.get(TYPED)
        return Asked(key=data.get(name, "")) if typed is None else Asked(words=_plain(typed))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        words = value.words if isinstance(value, Asked) else ""
        return super().get_context(TYPED, self.shown or words, attrs)


class SuperiorField(forms.Field):
    """One of `queryset`; `column` is what words are looked for in. `found` are those that words fit."""

    widget = SuperiorInput(
        attrs={"autocomplete": "off", "data-suggest": reverse_lazy("agencies:superior-names")}
    )
    queryset: AgencyQuerySet = Agency.objects.none()
    column = "name_search"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.found: list[Agency] = []

    def clean(self, value: Asked) -> Agency | None:
        self.found = self._among(value)
        if not self.found:
            if value.words:
                said = _("Không có cấp trên nào khớp “%(words)s”. Gõ một phần tên hoặc mã của cơ quan.")
                raise ValidationError(said, code="none", params={"words": value.words})
            return None
        if len(self.found) > 1:
            said = _("Nhiều cấp trên khớp “%(words)s”. Chọn một cơ quan dưới đây hoặc gõ thêm.")
            raise ValidationError(said, code="many", params={"words": value.words})
        self.widget.shown = label_of(self.found[0])
        return self.found.pop()

    def _among(self, asked: Asked) -> list[Agency]:
        """Those that are meant: one by its key or its code, else some by their words."""
        if asked.key.isascii() and asked.key.isdigit() and len(asked.key) < 19:
            return list(self.queryset.filter(pk=int(asked.key)))
        if not asked.words:
            return []
        named = _NAMED.fullmatch(asked.words)
        code = named["code"] if named else asked.words
        return list(self.queryset.filter(code__iexact=code.strip())[:1]) or self.fitting(asked.words)[:SHOWN]

    def fitting(self, words: str) -> list[Agency]:
        """The first that bear these words as they stand, or else have all of them in name or code.

        In protocol order. "an phu" is first of all An Phú, not every name with "an" and "phu" in it.
        """
        said = fold(words).strip()
        whole = Q(**{f"{self.column}__startswith": said}) | Q(**{f"{self.column}__contains": f" {said}"})
        found = list(self.queryset.filter(whole)[:SUGGESTED])
        return found or list(self.queryset.matching(words, column=self.column)[:SUGGESTED])


def choices_in(data: QueryDict, found: list[Agency]) -> list[tuple[str, str]]:
    """The name of each, and the address that chooses it and keeps everything else that was asked for."""
    addresses = []
    for agency in found:
        query = data.copy()
        query["superior"] = str(agency.pk)
        for name in (TYPED, "page"):
            query.pop(name, None)
        addresses.append((label_of(agency), f"?{query.urlencode()}"))
    return addresses


def _plain(typed: str) -> str:
    return clean(typed.replace("\0", " "))[:200]

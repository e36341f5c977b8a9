"""Choosing one agency among many to narrow a list by: its name or its code, typed.

A drop-down would carry every agency of the registry with each page, however many there are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet, in_lists
from isotrack.kit.text import clean, fold

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


class NamedInput(forms.TextInput):
    """Words, which isotrack.js helps to find; shows the name of what was chosen by its key.

    `typed` is the name under which words stand in the address; a key stands under the name of the field.
    """

    shown = ""

    def __init__(self, typed: str, suggest: Any) -> None:
        super().__init__(attrs={"autocomplete": "off", "data-suggest": suggest})
        self.typed = typed

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Asked:
        typed = data.get(self.typed)
        return Asked(key=data.get(name, "")) if typed is None else Asked(words=_plain(typed))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        words = value.words if isinstance(value, Asked) else ""
        return super().get_context(self.typed, self.shown or words, attrs)


class NamedAgencyField(forms.Field):
    """One of `offered`; `column` is what words are looked for in. `found` are those that words fit.

    `offered` is called when something was typed: most pages are asked for without.
    """

    offered: Callable[[], AgencyQuerySet] = staticmethod(Agency.objects.none)
    column = "name_search"

    def __init__(self, *, typed: str, suggest: Any, **options: Any) -> None:
        super().__init__(widget=NamedInput(typed, suggest), **options)
        self.found: list[Agency] = []

    def clean(self, value: Asked) -> Agency | None:
        self.found = self._among(value)
        if not self.found:
            if value.words:
                said = _("Không có cơ quan nào khớp “%(words)s”. Gõ một phần tên hoặc mã của cơ quan.")
                raise ValidationError(said, code="none", params={"words": value.words})
            return None
        if len(self.found) > 1:
            said = _("Nhiều cơ quan khớp “%(words)s”. Chọn một cơ quan dưới đây hoặc gõ thêm.")
            raise ValidationError(said, code="many", params={"words": value.words})
        self.widget.shown = label_of(self.found[0])
        return self.found.pop()

    def _among(self, asked: Asked) -> list[Agency]:
        """Those that are meant: one by its key or its code, else some by their words."""
        if asked.key.isascii() and asked.key.isdigit() and len(asked.key) < 19:
            return list(self.offered().filter(pk=int(asked.key)))
        if not asked.words:
            return []
        named = _NAMED.fullmatch(asked.words)
        code = named["code"] if named else asked.words
        return (
            list(self.offered().filter(code__iexact=code.strip())[:SHOWN])
            or self.fitting(asked.words)[:SHOWN]
        )

    def fitting(self, words: str) -> list[Agency]:
        """The first that bear these words as they stand, or else have all of them in name or code.

        In protocol order. "an phu" is first of all An Phú, not every name with "an" and "phu" in it.
        """
        said = fold(words).strip()
        whole = Q(**{f"{self.column}__startswith": said}) | Q(**{f"{self.column}__contains": f" {said}"})
        found = list(self.offered().filter(whole)[:SUGGESTED])
        return found or list(self.offered().matching(words, column=self.column)[:SUGGESTED])


def meant_in(form: forms.Form, name: str) -> list[tuple[str, str]]:
    """Where what was typed in a field fits several agencies: each, and the address that chooses it.

    Everything else that was asked for is kept.
    """
    field, meant = cast(NamedAgencyField, form.fields[name]), []
    for agency in field.found:
        query = cast(QueryDict, form.data).copy()
        query[name] = str(agency.pk)
        for other in (cast(NamedInput, field.widget).typed, "page"):
            query.pop(other, None)
        meant.append((label_of(agency), f"?{query.urlencode()}"))
    return meant


def _plain(typed: str) -> str:
    return clean(typed.replace("\0", " "))[:200]

"""Narrowing the journal."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL
from agencies.forms.filters import FilterForm, SearchField
from isotrack.journal.models.entry import EntryQuerySet
from isotrack.kit.deadlines import start_of
from isotrack.kit.forms import VietnameseDateField
from reports.journal_words import KINDS, VERBS


class EntryFilter(FilterForm):
    """Search and filters of the journal; `kinds` are the kinds of things this person may read about."""

    q = SearchField(label=gettext_lazy("Tìm đối tượng, người làm, lý do (gõ đúng dấu)"))
    kind = forms.ChoiceField(label=gettext_lazy("Về"))
    verb = forms.ChoiceField(label=gettext_lazy("Việc"))
    since = VietnameseDateField(label=gettext_lazy("Từ ngày"), validators=PLAUSIBLE_DAYS)
    until = VietnameseDateField(label=gettext_lazy("Đến hết ngày"), validators=PLAUSIBLE_DAYS)

    def __init__(self, data: QueryDict, *, kinds: tuple[str, ...]) -> None:
        super().__init__(data)
        verbs = [(verb, words) for verb, words in VERBS.items() if _kind_of(verb) in kinds]
        self.fields["kind"].choices = [ALL, *((kind, KINDS[kind]) for kind in kinds)]  # type: ignore[attr-defined]
        self.fields["verb"].choices = [ALL, *verbs]  # type: ignore[attr-defined]
        self.about = data.get("about", "")

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Those of `entries` that were asked for."""
        values = self.values
        for word in values.get("q", "").split():
            said = Q(about_label__icontains=word) | Q(actor__icontains=word) | Q(reason__icontains=word)
            entries = entries.filter(said)
        if self.about:
            kind, _colon, key = self.about.partition(":")
            entries = entries.about(kind[:40], key[:40])
        return entries.filter(**_conditions(values))


def _conditions(values: dict[str, Any]) -> dict[str, Any]:
    conditions = {
        "about_kind": values.get("kind"),
        "verb": values.get("verb"),
        "at__gte": start_of(values["since"]) if "since" in values else None,
        "at__lt": start_of(values["until"] + timedelta(days=1)) if "until" in values else None,
    }
    return {name: value for name, value in conditions.items() if value is not None}


# Accounts, posts and delegations are all written about the person.
_WRITTEN_ABOUT = {
    "account": "user",
    "post": "user",
    "delegation": "user",
    "person": "invitation",
    "absence": "absence-rule",
}


def _kind_of(verb: str) -> str:
    kind = verb.partition("-")[0]
    return _WRITTEN_ABOUT.get(kind, kind)

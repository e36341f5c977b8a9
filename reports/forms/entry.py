"""Narrowing the journal."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL
from agencies.forms.filters import FilterForm, SearchField
from agencies.models.person import UserQuerySet
from isotrack.journal.models.entry import EntryQuerySet
from isotrack.kit.deadlines import start_of
from isotrack.kit.forms import VietnameseDateField
from reports.journal_words import KINDS, VERBS, kind_of


class EntryFilter(FilterForm):
    """Search and filters of the journal; `kinds` are the kinds of things this person may read about.

    `people` are the accounts among which a name in "Người làm" is looked for.
    """

    q = SearchField(label=gettext_lazy("Tìm đối tượng, người làm, lý do (gõ không dấu được)"))
    kind = forms.ChoiceField(label=gettext_lazy("Về"))
    verb = forms.ChoiceField(label=gettext_lazy("Việc"))
    who = SearchField(label=gettext_lazy("Người làm: tên, tên đăng nhập"))
    since = VietnameseDateField(label=gettext_lazy("Từ ngày"), validators=PLAUSIBLE_DAYS)
    until = VietnameseDateField(label=gettext_lazy("Đến hết ngày"), validators=PLAUSIBLE_DAYS)

    def __init__(self, data: QueryDict, *, kinds: tuple[str, ...], people: UserQuerySet) -> None:
        super().__init__(data)
        self.people = people
        verbs = [(verb, words) for verb, words in VERBS.items() if kind_of(verb) in kinds]
        self.fields["kind"].choices = [ALL, *((kind, KINDS[kind]) for kind in kinds)]  # type: ignore[attr-defined]
        self.fields["verb"].choices = [ALL, *verbs]  # type: ignore[attr-defined]
        self.about = data.get("about", "")

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Those of `entries` that were asked for."""
        values = self.values
        entries = entries.matching(values.get("q", ""))
        if who := values.get("who"):
            keys = self.people.matching(who).order_by().values_list("pk", flat=True)
            entries = entries.by_any_of(map(str, keys))
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

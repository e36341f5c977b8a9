"""The journal of the province: who did what to which thing, when and why."""

from typing import Any

from django.http import Http404
from django.views.generic import ListView

from agencies.models import Role
from agencies.views import SignedRequest
from isotrack.journal.models import Entry
from isotrack.journal.models.entry import EntryQuerySet
from reports.forms.entry import EntryFilter
from reports.journal_words import KINDS, TECHNICAL_KINDS, lines


class EntryList(ListView):
    """Newest first; the department reads everything, an administrator nothing about reports."""

    request: SignedRequest
    template_name = "reports/entry_list.html"
    paginate_by = 50

    def get_queryset(self) -> EntryQuerySet:
        user = self.request.user
        if user.agency is None or not user.reads_accounts:
            raise Http404
        kinds = TECHNICAL_KINDS if user.role == Role.ADMINISTRATOR else tuple(KINDS)
        self.filters = EntryFilter(self.request.GET, kinds=kinds)
        own = Entry.objects.of_province(*map(str, user.agency.realm)).filter(about_kind__in=kinds)
        return self.filters.narrow(own)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(filters=self.filters, **kwargs)
        shown = lines(list(context["object_list"]))
        about = shown[0].entry.about_label if self.filters.about and shown else ""
        kept = {"about": self.filters.about} if self.filters.about else {}
        return context | {"lines": shown, "about": about, "kept": kept}

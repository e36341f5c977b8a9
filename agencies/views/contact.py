"""The list of agencies that nobody reaches, each with what mends it."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.views.generic import ListView

from agencies.contacts import CONDITIONS, Gap, counts, gaps_of, without_contact
from agencies.models.agency import AgencyQuerySet
from agencies.views import SignedRequest
from isotrack.kit import clock


class ContactList(ListView):
    """50 a page in protocol order; ?gap= narrows to one reason."""

    request: SignedRequest
    template_name = "agencies/contact_list.html"
    paginate_by = 50

    def get_queryset(self) -> AgencyQuerySet:
        user = self.request.user
        if not user.reads_accounts or user.agency is None:
            raise Http404
        self.everything = without_contact(user, clock.today())
        asked = self.request.GET.get("gap", "")
        self.gap = asked if asked in Gap.values else ""
        return self.everything.filter(CONDITIONS[Gap(self.gap)]) if self.gap else self.everything

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, number = self.request.user, counts(self.everything)
        chips = [self._chip("", _("Tất cả"), self.everything.count())]
        chips += [self._chip(gap.value, gap.label, number[gap]) for gap in Gap]
        lines = [(agency, gaps_of(agency)) for agency in context["object_list"]]
        return context | {"chips": chips, "lines": lines, "can_contact": user.is_reviewer}

    def _chip(self, value: str, label: Any, count: int) -> dict[str, Any]:
        return {"label": label, "count": count, "url": f"?gap={value}", "current": self.gap == value}

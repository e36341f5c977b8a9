"""The registry of agencies: as a table, as a tree, and what may be changed of one of them."""

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.generic import ListView

from agencies.actions.agency import change, set_contact
from agencies.forms.agency import AgencyChangeForm, AgencyFilter, ContactForm
from agencies.models import Agency, Post
from agencies.models.agency import AgencyQuerySet, Group
from agencies.tree import Branch, grow
from agencies.views import SignedRequest
from isotrack.kit import clock


class Registry(ListView):
    """What table and tree have in common: what is visible today, the filters, and the chips of the groups."""

    request: SignedRequest
    context_object_name = "agencies"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = [group for group in Group if group is not Group.NONE]
        chips = [self.chip("", _("Tất cả"), sum(self.counts.values()))]
        chips += [self.chip(group, group.label, self.counts.get(group, 0)) for group in groups]
        user = self.request.user
        can = {"can_import": user.is_reviewer, "can_see_successions": user.sees_province}
        return super().get_context_data(filters=self.filters, chips=chips, **can, **kwargs)

    def chip(self, group: str, label: Any, count: int) -> dict[str, Any]:
        """A quick filter by group that keeps everything else that was asked for."""
        address = self.request.GET.copy()
        address.pop("page", None)
        address["group"] = group
        current = self.filters.values.get("group", "") == group
        return {"label": label, "count": count, "url": f"?{address.urlencode()}", "current": current}

    @cached_property
    def today(self) -> date:
        """The day on which the registry is looked at."""
        return clock.today()

    @cached_property
    def visible(self) -> AgencyQuerySet:
        """Agencies that exist today and that this person may see."""
        return Agency.objects.visible_to(self.request.user).valid_on(self.today)

    @cached_property
    def filters(self) -> AgencyFilter:
        """What the address asks for."""
        superiors = self.visible.with_subordinates(self.today).in_protocol_order()
        return AgencyFilter(self.request.GET, superiors=superiors)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are of each group, with every other filter applied."""
        found = self.filters.narrow(self.visible, but="group").order_by()
        return dict(found.values_list("group").annotate(number=Count(Value(1))))


class AgencyTree(Registry):
    """Agencies under their superiors, without pages and without script."""

    template_name = "agencies/agency_tree.html"

    @cached_property
    def filters(self) -> AgencyFilter:
        """What the address asks for; a tree has an order of its own."""
        filters = super().filters
        del filters.fields["sort"]
        return filters

    def get_queryset(self) -> AgencyQuerySet:
        return self.filters.narrow(self.visible)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(branches=self.branches(), kept={"view": "tree"}, **kwargs)

    def branches(self) -> list[Branch]:
        """The tree of what was asked for, with the superiors that lead there."""
        wanted = set(self.get_queryset().values_list("pk", flat=True))
        return grow(self.visible.in_protocol_order(), wanted, unfold=self.filters.narrows)


class AgencyList(Registry):
    """A table of 50 a page; with ?view=tree the tree."""

    template_name = "agencies/agency_list.html"
    paginate_by = 50

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("view") == "tree":
            return cast(HttpResponse, AgencyTree.as_view()(request))
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> AgencyQuerySet:
        people = Post.objects.on(self.today).responsible().select_related("user")
        found = self.filters.narrow(self.visible).select_related("superior").with_name_repeated(self.today)
        return self.filters.arrange(found.prefetch_related(Prefetch("posts", people, to_attr="held")))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedRequest, pk: int) -> HttpResponse:
    """Record a change of name, place or duties that takes effect from a day."""
    agency = get_object_or_404(Agency.objects.editable_by(request.user), pk=pk)
    name, now = str(agency), clock.now()
    form = _change_form(request, agency, clock.day_of(now))
    if form.is_valid():
        values = form.cleaned_data
        dated = {"on": values["on"], "reason": values["reason"]} | form.dated_values()
        try:
            change(agency, by=request.user, at=now, **dated)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Đã ghi thay đổi của %(name)s.") % {"name": name})
            return redirect("agency-detail", pk)
    return render(request, "agencies/agency_edit.html", {"form": form, "name": name, "pk": pk})


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: SignedRequest, pk: int) -> HttpResponse:
    """Set the mailbox that reminders go to."""
    agency = get_object_or_404(Agency.objects.contactable_by(request.user), pk=pk)
    form = ContactForm(request.POST or None, instance=agency)
    form.cancel_url = reverse("agency-detail", args=[pk])
    if form.is_valid():
        stored = Agency.objects.get(pk=pk)
        address = form.cleaned_data["contact_email"]
        set_contact(stored, by=request.user, at=clock.now(), contact_email=address)
        if address:
            messages.success(request, _("Thư nhắc sẽ gửi đến %(address)s.") % {"address": address})
        else:
            messages.warning(request, _("Đã xóa thư nhận tin: từ nay không ai ở cơ quan này được nhắc."))
        return redirect("agency-detail", pk)
    return render(request, "agencies/agency_contact.html", {"form": form, "agency": agency})


def _change_form(request: SignedRequest, agency: Agency, today: date) -> AgencyChangeForm:
    above = Agency.objects.visible_to(request.user).valid_on(today).not_under(agency).in_protocol_order()
    form = AgencyChangeForm(request.POST or None, instance=agency, today=today, superiors=above)
    form.cancel_url = reverse("agency-detail", args=[agency.pk])
    return form

"""The registry of agencies: as a table, as a tree, and what may be changed of one of them."""

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, OrderBy, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import ListView

from agencies.actions.agency import change, set_contact
from agencies.forms.agency import AgencyChangeForm, AgencyFilter, ContactForm
from agencies.forms.named import NamedAgencyField, label_of
from agencies.models import Agency, ListPage, Post, User
from agencies.models.agency import AgencyQuerySet, Group
from agencies.saved import SavedViews
from agencies.tree import Branch, Places, Tree
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.paging import CountedPaginator

MOST_OPEN = 50  # branches that one address unfolds
FEW = 1000  # agencies that bear the words of a search: so many are sorted at once
# What a row of the table says; whole agencies and superiors took longer to make than to find.
_OF_ROWS = ("code", "name", "kind", "mandate", "reports_annually", "contact_email", "superior__name")


class Registry(ListView):
    """What table and tree have in common: who is visible on the day, the filters, the chips."""

    request: SignedRequest
    context_object_name = "agencies"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = [group for group in Group if group is not Group.NONE]
        chips = [self.chip("", _("Tất cả"), sum(self.counts.values()))]
        chips += [self.chip(group, group.label, self.counts.get(group, 0)) for group in groups]
        user = self.request.user
        context: dict[str, Any] = {"filters": self.filters, "chips": chips, "saved": self.saved}
        context |= {"can_import": user.is_reviewer, "can_see_successions": user.sees_province}
        return super().get_context_data(**context, **kwargs)

    def chip(self, group: str, label: Any, count: int) -> dict[str, Any]:
        """A quick filter by group that keeps everything else that was asked for."""
        address = self.request.GET.copy()
        address.pop("page", None)
        address["group"] = group
        current = self.filters.values.get("group", "") == group
        return {"label": label, "count": count, "url": f"?{address.urlencode()}", "current": current}

    @cached_property
    def saved(self) -> SavedViews:
        """The views of this list that the person comes back to."""
        return SavedViews(self.request, ListPage.AGENCIES)

    @cached_property
    def visible(self) -> AgencyQuerySet:
        """Agencies of the day that this person may see."""
        return self.filters.among(Agency.objects.visible_to(self.request.user))

    @cached_property
    def filters(self) -> AgencyFilter:
        """What the address asks for."""
        return agency_filter(self.request.user, self.request.GET, clock.today())

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are of each group, with every other filter applied."""
        found = self.filters.narrow(self.visible, but="group").order_by()
        return dict(found.values_list(f"{self.filters.then}group").annotate(number=Count(Value(1))))

    @property
    def number(self) -> int:
        """How many were found: the count of the chip that is chosen."""
        group = self.filters.values.get("group")
        return self.counts.get(group, 0) if group else sum(self.counts.values())


class AgencyTree(Registry):
    """Agencies under their superiors, unfolded by the address and without script."""

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

    @cached_property
    def places(self) -> Places:
        """Where those are that were asked for, of whichever group."""
        return Places.of(self.filters.narrow(self.visible, but="group"), self.visible, self.filters.then)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are of each group: the tree has counted them already."""
        return self.places.by_group()

    def branches(self) -> list[Branch]:
        """The tree of what was asked for, with the superiors that lead there."""
        filters, then = self.filters, self.filters.then
        tree = Tree(
            visible=self.visible,
            wanted=self.get_queryset() if filters.narrows else None,
            everybody=Places.of(self.visible, self.visible, then) if filters.narrows else self.places,
            direct=self.places.directly_below(filters.values.get("group", "")),
            then=then,
            order=filters.order,
            opened=self.opened(),
        )
        return tree.grow()

    def opened(self) -> set[int]:
        """What the address says is unfolded, and the way to the superior that was chosen."""
        asked = self.request.GET.getlist("open")[:MOST_OPEN]
        superior = self.filters.values.get("superior")
        way = superior.path.split("/") if superior else []
        return {int(key) for key in [*asked, *way] if key.isascii() and key.isdigit() and len(key) < 19}


class AgencyList(Registry):
    """A table of 50 a page; with ?view=tree the tree."""

    template_name = "agencies/agency_list.html"
    paginate_by = 50

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if away := self.saved.away():
            return away
        if request.GET.get("view") == "tree":
            return cast(HttpResponse, AgencyTree.as_view()(request))
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> AgencyQuerySet:
        found = self.filters.narrow(self.visible)
        if "q" in self.filters.values and self.number <= FEW:
            return found.order_by(*map(_off_index, self.filters.order))
        return found.order_by(*self.filters.order)

    def get_paginator(self, queryset: Any, per_page: int, *args: Any, **kwargs: Any) -> CountedPaginator:
        """The chips have counted already."""
        return CountedPaginator(queryset, per_page, self.number, dress=self.shown)

    def shown(self, rows: Any) -> AgencyQuerySet:
        """The agencies of one page with what the table says of each."""
        filters = self.filters
        page = Agency.objects.filter(pk__in=rows.values("pk"))
        if filters.then:
            page = page.stood_on(filters.day).with_standing(filters.day)
        else:
            page = page.select_related("superior").only(*_OF_ROWS).with_name_repeated(filters.day)
        return page.annotate(holder=_holder_on(filters.day)).order_by(*filters.order)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        # What is over, or was so on another day, is not changed in a row; nor more than was asked for.
        stands = not self.filters.looks_back and not self.filters.is_wrong
        context["picks"] = self.request.user.is_reviewer and stands
        if self.filters.then:
            page = context["page_obj"]
            page.object_list = [agency.as_it_stood() for agency in page.object_list]
            context |= {"agencies": page.object_list, "object_list": page.object_list}
        return context


def _holder_on(day: date) -> Subquery:
    """The name of whoever was responsible for an agency on `day`."""
    held = Post.objects.on(day).responsible().filter(agency_id=OuterRef("pk"))
    name = Coalesce(NullIf("user__full_name", Value("")), "user__username")
    return Subquery(held.values(name=name)[:1])


def _off_index(column: str) -> OrderBy:
    """The same order, as none of the columns is ever null, but not the one in which an index stands.

    Along it the database would look for what bears the words, through thousands that do not; few are found
    by an index of their words and then sorted: 1.4 ms instead of 7.9 for "vinh" among 15,000 (measured).
    """
    name = column.removeprefix("-")
    return F(name).asc(nulls_first=True) if name == column else F(name).desc(nulls_last=True)


def agency_filter(user: User, asked: QueryDict, today: date) -> AgencyFilter:
    """The filters of an address, with the superiors that this person may choose on its day."""
    filters, visible = AgencyFilter(asked, today=today), Agency.objects.visible_to(user)
    # Told now: the form forgets its day while it reads the address anew.
    then, day, past = filters.then, filters.day, filters.among(visible) if filters.then else None

    def superiors() -> AgencyQuerySet:
        if past is not None:
            found = past.with_standing(day).with_subordinates_on(day)
        else:
            found = visible.valid_on(day).with_subordinates(day)
        return found.order_by("sort_order", f"{then}name_sort", "pk")

    filters.offer(superiors)
    return filters


@require_safe
def superior_names(request: SignedRequest) -> JsonResponse:
    """Names of superiors in which the words of ?q= stand, on the day of ?on=, for whoever types them."""
    filters = agency_filter(request.user, request.GET, clock.today())
    return _names(filters.above, filters.values.get("q", ""))


@require_safe
def agency_names(request: SignedRequest) -> JsonResponse:
    """The same of any agency, also of one that has ended."""
    field = NamedAgencyField(typed="q", suggest="")
    field.offered = Agency.objects.visible_to(request.user).in_protocol_order
    return _names(field, AgencyFilter(request.GET, today=clock.today()).values.get("q", ""))


def _names(field: NamedAgencyField, words: str) -> JsonResponse:
    return JsonResponse({"names": [label_of(agency) for agency in field.fitting(words)]})


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

"""Agencies without a working contact: no mailbox, one that mail comes back from, or nobody in the post today.

Unlike the list near a deadline (reports.unreached) this one asks about every agency that reports or has
others below it, at any time of the year: a gap found in March costs nothing.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Post, User
from agencies.models.agency import AgencyQuerySet
from isotrack.journal.models import DeadAddress
from isotrack.kit.statements import kept

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Gap(models.TextChoices):
    """Why nobody hears."""

    NO_MAILBOX = "no_mailbox", _("Chưa có thư nhận tin")
    DEAD = "dead", _("Địa chỉ không nhận thư")
    NO_HOLDER = "no_holder", _("Chưa có người phụ trách")


CONDITIONS = {
    Gap.NO_MAILBOX: Q(contact_email=""),
    Gap.DEAD: Q(dead_because__isnull=False),
    Gap.NO_HOLDER: Q(has_holder=False),
}


def without_contact(user: User, today: date) -> AgencyQuerySet:
    """Agencies this person may see that nobody reaches, annotated with why; in protocol order."""
    return _out_of_reach(Agency.objects.visible_to(user), today)


def number_without_contact(realm: Iterable[int], today: date) -> int:
    """How many agencies of these provinces (keys) nobody reaches; for the home, as `without_contact`."""
    return sum(number for (number,) in _number(tuple(realm), today))


@kept(100)  # composing it took longer than asking
def _number(realm: tuple[int, ...], today: date) -> "QuerySet[Any, Any]":
    found = _out_of_reach(Agency.objects.filter(province_id__in=realm), today).order_by()
    return found.values(whole=Value(1)).annotate(number=Count(Value(1))).values_list("number")


def _out_of_reach(near: AgencyQuerySet, today: date) -> AgencyQuerySet:
    dead = DeadAddress.objects.annotate(folded=Lower("address")).filter(
        province=models.functions.Cast(OuterRef("province_id"), models.CharField()),
        folded=Lower(OuterRef("contact_email")),
    )
    # Asked of those agencies alone: as EXISTS the posts of the whole nation were read for one province.
    holders = Post.objects.on(today).responsible().filter(user__is_active=True, agency__in=near.order_by())
    below = Agency.objects.valid_on(today).filter(superior_id=OuterRef("pk"))
    asked = near.valid_on(today)
    # The People's Committee of the province reports and is reached through its Office.
    asked = asked.filter(Q(reports_annually=True) | Exists(below)).exclude(pk=models.F("province_id"))
    annotated = asked.annotate(
        dead_because=Subquery(dead.order_by("-since").values("reason")[:1]),
        has_holder=ExpressionWrapper(
            Q(pk__in=holders.order_by().values("agency_id")), output_field=models.BooleanField()
        ),
    )
    return annotated.filter(Q.create(list(CONDITIONS.values()), connector=Q.OR)).in_protocol_order()


def counts(agencies: AgencyQuerySet) -> dict[Gap, int]:
    """How many have each gap, in one statement."""
    found = agencies.order_by().aggregate(
        **{gap.value: Count(Value(1), filter=condition) for gap, condition in CONDITIONS.items()}
    )
    return {gap: found[gap.value] for gap in Gap}


def gaps_of(agency: Agency) -> "list[StrOrPromise]":
    """Why nobody hears of an agency of `without_contact`, in words."""
    held: dict[Gap, bool] = {
        Gap.NO_MAILBOX: not agency.contact_email,
        Gap.DEAD: agency.dead_because is not None,  # type: ignore[attr-defined]
        Gap.NO_HOLDER: not agency.has_holder,  # type: ignore[attr-defined]
    }
    return [gap.label for gap, is_so in held.items() if is_so]

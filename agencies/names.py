"""Names as they were: who is a superior in a figure of a past day is called as on that day."""

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from agencies.models import Agency, Standing
from agencies.models.agency import in_lists


def names_on(keys: Iterable[int | None], day: date) -> dict[int, str]:
    """Key → name in lists on `day`, in protocol order; without a standing then the present one. One query."""
    then = Standing.objects.on(day).filter(agency=OuterRef("pk")).order_by("-starts_on")
    named = Agency.objects.filter(pk__in={key for key in keys if key}).annotate(
        called=Coalesce(Subquery(then.values("name")[:1]), "name")
    )
    rows = named.in_protocol_order().values_list("pk", "called")
    return {pk: in_lists(name) for pk, name in rows}

"""Founding an agency, changing how it stands from a day on, and its last day."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import Agency, Standing, User
from isotrack.journal.record import record
from isotrack.kit.words import say_date

DATED = ("superior", "name", "kind", "group", "mandate", "ceiling_tier", "reports_annually")


@transaction.atomic
def found(*, by: User | None, at: datetime, on: date, **values: Any) -> Agency:
    """Enter a new agency that exists from the day `on`, with its first standing.

    `values` are fields of Agency. An agency without a superior is the root of a new province.
    """
    agency = Agency.objects.create(valid_from=on, **values)
    superior = agency.superior
    agency.province = superior.province if superior else agency
    agency.path = f"{superior.path if superior else '/'}{agency.pk}/"
    agency.save(update_fields=["province", "path"])
    Standing.objects.create(agency=agency, starts_on=on, **{name: getattr(agency, name) for name in DATED})
    _record("agency-founded", agency, by=by, at=at)
    return agency


@transaction.atomic
def change(agency: Agency, *, by: User | None, at: datetime, on: date, reason: str, **values: Any) -> Agency:
    """Change dated values (DATED) of an agency from the day `on`: the standing before it ends the day before.

    Raises ValidationError when `on` is not after the start of the present standing, or a new superior lies
    below the agency itself. Changes in the tree move everything below with it.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    # Compared as they are: superiors that follow one another often bear the same name.
    new_values = {name: new for name, new in values.items() if getattr(agency, name) != new}
    changes = {name: _in_words(getattr(agency, name), new) for name, new in new_values.items()}
    if not changes:
        return agency
    _start_standing(agency, on, values)
    _check_superior(agency, values.get("superior", agency.superior))
    if "name" in changes:
        agency.former_names = joined(agency.former_names, agency.name)
    for name, value in values.items():
        setattr(agency, name, value)
    _rehang(agency)
    agency.save()
    _record("agency-changed", agency, by=by, at=at, changes=changes, reason=reason)
    return agency


@transaction.atomic
def end(agency: Agency, *, by: User | None, at: datetime, last_day: date, reason: str = "") -> Agency:
    """Give an agency its last day; it keeps its name, its superior and its place, and stays readable.

    Raises ValidationError when it has ended already, or began or changed only after that day.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if agency.valid_to is not None:
        said = _("%(agency)s đã kết thúc, ngày cuối cùng là %(day)s.")
        words = {"agency": agency, "day": say_date(agency.valid_to)}
        raise ValidationError({"predecessors": said % words}, code="ended")
    present = agency.standings.latest("starts_on")
    if last_day < max(agency.valid_from, present.starts_on):
        said = _("%(agency)s có thông tin bắt đầu từ %(day)s, sau ngày cuối cùng này.")
        words = {"agency": agency, "day": say_date(max(agency.valid_from, present.starts_on))}
        raise ValidationError({"effective_on": said % words}, code="too-early")
    present.ends_on = agency.valid_to = last_day
    present.save(update_fields=["ends_on"])
    agency.save(update_fields=["valid_to"])
    _record("agency-ended", agency, by=by, at=at, changes={"valid_to": [None, str(last_day)]}, reason=reason)
    return agency


def joined(known: str, *names: str) -> str:
    """Former names, each once, in the order in which they came."""
    return "; ".join(dict.fromkeys(one for one in (*known.split("; "), *names) if one))


@transaction.atomic
def set_contact(agency: Agency, *, by: User, at: datetime, contact_email: str) -> Agency:
    """Set the mailbox that reminders go to; empty means that nobody can be reminded."""
    changes = {"contact_email": [agency.contact_email, contact_email]}
    agency.contact_email = contact_email
    agency.save(update_fields=["contact_email"])
    _record("agency-contact-changed", agency, by=by, at=at, changes=changes)
    return agency


def _start_standing(agency: Agency, on: date, values: dict[str, Any]) -> None:
    present = agency.standings.latest("starts_on")
    if on <= present.starts_on:
        raise ValidationError(
            {"on": _("Ngày có hiệu lực phải sau ngày bắt đầu của thông tin hiện tại.")}, code="too-early"
        )
    present.ends_on = on - timedelta(days=1)
    present.save(update_fields=["ends_on"])
    kept = {name: getattr(present, name) for name in DATED}
    Standing.objects.create(agency=agency, starts_on=on, **kept | values)


def _check_superior(agency: Agency, superior: Agency | None) -> None:
    if superior is not None and superior.path.startswith(agency.path):
        raise ValidationError(
            {"superior": _("Cơ quan cấp trên không thể là chính nó hoặc đơn vị trực thuộc.")}
        )


def _rehang(agency: Agency) -> None:
    """Give the agency and everything below it the path, and the province, of the new place in the tree.

    The agency itself is not saved here.
    """
    superior = agency.superior
    old, new = agency.path, f"{superior.path if superior else '/'}{agency.pk}/"
    if old == new:
        return
    province = superior.province_id if superior else agency.pk
    # Who ended before stays where it was: its province is that of its time.
    for member in Agency.objects.filter(path__startswith=old, valid_to__isnull=True).exclude(pk=agency.pk):
        member.path, member.province_id = new + member.path.removeprefix(old), province
        member.save(update_fields=["path", "province"])
    agency.path, agency.province_id = new, province


def _record(verb: str, agency: Agency, **details: Any) -> None:
    record(verb, ("agency", agency.pk, agency), province=agency.province_id, **details)


def _in_words(old: Any, new: Any) -> list[Any]:
    """Old and new value fit for the journal; agencies of the same name with their codes."""
    words = [str(one) if isinstance(one, Agency) else one for one in (old, new)]
    if words[0] == words[1]:
        return [f"{one} ({one.code})" for one in (old, new)]
    return words

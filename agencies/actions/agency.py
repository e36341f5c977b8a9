"""Founding an agency and changing how it stands, from a day on."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import Agency, Standing, User
from isotrack.journal.record import record

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
    changes = {name: [_plain(getattr(agency, name)), _plain(new)] for name, new in values.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return agency
    _start_standing(agency, on, values)
    _check_superior(agency, values.get("superior", agency.superior))
    for name, value in values.items():
        setattr(agency, name, value)
    agency.save()
    _rehang(agency)
    _record("agency-changed", agency, by=by, at=at, changes=changes, reason=reason)
    return agency


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
    """Give the agency and everything below it the path of the new place in the tree."""
    superior = agency.superior
    old, new = agency.path, f"{superior.path if superior else '/'}{agency.pk}/"
    if old == new:
        return
    for member in Agency.objects.filter(path__startswith=old):
        member.path = new + member.path.removeprefix(old)
        member.save(update_fields=["path"])
    agency.path = new


def _record(verb: str, agency: Agency, **details: Any) -> None:
    record(verb, ("agency", agency.pk, agency), province=agency.province_id, **details)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Agency) else value

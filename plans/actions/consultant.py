"""Consultants, their confirmations and their contracts.

An agency may only choose a confirmed consultant and has to see to it that the confirmation holds on every
day of the contract (TT 26/2014/TT-BKHCN Đ41): a contract or a hired step that outlives it is refused.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import User
from isotrack.journal.record import record
from isotrack.kit.words import say_date
from plans.models import Confirmation, Consultant, Contract, PlanEntry


def must_be_confirmed(consultant: Consultant, first: date, last: date) -> None:
    """Raise ValidationError unless confirmations cover every day from `first` to `last` (TT 26/2014 Đ41)."""
    gap = consultant.first_day_unconfirmed(first, last)
    if gap is None:
        return
    told = {"consultant": consultant, "last": say_date(last), "law": _("Điều 41 TT 26/2014/TT-BKHCN")}
    if gap == first:
        told["day"] = say_date(first)
        said = _("%(consultant)s không có Giấy xác nhận còn giá trị ngày %(day)s (%(law)s).")
    else:
        told["day"] = say_date(gap - timedelta(days=1))
        said = _("Giấy xác nhận của %(consultant)s hết giá trị ngày %(day)s, trước ngày %(last)s (%(law)s).")
    raise ValidationError(said % told, code="unconfirmed")


@transaction.atomic
def add_consultant(
    *,
    by: User,
    at: datetime,
    name: str,
    is_independent: bool,
    number: str,
    valid_from: date,
    valid_to: date,
) -> Consultant:
    """Enter a consultant with the first confirmation; one without is of no use to anybody.

    Raises ValidationError for a name that is there already or a confirmation whose days are in disorder.
    """
    consultant = Consultant(name=name, is_independent=is_independent)
    consultant.full_clean()
    consultant.save()
    _record("consultant-added", consultant, by=by, at=at)
    confirm(consultant, by=by, at=at, number=number, valid_from=valid_from, valid_to=valid_to)
    return consultant


@transaction.atomic
def change_consultant(consultant: Consultant, *, by: User, at: datetime, **values: Any) -> Consultant:
    """Change the name or the kind. Raises ValidationError for a name that is there already."""
    stored = Consultant.objects.select_for_update().get(pk=consultant.pk)
    changes = {
        name: [getattr(stored, name), new] for name, new in values.items() if getattr(stored, name) != new
    }
    for name, value in values.items():
        setattr(stored, name, value)
    stored.full_clean()
    stored.save()
    if changes:
        _record("consultant-changed", stored, by=by, at=at, changes=changes)
    return stored


@transaction.atomic
def confirm(
    consultant: Consultant, *, by: User, at: datetime, number: str, valid_from: date, valid_to: date
) -> Confirmation:
    """Enter a confirmation, for example a renewal. Raises ValidationError for one that is there already."""
    confirmation = Confirmation(
        consultant=consultant, number=number, valid_from=valid_from, valid_to=valid_to
    )
    confirmation.full_clean()
    confirmation.save()
    changes = {"confirmations": [None, f"{number}: {say_date(valid_from)} – {say_date(valid_to)}"]}
    _record("consultant-confirmed", consultant, by=by, at=at, changes=changes)
    return confirmation


@transaction.atomic
def sign_contract(
    consultant: Consultant,
    *,
    by: User,
    at: datetime,
    entry: PlanEntry,
    number: str,
    starts_on: date,
    ends_on: date,
) -> Contract:
    """Record that an agency of a plan hired the consultant from one day to another.

    Raises ValidationError when a day of the contract has no confirmation, when it begins before the plan
    does, or when the same contract is there already.
    """
    consultant = Consultant.objects.select_for_update().get(pk=consultant.pk)
    contract = Contract(
        entry=entry, consultant=consultant, number=number, starts_on=starts_on, ends_on=ends_on
    )
    contract.full_clean()
    _refuse_early(entry, starts_on)
    must_be_confirmed(consultant, starts_on, ends_on)
    if Contract.objects.filter(entry=entry, number=number).exists():
        raise ValidationError({"number": _("Hợp đồng này đã ghi.")}, code="twice")
    contract.save()
    changes = {"contracts": [None, f"{number}: {entry.agency}, {say_date(starts_on)} – {say_date(ends_on)}"]}
    _record("contract-signed", consultant, by=by, at=at, changes=changes)
    return contract


def _refuse_early(entry: PlanEntry, starts_on: date) -> None:
    if starts_on < entry.plan.starts_on:
        said = _("Kế hoạch %(plan)s bắt đầu ngày %(day)s: hợp đồng không thể có hiệu lực trước.")
        told = {"plan": entry.plan.code, "day": say_date(entry.plan.starts_on)}
        raise ValidationError({"starts_on": said % told}, code="early")


def _record(verb: str, consultant: Consultant, *, by: User, **details: Any) -> None:
    province = by.agency.province_id if by.agency else ""
    record(verb, ("consultant", consultant.pk, consultant), by=by, province=province, **details)

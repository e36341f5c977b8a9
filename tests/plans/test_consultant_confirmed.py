"""A confirmation holds on every day of a contract, or there is no contract (TT 26/2014 Đ41)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from isotrack.journal.models import Entry
from plans.actions.consultant import add_consultant, confirm, must_be_confirmed, sign_contract
from plans.consultants import consultants_seen_by, validity_of
from plans.models import Confirmation, Consultant, Contract
from tests import make
from tests.plans import money
from tests.plans.classes import consultant

pytestmark = pytest.mark.django_db


@pytest.fixture
def binh():
    return make.staff()


def sign(firm, by, first, last):
    entry = money.entry(money.plan("running"))
    return sign_contract(
        firm, by=by, at=make.NOW, entry=entry, number="05/HĐTV", starts_on=first, ends_on=last
    )


def test_a_contract_within_the_confirmation_is_recorded(binh):
    contract = sign(consultant(), binh, date(2020, 12, 1), date(2021, 12, 31))
    assert contract.pk
    assert Entry.objects.get(verb="contract-signed").about_label == "Công ty Tư vấn An Giang"


def test_a_confirmation_that_ends_a_day_early_refuses_the_contract(binh):
    with pytest.raises(ValidationError, match="hết giá trị ngày 30/12/2021, trước ngày 31/12/2021"):
        sign(consultant(until=date(2021, 12, 30)), binh, date(2020, 12, 1), date(2021, 12, 31))
    assert not Contract.objects.exists()


def test_a_renewal_the_next_day_leaves_no_gap(binh):
    firm = consultant(until=date(2021, 2, 28))
    renewed = {"number": "80/GXN", "valid_from": date(2021, 3, 1), "valid_to": date(2024, 2, 28)}
    confirm(firm, by=binh, at=make.NOW, **renewed)
    assert sign(firm, binh, date(2020, 12, 1), date(2021, 12, 31))


def test_one_day_between_two_confirmations_is_a_gap():
    firm = consultant(until=date(2021, 2, 27))
    Confirmation.objects.create(
        consultant=firm, number="80/GXN", valid_from=date(2021, 3, 1), valid_to=date(2024, 2, 28)
    )
    assert firm.first_day_unconfirmed(date(2020, 12, 1), date(2021, 12, 31)) == date(2021, 2, 28)
    with pytest.raises(ValidationError, match="Điều 41"):
        must_be_confirmed(firm, date(2020, 12, 1), date(2021, 12, 31))


def test_a_contract_does_not_begin_before_its_plan(binh):
    with pytest.raises(ValidationError) as refused:
        sign(consultant(), binh, date(2020, 10, 31), date(2021, 6, 30))
    assert "starts_on" in refused.value.error_dict


def test_a_consultant_comes_with_a_confirmation_or_not_at_all(binh):
    values = {"name": "Công ty A", "is_independent": False, "number": "1/GXN"}
    with pytest.raises(ValidationError):
        add_consultant(by=binh, at=make.NOW, valid_from=date(2021, 2, 1), valid_to=date(2021, 1, 1), **values)
    assert not Consultant.objects.exists()


@pytest.mark.parametrize(("today", "warned"), [(date(2021, 10, 31), False), (date(2021, 11, 1), True)])
def test_the_department_is_warned_sixty_days_before_the_end(binh, today, warned):
    consultant()
    assert validity_of(consultants_seen_by(binh).get(), today).needs_attention is warned


def test_a_contract_longer_than_the_confirmation_is_told_at_any_time(binh):
    firm = consultant()
    sign(firm, binh, date(2020, 12, 1), date(2021, 12, 31))
    Confirmation.objects.update(valid_to=date(2021, 8, 31))
    warning = validity_of(consultants_seen_by(binh).get(), date(2021, 3, 1)).warning
    assert "Không có Giấy xác nhận từ ngày 01/9/2021" in warning


def test_an_older_confirmation_beside_the_one_in_force_does_no_harm():
    firm = consultant()
    Confirmation.objects.create(
        consultant=firm, number="1/GXN", valid_from=date(2015, 1, 1), valid_to=date(2017, 12, 31)
    )
    assert firm.is_confirmed_throughout(date(2020, 12, 1), date(2021, 12, 31))
    assert not firm.is_confirmed_throughout(date(2017, 12, 1), date(2019, 1, 1))

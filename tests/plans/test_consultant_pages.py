"""Pages of consultants."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from plans.models import Consultant, Contract
from tests import make
from tests.plans import money
from tests.plans.classes import consultant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def binh():
    return make.staff()


def url(name, *args):
    return reverse(f"plans:{name}", args=args)


def test_the_department_enters_a_consultant_with_a_confirmation(binh, browse):
    typed = {"name": "Công ty A", "number": "9/GXN", "valid_from": "1/1/2020", "valid_to": "31/12/2022"}
    assert browse(binh).post(url("consultant-add"), typed).status_code == 302
    assert Consultant.objects.get().confirmations.get().valid_to == date(2022, 12, 31)


def test_a_name_that_is_there_already_is_told_at_the_field(binh, browse):
    consultant(name="Công ty A")
    typed = {"name": "Công ty  A", "number": "9/GXN", "valid_from": "1/1/2020", "valid_to": "31/12/2022"}
    answer = browse(binh).post(url("consultant-add"), typed)
    assert answer.context["form"].errors["name"] == ["Tư vấn này đã có."]


def test_a_name_can_be_mended(binh, browse):
    firm = consultant()
    browse(binh).post(url("consultant-edit", firm.pk), {"name": "Công ty B", "is_independent": "on"})
    firm.refresh_from_db()
    assert (firm.name, firm.is_independent) == ("Công ty B", True)


def test_a_renewal_is_entered_and_the_contract_follows(binh, browse):
    firm, entry = consultant(until=date(2021, 3, 31)), money.entry(money.plan("running"))
    hired = {"entry": entry.pk, "number": "5/HĐ", "starts_on": "1/12/2020", "ends_on": "31/12/2021"}
    refused = browse(binh).post(url("contract-add", firm.pk), hired)
    assert "hết giá trị ngày 31/3/2021" in refused.content.decode()
    renewed = {"number": "80/GXN", "valid_from": "1/4/2021", "valid_to": "31/3/2024"}
    browse(binh).post(url("confirmation-add", firm.pk), renewed)
    browse(binh).post(url("contract-add", firm.pk), hired)
    assert Contract.objects.get().consultant == firm
    assert "5/HĐ" in browse(binh).get(url("consultant-edit", firm.pk)).content.decode()


def test_the_list_warns_of_what_ends_soon(binh, browse):
    consultant(until=date(2021, 7, 1))
    assert "còn giá trị 15 ngày" in browse(binh).get(url("consultant-list")).content.decode()


def test_finance_and_leader_read_and_officers_find_nothing(browse):
    firm, home = consultant(), make.department("Sở Tài chính")
    for role, status in ((Role.FINANCE, 200), (Role.LEADER, 200), (Role.OFFICER, 404)):
        browser = browse(make.user(role, home))
        assert browser.get(url("consultant-list")).status_code == status
        assert browser.get(url("consultant-edit", firm.pk)).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_many(binh, browse):
    browser = browse(binh)
    consultant(name="Công ty 0")
    browser.get(url("consultant-list"))
    with CaptureQueriesContext(connection) as few:
        browser.get(url("consultant-list"))
    for place in range(1, 9):
        consultant(name=f"Công ty {place}")
    with CaptureQueriesContext(connection) as many:
        browser.get(url("consultant-list"))
    assert len(few) == len(many)

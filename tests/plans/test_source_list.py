"""Sources: set by finance, read by the department and the leader, never below what is committed."""

import pytest
from django.urls import reverse

from agencies.models import Role
from plans.models import FundingSource
from tests import make
from tests.plans import money

pytestmark = pytest.mark.django_db
LIST = "plans:source-list"


def form(**values):
    usual = {
        "name": "Sự nghiệp khoa học và công nghệ",
        "kind": "local_budget",
        "fiscal_year": "2020",
        "amount": "300 triệu",
        "document": "",
    }
    return usual | values


def test_finance_enters_the_science_budget_of_2020(browse):
    browse(money.finance()).post(reverse("plans:source-add"), form())
    assert FundingSource.objects.get().amount == 300_000_000


@pytest.mark.parametrize("typed", ["-1", "1,5", "ba trăm", ""])
def test_an_amount_that_is_none_is_refused(browse, typed):
    page = browse(money.finance()).post(reverse("plans:source-add"), form(amount=typed))
    assert page.status_code == 200 and not FundingSource.objects.exists()


def test_a_source_is_entered_once_a_year(browse):
    client = browse(money.finance())
    client.post(reverse("plans:source-add"), form())
    page = client.post(reverse("plans:source-add"), form())
    assert "Nguồn này đã có trong năm." in page.text and FundingSource.objects.count() == 1


def test_a_source_cannot_fall_below_what_approved_plans_take(browse):
    source = money.source(50_000_000)
    money.line(money.entry(money.plan("approved")), estimate=40_000_000, approved=40_000_000, source=source)
    edit = reverse("plans:source-edit", args=[source.pk])
    page = browse(money.finance()).post(edit, form(amount="39.999.999"))
    assert "dùng 40.000.000 đồng; số của nguồn không thể ít hơn" in page.text
    browse(money.finance()).post(edit, form(amount="40.000.000"))
    source.refresh_from_db()
    assert source.amount == 40_000_000


def test_the_list_shows_what_is_left(browse):
    source = money.source(50_000_000)
    money.line(money.entry(money.plan("running")), estimate=40_000_000, approved=37_000_000, source=source)
    page = browse(make.staff()).get(reverse(LIST)).text
    assert "37.000.000" in page and "13.000.000" in page


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER, Role.OFFICER, Role.ADMINISTRATOR])
def test_nobody_but_finance_sets_sources(browse, role):
    person = make.user(role, make.department("Sở Bất kỳ"))
    source = money.source()
    assert browse(person).post(reverse("plans:source-add"), form()).status_code == 404
    assert browse(person).post(reverse("plans:source-edit", args=[source.pk]), form()).status_code == 404
    readers = (Role.STAFF, Role.LEADER)
    assert browse(person).get(reverse(LIST)).status_code == (200 if role in readers else 404)


def test_finance_of_another_province_does_not_see_a_source(browse):
    source = money.source()
    elsewhere = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    stranger = make.user(Role.FINANCE, make.department("Sở Tài chính khác", superior=elsewhere))
    assert browse(stranger).get(reverse("plans:source-edit", args=[source.pk])).status_code == 404

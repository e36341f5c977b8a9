"""A statement that is composed once says what its queryset says, each time anew."""

from typing import Any

import pytest
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, TruncDate

from agencies.models import Agency
from isotrack.kit.clock import ZONE
from isotrack.kit.statements import kept
from reports.models import ReportCycle
from tests import make

pytestmark = pytest.mark.django_db


def named(province: int, word: str) -> "QuerySet[Any, Any]":
    found = Agency.objects.filter(province=province, name_search__contains=word).order_by("pk")
    return found.values_list("name", "valid_from", Concat(F("code"), Value(" 100 %")))


def test_its_rows_are_those_of_the_queryset_now():
    ask, province = kept(5)(named), make.province()
    make.department("Sở Nội vụ")
    assert ask(province.pk, "noi vu") == list(named(province.pk, "noi vu"))
    make.department("Trung tâm Nội vụ")
    assert len(ask(province.pk, "noi vu")) == 2


def test_other_arguments_are_another_statement():
    ask, province = kept(5)(named), make.province()
    make.department("Sở Nội vụ")
    make.department("Sở Y tế")
    assert [ask(province.pk, word)[0][0] for word in ("noi vu", "y te")] == ["Sở Nội vụ", "Sở Y tế"]


def test_it_is_composed_once():
    composed = []
    ask = kept(5)(lambda pk: composed.append(pk) or Agency.objects.filter(pk=pk).values_list("pk"))
    assert (ask(1), ask(1), ask(2)) == ([], [], [])
    assert composed == [1, 2]


def test_columns_are_read_as_a_queryset_reads_them():
    make.cycle()
    days = ReportCycle.objects.values_list(
        "due_before", TruncDate("opens_at", tzinfo=ZONE), "day_itself_counts"
    )
    assert kept(1)(lambda: days)() == list(days)


def test_what_can_have_no_rows_is_not_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert kept(1)(lambda: Agency.objects.none().values_list("pk"))() == []

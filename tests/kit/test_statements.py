"""A statement that is composed once says what its queryset says, each time anew."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, TruncDate

from agencies.models import Agency
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.statements import Key, columns_of, instances, kept
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


def test_an_instant_is_left_open_and_filled_in_each_time():
    composed, cycle = [], make.cycle()

    def opened_by(word: str, instant: datetime) -> "QuerySet[Any, Any]":
        composed.append(word)
        return ReportCycle.objects.filter(opens_at__lte=instant).values_list("pk")

    ask = kept(5)(opened_by)
    before, after = cycle.opens_at - timedelta(microseconds=1), cycle.opens_at.astimezone(UTC)
    assert [ask("a", before), ask("a", after), ask("a", before)] == [[], [(cycle.pk,)], []]
    assert composed == ["a"]


def test_two_instants_are_not_mistaken_for_each_other():
    cycle = make.cycle()
    ask = kept(5)(lambda a, b: ReportCycle.objects.filter(opens_at__gt=a, opens_at__lte=b).values_list("pk"))
    hour = timedelta(hours=1)
    assert ask(cycle.opens_at - hour, cycle.opens_at + hour) == [(cycle.pk,)]
    assert ask(cycle.opens_at + hour, cycle.opens_at - hour) == []


@pytest.mark.parametrize("told", [day_of, lambda at: at + timedelta(1), lambda at: at < make.NOW])
def test_nothing_is_told_from_an_instant_that_is_left_open(told):
    ask = kept(5)(lambda at: told(at) and ReportCycle.objects.values_list("pk"))
    with pytest.raises(TypeError):
        ask(make.NOW)


def test_a_key_is_left_open_too():
    composed = []
    one, other = make.department("Sở Nội vụ"), make.department("Sở Y tế")
    ask = kept(5)(lambda pk: composed.append(pk) or Agency.objects.filter(pk=pk).values_list("name"))
    assert [ask(Key(found.pk)) for found in (one, other)] == [[("Sở Nội vụ",)], [("Sở Y tế",)]]
    assert len(composed) == 1


def test_whole_instances_are_those_of_the_queryset():
    cycle = make.cycle()
    rows = kept(1)(lambda: ReportCycle.objects.values_list(*columns_of(ReportCycle)))()
    [found] = instances(ReportCycle, rows)
    assert found == cycle and vars(found).keys() >= {"opens_at", "province_id", "year"}
    assert [getattr(found, name) for name in columns_of(ReportCycle)] == [
        getattr(ReportCycle.objects.get(), name) for name in columns_of(ReportCycle)
    ]

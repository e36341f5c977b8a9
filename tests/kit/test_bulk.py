"""INSERT … SELECT from a queryset."""

from datetime import date

import pytest
from django.db.models import F, Value

from agencies.models import Agency, Holiday
from isotrack.journal.models import Entry
from isotrack.kit.bulk import insert_select
from tests import make

pytestmark = pytest.mark.django_db


def columns(label):
    return {
        "at": Value(make.NOW),
        "province": Value(""),
        "actor": Value("Hệ thống"),
        "actor_key": Value(""),
        "verb": Value("tried"),
        "about_kind": Value("agency"),
        "about_key": F("code"),
        "about_label": label,
        "changes": Value("{}"),
        "reason": Value(""),
        "search": Value(" khanh an"),
    }


def test_every_chosen_row_becomes_one_row_in_one_statement(django_assert_num_queries):
    make.agency("Ủy ban nhân dân xã Khánh An", code="30340")
    make.agency("Ủy ban nhân dân xã Phú Hội", code="30355")
    chosen = Agency.objects.filter(code__startswith="303")
    with django_assert_num_queries(1):
        assert insert_select(Entry, chosen, columns(F("name"))) == 2
    entry = Entry.objects.get(about_key="30340", verb="tried")
    assert (entry.about_label, entry.at, entry.changes) == ("Ủy ban nhân dân xã Khánh An", make.NOW, {})


def test_rows_that_are_there_already_are_left_out():
    make.agency(code="30340")
    holiday = {"day": Value(date(2021, 1, 1)), "name": F("code"), "is_working_day": Value(False)}
    assert insert_select(Holiday, Agency.objects.filter(code="30340"), holiday) == 1
    assert insert_select(Holiday, Agency.objects.filter(code="30340"), holiday) == 0


def test_no_rows_insert_nothing():
    assert insert_select(Entry, Agency.objects.none(), columns(F("name"))) == 0

"""Whatever stands in a workbook: it is read or refused, and nothing is half saved."""

from datetime import date, datetime, time
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isotrack.journal.models import Entry
from isotrack.kit.sheets import SheetRefused
from reports.models import AnnualReport
from reports.questions import readable
from reports.questions.values import faults
from reports.workbook import FormRefused
from reports.workbook.marked import marked
from tests import make
from tests.reports import sheets

pytestmark = pytest.mark.django_db
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.dates(date(1900, 3, 1), date(2999, 12, 31)),
    st.datetimes(datetime(1900, 3, 1), datetime(2999, 1, 1)),  # noqa: DTZ001
    st.just(time(8, 30)),
    st.sampled_from(
        ["Có", "không", "x", "Đã công bố", "2015", "1.234", "12,000", "89,5 %", "1.7.20", "=1/0"]
    ),
    st.sampled_from(["#REF!", "#N/A", "=A1", "=1/0", "\u200b", "1\u00a0234", "33.000.000 đồng", "C"]),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40),
)
ACTS = ["rows", "cols", "insert", "merge"]
USUAL = {"max_examples": 25, "deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@pytest.fixture
def report():
    return make.report(make.agency())


@pytest.fixture
def blank(report):
    return sheets.drawn(report)


@cache
def places(data: bytes) -> list[tuple[str, str]]:
    """Every cell that can be written in, by sheet and address."""
    return [
        (page.title, cell.coordinate)
        for page in sheets.opened(data).worksheets
        for row in page.iter_rows()
        for cell in row
        if not cell.protection.locked
    ]


def state_of(report: AnnualReport) -> tuple[Any, ...]:
    row = AnnualReport.objects.values("answers", "state", "saves").get(pk=report.pk)
    return row, Entry.objects.count()


def sent_in(data: bytes, report: AnnualReport) -> None:
    """Take it in a transaction of its own, look at the whole, undo it."""
    before = state_of(report)
    with transaction.atomic():
        try:
            taken = sheets.sent_in(data, report)
        except (FormRefused, SheetRefused):
            assert state_of(report) == before
            return
        assert bool(taken.changed) == (Entry.objects.count() > before[1])
        for key, value in report.answers.items():
            question = report.cycle.questions.by_key[key]
            wanted = (f for f in faults(question, value) if f.row is None)
            assert readable(question, value) is not None and not list(wanted)
        assert marked(BytesIO(data), taken.messages, make.NOW)
        transaction.set_rollback(True)


@settings(**USUAL)
@given(st.data())
def test_any_value_in_any_cell(report, blank, data):
    chosen = st.dictionaries(st.sampled_from(places(blank)), ANYTHING, max_size=12)
    typed = data.draw(chosen)

    def fill(book):
        for (title, address), value in typed.items():
            book[title][address].value = value

    sent_in(sheets.changed(blank, fill), report)


@settings(**USUAL)
@given(
    st.lists(st.tuples(st.sampled_from(["rows", "cols", "insert", "merge"]), st.integers(1, 90)), max_size=5)
)
def test_rows_deleted_columns_deleted_lines_inserted_cells_merged(report, blank, acts):
    def change(book):
        page = book[sheets.LONG]
        page["C10"] = 22
        for act, place in acts:
            if act == "rows":
                page.delete_rows(place, 2)
            elif act == "cols":
                page.delete_cols(place % 9 + 1)
            elif act == "insert":
                page.insert_rows(place)
            else:
                page.merge_cells(start_row=place, end_row=place + 2, start_column=2, end_column=4)

    sent_in(sheets.changed(blank, change), report)


@settings(**USUAL)
@given(st.floats(0, 1), st.binary(min_size=1, max_size=30))
def test_bytes_flipped_anywhere(report, blank, where, damage):
    data = bytearray(blank)
    place = int(where * len(data))
    data[place : place + len(damage)] = damage
    sent_in(bytes(data), report)

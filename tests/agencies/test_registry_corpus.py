"""The corpus, and whatever bytes and cells Hypothesis thinks of: read or refused, never anything else."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.actions.registry_import import read_registry
from agencies.registry_judge import judge
from agencies.registry_match import Being, Registry
from isotrack.kit.sheets import SheetRefused
from tests.agencies.registry_books import HEAD, TODAY, book, data_of, errors
from tests.agencies.workbooks import failing, passing

CORPUS = Path(__file__).parent / "workbooks"
WHOLE_FILE = "whole file, "
EXPECTED = dict(
    line.split(": ", 1) for line in (CORPUS / "should_fail.txt").read_text(encoding="utf-8").splitlines()
)
OUTCOMES = {"created", "updated", "unchanged", "skipped", "refused"}


def registry():
    """What the corpus is judged against, without a database."""
    root = _being(1, "89", "tỉnh An Giang", None, "province")
    district = _being(2, "886", "huyện An Phú", root, "district")
    communes = [
        _being(3, "30340", "xã Khánh An", district, "commune"),
        _being(4, "30349", "xã Vĩnh Hội Đông", district, "commune"),
    ]
    return Registry([root, district, *communes], may_found_provinces=True)


def _being(pk, code, unit, superior, level):
    began, kind = date(2020, 1, 1), f"peoples_committee_{level}"
    values = {"name": f"Ủy ban nhân dân {unit}", "short_name": "", "kind": kind, "level": level}
    values |= {"superior": superior, "valid_from": began, "valid_to": None}
    values |= {"group": "ubnd_xa", "mandate": "encouraged", "ceiling_tier": "2d", "reports_annually": True}
    values |= {
        "covered_by": None,
        "contact_email": "",
        "sort_order": 0,
        "valid_from": began,
        "valid_to": None,
    }
    return Being(pk, code, values, province=1, since=began)


def judged(data):
    return judge(read_registry(BytesIO(data)), registry(), on=TODAY)


@pytest.mark.parametrize("name", sorted(path.name for path in (CORPUS / "should_pass").iterdir()))
def test_should_pass(name):
    found = judged((CORPUS / "should_pass" / name).read_bytes())
    assert found.errors == []
    assert {line.outcome for line in found.lines} <= {"unchanged", "skipped"}
    assert found.counts["unchanged"]


@pytest.mark.parametrize("name", sorted(path.name for path in (CORPUS / "should_fail").iterdir()))
def test_should_fail(name):
    data, expected = (CORPUS / "should_fail" / name).read_bytes(), EXPECTED[name]
    if expected.startswith(WHOLE_FILE):
        with pytest.raises(SheetRefused, match=expected.removeprefix(WHOLE_FILE)):
            judged(data)
        return
    found = judged(data)
    assert ", ".join(f"{cell} {code}" for cell, code in errors(found)) == expected
    assert found.counts["refused"] == expected.count(",") + 1
    assert all(message.reason for message in found.messages)


def test_the_corpus_is_what_is_built():
    kept = {path.stem for folder in ("should_pass", "should_fail") for path in (CORPUS / folder).iterdir()}
    assert {*passing.BOOKS, *failing.ROWS, *failing.FILES} <= kept
    assert {f"{name}.xlsx" for name in {*failing.ROWS, *failing.FILES}} <= set(EXPECTED)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_bytes_are_read_or_refused(data):
    _survives(data)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_is_read_or_refused(place, damage):
    data = bytearray(WHOLE)
    data[place : place + len(damage)] = damage
    _survives(bytes(data))


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.sampled_from(
        ["30340", "886", "89", "30399", "UBND xã Khánh An", "Huyện An Phú", "II.", "Cộng", "=A1", "#N/A"]
    ),
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x1EF9, exclude_categories=("Cs", "Cc")), max_size=30
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, min_size=7, max_size=8), max_size=6))
def test_any_grid_of_cells_is_judged_row_by_row(rows):
    found = judged(data_of(book(*rows, head=HEAD)))
    assert {line.outcome for line in found.lines} <= OUTCOMES
    counts = found.counts
    assert sum(counts[name] for name in OUTCOMES) == counts["rows"]
    refused = {line.row.number for line in found.lines if line.is_refused}
    assert {int(one.cell.lstrip("ABCDEFGHIJ")) for one in found.errors} == refused


WHOLE = data_of(book(passing.KHANH_AN, passing.VINH_HOI))


def _survives(data):
    try:
        judged(data)
    except SheetRefused as refused:
        assert str(refused)

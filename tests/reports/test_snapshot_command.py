"""The command `consolidated`: makes or finds, writes what is asked for, refuses in one line."""

import json

import pytest
from django.core.management import call_command

from isotrack.kit.commands import BadInput
from reports.models import Snapshot
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(capsys):
    def answer(*given):
        call_command("consolidated", *map(str, given), "--format", "json")
        return json.loads(capsys.readouterr().out)

    return answer


@pytest.fixture(autouse=True)
def three():
    cycle = make.reports(3)
    first = cycle.reports.order_by("pk").first()
    make.report(first.agency, cycle, sent="2021-06-10")
    return cycle


def test_it_answers_with_the_code_and_the_totals(ask):
    totals = {"expected": 3, "received": 1, "on_time": 1, "late": 0, "missing": 2, "not_due": 0}
    totals |= {"nil": 0, "exempt": 0, "extended": 0, "rate": "33,33", "rate_on_time": "33,33"}
    said = {"year": 2020, "snapshot": "TH-89-2020-1", "totals": totals}
    assert ask(2020, "--as-of", "2021-06-30") == said
    assert ask(2020, "--as-of", "2021-06-30") == said
    assert Snapshot.objects.count() == 1


def test_it_writes_the_files(ask, tmp_path):
    pdf, xlsx = tmp_path / "a.pdf", tmp_path / "a.xlsx"
    ask(2020, "--as-of", "2021-06-30", "--pdf", pdf, "--xlsx", xlsx)
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert xlsx.read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    "given",
    [
        (2031,),
        (2020, "--as-of", "2020-06-30"),
        (2020, "--pdf", "/no/such/folder/a.pdf"),
        (2020, "--xlsx", "/tmp"),
        (2020, "--province", "77"),
        (2020, "--report-year", "2021"),
        (2020, "--kind", "ministry", "--report-year", "2025"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_frozen(ask, given):
    with pytest.raises(BadInput):
        ask(*given)
    assert not Snapshot.objects.exists()


def test_the_december_report_is_frozen_by_its_kind(ask):
    ministry = (2020, "--as-of", "2021-12-20", "--kind", "ministry")
    assert ask(*ministry)["snapshot"] == "BKH-89-2021-1"
    assert ask(*ministry, "--report-year", 2020)["snapshot"] == "BKH-89-2020-1"

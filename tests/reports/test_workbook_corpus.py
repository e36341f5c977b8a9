"""Cells as people fill them in: each file is one habit, and its name says what is right or wrong with it."""

from pathlib import Path

import pytest
import yaml

from tests import make
from tests.reports import sheets

pytestmark = pytest.mark.django_db
CORPUS = Path(__file__).parent / "workbooks"


def habits(folder):
    files = sorted((CORPUS / folder).glob("*.yaml"))
    return [pytest.param(yaml.safe_load(file.read_text("utf-8")), id=file.stem) for file in files]


@pytest.fixture
def report():
    return make.report(make.agency(), answers={"contact_name": "Trần Thị Lan"})


def typed_into(report, typed):
    def fill(book):
        for key, value in typed.items():
            sheets.cell_of(book, key).value = value

    return sheets.sent_in(sheets.changed(sheets.drawn(report), fill), report)


@pytest.mark.parametrize("habit", habits("should_pass"))
def test_what_can_only_mean_one_thing_is_taken(habit, report):
    taken = typed_into(report, habit["typed"])
    assert sheets.told(taken) == {}
    assert report.answers == habit["stored"] | {"contact_name": "Trần Thị Lan"}


@pytest.mark.parametrize("habit", habits("should_fail"))
def test_what_could_mean_two_things_is_told_with_its_cell_and_the_rest_is_taken(habit, report):
    taken = typed_into(report, habit["typed"] | {"difficulties": "Không"})
    (key,) = habit["typed"]
    (wrong,) = [message for message in taken.messages if message.level == "error"]
    assert (wrong.key, wrong.code, wrong.sheet) == (key, habit["code"], sheets.LONG)
    assert habit["says"] in wrong.message
    assert report.answers == {"contact_name": "Trần Thị Lan", "difficulties": "Không"}

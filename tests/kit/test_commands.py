"""How a command answers people and scripts."""

import json
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from isotrack.kit.clock import ZONE
from isotrack.kit.commands import BadInput, HouseCommand, RefusalsListed, a_day


class Count(HouseCommand):
    """Answers what it was asked."""

    takes_as_of = True
    takes_dry_run = True
    requires_system_checks: list[str] = []

    def arguments(self, parser):
        parser.add_argument("number", type=int)
        parser.add_argument("--on", type=a_day)

    def answer(self, **options: Any):
        if options["number"] < 0:
            raise BadInput("Số phải từ 0\ntrở lên.")
        answer = {
            "as_of": options["as_of"],
            "on": options["on"],
            "skipped": {"already": options["number"], "no_contact": 0},
            "cycles": [2019, 2020],
            "dry_run": options["dry_run"],
            "messages": [{"cell": "B2", "message": "Tên trống"}],
        }
        if options["number"] == 7:
            raise RefusalsListed(answer)
        return answer


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(Count(stdout=out), *arguments)
    return out.getvalue()


def status(*arguments: str) -> Any:
    """The exit status of the command as typed in a terminal."""
    with pytest.raises(SystemExit) as left:
        Count(stdout=StringIO()).run_from_argv(["manage.py", "count", *arguments])
    return left.value.code


def test_a_script_gets_one_json_object():
    answer = json.loads(said("3", "--format", "json", "--as-of", "2021-06-30T00:00", "--on", "5/7/2021"))
    assert answer["as_of"] == "2021-06-30T00:00:00+07:00"
    assert (answer["on"], answer["skipped"]["already"], answer["dry_run"]) == ("2021-07-05", 3, False)


def test_a_person_gets_a_table():
    lines = said("33000", "--as-of", "2021-06-16T08:00", "--dry-run").splitlines()
    assert lines[0] == "as_of               16/06/2021 08:00"
    assert "skipped.already     33.000" in lines
    assert "cycles              2019, 2020" in lines
    assert "dry_run             có" in lines
    assert "messages 1          B2, Tên trống" in lines


def test_an_instant_with_a_zone_is_shown_in_vietnam():
    answer = json.loads(said("3", "--format", "json", "--as-of", "2021-06-29T17:00:00+00:00"))
    assert answer["as_of"] == "2021-06-30T00:00:00+07:00"


def test_without_as_of_it_is_the_installations_now(now):
    now("2021-06-20 10:00")
    answer = json.loads(said("3", "--format", "json"))
    assert datetime.fromisoformat(answer["as_of"]).astimezone(ZONE).date() == date(2021, 6, 20)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x"],
        ["3", "--format", "xml"],
        ["3", "--as-of", "gần đây"],
        ["3", "--on", "31/02/2021"],
        ["-1"],
        ["3", "--nothing"],
    ],
)
def test_wrong_arguments_end_with_2_and_one_line(arguments, capsys):
    assert status(*arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1


def test_refusals_are_listed_and_end_with_1():
    assert status("7") == 1
    with pytest.raises(RefusalsListed):
        said("7")


def test_bad_input_reaches_a_caller_in_python():
    with pytest.raises(BadInput):
        call_command(Count(), "-1")

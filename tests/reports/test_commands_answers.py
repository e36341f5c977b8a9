"""Commands answer with exactly the keys that administrators' scripts read."""

import json

import pytest
from django.core.management import call_command

from isotrack.journal.models import Notice
from isotrack.kit.commands import BadInput
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(capsys):
    def answer(*words):
        call_command(*words, "--format", "json")
        return json.loads(capsys.readouterr().out)

    return answer


@pytest.fixture
def three():
    make.agency(contact="")
    return make.reports(2)


def test_remind(ask, three):
    assert ask("remind", "--as-of", "2021-06-22T08:00") == {
        "as_of": "2021-06-22T08:00:00+07:00",
        "planned": 2,
        "delivered": 2,
        "failed": 0,
        "skipped": {"already": 0, "no_contact": 1, "stale": 0},
    }
    again = ask("remind", "--as-of", "2021-06-22T08:00")
    assert (again["planned"], again["skipped"]["already"]) == (0, 2)


def test_remind_dry(ask, three):
    dry = ask("remind", "--as-of", "2021-06-22T08:00", "--dry-run")
    assert (dry["planned"], dry["delivered"]) == (2, 0)
    assert not Notice.objects.exists()


def test_flag_overdue(ask, three):
    dry = ask("flag_overdue", "--as-of", "2021-06-30T00:00", "--dry-run")
    done = ask("flag_overdue", "--as-of", "2021-06-30T00:00")
    assert dry == done == {"as_of": "2021-06-30T00:00:00+07:00", "late": 0, "missing": 3, "duties": 0}
    assert ask("flag_overdue", "--as-of", "2021-06-30T01:00")["missing"] == 0


def test_rates(ask, three):
    first = three.reports.order_by("pk").first()
    make.report(first.agency, three, sent="2021-06-29 10:00")
    assert ask("rates", "2020", "--as-of", "2021-06-30T00:00") == {
        "year": 2020,
        "as_of": "2021-06-30T00:00:00+07:00",
        "cutoff": "2021-06-30T00:00:00+07:00",
        "expected": 3,
        "received": 1,
        "on_time": 1,
        "late": 0,
        "missing": 2,
        "not_due": 0,
        "nil": 0,
        "exempt": 0,
        "extended": 0,
        "rate": "33,33",
        "rate_on_time": "33,33",
    }


def test_open_cycle(ask):
    make.reference()
    make.agency()
    opened = {"cycle": 2020, "expected": 1, "created": 1, "cutoff": "2021-06-30T00:00:00+07:00"}
    assert ask("open_cycle", "2020") == opened
    assert ask("open_cycle", "2020") == opened | {"created": 0}


def test_an_instant_may_name_its_own_zone(ask, three):
    assert ask("rates", "2020", "--as-of", "2021-06-29T17:00:00+00:00")["missing"] == 3
    assert ask("rates", "2020", "--as-of", "2021-06-29T16:59:59+00:00")["missing"] == 0


@pytest.mark.parametrize(
    "words",
    [("rates", "2019"), ("rates", "2020", "--province", "1"), ("remind", "--as-of", "mai")],
    ids=["no such cycle", "no such province", "no instant"],
)
def test_what_cannot_be_used_is_refused_in_one_line(words, three):
    with pytest.raises(BadInput) as refusal:
        call_command(*words)
    assert "\n" not in str(refusal.value).strip()

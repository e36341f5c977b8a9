"""Version 2 asks what version 1 asked, in two languages, and looks at last year."""

from datetime import date
from functools import cache

import pytest

from agencies.models import Agency
from agencies.models.agency import Mandate
from reports.actions.season import other_arrivals
from tests.reports.filled import cases, check, definition, version_2

TEXTS = {"label_en", "help_en", "title_en", "message_en"}


def bare(spec):
    """A definition without what version 2 may say otherwise."""
    if isinstance(spec, list):
        return [bare(one) for one in spec]
    if not isinstance(spec, dict):
        return spec
    return {name: bare(value) for name, value in spec.items() if name not in TEXTS | {"signed_scan"}}


def expected(case):
    return {name: value for name, value in case["expected"].items() if name != "timeliness"}


def found(case, **more):
    day = date.fromisoformat(case["submitted_on"])
    outcome = check(case["answers"], case["obligation"], case["year"], day, form=version_2(), **more)
    return {
        "can_send": outcome.can_send,
        "missing": [finding.key for finding in outcome.missing],
        "bad_values": [finding.key for finding in outcome.bad_values],
        "errors": [finding.rule for finding in outcome.errors],
        "warnings": [finding.rule for finding in outcome.warnings],
        "visible_questions": len(outcome.visible),
    }


@cache
def answers_of_2019():
    """What each sample's agency sent the year before, as the demonstration makes it: code → answers."""
    mandates = {case["agency_code"]: Mandate(case["obligation"]) for case in cases()}
    agencies = [Agency(code=code, mandate=mandate) for code, mandate in mandates.items()]
    return {one.code: one.answers for one in other_arrivals(agencies, 2019, date(2020, 6, 29))}


def test_version_2_differs_by_texts_the_signed_scan_and_three_rules():
    one, two = definition(1), definition(2)
    added = [rule["id"] for rule in two["rules"] if rule["id"] not in {old["id"] for old in one["rules"]}]
    assert added == ["R27", "R28", "R29"]
    two["rules"] = [rule for rule in two["rules"] if rule["id"] not in added]
    two["form"]["version"] = 1
    assert bare(two) == bare(one)


def test_only_the_signed_report_is_a_signed_scan():
    assert [question.key for question in version_2().questions if question.signed_scan] == [
        "signed_report_file"
    ]
    assert version_2().scan.key == "signed_report_file"


def test_every_text_of_version_2_speaks_english():
    form = version_2()
    asked = [*form.questions, *(column for question in form.questions for column in question.columns)]
    assert [one.key for one in asked if not one.label_en] == []
    assert [one.key for one in form.questions if not one.help_en] == []
    assert [section.key for section in form.sections if not section.title_en] == []
    assert [rule.id for rule in form.rules if not rule.message_en] == []
    lists = definition(2)["choice_lists"].values()
    assert [
        one for entries in lists if isinstance(entries, list) for one in entries if not one["label_en"]
    ] == []


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_a_worked_report_has_its_outcome_without_last_year(case):
    assert found(case) == expected(case)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_a_worked_report_has_its_outcome_beside_last_year(case):
    assert found(case, last_year=answers_of_2019().get(case["agency_code"])) == expected(case)


def test_most_samples_have_a_year_before():
    assert len(answers_of_2019()) >= 9

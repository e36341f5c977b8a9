"""Last year's answers in this year's check: shown until confirmed, and what is counted in the end."""

import pytest

from reports.questions import Questionnaire, figures
from tests.reports.filled import COST_ITEMS, answers, check, definition, version_1, version_2

BEFORE = answers()


def checked(filled, **more):
    return check(filled, form=version_2(), **{"last_year": BEFORE} | more)


def without(*keys):
    return {key: value for key, value in answers().items() if key not in keys}


def test_an_answer_that_waits_to_be_confirmed_is_missing():
    outcome = checked(without("staff_total"), prefilled=["staff_total"])
    assert outcome.unconfirmed == {"staff_total"}
    assert [finding.line for finding in outcome.missing] == ["Câu 3: chưa xác nhận số liệu năm trước"]
    assert not outcome.can_send


def test_an_answer_that_waits_decides_what_is_shown():
    asked = {q.key for q in checked(without("qms_state"), prefilled=["qms_state"]).visible}
    assert "declaration_number" in asked
    assert "declaration_number" not in {q.key for q in checked(without("qms_state")).visible}


def test_what_was_typed_counts_before_last_year():
    outcome = checked(answers(staff_total=70), prefilled=["head_name"])
    assert outcome.values["staff_total"] == 70


def test_a_hidden_question_waits_for_nobody():
    filled = {"qms_state": "not_started"}
    assert checked(filled, prefilled=["declaration_number"]).unconfirmed == frozenset()


def test_without_last_years_answer_nothing_is_offered():
    outcome = checked(without("staff_total"), prefilled=["staff_total"], last_year={})
    assert "staff_total" not in outcome.values
    assert [finding.key for finding in outcome.missing] == ["staff_total"]


@pytest.mark.parametrize(("required", "missing"), [(False, []), (True, ["signed_report_file"])])
def test_a_cycle_can_require_the_signed_scan(required, missing):
    spec = definition(2)
    scan = spec["sections"][-1]["questions"][-1]
    scan["required"] = False
    form = Questionnaire.from_definition(spec, {"cost_item": COST_ITEMS})
    outcome = check(without("signed_report_file"), form=form, scan_required=required)
    assert [finding.key for finding in outcome.missing] == missing


def test_only_numbers_yes_and_no_and_choices_are_counted():
    counted = figures(checked(answers()))
    assert counted["procedures_total"] == 118
    assert counted["coverage_percent"] == 100
    assert counted["qms_state"] == "declared"
    assert counted["has_website"] is True
    assert counted.keys().isdisjoint(
        {"head_name", "declaration_date", "next_year_tasks", "signed_report_file"}
    )


def test_a_percentage_is_counted_with_its_decimals():
    counted = figures(checked(answers(procedures_total=140, procedures_in_qms=128)))
    assert counted["coverage_percent"] == 91.43


def test_what_is_hidden_or_out_of_its_limits_is_not_counted():
    counted = figures(checked(answers(staff_total=9_999, inspected=False)))
    assert "staff_total" not in counted
    assert "inspection_result" not in counted


def test_without_a_mark_the_last_file_is_the_scan():
    assert version_1().scan.key == "signed_report_file"
    spec = definition()
    spec["sections"] = spec["sections"][:-1]
    spec["rules"] = []
    assert Questionnaire.from_definition(spec, {"cost_item": COST_ITEMS}).scan is None

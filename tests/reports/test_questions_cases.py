"""The twelve worked reports have exactly the outcome written beside them."""

from datetime import date
from decimal import Decimal

import pytest

from reports.questions import Questionnaire, section_progress
from tests.reports.filled import COST_ITEMS, answers, cases, check, definition, version_1


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_a_worked_report_has_its_outcome(case):
    day = date.fromisoformat(case["submitted_on"])
    outcome = check(case["answers"], case["obligation"], case["year"], day)
    expected = {key: value for key, value in case["expected"].items() if key != "timeliness"}
    assert expected == {
        "can_send": outcome.can_send,
        "missing": [finding.key for finding in outcome.missing],
        "bad_values": [finding.key for finding in outcome.bad_values],
        "errors": [finding.rule for finding in outcome.errors],
        "warnings": [finding.rule for finding in outcome.warnings],
        "visible_questions": len(outcome.visible),
    }


def test_an_empty_form_asks_the_questions_that_depend_on_nothing():
    shown = version_1().visible({}, "encouraged")
    assert {question.key for question in shown if question.depends_on} == set()
    assert len(check({}).missing) == sum(question.required for question in check({}).visible)


def test_numbers_run_over_the_whole_form_and_leave_gaps():
    numbers = [question.number for question in version_1().visible(answers("C12"), "encouraged")]
    assert numbers[:8] == [1, 2, 3, 4, 5, 6, 14, 16]
    assert [question.number for question in version_1().questions] == list(range(1, 66))


def test_only_agencies_under_the_mandate_are_asked_for_next_years_estimate():
    asked = {m: {q.key for q in version_1().visible(answers(), m)} for m in ("mandatory", "encouraged")}
    assert asked["mandatory"] - asked["encouraged"] == {"next_year_estimate"}


def test_a_condition_on_a_hidden_question_never_holds():
    # inspection_form stays answered from before, but the officer has since said that nobody came
    filled = answers(inspected=False, inspection_form="on_site")
    assert "inspection_minutes_date" not in {q.key for q in version_1().visible(filled, "mandatory")}


def test_a_number_outside_its_limits_still_opens_the_questions_behind_it():
    filled = answers(complaints_received=20_000)
    assert "complaints_resolved" in {question.key for question in check(filled).visible}


@pytest.mark.parametrize(
    ("total", "in_qms", "percent"),
    [(118, 118, "100.00"), (140, 128, "91.43"), (3, 2, "66.67"), (800, 1, "0.13"), (2000, 1999, "99.95")],
)
def test_coverage_is_computed_with_two_decimals_half_up(total, in_qms, percent):
    filled = answers(procedures_total=total, procedures_in_qms=in_qms)
    assert version_1().computed(filled) == {"coverage_percent": Decimal(percent)}


@pytest.mark.parametrize(
    "changed", [{"procedures_total": 0, "procedures_in_qms": 0}, {"procedures_total": None}]
)
def test_coverage_of_nothing_is_nothing(changed):
    assert version_1().computed(answers(**changed)) == {"coverage_percent": None}


def test_coverage_above_the_whole_is_not_shown():
    assert version_1().computed(answers("C04")) == {"coverage_percent": None}


def test_a_computed_question_is_never_missing():
    spec = definition()
    coverage = next(q for s in spec["sections"] for q in s["questions"] if q["key"] == "coverage_percent")
    coverage["required"] = True
    form = Questionnaire.from_definition(spec, {"cost_item": COST_ITEMS})
    outcome = form.check(
        answers(), mandate="mandatory", year=2020, submitted_on=date(2021, 6, 1), ceiling=lambda *what: None
    )
    assert outcome.missing == ()


def test_an_answer_to_a_computed_question_counts_for_nothing():
    outcome = check(answers(coverage_percent="gõ nhầm"))
    assert outcome.can_send
    assert outcome.values["coverage_percent"] == Decimal("100.00")


def test_the_list_of_sections_counts_answers_and_findings():
    filled = answers("C04")
    scope = next(section for section in version_1().sections if section.key == "scope")
    progress = section_progress(scope, check(filled, "encouraged"), filled)
    assert (progress.answered, progress.asked, progress.errors, progress.done) == (4, 4, 1, False)


def test_a_section_is_done_when_nothing_required_is_left():
    filled = answers(proposals=None)
    section = next(section for section in version_1().sections if section.key == "assessment")
    progress = section_progress(section, check(filled), filled)
    assert (progress.answered, progress.asked, progress.left, progress.done) == (2, 3, 0, True)


def test_a_warning_waits_for_its_note():
    outcome = check(answers("C06"), "encouraged")
    left = outcome.unexplained({"R21": "Dời sang quý I/2021.", "R22": "  "})
    assert outcome.can_send
    assert [finding.rule for finding in left] == ["R22", "R25"]


def test_a_finding_is_told_at_every_question_it_touches():
    outcome = check(answers("C04"), "encouraged")
    assert [finding.rule for finding in outcome.at("procedures_total")] == ["R02"]
    assert [finding.rule for finding in outcome.at("procedures_in_qms")] == ["R02"]

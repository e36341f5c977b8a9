"""Each type of rule broken once, what the officer is told, and when a rule keeps quiet."""

from datetime import date

import pytest

from reports.questions import RULES, Questionnaire
from tests.reports.filled import COST_ITEMS, answers, check, definition, version_2

# What the agency of C02 sent the year before: as much as now.
BEFORE = answers()
# C02 with nothing to count, and the answers that would otherwise contradict it.
ZERO = dict.fromkeys(
    ("procedures_total", "procedures_in_qms", "processes_count", "new_staff", "staff_trained"), 0
) | {"objectives_set": 0}


def told(filled, rule, **how):
    """The findings of one rule of version 2, as the officer reads them."""
    outcome = check(filled, form=version_2(), **{"last_year": BEFORE} | how)
    return [finding.message for finding in (*outcome.errors, *outcome.warnings) if finding.rule == rule]


BROKEN = {
    "le": ("R02", {"procedures_total": 110, "procedures_in_qms": 121}, "121 (câu 17) lớn hơn 110 (câu 16)."),
    "date_ge": ("R13", {"notice_date": "2019-07-09"}, "09/7/2019 (câu 12) trước 10/7/2019 (câu 10)."),
    "date_in_period": ("R10", {"internal_audit_date": "2019-12-31"}, "khoảng từ 01/01/2020 đến 31/12/2020."),
    "sum_equals": ("R14", {"spent_aid": 500_000}, "là 12.000.000, câu 48 ghi 11.500.000: thừa 500.000."),
    "le_ceiling": ("R16", {"spent_maintenance": 15_000_001}, "(khoản 6 Điều 4 TT 116/2015/TT-BTC)."),
    "table_sum_equals": (
        "R17",
        {"spending_table": [{"cost_item": "MAINTENANCE", "amount": 11_000_000}]},
        "Tổng cột “Số tiền (đồng)” ở câu 54 là 11.000.000, câu 48 ghi 11.500.000: thiếu 500.000.",
    ),
    "date_within_months": ("R20", {"corrective_report_date": "2020-10-21"}, "sau hạn 20/10/2020"),
    "must_be_true": ("R21", {"internal_audit_done": False}, "Câu 31 trả lời “Không”."),
    "required_when": ("R23", {"scope_changed": True}, "Câu 22 chưa trả lời."),
    "zero_when": ("R24", {"qms_state": "applying"}, "Câu 53 ghi 11.500.000. Sửa câu 5 hoặc 53."),
    "must_be_gt_zero": ("R25", {"new_staff": 2, "staff_trained": 0}, "Câu 28 ghi 0. Sửa câu 27 hoặc 28"),
    "drop_from_last_year": (
        "R27",
        {"procedures_in_qms": 80},
        "Câu 17 ghi 80, năm trước 118: giảm 32,20\u00a0%.",
    ),
    "not_all_zero": ("R29", ZERO, "Các số ở câu 16, 17, 19, 27, 28 hoặc 29 đều bằng 0."),
    "not_future": ("R26", {"notice_date": "2021-06-21"}, "21/6/2021 (câu 12) sau ngày gửi 20/6/2021."),
}


def test_every_type_of_rule_is_broken_below():
    assert set(BROKEN) == set(RULES)


@pytest.mark.parametrize(("rule", "changed", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_names_both_sides(rule, changed, words):
    assert told(answers(), rule) == []
    [message] = told(answers(**changed), rule)
    assert words in message
    headline = next(r.message_vi for r in version_2().rules if r.id == rule)
    assert message.startswith(headline)


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("R02", {"procedures_total": 118, "procedures_in_qms": 118}),
        ("R13", {"notice_date": "2019-07-10"}),
        ("R10", {"internal_audit_date": "2020-01-01"}),
        ("R11", {"management_review_date": "2020-12-31"}),
        ("R23", {"scope_changed": True, "redeclared_date": "2020-08-03"}),
        ("R16", {"spent_maintenance": 15_000_000}),
        ("R20", {"corrective_report_date": "2020-10-20"}),
        ("R26", {"notice_date": "2021-06-20"}),
        ("R27", {"procedures_in_qms": 83}),  # 70 % of 118 is 82,6
        ("R28", {"staff_in_scope": 34}),
        ("R29", ZERO | {"new_staff": 1}),
    ],
)
def test_the_limit_itself_is_allowed(rule, changed):
    assert told(answers(**changed), rule) == []


def test_two_months_from_the_last_day_of_december_end_with_february():
    filled = answers(inspection_minutes_date="2020-12-31", corrective_report_date="2021-02-28")
    assert told(filled, "R20") == []
    assert "sau hạn 28/02/2021" in told({**filled, "corrective_report_date": "2021-03-01"}, "R20")[0]


def test_a_date_after_sending_is_found_although_others_are_hidden():
    filled = answers("C01", notice_date="2021-07-01")  # no inspection, no new declaration
    assert told(filled, "R26", mandate="encouraged") != []


def test_a_rule_keeps_quiet_about_an_empty_or_unreadable_answer():
    assert told(answers(procedures_total=None, procedures_in_qms=121), "R02") == []
    assert told(answers(procedures_total="một trăm", procedures_in_qms=121), "R02") == []


def test_a_rule_keeps_quiet_about_a_value_outside_its_limits():
    assert told(answers(procedures_total=-3), "R02") == []


def test_a_rule_keeps_quiet_about_a_hidden_question():
    filled = answers(inspected=False, corrective_report_date="2021-05-01")
    assert told(filled, "R20") == []


def test_an_unreadable_new_declaration_date_is_a_bad_value_and_not_a_missing_one():
    outcome = check(answers(scope_changed=True, redeclared_date="tháng sau"))
    assert [finding.key for finding in outcome.bad_values] == ["redeclared_date"]
    assert [finding.rule for finding in outcome.warnings] == []


@pytest.mark.parametrize("before", [{}, {"procedures_in_qms": 0}, {"procedures_in_qms": "hơn trăm"}])
def test_nothing_falls_below_a_year_without_a_number(before):
    assert told(answers(procedures_in_qms=1), "R27", last_year=before) == []


def test_last_years_number_counts_as_it_was_shown_then():
    before = BEFORE | {"qms_state": "not_started"}  # then nobody was asked how many procedures are in it
    assert told(answers(procedures_in_qms=1), "R27", last_year=before) == []


def test_a_single_zero_is_not_everything():
    only = {"qms_state": "not_started", "procedures_total": 0, "new_staff": None, "staff_trained": None}
    assert told(answers("C12", **only), "R29") == []


def test_nobody_is_asked_for_what_is_hidden():
    spec = definition()
    when = [{"key": "qms_state", "op": "equals", "value": "declared"}]
    rule = {"id": "R99", "type": "required_when", "key": "internal_audit_date", "when": when}
    spec["rules"] = [{**rule, "severity": "error", "message_vi": "Chưa có ngày đánh giá nội bộ."}]
    form = Questionnaire.from_definition(spec, {"cost_item": COST_ITEMS})
    how = {
        "mandate": "mandatory",
        "year": 2020,
        "submitted_on": date(2021, 6, 1),
        "ceiling": lambda *what: None,
    }
    assert form.check(answers(internal_audit_done=False), **how).errors == ()
    assert len(form.check(answers(internal_audit_date=None), **how).errors) == 1


def test_the_ceiling_is_asked_for_the_last_day_of_the_period():
    asked = []
    check(answers(), ceiling=lambda *what: asked.append(what))
    assert asked == [("6", "maintenance_year", date(2020, 12, 31))]


def test_without_a_ceiling_in_force_nothing_is_too_much():
    assert told(answers(spent_maintenance=90_000_000), "R16", ceiling=lambda *what: None) == []


def test_a_warning_asks_for_a_note_and_an_error_for_a_change():
    assert told(answers("C06"), "R21")[0].endswith("viết một câu giải trình.")
    assert told(answers("C04"), "R02")[0].endswith("Sửa câu 16 hoặc 17.")


def test_a_rule_can_speak_english():
    spec = definition()
    spec["rules"][0]["message_en"] = "More people in scope than in the agency."
    rule = Questionnaire.from_definition(spec, {"cost_item": COST_ITEMS}).rules[0]
    assert rule.message("en") == "More people in scope than in the agency."
    assert rule.message("vi").startswith("Số người")

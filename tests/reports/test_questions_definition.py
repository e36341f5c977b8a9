"""A definition is judged whole: every problem at once, each with its place."""

import pytest

from reports.questions import Choice, DefinitionError, Questionnaire, read_definition
from tests.reports.filled import COST_ITEMS, FILE, definition, version_1


def problems(spec, choices=None):
    """What is told about a definition that cannot be used."""
    with pytest.raises(DefinitionError) as refused:
        Questionnaire.from_definition(spec, {"cost_item": COST_ITEMS} if choices is None else choices)
    return list(refused.value.problems)


def changed(changed_key, /, **attributes):
    """Version 1 with some attributes of one question changed."""
    spec = definition()
    question = next(
        q for section in spec["sections"] for q in section["questions"] if q["key"] == changed_key
    )
    question.update(attributes)
    return spec


def with_rule(**attributes):
    """Version 1 with one more rule."""
    spec = definition()
    spec["rules"].append({"id": "R99", "severity": "error", "message_vi": "Sai.", **attributes})
    return spec


def test_version_1_has_fifteen_sections_65_questions_and_26_rules():
    form = version_1()
    assert (len(form.sections), len(form.questions), len(form.rules)) == (15, 65, 26)
    assert [str(day) for day in form.period(2020)] == ["2020-01-01", "2020-12-31"]


def test_people_read_titles_and_labels_in_their_language():
    section = version_1().sections[0]
    assert (section.title("vi"), section.title("en")) == ("I. Thông tin chung", "General information")
    assert version_1().by_key["head_name"].label("en") == "Head of the agency"
    assert version_1().title("en").startswith("Yearly report")


def test_choices_from_a_file_are_given_by_the_caller():
    given = [Choice("MAINTENANCE", "Duy trì")]
    form = Questionnaire.from_definition(definition(), {"cost_item": given})
    assert form.by_key["spending_table"].columns[0].choices == tuple(given)


def test_choices_from_a_file_that_nobody_gave_are_a_problem():
    assert problems(definition(), {}) == [
        "Danh sách cost_item: lấy từ tệp cost_items_tt116.csv nhưng chưa được nạp."
    ]


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"type": "intger"}, "Câu 3 (staff_total): không có loại “intger”"),
        ({"min": 6000}, "Câu 3 (staff_total): min lớn hơn max."),
        ({"min": "1"}, "Câu 3 (staff_total): “min” sai kiểu giá trị."),
        ({"required": 1}, "Câu 3 (staff_total): “required” sai kiểu giá trị."),
        ({"requird": True}, "Câu 3 (staff_total): không có thuộc tính “requird”."),
        ({"key": "head_name"}, "Câu 3 (head_name): khóa “head_name” có hai lần."),
        ({"key": "Tổng số"}, "khóa chỉ gồm chữ thường không dấu"),
        ({"label_vi": ""}, "Câu 3 (staff_total): thiếu “label_vi”."),
        ({"applies_to": "everyone"}, "applies_to phải là all, mandatory hoặc encouraged."),
        ({"depends_on": None}, "“depends_on” sai kiểu giá trị."),
        ({"depends_on": [{"key": "nobody", "op": "answered"}]}, "không có câu “nobody” ở phía trước."),
        ({"depends_on": [{"key": "qms_state", "op": "answered"}]}, "không có câu “qms_state” ở phía trước."),
        ({"depends_on": [{"key": "head_name", "op": "like", "value": "A"}]}, "không có phép so “like”"),
        (
            {"depends_on": [{"key": "head_name", "op": "gt", "value": "A"}]},
            "gt và lt chỉ dùng với câu loại số",
        ),
        ({"choices": "qms_state"}, "chỉ câu loại choice mới có choices."),
        ({"pattern": "("}, "pattern không phải biểu thức chính quy."),
        ({"columns": [{"key": "a", "type": "text", "label_vi": "A"}]}, "câu loại table, và chỉ câu ấy"),
        ({"computed": "__import__('os')"}, "công thức chỉ gồm khóa, số, + - * / và ngoặc."),
        ({"computed": "procedures_total * 2"}, "không có câu “procedures_total” ở phía trước."),
    ],
)
def test_a_question_with_a_slip_is_refused(attributes, words):
    assert any(words in problem for problem in problems(changed("staff_total", **attributes)))


@pytest.mark.parametrize(
    ("key", "attributes", "words"),
    [
        ("qms_state", {"choices": "states"}, "Câu 5 (qms_state): không có danh sách “states”."),
        (
            "next_year_tasks",
            {"columns": [{"key": "a", "type": "table", "label_vi": "A"}]},
            "cột 1: không có loại",
        ),
        (
            "not_started_reason",
            {"depends_on": [{"key": "qms_state", "op": "equals", "value": "never"}]},
            "giá trị so sánh không hợp với câu “qms_state”.",
        ),
    ],
)
def test_a_choice_or_table_with_a_slip_is_refused(key, attributes, words):
    assert any(words in problem for problem in problems(changed(key, **attributes)))


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"type": "lt", "left": "new_staff", "right": "staff_total"}, "Quy tắc R99: không có loại “lt”"),
        ({"type": "le", "left": "new_staff"}, "Quy tắc R99: thiếu “right”."),
        ({"type": "le", "left": "new_staff", "right": "nobody"}, "không có câu “nobody”"),
        (
            {"type": "le", "left": "new_staff", "right": "head_name"},
            "câu “head_name” phải thuộc loại integer",
        ),
        ({"type": "le", "left": "new_staff", "right": "staff_total", "severity": "bad"}, "severity phải là"),
        ({"type": "zero_when", "key": "new_staff"}, "phải có điều kiện when."),
        ({"type": "not_future", "keys": []}, "thiếu “keys”."),
        ({"type": "must_be_true", "key": "inspected", "id": "R01"}, "Mục rules: mã “R01” có hai lần."),
        (
            {"type": "table_sum_equals", "table": "spending_table", "column": "note", "total": "new_staff"},
            "bảng không có cột số “note”.",
        ),
    ],
)
def test_a_rule_with_a_slip_is_refused(attributes, words):
    assert any(words in problem for problem in problems(with_rule(**attributes)))


def test_all_problems_are_told_at_once():
    spec = changed("staff_total", type="intger", requird=True)
    spec["rules"][1]["left"] = "nobody"
    spec["form"].pop("code")
    places = [problem.split(":")[0] for problem in problems(spec)]
    assert places == ["Mục form", "Câu 3 (staff_total)", "Quy tắc R02"]


@pytest.mark.parametrize("spec", [{}, [], None, "form", {"form": {}, "sections": [], "rules": {}}])
def test_what_is_no_definition_is_refused(spec):
    assert problems(spec)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("form: [", "không đúng cú pháp YAML."),
        ("form: 1\nform: 2", "Dòng 2: không đúng cú pháp YAML."),
        ("a: &a [1]\nb: *a", "Dòng 2: không đúng cú pháp YAML."),
        ("form: !!binary aGk=", "không phải chữ, số, có/không hoặc danh sách."),
        ("form: !!python/object:os.system {}", "Dòng 1: không đúng cú pháp YAML."),
    ],
)
def test_a_text_that_cannot_be_read_is_refused(text, words):
    with pytest.raises(DefinitionError, match=words):
        read_definition(text)


def test_dates_in_a_definition_stay_text():
    text = FILE.read_text(encoding="utf-8").replace('"{year}-01-01"', "2020-01-01")
    assert read_definition(text)["form"]["period"]["from"] == "2020-01-01"

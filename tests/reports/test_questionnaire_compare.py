"""Two versions side by side: what was added, taken out, moved or changed, in words."""

import pytest

from reports.compare_versions import Change, differences
from reports.questions import editing
from reports.questions.editing import Position
from tests.reports.filled import definition


def told(new, old=None):
    return [(one.key, one.acts) for one in differences(old or definition(2), new)]


def changed(kind, key, **attributes):
    spec = definition(2)
    return editing.put(spec, kind, editing.part(spec, kind, key) | attributes, key=key)


def test_a_version_is_like_itself():
    assert differences(definition(2), definition(2)) == []


def test_an_attribute_is_told_with_what_it_was():
    [one] = differences(definition(2), changed("question", "staff_total", max=6000, required=False))
    assert one.name == "Câu 3. Tổng số cán bộ, công chức, viên chức của cơ quan"
    assert one.changes == (
        Change("Bắt buộc trả lời", "Có", "Không"),
        Change("Lớn nhất", "5.000", "6.000"),
    )


def test_an_attribute_left_out_is_like_its_default():
    spec = definition(2)
    question = dict(editing.part(spec, "question", "new_staff"))
    question |= {"carry_over": False, "signed_scan": False}
    assert differences(spec, editing.put(spec, "question", question, key="new_staff")) == []


def test_a_new_question_moves_no_other():
    spec = editing.put(
        definition(2), "question", {"key": "new", "type": "text", "label_vi": "Mới"}, at=Position("general")
    )
    assert told(spec) == [("new", ("added",))]
    [one] = differences(definition(2), spec)
    assert Change("Loại", "–", "Chữ, một dòng") in one.changes


def test_a_question_taken_out_is_told_last_with_its_old_number():
    [one] = differences(definition(2), editing.remove(definition(2), "question", "staff_total"))
    assert (one.acts, one.name[:7]) == (("removed",), "Câu 3. ")


def test_a_moved_question_says_from_where_to_where():
    spec = editing.move(definition(2), "question", "staff_in_scope", up=False)
    [one] = differences(definition(2), spec)
    assert one.acts == ("moved",)
    assert one.changes == (
        Change("Vị trí", "câu 4, I. Thông tin chung", "câu 4, II. Tình trạng xây dựng và công bố"),
    )


def test_a_question_can_be_moved_and_changed_at_once():
    spec = editing.move(changed("question", "head_name", unit="người"), "question", "head_name", up=False)
    assert ("head_name", ("moved", "changed")) in told(spec) or ("contact_name", ("moved",)) in told(spec)


def test_a_moved_section_is_told():
    assert told(editing.move(definition(2), "section", "scope", up=False))[0][1] == ("moved",)


@pytest.mark.parametrize(
    ("kind", "key", "spec", "label"),
    [
        ("rule", "R27", {"percent": 40}, "Tỷ lệ giảm (%)"),
        ("section", "general", {"title_en": "General"}, "Tên (tiếng Anh)"),
    ],
)
def test_rules_and_sections_are_compared(kind, key, spec, label):
    [one] = differences(definition(2), changed(kind, key, **spec))
    assert [change.label for change in one.changes] == [label]


def test_the_entries_of_a_list_are_compared_one_by_one():
    spec = definition(2)
    entries = [*spec["choice_lists"]["standard_version"][1:], {"value": "2026", "label_vi": "Mới"}]
    [one] = differences(
        spec,
        editing.put(
            spec, "choices", {"name": "standard_version", "entries": entries}, key="standard_version"
        ),
    )
    assert [(change.label, change.new) for change in one.changes] == [("2026", "Mới"), ("2008", "–")]


def test_columns_and_conditions_are_told_in_words():
    spec = definition(2)
    table = dict(editing.part(spec, "question", "next_year_tasks"))
    table["columns"] = [table["columns"][0] | {"required": False}, *table["columns"][1:]]
    table["depends_on"] = [{"key": "qms_state", "op": "in", "value": ["applying", "declared"]}]
    [one] = differences(spec, editing.put(spec, "question", table, key="next_year_tasks"))
    assert one.changes == (
        Change("Chỉ hỏi khi", "–", "qms_state là một trong applying; declared"),
        Change("Cột task, bắt buộc trả lời", "Có", "Không"),
    )


def test_the_titles_are_compared_and_the_number_is_not():
    spec = definition(2)
    spec["form"] |= {"version": 3, "title_vi": "Báo cáo"}
    [one] = differences(definition(2), spec)
    assert [change.label for change in one.changes] == ["Tên (tiếng Việt)"]

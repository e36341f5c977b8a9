"""A definition as YAML: written in one order, read back the same, byte for byte."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.questions import DefinitionError, editing, read_definition
from reports.questions.validation import problems_of
from reports.questions.writing import write_definition
from tests.reports.filled import FILE_2, definition

patient = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.text(min_size=1, max_size=60).filter(lambda text: text.strip())


def beginning(version):
    """The first three sections of a version, without rules: reading YAML takes its time."""
    spec = definition(version)
    return spec | {"sections": spec["sections"][:3], "rules": spec["rules"][:3]}


@pytest.mark.parametrize("version", [1, 2])
def test_out_in_out_is_the_same_byte_for_byte(version):
    out = write_definition(definition(version))
    assert read_definition(out) == definition(version)
    assert write_definition(read_definition(out)).encode() == out.encode()


def test_the_order_of_the_database_does_not_matter():
    stored = json.loads(json.dumps(definition(2), sort_keys=True))
    assert write_definition(stored) == write_definition(definition(2))


def test_people_can_read_it():
    out = write_definition(definition(2))
    assert "label_vi: Họ và tên người đứng đầu cơ quan\n" in out
    assert "          - {key: qms_state, op: equals, value: declared}\n" in out
    assert out.startswith("form:\n  code: BC-HTQLCL-NAM\n  version: 2\n")


@patient
@given(st.data())
def test_an_edited_version_goes_out_and_in_the_same(data):
    spec = beginning(data.draw(st.sampled_from([1, 2])))
    key = data.draw(st.sampled_from([*editing.parts(spec, "question")]))
    question = editing.part(spec, "question", key) | {
        "label_vi": data.draw(WORDS),
        "help_en": data.draw(WORDS),
    }
    spec = editing.put(spec, "question", question, key=key)
    try:
        once = read_definition(write_definition(spec))  # texts come back in NFC
    except DefinitionError:
        return  # letters that cannot be stored, or nothing left of a text
    out = write_definition(once)
    assert read_definition(out) == once
    assert write_definition(read_definition(out)) == out


@patient
@given(st.data())
def test_any_usable_definition_goes_out_and_in_the_same(data):
    spec = beginning(2)
    question = data.draw(st.sampled_from(spec["sections"][2]["questions"]))
    question["legal_basis"] = data.draw(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30))
    spec["form"]["notice_vi"] = data.draw(
        st.sampled_from(["a: b", "- c", "2020-01-01", "true", "", " x ", "#", "'"])
    )
    once = read_definition(write_definition(spec))
    assert not problems_of(once)
    assert write_definition(read_definition(write_definition(once))) == write_definition(once)


def test_every_problem_of_a_text_has_its_line():
    lines = FILE_2.read_text(encoding="utf-8").replace("type: text", "type: txt", 1).splitlines()
    number = next(place for place, line in enumerate(lines, start=1) if "type: txt" in line)
    with pytest.raises(DefinitionError) as refused:
        read_definition("\n".join(lines))
    [problem] = refused.value.problems
    assert problem.startswith(f"Dòng {number}, Câu 1 (head_name): không có loại “txt”")


def test_a_list_that_nobody_has_is_a_problem_with_its_line():
    text = FILE_2.read_text(encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"Dòng \d+, Danh sách cost_item: lấy từ tệp"):
        read_definition(text, [])


@pytest.mark.parametrize("sign", ["\\0", "\\x01", "\\uD800", "\\x9f"])
def test_letters_that_cannot_be_stored_are_refused(sign):
    text = FILE_2.read_text(encoding="utf-8").replace("title_vi: I. Thông tin chung", f'title_vi: "I{sign}"')
    with pytest.raises(DefinitionError):
        read_definition(text)


def test_texts_are_kept_in_one_written_form():
    text = FILE_2.read_text(encoding="utf-8").replace("Đạt}", "Đạt}").replace("Đạt,", "Đa\u0323t,")
    spec = read_definition(text)
    assert spec["choice_lists"]["inspection_result"][0]["label_vi"] == "Đạt"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("- key: general", "- key: tong/quan", "Phần 1: khóa chỉ gồm chữ thường"),
        ("  qms_state:\n", "  Trạng thái:\n", "Danh sách Trạng thái: khóa chỉ gồm chữ thường"),
        ("{id: R01,", "{id: R/01,", "Quy tắc R/01: mã chỉ gồm chữ không dấu"),
        ("code: BC-HTQLCL-NAM", f"code: {'B' * 41}", "“code” dài quá 40 ký tự."),
    ],
)
def test_names_must_fit_into_addresses_and_columns(old, new, words):
    text = FILE_2.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DefinitionError, match=words):
        read_definition(text.replace(old, new))

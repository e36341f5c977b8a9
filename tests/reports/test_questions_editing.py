"""Parts of a definition are put, moved and taken out; the definition given stays as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.questions import editing
from reports.questions.editing import NoSuchPart, Position
from tests.reports.filled import definition

KEYS = [*editing.parts(definition(2), "question")]


def order(spec, kind="question"):
    return [*editing.parts(spec, kind)]


def test_a_question_is_replaced_where_it_stands():
    spec = definition()
    edited = editing.put(spec, "question", {"key": "staff", "type": "integer"}, key="staff_total")
    assert order(edited)[2] == "staff"
    assert spec == definition()


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (Position("status"), 4),
        (Position("general", "head_name"), 1),
        (Position("general", "gone"), 4),
        (None, 65),
    ],
)
def test_a_new_question_stands_where_it_was_put(at, place):
    edited = editing.put(definition(), "question", {"key": "new"}, at=at)
    assert order(edited).index("new") == place


def test_a_question_can_be_put_into_another_section():
    question = editing.part(definition(), "question", "head_name")
    edited = editing.put(
        definition(), "question", question, key="head_name", at=Position("status", "qms_state")
    )
    assert order(edited)[:5] == ["contact_name", "staff_total", "staff_in_scope", "qms_state", "head_name"]
    assert editing.position(edited, "head_name") == Position("status", "qms_state")


def test_a_question_at_the_edge_moves_into_the_next_section():
    edited = editing.move(definition(), "question", "staff_in_scope", up=False)
    assert editing.position(edited, "staff_in_scope") == Position("status")
    assert editing.move(edited, "question", "staff_in_scope", up=True) == definition()


def test_the_first_stays_first_and_the_last_last():
    assert editing.move(definition(), "question", "head_name", up=True) == definition()
    assert editing.move(definition(), "section", "attachments", up=False) == definition()


def test_a_section_moves_with_its_questions():
    edited = editing.move(definition(), "section", "status", up=True)
    assert order(edited, "section")[:2] == ["status", "general"]
    assert order(edited)[0] == "qms_state"


def test_a_sections_title_changes_and_its_questions_stay():
    edited = editing.put(definition(), "section", {"key": "basics", "title_vi": "Chung"}, key="general")
    assert order(edited, "section")[0] == "basics"
    assert order(edited) == order(definition())


def test_a_list_is_renamed_in_its_place():
    entries = editing.part(definition(), "choices", "qms_state")
    edited = editing.put(definition(), "choices", {"name": "state", "entries": entries}, key="qms_state")
    assert order(edited, "choices")[0] == "state"


@pytest.mark.parametrize("kind", ["section", "question", "choices", "rule"])
def test_what_is_taken_out_is_gone_and_cannot_be_found(kind):
    key = order(definition(), kind)[0]
    edited = editing.remove(definition(), kind, key)
    assert key not in order(edited, kind)
    with pytest.raises(NoSuchPart):
        editing.remove(edited, kind, key)


def test_whoever_would_miss_a_part_is_named():
    assert editing.mentions(definition(), "question", "scope_changed") == [
        ("question", "redeclared_date"),
        ("rule", "R23"),
    ]
    assert editing.mentions(definition(), "question", "procedures_total") == [
        ("question", "coverage_percent"),
        ("rule", "R02"),
    ]
    assert editing.mentions(definition(), "choices", "cost_item") == [("question", "spending_table")]
    assert ("rule", "R01") in editing.mentions(definition(), "section", "general")


def test_a_fingerprint_looks_at_what_is_said_and_not_at_its_order():
    question = editing.part(definition(), "question", "head_name")
    turned = dict(reversed(question.items()))
    assert editing.fingerprint(question) == editing.fingerprint(turned)
    assert editing.fingerprint(question) != editing.fingerprint(question | {"required": False})


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.booleans()), max_size=12))
def test_moving_loses_no_question(moves):
    spec = definition(2)
    for key, up in moves:
        spec = editing.move(spec, "question", key, up=up)
    assert sorted(order(spec)) == sorted(KEYS)

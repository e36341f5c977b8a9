"""What a page shows of a part is what it saves; only what could not be found again is refused."""

import pytest
from django.http import QueryDict

from reports.forms.question import read_condition
from reports.forms.questionnaire import PARTS, TitlesForm
from reports.questions import editing
from tests import make
from tests.reports.drafts import sent, typed
from tests.reports.filled import definition

pytestmark = pytest.mark.django_db


def posted(values):
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value) if isinstance(value, list) else data.update({name: value})
    return data


def bound(part, part_key, /, spec=None, *, type="", **changed):
    """The form of one part of version 2 with some of its fields typed anew."""
    spec = spec or definition(2)
    options = {"type": type} if type else {}
    values = typed(spec, part, part_key, **options) | changed
    return PARTS[part](spec, part_key, data=posted(values), **options)


def saved(part, part_key, /, **changed):
    form = bound(part, part_key, **changed)
    assert form.is_valid(), form.faults
    return form.spec


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("part", ["section", "question", "rule"])
def test_a_part_that_nobody_changed_stays_as_it_is(part, version):
    make.reference()
    spec = definition(version)
    for key in editing.parts(spec, part):
        form = bound(part, key, spec)
        assert form.is_valid(), form.faults
        assert form.spec == editing.part(spec, part, key)
        assert form.position is None


def test_a_list_and_the_titles_that_nobody_changed_stay_as_they_are():
    spec = definition(2)
    entries = editing.part(spec, "choices", "qms_state")
    assert saved("choices", "qms_state") == {"name": "qms_state", "entries": entries}
    form = TitlesForm(spec, data=posted(sent(TitlesForm(spec))))
    assert form.is_valid()
    assert form.spec == spec["form"]


def test_a_bound_of_zero_is_kept_and_an_empty_one_is_none():
    question = saved("question", "staff_in_scope", min="0", max="")
    assert question["min"] == 0
    assert "max" not in question


def test_numbers_are_read_as_people_write_them():
    assert saved("question", "staff_total", max="12.000")["max"] == 12_000
    form = bound("question", "staff_total", max="mười")
    assert not form.is_valid()
    assert [fault.id for fault in form.faults] == ["f-max"]


@pytest.mark.parametrize("key", ["Tổng số", "1a", "a b", "head_name", ""])
def test_a_key_that_is_none_or_stands_already_is_refused(key):
    assert not bound("question", "staff_total", key=key).is_valid()


def test_whatever_else_is_wrong_is_saved_as_typed():
    question = saved("question", "staff_total", pattern="(", min="9", max="1", computed="a +")
    assert (question["pattern"], question["min"], question["max"]) == ("(", 9, 1)


@pytest.mark.parametrize(
    ("key", "op", "text", "value"),
    [
        ("qms_state", "equals", "Đã công bố", "declared"),
        ("qms_state", "in", "Đang xây dựng; declared", ["building", "declared"]),
        ("has_website", "equals", "có", True),
        ("legal_changes", "gt", "1.000", 1000),
        ("coverage_percent", "lt", "99,5", 99.5),
        ("declaration_date", "equals", "5/7/2020", "2020-07-05"),
        ("legal_changes", "gt", "nhiều", "nhiều"),
        ("nobody", "equals", "x", "x"),
    ],
)
def test_the_value_of_a_condition_is_read_as_its_question_is(key, op, text, value):
    assert read_condition(definition(2), key, op, text) == {"key": key, "op": op, "value": value}


def test_conditions_are_added_and_taken_out_by_rows():
    added = {"depends_on-0-key": "qms_state", "depends_on-0-value": "Đã công bố"}
    assert saved("question", "staff_total", **added)["depends_on"] == [
        {"key": "qms_state", "op": "equals", "value": "declared"}
    ]
    gone = saved("question", "published_url", **{"depends_on-0-DELETE": "on"})
    assert [condition["key"] for condition in gone["depends_on"]] == ["has_website"]


def test_a_value_without_its_question_is_asked_for():
    form = bound("question", "staff_total", **{"depends_on-0-value": "Có"})
    assert not form.is_valid()
    assert [fault.id for fault in form.faults] == ["id_depends_on-0-key"]


def test_columns_take_the_order_that_was_typed():
    table = saved("question", "next_year_tasks", **{"columns-0-ORDER": "9"})
    assert [column["key"] for column in table["columns"]] == ["month", "owner", "task"]


def test_a_row_to_go_is_not_judged():
    table = saved("question", "next_year_tasks", **{"columns-0-key": "KHÔNG", "columns-0-DELETE": "on"})
    assert [column["key"] for column in table["columns"]] == ["month", "owner"]


def test_a_new_place_is_only_a_place_when_it_was_changed():
    form = bound("question", "staff_total", place="status/qms_state")
    assert form.is_valid()
    assert form.position == editing.Position("status", "qms_state")


def test_a_new_rule_has_the_fields_of_its_type():
    new = {
        "id": "R30",
        "message_vi": "Sai.",
        "severity": "error",
        "left": "new_staff",
        "right": "staff_total",
    }
    form = bound("rule", "", type="le", **new)
    assert form.is_valid(), form.faults
    assert form.spec == {"type": "le", **new}


@pytest.mark.parametrize("id", ["R01", "R/30", "30", ""])
def test_an_id_that_is_none_or_stands_already_is_refused(id):
    assert not bound("rule", "R02", id=id).is_valid()


def test_every_field_says_what_is_expected():
    make.reference()
    spec = definition(2)
    for part, form in PARTS.items():
        key = next(iter(editing.parts(spec, part)))
        assert form(spec, key).fields_without_help() == []
    assert TitlesForm(spec).fields_without_help() == []

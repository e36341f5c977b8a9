"""Whatever is stored or typed, the engine answers; and what it shows, it reads."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.questions import (
    DefinitionError,
    Field,
    Questionnaire,
    read_typed,
    section_progress,
    show,
    show_rows,
)
from reports.questions.validation import problems_of
from tests.reports.filled import COST_ITEMS, answers, check, definition, question, version_1

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines differ

KEYS = [q.key for q in version_1().questions]
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
ROWS = st.lists(st.dictionaries(st.sampled_from(["cost_item", "amount", "note", "task", "month"]), JSON))
TEXTS = st.sampled_from(["declared", "2020-02-30", "2021-07-05", "1.234", "true", "9" * 400, "\x00", "89.1"])
ANYTHING = JSON | ROWS | TEXTS
DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@patient
@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=12))
def test_any_answers_can_be_checked(typed):
    filled = {**answers(), **typed}
    outcome = check(filled)
    assert outcome.can_send == (not outcome.blocking)
    for finding in (*outcome.blocking, *outcome.warnings):
        assert finding.line.startswith(f"Câu {finding.number}: ")
    for section in version_1().sections:
        assert section_progress(section, outcome, filled).asked >= 0


@patient
@given(st.sampled_from(KEYS), ANYTHING)
def test_anything_typed_is_read_shown_and_read_again_the_same(key, raw):
    stored = read_typed(question(key), raw)
    shown = show(question(key), stored)
    assert isinstance(shown, str)
    if question(key).type != "table":
        assert read_typed(question(key), shown) == stored


@patient
@given(st.integers(-(10**15), 10**15), DATES, st.decimals(0, 100, places=2), st.booleans())
def test_what_is_shown_is_read_again(number, day, percent, yes):
    share = Field(key="share", type="percent", label_vi="Tỷ lệ")
    for field, stored in [
        (question("staff_total"), number),
        (question("funding_estimate"), number),
        (question("declaration_date"), day.isoformat()),
        (share, str(percent)),
        (question("has_website"), yes),
    ]:
        assert read_typed(field, show(field, stored)) == stored


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_choice_shown_is_read_again(language):
    for key in ("qms_state", "standard_version", "inspection_form", "inspection_result"):
        for choice in question(key).choices:
            assert read_typed(question(key), show(question(key), choice.value, language)) == choice.value


def test_every_worked_report_survives_its_fields():
    for key, stored in answers().items():
        asked = question(key)
        shown = show_rows(asked, stored) if asked.type == "table" else show(asked, stored)
        assert read_typed(asked, shown) == stored


@patient
@given(JSON)
def test_any_definition_is_judged_without_failing(spec):
    assert problems_of(spec)


@patient
@given(st.data())
def test_a_definition_with_one_strange_value_is_used_or_refused(data):
    spec = definition()
    section = data.draw(st.sampled_from(spec["sections"]))
    parts = [section, *section["questions"], *spec["rules"], *spec["choice_lists"].values(), spec["form"]]
    part = data.draw(st.sampled_from([part for part in parts if isinstance(part, dict)]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)
    try:
        form = Questionnaire.from_definition(spec, {"cost_item": COST_ITEMS})
    except DefinitionError as refused:
        assert refused.problems
    else:
        assert form.check(
            answers(),
            mandate="mandatory",
            year=2020,
            submitted_on=date(2021, 6, 20),
            ceiling=lambda *what: None,
        ).visible

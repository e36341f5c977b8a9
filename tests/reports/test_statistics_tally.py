"""Adding up answers: the database and Python come to the same sums; what was not sent does not count."""

from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models.agency import Group
from reports.questions import Questionnaire
from reports.statistics.coded import coded
from reports.statistics.picture import Picture, added
from reports.statistics.tally import (
    Numbers,
    comparable,
    numeric,
    shared,
    tally_in_database,
    tally_of_rows,
    values_of,
)
from tests import make
from tests.reports.filled import definition, version_1

pytestmark = pytest.mark.django_db
SENT = "2021-06-10 08:00"


def figures(seed: str) -> dict:
    """An answer to about every second question."""
    draw = Random(seed)
    found = {q.key: draw.randint(0, 10**9) for q in numeric(version_1()) if draw.random() < 0.5}
    if "coverage_percent" in found:
        found["coverage_percent"] = round(draw.random() * 100, 2)
    chosen = {q.key: draw.choice(values_of(q)) for q in shared(version_1()) if draw.random() < 0.5}
    is_yes = {"true": True, "false": False}
    return found | {key: is_yes.get(value, value) for key, value in chosen.items()}


@pytest.fixture
def cycle():
    """Communes and departments that sent something, one of each that has not."""
    agencies = [make.agency() for _each in range(6)] + [make.department(f"Sở Số {n}") for n in range(4)]
    opened = make.cycle()
    for place, agency in enumerate(agencies[1:-1]):
        told = figures(str(place))
        make.report(agency, opened, sent=SENT, figures=told, coded=coded(told, opened.questions))
    return opened


def rows(cycle):
    return list(cycle.reports.received(make.NOW).values_list("group", "mandate", "figures"))


def test_the_database_and_python_come_to_the_same_sums(cycle):
    received = cycle.reports.received(make.NOW)
    assert tally_in_database(received, cycle.questions) == tally_of_rows(rows(cycle), cycle.questions)


def test_one_statement_adds_up_everything(cycle):
    cycle.questions  # noqa: B018  read once a process
    with CaptureQueriesContext(connection) as queries:
        tally_in_database(cycle.reports.all(), cycle.questions)
    assert len(queries) == 1


def test_reports_without_a_code_are_added_up_from_their_figures(cycle):
    by_code = tally_in_database(cycle.reports.all(), cycle.questions)
    cycle.reports.filter(group=Group.COMMUNE).update(coded=None)
    assert tally_in_database(cycle.reports.all(), cycle.questions) == by_code


def test_figures_that_change_alone_are_not_added_up_by_their_old_code(cycle):
    cycle.reports.update(figures={"staff_total": 7})
    whole = added(tally_in_database(cycle.reports.all(), cycle.questions).values())
    assert whole.numbers["staff_total"].largest == 7


def test_a_number_that_no_column_holds_has_no_code():
    assert coded({"staff_total": 2**63}, version_1()) is None


def test_a_percentage_is_coded_in_hundredths_and_a_choice_by_its_place():
    asked = [*numeric(version_1()), *shared(version_1())]
    told = {"coverage_percent": 87.55, "qms_state": "building", "inspected": False}
    code = dict(zip((q.key for q in asked), coded(told, version_1()), strict=True))
    assert {key: value for key, value in code.items() if value is not None} == {
        "coverage_percent": 8755,
        "qms_state": 1,
        "inspected": 1,
    }


def test_the_sums_are_those_of_the_answers(cycle):
    whole = added(tally_in_database(cycle.reports.all(), cycle.questions).values())
    given = [found["funding_estimate"] for *_place, found in rows(cycle) if "funding_estimate" in found]
    assert whole.numbers["funding_estimate"] == Numbers(len(given), sum(given), min(given), max(given))
    states = [found["qms_state"] for *_place, found in rows(cycle) if "qms_state" in found]
    assert whole.shares["qms_state"] == {state: states.count(state) for state in whole.shares["qms_state"]}


def test_the_average_has_two_decimals_rounded_half_up():
    assert Numbers(8, 1, 0, 1).average == Decimal("0.13")
    assert Numbers().average is None


def test_percentages_keep_their_decimals():
    agency = make.agency()
    cycle = make.cycle()
    make.report(agency, cycle, sent=SENT, figures={"coverage_percent": 33.33})
    (tally,) = tally_in_database(cycle.reports.all(), cycle.questions).values()
    assert tally.numbers["coverage_percent"] == Numbers(
        1, Decimal("33.33"), Decimal("33.33"), Decimal("33.33")
    )


def test_a_nil_declaration_counts_as_received_and_adds_nothing():
    agency = make.agency()
    cycle = make.cycle()
    make.report(agency, cycle, sent=SENT, is_nil=True, nil_reason="Chưa có")
    picture = Picture.of(cycle, None, make.NOW)
    assert (picture.rates.received, picture.rates.nil) == (1, 1)
    assert picture.number("staff_total").numbers.count == 0


def test_what_comes_after_the_instant_does_not_count():
    agency = make.agency()
    cycle = make.cycle()
    make.report(agency, cycle, sent="2021-06-20 08:00", figures={"staff_total": 9})
    assert Picture.of(cycle, None, make.NOW).number("staff_total").numbers.count == 0


def changed(key: str, **values: str) -> Questionnaire:
    """Version 1 with one question put otherwise."""
    other = definition()
    for section in other["sections"]:
        for question in section["questions"]:
            if question["key"] == key:
                question.update(values)
    return Questionnaire.from_definition(other, {"cost_item": []})


def test_years_are_compared_only_where_they_asked_alike():
    assert "new_staff" in comparable(version_1(), changed("new_staff", label_vi="Số người mới"))
    assert "new_staff" not in comparable(version_1(), changed("new_staff", type="money", unit="đồng"))
    assert "new_staff" not in comparable(version_1(), changed("new_staff", unit="lượt"))


def test_last_year_stands_beside_this_year_with_the_change():
    agency = make.agency()
    last, this = make.cycle(), make.cycle(year=2021)
    make.report(agency, last, sent=SENT, figures={"new_staff": 40, "coverage_percent": 80})
    make.report(agency, this, sent="2022-06-10", figures={"new_staff": 30, "coverage_percent": 85.5})
    picture = Picture.of(this, last, make.at("2022-06-16"))
    line, percent = picture.number("new_staff"), picture.number("coverage_percent")
    assert (line.last_value, line.change, line.change_share) == ("40", "−10", "−25,00\u00a0%")
    assert (percent.total, percent.change, percent.change_share) == ("–", "+5,50\u00a0%", "–")


def test_coverage_is_the_share_of_the_sums_not_the_mean_of_the_shares():
    big, small = make.agency(), make.agency()
    cycle = make.cycle()
    make.report(big, cycle, sent=SENT, figures={"procedures_in_qms": 90, "procedures_total": 90})
    make.report(small, cycle, sent=SENT, figures={"procedures_in_qms": 0, "procedures_total": 10})
    assert Picture.of(cycle, None, make.NOW).coverage == Decimal("90.00")


def test_levels_follow_from_the_group_kept_on_the_report():
    make.agency(), make.department(), make.agency(group=Group.SUB_DEPARTMENT), make.district()
    levels = Picture.of(make.cycle(), None, make.NOW).levels
    assert [(line.query, line.rates.expected) for line in levels] == [
        ("level=province", 2),
        ("level=district", 1),
        ("level=commune", 1),
    ]

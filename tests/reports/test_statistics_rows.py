"""Behind every figure are its rows: as many as the figure says, and the same today as in a snapshot."""

import pytest
from django.http import QueryDict

from agencies.models.agency import Group, Level, Mandate
from reports.consolidated import Consolidated, rates_of_rows
from reports.rates import rates
from reports.statistics.picture import Picture
from reports.statistics.rows import Kind, Wanted, rows_of
from tests import make
from tests.reports.test_statistics_tally import figures

pytestmark = pytest.mark.django_db
LATER = make.at("2021-07-05 09:00")


@pytest.fixture
def cycle():
    """A report of every kind: on time, late, missing, nil, exempt, extended and not yet due."""
    letter = make.document()
    district = make.district()
    names = ("on_time", "late", "missing", "nil", "exempt", "extended")
    places = {name: make.agency(f"Ủy ban nhân dân xã {name}", superior=district) for name in names}
    office = make.department("Sở Tư pháp")
    opened = make.cycle()
    make.report(places["on_time"], opened, sent="2021-06-10", figures=figures("a"))
    make.report(places["late"], opened, sent="2021-07-02", figures=figures("b"))
    make.report(places["nil"], opened, sent="2021-06-11", is_nil=True, nil_reason="Chưa có")
    # Exempt although it had sent: what it says does not count.
    exempt = {"exempted_at": make.NOW, "exemption_document": letter, "figures": figures("d")}
    make.report(places["exempt"], opened, sent="2021-06-11", **exempt)
    extended = {"extended_to": make.at("2021-07-20").date(), "extended_at": make.NOW}
    make.report(
        places["extended"], opened, **extended, extension_document=letter, cutoff=make.at("2021-07-21")
    )
    make.report(office, opened, sent="2021-06-12", figures=figures("c"))
    return opened


def addresses(cycle):
    """Every question that a figure's link can ask."""
    picture = Picture.of(cycle, None, LATER)
    asked = ["", *(f"kind={kind}" for kind in Kind), *(f"level={level}" for level in Level)]
    asked += [f"group={group}" for group in Group] + [f"mandate={mandate}" for mandate in Mandate]
    asked += [f"{line.query}&kind=late" for line in picture.by_superior]
    for chapter in picture.chapters:
        asked += [address for line in chapter.numbers for address in (line.query, line.largest_query)]
        asked += [f"{line.query}&value={part.value}" for line in chapter.shares for part in line.parts]
    return asked


def test_today_and_in_a_snapshot_the_rows_are_the_same(cycle):
    kept = Consolidated.of(make.snapshot(cycle, as_of="2021-07-05 09:00")).rows
    for address in addresses(cycle):
        wanted = Wanted.read(QueryDict(address), cycle.questions)
        there = list(rows_of(wanted.in_database(cycle.reports.all(), LATER), LATER))
        assert [row.code for row in there] == [row.code for row in wanted.among(kept)], address


def test_there_are_as_many_rows_as_the_figure_says(cycle):
    picture = Picture.of(cycle, None, LATER)
    for line in (line for chapter in picture.chapters for line in chapter.shares):
        for part in line.parts:
            wanted = Wanted.read(QueryDict(f"{line.query}&value={part.value}"), cycle.questions)
            assert wanted.in_database(cycle.reports.all(), LATER).count() == part.count


def test_the_rows_count_to_the_rates_of_the_command(cycle):
    assert rates_of_rows(list(rows_of(cycle.reports.all(), LATER))) == rates(cycle, LATER)


def test_a_number_is_listed_the_largest_first(cycle):
    wanted = Wanted.read(QueryDict("question=staff_total"), cycle.questions)
    found = list(rows_of(wanted.in_database(cycle.reports.all(), LATER), LATER))
    given = [row.figures["staff_total"] for row in found]
    assert given == sorted(given, reverse=True)


@pytest.mark.parametrize(
    "typed",
    [
        "kind=lazy&group=x&level=&mandate=none&superior=-1",
        "question=head_name",
        "question=signed_report_file&value=x",
        "superior=99999999999999999999999",
        "question=nothing&value=3",
    ],
)
def test_what_cannot_be_read_asks_for_everything(cycle, typed):
    wanted = Wanted.read(QueryDict(typed), cycle.questions)
    assert wanted == Wanted()


@pytest.mark.parametrize("value", ["NaN", "1e999999", "x", "Infinity", "-"])
def test_a_value_that_is_no_number_asks_for_every_answer(cycle, value):
    wanted = Wanted.read(QueryDict(f"question=staff_total&value={value}"), cycle.questions)
    assert wanted.value is None
    assert wanted.in_database(cycle.reports.all(), LATER).count() >= 0


def test_it_says_in_words_what_is_listed(cycle):
    wanted = Wanted.read(QueryDict("kind=late&group=ubnd_xa"), cycle.questions)
    assert wanted.in_words({}) == "Trễ hạn · UBND cấp xã"
    wanted = Wanted.read(QueryDict("question=qms_state&value=declared"), cycle.questions)
    assert wanted.in_words({}) == "Tình trạng hệ thống đến 31/12: Đã công bố"

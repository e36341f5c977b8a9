"""Frozen figures stay: one code, one content, whatever happens to the reports afterwards."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agencies.models import Agency
from isotrack.journal.models import Entry
from reports.actions.report import attach, declare_nil, save_answers, submit
from reports.actions.review import return_for_correction
from reports.actions.snapshot import freeze, number_snapshot
from reports.consolidated import Consolidated, content_of, digest_of
from reports.models import AnnualReport, ReportCycle, Snapshot, make_check_code
from reports.rates import rates
from tests import make
from tests.reports.filled import answers

pytestmark = pytest.mark.django_db
AS_OF = make.at("2021-06-30 00:00")


def take(cycle: ReportCycle, as_of=AS_OF, kind="committee") -> Snapshot:
    return freeze(cycle, kind, by=None, at=AS_OF, as_of=as_of)[0]


@pytest.fixture
def cycle():
    """Three communes; one has sent."""
    opened = make.reports(3)
    first = opened.reports.order_by("agency__name_sort").first()
    make.report(
        first.agency, opened, sent="2021-06-10", figures={"staff_total": 20, "coverage_percent": 85.5}
    )
    return opened


def test_it_gets_the_next_code_of_its_cycle_and_kind(cycle):
    codes = [take(cycle).code, take(cycle, make.at("2021-07-01")).code, take(cycle, kind="ministry").code]
    assert codes == ["TH-89-2020-1", "TH-89-2020-2", "BKH-89-2021-1"]


def test_its_code_can_be_checked(cycle):
    snapshot = take(cycle)
    assert snapshot.check_code == make_check_code(snapshot.code, AS_OF)


def test_the_digest_is_that_of_what_the_database_gives_back(cycle):
    snapshot = Snapshot.objects.get(pk=take(cycle).pk)
    assert snapshot.digest == digest_of(snapshot.figures, snapshot.rows)


def test_the_same_content_again_is_the_same_snapshot(cycle):
    first = take(cycle)
    again, is_new = freeze(cycle, "committee", by=None, at=make.NOW, as_of=AS_OF)
    assert (again, is_new) == (first, False)
    assert Snapshot.objects.count() == 1


def test_the_language_of_whoever_asks_makes_no_difference(cycle):
    first = take(cycle)
    with translation.override("en"):
        assert take(cycle) == first


def test_a_change_makes_a_new_one(cycle):
    first = take(cycle)
    AnnualReport.objects.filter(figures__staff_total=20).update(figures={"staff_total": 21})
    assert take(cycle) != first


def test_an_old_code_gives_the_same_figures_after_later_edits(cycle):
    before = Consolidated.of(take(cycle)).picture
    AnnualReport.objects.update(
        figures={"staff_total": 99}, agency_name="Khác", first_submitted_at=make.at("2021-07-02")
    )
    Agency.objects.update(name="Khác")
    after = Consolidated.of(Snapshot.objects.get()).picture
    assert after == before
    assert Consolidated.of(Snapshot.objects.get()).rows[0].name == "UBND xã Số 1"


def test_rows_and_rates_are_those_of_the_moment(cycle):
    kept = Consolidated.of(take(cycle))
    assert kept.picture.rates == rates(cycle, AS_OF)
    assert [row.punctuality for row in kept.rows] == ["on_time", "missing", "missing"]
    assert [row.days for row in kept.missing] == [1, 1]


def test_a_cycle_that_has_not_opened_has_nothing_to_freeze(cycle):
    with pytest.raises(ValidationError):
        take(cycle, make.at("2020-12-31"))


def test_the_journal_tells_who_froze_and_numbered_it(cycle):
    binh = make.staff()
    snapshot, _is_new = freeze(cycle, "committee", by=binh, at=AS_OF, as_of=AS_OF)
    letter = {"number": 5, "symbol": "BC-SKHCN", "dated": AS_OF.date(), "signer": "Võ Văn E"}
    number_snapshot(snapshot, by=binh, at=AS_OF, **letter, position="Giám đốc")
    told = Entry.objects.filter(about_kind="snapshot", about_key=snapshot.code).order_by("pk")
    assert [entry.verb for entry in told] == ["snapshot-made", "snapshot-numbered"]
    assert told[1].changes["letter_number"] == [None, 5]


def test_1_report_costs_as_many_statements_as_20():
    def statements(cycle):
        content_of(cycle, AS_OF)
        with CaptureQueriesContext(connection) as queries:
            content_of(ReportCycle.objects.select_related("province").get(pk=cycle.pk), AS_OF)
        return len(queries)

    one = statements(make.reports(1))
    assert statements(make.reports(20)) == one


# As of an instant in the past


@pytest.fixture
def sent_twice():
    """A report sent with 22 people, returned, and sent again with 30."""
    agency = make.agency()
    report = make.report(agency)
    lan = make.officer(agency)
    for at, people in (("2021-06-10 08:00", 22), ("2021-07-05 08:00", 30)):
        given = answers("C01") | {"staff_total": people}
        save_answers(report, by=lan, at=make.at(at), answers=given, seen=report.answers)
        file = {"question": "signed_report_file", "content": BytesIO(b"%PDF"), "name": "a.pdf", "size": 4}
        attach(report, by=lan, at=make.at(at), **file, sha256="0" * 64)
        submit(report, by=lan, at=make.at(at))
        told = {"comment": "Bổ sung", "correct_by": make.at("2021-07-10").date()}
        return_for_correction(report, by=make.staff(), at=make.at("2021-06-20"), **told)
        report.refresh_from_db()
    return report


@pytest.mark.parametrize(("as_of", "people"), [("2021-06-15", 22), ("2021-07-04", 22), ("2021-07-06", 30)])
def test_what_had_been_sent_by_then_counts(sent_twice, as_of, people):
    kept = Consolidated.of(take(sent_twice.cycle, make.at(as_of)))
    assert kept.picture.number("staff_total").numbers.total == people
    assert kept.rows[0].figures["staff_total"] == people


def test_a_nil_declaration_replaced_later_was_one_then():
    agency = make.agency()
    report = make.report(agency)
    declare_nil(report, by=make.officer(agency), at=make.at("2021-06-10"), reason="Chưa có hệ thống")
    AnnualReport.objects.update(
        submitted_at=make.at("2021-07-01"), is_nil=False, nil_reason="", figures={"staff_total": 3}
    )
    kept = Consolidated.of(take(report.cycle, make.at("2021-06-15")))
    assert kept.picture.rates.nil == 1
    assert kept.picture.number("staff_total").numbers.count == 0


# At once


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
def test_two_who_freeze_at_once_get_one_snapshot():
    cycle = make.reports(2)

    def run(_place):
        try:
            return take(cycle).code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(run, range(2))) == {"TH-89-2020-1"}
    assert Snapshot.objects.count() == 1

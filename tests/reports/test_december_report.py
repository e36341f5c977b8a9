"""The report of December to the Ministry: its year, the days it counts, the figures frozen before that."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from agencies.models import Agency
from plans.models import LineKind
from reports.actions.snapshot import freeze
from reports.consolidated import Consolidated
from reports.jobs.consolidated import book_of, paper_of
from reports.models import AnnualReport, FileInspection, Snapshot
from reports.narratives import drafts_of
from tests import make
from tests.plans import classes, money
from tests.plans.test_plan_papers_golden import agrees
from tests.reports import inspected as site
from tests.reports.papers import words as printed
from tests.reports.test_snapshot_papers import cells

pytestmark = pytest.mark.django_db
STORED = Path(__file__).parent / "snapshots" / "ministry_form_2.json"
TASKS = [{"task": "Đánh giá nội bộ", "month": 9}]


@pytest.fixture
def cycle():
    """Two communes; one has sent, with what it means to do in 2021."""
    opened = make.reports(2)
    first = opened.reports.order_by("agency__name_sort").first()
    figures = {"qms_state": "declared", "internal_audit_done": True, "next_year_estimate": 5_000_000}
    make.report(first.agency, opened, sent="2021-06-10", figures=figures, answers={"next_year_tasks": TASKS})
    return opened


def frozen(cycle, as_of="2021-12-20 09:00", year=None) -> Snapshot:
    at = make.at(as_of)
    return freeze(cycle, Snapshot.Kind.MINISTRY, by=None, at=at, as_of=at, year=year)[0]


def inspected(report: AnnualReport, on: str, result: str = "passed") -> FileInspection:
    told = {"inspected_on": date.fromisoformat(on), "result": result, "remark": "Bổ sung hồ sơ"}
    return FileInspection.objects.create(report=report, inspector=make.staff(), **told)


# The year


@pytest.mark.parametrize(
    ("as_of", "year"),
    [("2021-06-30", 2021), ("2021-12-20", 2021), ("2022-02-01", 2021), ("2021-01-02", 2021)],
)
def test_it_is_of_the_year_in_which_the_reports_were_due(cycle, as_of, year):
    assert Consolidated.of(frozen(cycle, as_of)).year == year


def test_whoever_makes_it_may_choose_the_year_of_the_cycle(cycle):
    report = Consolidated.of(frozen(cycle, year=2020))
    assert (report.year, report.is_shifted, report.snapshot.code) == (2020, False, "BKH-89-2020-1")
    assert report.period.days == "từ ngày 15/12/2019 đến ngày 14/12/2020"


@pytest.mark.parametrize(("kind", "year"), [("ministry", 2019), ("ministry", 2022), ("committee", 2021)])
def test_other_years_are_refused(cycle, kind, year):
    at = make.at("2021-12-20")
    with pytest.raises(ValidationError, match="chỉ lập được"):
        freeze(cycle, kind, by=None, at=at, as_of=at, year=year)


def test_a_year_whose_days_have_not_begun_is_refused():
    cycle = make.cycle()
    cycle.opens_at = make.at("2020-11-01")
    cycle.save(update_fields=["opens_at"])
    with pytest.raises(ValidationError, match="bắt đầu ngày 15/12/2020"):
        frozen(cycle, "2020-12-01", year=2021)


def test_reports_of_one_year_from_two_cycles_have_codes_of_their_own(cycle):
    later = make.cycle(year=2021)
    codes = [frozen(cycle).code, frozen(later, "2022-01-05", year=2021).code, frozen(cycle, year=2020).code]
    assert codes == ["BKH-89-2021-1", "BKH-89-2021-2", "BKH-89-2020-1"]


def test_the_two_years_of_one_cycle_are_two_reports(cycle):
    assert frozen(cycle, year=2020) != frozen(cycle, year=2021)
    assert frozen(cycle, year=2021) == frozen(cycle)


def test_the_year_of_the_moment_is_offered_and_another_may_be_chosen(cycle, browse, now):
    now("2021-12-20 09:00")
    client, page = browse(make.staff()), "/cycles/2020/snapshots/add/"
    assert client.get(page).context["form"]["year"].initial == 2021
    typed = {"as_of": "20/12/2021 08:00", "kind": "ministry"}
    codes = [
        client.post(page, typed | chosen)["Location"].split("/")[2]
        for chosen in ({}, {"year": "2020"}, {"kind": "committee", "year": "2021"})
    ]
    assert codes == ["BKH-89-2021-1", "BKH-89-2020-1", "TH-89-2020-1"]
    assert client.post(page, typed | {"year": "2019"}).context["form"].errors.keys() == {"year"}


@pytest.mark.parametrize(("year", "found"), [(2020, 2), (2021, 1), (2019, 0)])
def test_it_is_found_under_its_year_and_under_that_of_its_cycle(cycle, browse, now, year, found):
    now("2021-12-20 09:00")
    frozen(cycle)
    make.snapshot(cycle, as_of="2021-12-20")
    listed = browse(make.staff()).get(f"/snapshots/?year={year}").context["snapshots"]
    assert len(listed) == found


# What is counted


@pytest.mark.parametrize(
    ("on", "counted"), [("2020-12-14", 0), ("2020-12-15", 1), ("2021-12-14", 1), ("2021-12-15", 0)]
)
def test_work_is_counted_from_15_12_to_14_12(cycle, on, counted):
    day = date.fromisoformat(on)
    make.document("77/KH-UBND", issued_on=day)
    classes.training(day, days=1)
    inspected(cycle.reports.first(), on)
    work = Consolidated.of(frozen(cycle)).work
    seen = (len(work["issued"]), work["training"]["classes"], work["inspections"]["files"])
    assert seen == (counted, counted, counted)


def test_work_after_the_moment_of_the_figures_does_not_count(cycle):
    inspected(cycle.reports.first(), "2021-10-02")
    report = Consolidated.of(frozen(cycle, "2021-10-01 09:00"))
    assert report.work["inspections"]["files"] == 0
    assert "từ ngày 15/12/2020 đến ngày 01/10/2021 (Điều 12" in printed(paper_of(report.snapshot))


def test_inspections_at_the_seat_are_those_of_the_plan_where_there_is_one(cycle):
    commune = cycle.reports.first().agency
    assert not Consolidated.of(frozen(cycle)).on_site_by_plan
    site.signed(commune, by=make.staff())
    report = Consolidated.of(frozen(cycle))
    assert (report.work["inspections"]["on_site"], report.on_site) == (1, 0)
    Agency.objects.filter(pk=commune.pk).update(mandate="mandatory")
    report = Consolidated.of(frozen(cycle))
    assert report.on_site == 1
    assert "Sở Khoa học và Công nghệ kiểm tra tại trụ sở 1 trên" in printed(paper_of(report.snapshot))


def test_of_two_inspections_of_an_agency_the_newest_counts(cycle):
    report = cycle.reports.first()
    later = AnnualReport.objects.get(pk=report.pk)
    later.pk, later.cycle = None, make.cycle(year=2019)
    later.save()
    inspected(later, "2021-01-10", "not_passed")
    inspected(report, "2021-07-01")
    kept = Consolidated.of(frozen(cycle))
    assert (kept.work["inspections"]["files"], kept.work["inspections"]["passed"]) == (1, 1)
    assert kept.next_year["again"] == []


def test_money_is_that_of_the_fiscal_year(cycle):
    entry = money.entry(money.plan("approved"), make.department("Sở Một"))
    for year, amount in ((2020, 1_000_000), (2021, 2_000_000), (2022, 4_000_000)):
        money.line(entry, LineKind.MAINTENANCE, amount, year=year, approved=amount)
    kept = Consolidated.of(frozen(cycle))
    assert [line[4] for line in kept.work["rows"]["funding"]] == [2_000_000]
    assert kept.next_year["money"] == [["maintenance", 1, 4_000_000]]


def test_plans_are_those_decided_by_its_last_day(cycle):
    for number, day in (("1", date(2020, 12, 1)), ("2", date(2021, 3, 1)), ("3", date(2021, 12, 15))):
        decision = make.document(f"{number}/QĐ-UBND", issued_on=day)
        money.plan("approved", code=f"KH-{number}", decision=decision)
    plans = Consolidated.of(frozen(cycle)).work["plans"]
    assert (plans["approved"], plans["decided"]) == (2, 1)


# Its words


def test_the_paper_says_which_year_is_whose(cycle):
    paper = printed(paper_of(frozen(cycle)))
    assert "trong cơ quan hành chính nhà nước tỉnh An Giang năm 2021" in paper
    assert "tính từ ngày 15/12/2020 đến ngày 14/12/2021 (Điều 12 Nghị định số 09/2019/NĐ-CP)" in paper
    assert "theo báo cáo năm 2020 của các cơ quan, hạn gửi trước ngày 30/6/2021" in paper
    assert "phải gửi báo cáo năm 2020 trước ngày 30/6/2021" in paper


def test_its_words_name_the_years(cycle):
    told = {one.chapter.value: one.text for one in drafts_of(cycle, "ministry", make.at("2021-12-20"))}
    assert "1 cơ quan đăng ký 1 nhiệm vụ cho năm 2021" in told["results"]
    assert "dự toán kinh phí năm 2021 là 5.000.000 đồng" in told["money"]
    assert "đã đánh giá nội bộ trong năm 2020" in told["assessment"]
    assert told["next_year"].splitlines()[0] == "Lập kế hoạch và tổ chức tập huấn năm 2022."
    assert "2021" not in told["next_year"]


def test_the_workbook_says_it_too(cycle):
    told = cells(book_of(frozen(cycle), "vi"))["Tổng hợp"]
    assert ["Báo cáo năm 2021 gửi Bộ, kỳ số liệu từ 15/12/2020 đến 14/12/2021"] in [row[:1] for row in told]


# Frozen before


@pytest.fixture
def stored(cycle, settings):
    """A report of the form before, as the database kept it."""
    settings.SECRET_KEY = "the same for every run"
    at, kept = make.at("2021-07-05 09:00"), json.loads(STORED.read_text(encoding="utf-8"))
    told = {"code": "BKH-89-2020-1", "as_of": at, "made_at": at, "check_code": "27C5 1E8E 621E EDE9"}
    return Snapshot.objects.create(cycle=cycle, kind=Snapshot.Kind.MINISTRY, digest="0" * 64, **told, **kept)


def test_figures_frozen_without_a_period_print_as_they_did(stored):
    agrees("consolidated_ministry_form_2", paper_of(stored))


def test_they_are_of_the_year_of_their_cycle(stored):
    assert (Consolidated.of(stored).year, stored.year) == (2020, 2020)


def test_their_code_is_not_given_again(stored):
    assert frozen(stored.cycle, year=2020).code == "BKH-89-2020-2"

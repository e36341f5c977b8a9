"""The queue of the department: what needs a decision first, and decisions on several at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Role
from isotrack.journal.models import Entry
from reports.actions.review import comment, return_for_correction
from reports.models import AnnualReport
from reports.review_queue import ReviewQueue, Wanted, count_big_changes
from tests import make
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
QUEUE = "/reports/queue/"
NAMES = ("An", "Bình", "Cường", "Dũng", "Em")


@pytest.fixture
def binh():
    return make.staff()


@pytest.fixture
def cycle(now, binh):
    now("2021-07-20 08:00")
    for place, name in enumerate(NAMES):
        make.agency(f"Ủy ban nhân dân xã {name}", code=f"3000{place}")
    return make.cycle()


def sent(cycle, name, when="2021-06-10 08:00", *, warnings=0, **values):
    agency = cycle.reports.get(agency_name__endswith=f" {name}").agency
    report = make.report(agency, cycle, sent=when, **values)
    report.submissions.update(warnings=warnings)
    return report


def sent_again(cycle, name, when, *, correct_by="2021-07-10", by=None):
    report = sent(cycle, name)
    day = make.at(correct_by).date()
    told = {"comment": "Bổ sung", "correct_by": day}
    return_for_correction(report, by=by or make.staff(), at=make.at("2021-07-01"), **told)
    AnnualReport.objects.filter(pk=report.pk).update(state="submitted", submitted_at=make.at(when))
    report.submissions.create(number=2, code="BC-2", sent_at=make.at(when), answers={})
    report.refresh_from_db()
    return report


def names(user, **wanted):
    page = ReviewQueue(user, Wanted(**wanted), make.at("2021-07-20 08:00")).page(None)
    return [row.name.rpartition(" ")[2] for row in page.object_list]


def test_what_needs_a_decision_stands_first_and_the_oldest_first_in_each(cycle, binh):
    sent(cycle, "An", "2021-06-12 08:00")
    sent(cycle, "Bình", "2021-07-02 08:00")
    sent(cycle, "Cường", "2021-06-11 08:00", warnings=2)
    sent_again(cycle, "Dũng", "2021-07-08 08:00", by=binh)
    sent_again(cycle, "Em", "2021-07-15 08:00", by=binh)
    assert names(binh) == ["Em", "Dũng", "Cường", "Bình", "An"]


@pytest.mark.parametrize(("when", "is_past"), [("2021-07-10 23:30", False), ("2021-07-11 00:30", True)])
def test_the_day_to_correct_by_is_a_vietnamese_day(cycle, binh, when, is_past):
    sent_again(cycle, "An", when, by=binh)
    with timezone.override("UTC"):
        row = ReviewQueue(binh, Wanted(), make.at("2021-07-20")).page(None).object_list[0]
    assert (row.past_correction is not None) == is_past
    assert row.number == 2


def test_the_page_says_what_is_notable(cycle, binh, browse):
    report = sent(cycle, "An", "2021-07-02 08:00", warnings=2)
    comment(report, by=binh, at=make.at("2021-07-19"), question="staff_total", text="Kiểm tra lại")
    page = words(browse(binh).get(QUEUE))
    for said in ("2 cảnh báo", "1 góp ý chưa xong", "chờ 18 ngày", "Trễ 3 ngày"):
        assert said in page


def test_figures_far_from_last_years_are_counted(cycle, binh):
    now = {"a": 130, "b": 100, "c": 5, "d": True, "e": 0, "new": 7}
    before = {"a": 100, "b": 129, "c": 0, "d": False, "e": 0}
    assert count_big_changes(now, before) == 2


def test_last_year_is_found_for_each_row(cycle, binh):
    sent(cycle, "An", figures={"staff_total": 40})
    sent(make.cycle(year=2021), "An", "2022-06-10 08:00", figures={"staff_total": 20})
    rows = ReviewQueue(binh, Wanted(), make.at("2022-07-20")).page(None).object_list
    assert {row.year: row.big_changes for row in rows} == {2020: 0, 2021: 1}


def test_the_chips_narrow_to_mine_to_nobodys_and_to_what_is_clean(cycle, binh):
    sent(cycle, "An", assignee=binh)
    sent(cycle, "Bình", warnings=1)
    sent(cycle, "Cường", "2021-07-03 08:00")
    assert names(binh, whose="mine") == ["An"]
    assert names(binh, whose="nobody") == ["Bình", "Cường"]
    assert names(binh, only_clean=True) == ["Cường", "An"]


def test_the_search_folds_tones_and_the_year_and_superior_narrow(cycle, binh):
    report = sent(cycle, "Cường")
    sent(cycle, "An")
    assert names(binh, words="cuong") == ["Cường"]
    assert names(binh, year=2019) == []
    assert len(names(binh, superior=report.superior_id)) == 2


def test_the_queue_costs_the_same_for_one_report_and_for_fifty(now, binh, browse):
    now("2021-07-20 08:00")
    cycle = make.reports(50)
    client, asked = browse(binh), []
    owing = list(cycle.reports.all())
    for reports in (owing[:1], owing[1:]):
        for owed in reports:
            make.report(owed.agency, cycle, sent="2021-06-10 08:00")
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE)
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[1] <= 12


def test_clean_ones_are_accepted_together_and_the_others_are_named(cycle, binh, browse):
    clean, late, warned = (
        sent(cycle, "An"),
        sent(cycle, "Bình", "2021-07-03 08:00"),
        sent(cycle, "Cường", warnings=1),
    )
    chosen = {"report": [clean.pk, late.pk, warned.pk], "next": f"{QUEUE}?whose=nobody"}
    page = browse(binh).post(f"{QUEUE}accept/", chosen, follow=True)
    assert page.redirect_chain == [(f"{QUEUE}?whose=nobody", 302)]
    assert "Đã chấp nhận 2 báo cáo." in words(page)
    assert "UBND xã Cường: có điểm phải xem trước khi chấp nhận." in words(page)
    states = dict(cycle.reports.values_list("pk", "state"))
    assert [states[one.pk] for one in (clean, late, warned)] == ["accepted", "accepted", "submitted"]
    assert Entry.objects.filter(verb="report-accepted").count() == 2


@pytest.mark.parametrize("made", ["commented", "again"])
def test_what_has_to_be_looked_at_is_not_accepted_with_others(cycle, binh, browse, made):
    if made == "again":
        report = sent_again(cycle, "An", "2021-07-08 08:00", by=binh)
    else:
        report = sent(cycle, "An")
        comment(report, by=binh, at=make.at("2021-07-19"), question="staff_total", text="Kiểm tra lại")
    browse(binh).post(f"{QUEUE}accept/", {"report": [report.pk]})
    report.refresh_from_db()
    assert report.state == AnnualReport.State.SUBMITTED


def test_what_a_colleague_decided_meanwhile_is_told(cycle, binh, browse):
    report = sent(cycle, "An")
    browse(binh).post(f"/reports/{report.pk}/accept/")
    page = browse(make.staff()).post(f"{QUEUE}accept/", {"report": [report.pk]}, follow=True)
    assert "đang ở trạng thái “Đã chấp nhận”" in words(page)


@pytest.mark.parametrize("ticked", [[], ["x", "-1", "9" * 30]])
def test_nothing_chosen_is_said(cycle, binh, browse, ticked):
    page = browse(binh).post(f"{QUEUE}accept/", {"report": ticked}, follow=True)
    assert "Chưa chọn báo cáo nào." in words(page)


def test_several_are_given_to_a_colleague(cycle, binh, browse):
    hoa = make.staff(full_name="Lê Thị Hoa")
    reports = [sent(cycle, "An"), sent(cycle, "Bình", warnings=1)]
    chosen = {"report": [one.pk for one in reports], "to": hoa.pk}
    page = browse(binh).post(f"{QUEUE}assign/", chosen, follow=True)
    assert "Đã giao 2 báo cáo: Lê Thị Hoa." in words(page)
    assert set(cycle.reports.filter(assignee=hoa)) == set(reports)
    entry = Entry.objects.about("report", reports[0].pk).get(verb="report-assigned")
    assert entry.changes == {"assignee": [None, "Lê Thị Hoa"]}


def test_nobody_outside_the_department_can_be_given_a_report(cycle, binh, browse):
    report = sent(cycle, "An")
    officer = make.officer(report.agency)
    page = browse(binh).post(f"{QUEUE}assign/", {"report": [report.pk], "to": officer.pk}, follow=True)
    assert "không thuộc Sở" in words(page)
    report.refresh_from_db()
    assert report.assignee is None


def test_a_report_of_another_province_cannot_be_slipped_in(cycle, browse):
    report = sent(cycle, "An")
    stranger = make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    browse(stranger).post(f"{QUEUE}accept/", {"report": [report.pk]})
    report.refresh_from_db()
    assert report.state == AnnualReport.State.SUBMITTED


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER, Role.OFFICER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("act", ["", "accept/", "assign/"])
def test_only_the_department_has_a_queue(cycle, browse, role, act):
    other = browse(make.user(role, make.department()))
    met = other.post(f"{QUEUE}{act}") if act else other.get(QUEUE)
    assert met.status_code == 404


def test_after_a_decision_the_next_that_needs_one_comes_up(cycle, binh, browse):
    first, clean, warned = sent(cycle, "An"), sent(cycle, "Bình"), sent(cycle, "Cường", warnings=1)
    page = browse(binh).post(f"/reports/{first.pk}/accept/")
    assert page["Location"] == f"/reports/{warned.pk}/"
    page = browse(binh).post(f"/reports/{warned.pk}/accept/")
    assert page["Location"] == f"/reports/{clean.pk}/"

"""Consolidated reports on the screen: freezing one, reading it, numbering it, asking for its files."""

import re
from datetime import date

import pytest

from agencies.models import Role
from isotrack.journal.models import Job
from reports.models import AnnualReport, Snapshot
from tests import make
from tests.reports.pages import words
from tests.reports.test_board_cost import questions

pytestmark = pytest.mark.django_db
LETTER = {
    "letter_number": "5",
    "letter_symbol": "BC-SKHCN",
    "letter_dated": "02/07/2021",
    "letter_signer": "Võ Văn E",
    "letter_position": "Giám đốc",
}


@pytest.fixture(autouse=True)
def afterwards(now):
    now("2021-07-05 09:00")


@pytest.fixture
def cycle():
    opened = make.reports(2)
    first = opened.reports.order_by("pk").first()
    make.report(first.agency, opened, sent="2021-06-10", figures={"staff_total": 20, "qms_state": "declared"})
    return opened


@pytest.fixture
def clerk(cycle, browse):
    return browse(make.staff())


def test_the_clerk_freezes_what_is_now(clerk):
    page = clerk.post(
        "/cycles/2020/snapshots/add/", {"kind": "committee", "as_of": "05/07/2021 09:00"}, follow=True
    )
    assert "Đã chốt số liệu TH-89-2020-1 tính đến 09:00 ngày 05/7/2021." in words(page)
    assert "<h1>Báo cáo tổng hợp TH-89-2020-1</h1>" in words(page)


def test_nothing_new_is_said_to_be_nothing_new(clerk, cycle):
    make.snapshot(cycle, as_of="2021-07-05 08:00")
    page = clerk.post(
        "/cycles/2020/snapshots/add/", {"kind": "committee", "as_of": "05/07/2021 09:00"}, follow=True
    )
    assert "số liệu chưa thay đổi" in words(page)
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("06/07/2021 09:00", "chọn thời điểm đã qua"),
        ("01/01/2020 09:00", "chọn thời điểm từ lúc đó trở đi"),
        ("hôm qua", ""),
        ("", "Ghi thời điểm tính số liệu"),
    ],
)
def test_another_instant_is_refused_and_what_was_typed_is_kept(clerk, typed, said):
    page = words(clerk.post("/cycles/2020/snapshots/add/", {"kind": "ministry", "as_of": typed}))
    assert (said in page and 'class="msg msg-error"' in page) or "alert" in page
    assert f'value="{typed}"' in page or not typed
    assert re.search(r'value="ministry"[^>]*checked', page)
    assert not Snapshot.objects.exists()


def test_every_figure_leads_to_its_rows_in_this_snapshot(clerk, cycle):
    code = make.snapshot(cycle).code
    page = clerk.get(f"/snapshots/{code}/").content.decode()
    links = set(re.findall(rf'href="(/snapshots/{code}/rows/[^"]*)"', page))
    assert len(links) > 50
    AnnualReport.objects.update(figures={}, first_submitted_at=None, state="draft")
    rows = words(clerk.get(f"/snapshots/{code}/rows/?question=qms_state&value=declared"))
    assert "UBND xã Số 1" in rows and "1–1 trong 1 cơ quan" in rows


def test_a_big_snapshot_costs_no_more_questions(clerk, cycle):
    small = make.snapshot(cycle).code
    few = questions(clerk, f"/snapshots/{small}/"), questions(clerk, f"/snapshots/{small}/rows/")
    for place in range(20):
        make.agency(f"Ủy ban nhân dân phường {place}")
    make.cycle()
    big = make.snapshot(cycle, as_of="2021-07-01").code
    assert (questions(clerk, f"/snapshots/{big}/"), questions(clerk, f"/snapshots/{big}/rows/")) == few


def test_a_long_list_costs_no_more_questions(clerk, cycle):
    make.snapshot(cycle)
    few = questions(clerk, "/snapshots/")
    for day in range(1, 5):
        make.snapshot(cycle, as_of=f"2021-07-0{day}")
    assert questions(clerk, "/snapshots/") == few
    assert "TH-89-2020-1" not in clerk.get("/snapshots/?year=2019").content.decode()


def test_its_number_ends_the_draft(clerk, cycle):
    code = make.snapshot(cycle).code
    assert "Dự thảo" in words(clerk.get(f"/snapshots/{code}/"))
    page = words(clerk.post(f"/snapshots/{code}/number/", LETTER, follow=True))
    assert "5/BC-SKHCN, 02/07/2021" in page and "Dự thảo" not in page
    assert Snapshot.objects.get().letter_dated == date(2021, 7, 2)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("letter_number", ""),
        ("letter_number", "-3"),
        ("letter_signer", ""),
        ("letter_dated", "06/07/2021"),
        ("letter_dated", "29/06/2021"),
        ("letter_dated", "32/13/2021"),
    ],
)
def test_half_a_number_or_a_day_that_cannot_be_is_refused(clerk, cycle, name, typed):
    code = make.snapshot(cycle).code
    page = clerk.post(f"/snapshots/{code}/number/", LETTER | {name: typed})
    assert page.status_code == 200
    assert Snapshot.objects.get().letter_number is None


def test_asking_for_a_file_twice_is_one_job_and_the_leader_may_ask_too(clerk, cycle, browse):
    code = make.snapshot(cycle).code
    first = clerk.post(f"/snapshots/{code}/files/pdf/")
    assert clerk.post(f"/snapshots/{code}/files/pdf/").url == first.url
    leader = browse(make.user(Role.LEADER, make.province()))
    assert leader.post(f"/snapshots/{code}/files/xlsx/").url != first.url
    assert Job.objects.count() == 2


def test_a_file_of_another_form_does_not_exist(clerk, cycle):
    code = make.snapshot(cycle).code
    assert clerk.post(f"/snapshots/{code}/files/docx/").status_code == 404


def test_the_frozen_list_of_a_closed_cycle_is_no_report(clerk, cycle):
    snapshot = make.snapshot(cycle)
    Snapshot.objects.update(kind="closing")
    assert clerk.get(f"/snapshots/{snapshot.code}/").status_code == 404

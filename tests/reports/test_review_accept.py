"""A clerk accepts a report, and goes on with the next one."""

import pytest

from agencies.models import Role
from reports.models import AnnualReport
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle():
    make.agency("Ủy ban nhân dân xã Khánh An", code="30340")
    make.agency("Ủy ban nhân dân xã Phú Hội", code="30341")
    return make.cycle()


@pytest.fixture
def report(cycle):
    return make.report(cycle.reports.get(agency__code="30340").agency, cycle, sent="2021-06-01 09:00")


def test_an_accepted_report_says_so_and_the_board_comes_back(report, browse):
    page = browse(make.staff()).post(f"/reports/{report.pk}/accept/")
    assert page["Location"] == "/cycles/2020/"
    report.refresh_from_db()
    assert report.state == AnnualReport.State.ACCEPTED


def test_the_next_report_that_waits_comes_up(cycle, report, browse):
    other = make.report(cycle.reports.get(agency__code="30341").agency, cycle, sent="2021-06-02 09:00")
    page = browse(make.staff()).post(f"/reports/{report.pk}/accept/")
    assert page["Location"] == f"/reports/{other.pk}/"


def test_the_page_one_came_from_comes_back_where_it_is_ours(report, browse):
    back = "/cycles/2020/?state=submitted"
    page = browse(make.staff()).post(f"/reports/{report.pk}/accept/", {"next": back})
    assert page["Location"] == back


def test_a_foreign_address_is_not_followed(report, browse):
    page = browse(make.staff()).post(f"/reports/{report.pk}/accept/", {"next": "https://evil.example/"})
    assert page["Location"] == "/cycles/2020/"


def test_a_second_accepting_is_told_and_changes_nothing(report, browse):
    clerk = browse(make.staff())
    clerk.post(f"/reports/{report.pk}/accept/")
    page = clerk.post(f"/reports/{report.pk}/accept/", follow=True)
    assert page.redirect_chain == [(f"/reports/{report.pk}/", 302)]
    assert "đang ở trạng thái “Đã chấp nhận”" in page.content.decode()


def test_a_draft_cannot_be_accepted(cycle, browse):
    draft = cycle.reports.get(agency__code="30341")
    browse(make.staff()).post(f"/reports/{draft.pk}/accept/")
    draft.refresh_from_db()
    assert draft.state == AnnualReport.State.NOT_STARTED


def test_looking_at_the_address_accepts_nothing(report, browse):
    assert browse(make.staff()).get(f"/reports/{report.pk}/accept/").status_code == 405
    report.refresh_from_db()
    assert report.state == AnnualReport.State.SUBMITTED


@pytest.mark.parametrize("act", ["accept", "return", "extend", "exempt"])
@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER, Role.OFFICER, Role.ADMINISTRATOR])
def test_only_the_department_decides(report, browse, role, act):
    other = browse(make.user(role, report.agency))
    assert other.post(f"/reports/{report.pk}/{act}/").status_code == 404
    report.refresh_from_db()
    assert report.state == AnnualReport.State.SUBMITTED


@pytest.mark.parametrize("act", ["accept", "return", "extend", "exempt"])
def test_a_clerk_of_another_province_decides_nothing(report, browse, act):
    kien_giang = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    assert browse(make.staff(kien_giang)).post(f"/reports/{report.pk}/{act}/").status_code == 404

"""Long work as its owner sees it; to everybody else it does not exist."""

import re
from uuid import uuid4

import pytest

from isotrack.journal.models import Job, JobPart
from tests import make
from tests.reports.pages import words
from tests.reports.test_board_cost import questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def binh():
    return make.staff()


@pytest.fixture
def clerk(binh, browse):
    return browse(binh)


def under_way(owner, made=1, parts=3):
    job = make.job(owner, total=parts, state="running", finished_at=None)
    for number in range(1, parts + 1):
        JobPart.objects.create(job=job, number=number, made_at=make.NOW if number <= made else None)
    return job


def test_it_tells_how_far_it_is_and_looks_again_without_script(clerk, binh):
    page = words(clerk.get(f"/jobs/{under_way(binh).pk}/"))
    assert "Đã xong 1 trong 3 phần" in page
    assert re.search(r'<progress[^>]* max="3"[^>]* value="1"', page)
    assert re.search(r'<noscript>\s*<meta http-equiv="refresh" content="2">', page)


def test_a_finished_one_is_fetched_under_its_name(clerk, binh):
    job = make.job(binh, file=b"%PDF-1.7 made")
    page = words(clerk.get(f"/jobs/{job.pk}/"))
    assert "Tải về" in page and "refresh" not in page
    response = clerk.get(f"/jobs/{job.pk}/file/")
    assert response.getvalue() == b"%PDF-1.7 made"
    assert response["Content-Disposition"] == 'attachment; filename="bao-cao.pdf"'
    assert response["Content-Type"] == "application/pdf"


def test_a_file_that_is_not_there_yet_or_not_any_more_is_404(clerk, binh):
    assert clerk.get(f"/jobs/{under_way(binh).pk}/file/").status_code == 404
    gone = make.job(binh, file=b"%PDF")
    gone.file.storage.delete(gone.file.name)
    assert clerk.get(f"/jobs/{gone.pk}/file/").status_code == 404


def test_a_failed_one_says_why(clerk, binh):
    job = make.job(binh, state="failed", message="Phần 2 không làm được: hết chỗ")
    assert "Phần 2 không làm được: hết chỗ" in words(clerk.get(f"/jobs/{job.pk}/"))


def test_stopping_it_twice_is_no_error(clerk, binh):
    job = under_way(binh)
    assert "Đã dừng theo yêu cầu" in words(clerk.post(f"/jobs/{job.pk}/stop/", follow=True))
    assert "nên không dừng được" in words(clerk.post(f"/jobs/{job.pk}/stop/", follow=True))
    assert Job.objects.get().state == Job.State.CANCELLED


@pytest.mark.parametrize("page", ["", "file/"])
def test_a_colleague_does_not_see_it(binh, browse, page):
    job = make.job(binh, file=b"%PDF")
    other = browse(make.staff())
    assert other.get(f"/jobs/{job.pk}/{page}").status_code == 404
    assert "Báo cáo tổng hợp" not in words(other.get("/jobs/"))
    assert other.get(f"/jobs/{uuid4()}/").status_code == 404


def test_a_long_list_costs_no_more_questions(clerk, binh):
    under_way(binh)
    few = questions(clerk, "/jobs/")
    for _each in range(10):
        under_way(binh)
    assert questions(clerk, "/jobs/") == few
    assert "1/3" in words(clerk.get("/jobs/"))

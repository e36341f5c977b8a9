"""Comments at questions: written while a report is looked at, read by its agency after the return."""

import pytest

from isotrack.journal.models import Entry, Notice
from reports.comments import comments_by_question
from reports.models import AnnualReport, ReviewComment
from tests import make
from tests.reports.filled import answers
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
SAID = "Số người chưa khớp với phụ lục."


@pytest.fixture
def report(now):
    now("2021-06-16 08:00")
    return make.report(make.agency(code="30340"), sent="2021-06-10 09:00", answers=answers("C02"))


@pytest.fixture
def clerk(browse, report):
    return browse(make.staff())


def comment(clerk, report, question="staff_total", text=SAID):
    return clerk.post(f"/reports/{report.pk}/comments/add/", {"question": question, "text": text})


def return_it(clerk, report, comment=""):
    return clerk.post(f"/reports/{report.pk}/return/", {"comment": comment, "correct_by": "20/06/2021"})


def test_the_page_leads_from_each_answer_to_its_comment(clerk, report):
    page = clerk.get(f"/reports/{report.pk}/").content.decode()
    assert f'/reports/{report.pk}/comments/add/?question=staff_total"' in page
    form = clerk.get(f"/reports/{report.pk}/comments/add/?question=staff_total").content.decode()
    assert '<option value="staff_total" selected>' in form


def test_a_comment_stands_at_its_question(clerk, report):
    page = comment(clerk, report)
    assert page["Location"] == f"/reports/{report.pk}/#a-staff_total"
    assert SAID in words(clerk.get(f"/reports/{report.pk}/"))
    assert Entry.objects.get(verb="report-commented").changes == {"staff_total": [None, SAID]}


def test_the_agency_does_not_read_it_before_the_return(clerk, report, browse):
    lan = browse(make.officer(report.agency))
    comment(clerk, report)
    assert SAID not in words(lan.get(f"/reports/{report.pk}/"))
    assert comments_by_question(report) == {}
    return_it(clerk, report)
    assert SAID in words(lan.get(f"/reports/{report.pk}/"))
    assert [one.text for one in comments_by_question(report)["staff_total"]] == [SAID]


def test_comments_at_questions_make_a_general_one_needless(clerk, report):
    comment(clerk, report)
    page = words(clerk.get(f"/reports/{report.pk}/return/"))
    assert "Góp ý gửi kèm" in page
    assert SAID in page
    return_it(clerk, report)
    report.refresh_from_db()
    assert (report.state, report.return_comment) == (AnnualReport.State.RETURNED, "Xem góp ý ở câu 3.")
    assert Notice.objects.filter(about=f"report:{report.pk}", step="returned-1").exists()


def test_without_any_comment_nothing_is_returned(clerk, report):
    assert "Ghi góp ý để cơ quan biết cần sửa gì." in words(return_it(clerk, report))
    report.refresh_from_db()
    assert report.state == AnnualReport.State.SUBMITTED


def test_a_comment_that_a_colleague_took_back_meanwhile_leaves_nothing_to_return(clerk, report, monkeypatch):
    comment(clerk, report)
    seen = [(report.cycle.questions.by_key["staff_total"], ReviewComment.objects.get())]
    monkeypatch.setattr("reports.views.review.numbered_comments", lambda report: seen)
    ReviewComment.objects.update(settled_at=make.NOW)
    page = return_it(clerk, report)
    assert page.status_code == 409
    assert "Ghi góp ý để cơ quan biết cần sửa gì." in words(page)


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("staff_total", " ", "Ghi góp ý."),
        ("no_such_question", SAID, "Câu này không có trong biểu mẫu của báo cáo."),
    ],
)
def test_a_bad_comment_is_told_at_its_field(clerk, report, question, text, told):
    assert told in words(comment(clerk, report, question, text))
    assert not ReviewComment.objects.exists()


def test_nothing_is_commented_that_does_not_wait_for_a_decision(clerk, report):
    clerk.post(f"/reports/{report.pk}/accept/")
    page = comment(clerk, report)
    assert page.status_code == 409
    assert SAID in words(page)
    assert not ReviewComment.objects.exists()


def test_a_comment_is_settled_once(clerk, report):
    comment(clerk, report)
    made = ReviewComment.objects.get()
    settle = f"/reports/{report.pk}/comments/{made.pk}/settle/"
    assert clerk.post(settle)["Location"] == f"/reports/{report.pk}/#a-staff_total"
    made.refresh_from_db()
    assert "Góp ý này đã xong." in words(clerk.post(settle, follow=True))
    assert Entry.objects.filter(verb="report-comment-settled").count() == 1


def test_only_the_department_comments_and_settles(clerk, report, browse):
    comment(clerk, report)
    made = ReviewComment.objects.get()
    stranger = make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    for other in (make.officer(report.agency), stranger):
        assert comment(browse(other), report).status_code == 404
        path = f"/reports/{report.pk}/comments/{made.pk}/settle/"
        assert browse(other).post(path).status_code == 404
    assert ReviewComment.objects.open().count() == 1


def test_accepting_settles_what_is_open(clerk, report):
    comment(clerk, report)
    clerk.post(f"/reports/{report.pk}/accept/")
    assert not ReviewComment.objects.open().exists()


def test_a_comment_at_a_question_that_is_not_shown_any_more_is_not_lost(clerk, report):
    comment(clerk, report, "not_started_reason", "Nêu lý do")
    page = words(clerk.get(f"/reports/{report.pk}/"))
    assert "Góp ý ở câu nay không còn hiện" in page
    assert "Nêu lý do" in page


def test_one_report_is_given_to_a_colleague_from_its_page(clerk, report):
    hoa = make.staff(full_name="Lê Thị Hoa")
    clerk.post(f"/reports/{report.pk}/assign/", {"to": hoa.pk})
    report.refresh_from_db()
    assert report.assignee == hoa
    assert "Lê Thị Hoa" in words(clerk.get(f"/reports/{report.pk}/"))
    clerk.post(f"/reports/{report.pk}/assign/", {"to": ""})
    report.refresh_from_db()
    assert report.assignee is None

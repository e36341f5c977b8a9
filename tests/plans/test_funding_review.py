"""The finance review: comments per line, answered by the department; plans cleared or returned."""

import pytest
from django.urls import reverse

from plans.models import LineKind
from tests import make
from tests.plans import money

pytestmark = pytest.mark.django_db


def address(plan):
    return reverse("plans:finance-review", args=[plan.pk])


def under_review(estimate=33_000_000, **values):
    entry = money.entry(money.plan("finance_review"), tier="2c")
    return money.line(entry, LineKind.HIRED, estimate, **values)


def test_finance_returns_one_line_and_the_department_mends_it(browse):
    line = under_review(35_500_000)
    plan = line.entry.plan
    finance, department = browse(money.finance()), browse(make.staff())
    finance.post(address(plan), {f"c-{line.pk}": "Giảm còn 33 triệu", "act": "return"})
    plan.refresh_from_db()
    assert plan.state == "returned"
    table = reverse("plans:funding-table", args=[plan.pk])
    assert "Góp ý: Giảm còn 33 triệu" in department.get(table).text
    comment = plan.comments.get()
    sent = {"column": "estimate", "act": "save"}
    sent |= {f"l{line.pk}-amount": "33 triệu", f"l{line.pk}-quantity": "1"}
    sent |= {f"l{line.pk}-source": line.source_id, "mended": comment.pk}
    department.post(table, sent | {f"l{line.pk}-seen": f"35500000|1.00|{line.source_id}"})
    comment.refresh_from_db()
    line.refresh_from_db()
    assert comment.mended_at and line.estimate == 33_000_000


def test_finance_clears_what_keeps_the_law(browse):
    plan = under_review().entry.plan
    browse(money.finance()).post(address(plan), {"act": "clear"})
    plan.refresh_from_db()
    assert plan.state == "cleared"


def test_what_is_over_a_ceiling_is_not_cleared_and_the_comments_typed_stay(browse):
    line = under_review(33_000_001)
    page = browse(money.finance()).post(address(line.entry.plan), {f"c-{line.pk}": "Xem lại", "act": "clear"})
    assert page.status_code == 409
    assert "(vượt 1 đồng)" in page.text and ">Xem lại</textarea>" in page.text
    line.entry.plan.refresh_from_db()
    assert line.entry.plan.state == "finance_review" and not line.comments.exists()


def test_an_open_comment_keeps_a_plan_from_being_cleared_until_finance_settles_it(browse):
    line = under_review()
    plan, finance = line.entry.plan, browse(money.finance())
    finance.post(address(plan), {f"c-{line.pk}": "Vì sao?", "act": "save"})
    assert finance.post(address(plan), {"act": "clear"}).status_code == 409
    finance.post(address(plan), {"settled": plan.comments.get().pk, "act": "clear"})
    plan.refresh_from_db()
    assert plan.state == "cleared"


def test_what_saving_did_to_the_comments_is_said(browse):
    line = under_review()
    plan, finance = line.entry.plan, browse(money.finance())
    page = finance.post(address(plan), {f"c-{line.pk}": "Vì sao?", "act": "save"}, follow=True)
    assert "Đã lưu 1 góp ý." in page.text
    settled = {"settled": plan.comments.get().pk, "act": "save"}
    assert "1 góp ý không cần sửa nữa." in finance.post(address(plan), settled, follow=True).text


def test_the_department_reads_on_the_plan_itself_that_it_came_back(browse):
    line = under_review()
    plan, clerk = line.entry.plan, browse(make.staff())
    page = reverse("plans:plan-detail", args=[plan.pk])
    assert "Sở Tài chính trả lại" not in clerk.get(page).text
    browse(money.finance()).post(address(plan), {f"c-{line.pk}": "Vì sao?", "act": "return"})
    assert "Sở Tài chính trả lại, còn 1 góp ý chưa trả lời." in clerk.get(page).text


def test_a_plan_is_not_returned_without_a_word(browse):
    plan = under_review().entry.plan
    page = browse(money.finance()).post(address(plan), {"act": "return"})
    assert page.status_code == 409 and "góp ý" in page.text


def test_a_plan_that_moved_on_is_not_commented(browse):
    line = money.line(money.entry(money.plan("approved")))
    page = browse(money.finance()).post(address(line.entry.plan), {f"c-{line.pk}": "Muộn", "act": "save"})
    assert page.status_code == 409 and not line.comments.exists()


def test_only_finance_reviews(browse):
    plan = under_review().entry.plan
    assert browse(make.staff()).get(address(plan)).status_code == 404
    assert browse(make.staff()).post(address(plan), {"act": "clear"}).status_code == 404

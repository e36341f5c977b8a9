"""A plan from draft to closed: each move once, in order, by the right hand, and kept as it was submitted."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from isotrack.kit.states import WrongState
from plans.actions import plan as act
from plans.actions.entry import add_entry
from plans.actions.funding import comment_lines
from plans.models import FundingLine, FundingSource, RolloutPlan
from plans.versions import compare
from tests import make
from tests.plans import money, planning
from tests.plans.planning import AT

pytestmark = pytest.mark.django_db


def test_the_five_agencies_go_from_draft_to_closed():
    plan = planning.running(*planning.five())
    closed = act.close(plan, by=planning.planner(), at=AT, reason="Kết thúc theo QĐ mới")
    assert (closed.state, closed.entries.count(), closed.closed_at) == ("closed", 5, AT)


def test_a_plan_without_agencies_is_not_submitted():
    with pytest.raises(ValidationError, match="chưa có cơ quan"):
        act.submit(planning.drafted(), by=planning.planner(), at=AT)


def test_a_draft_is_neither_cleared_nor_approved():
    plan = planning.drafted(make.department("Ban Dân tộc"))
    with pytest.raises(WrongState, match="Bản nháp"):
        act.clear(plan, by=money.finance(), at=AT)
    with pytest.raises(WrongState, match="Bản nháp"):
        act.approve(plan, by=planning.leader(), at=AT, number="1/QĐ-UBND", issued_on=date(2020, 11, 1))


def test_who_returns_a_plan_says_what_to_mend():
    plan = planning.drafted(make.department("Ban Dân tộc"))
    act.submit(plan, by=planning.planner(), at=AT)
    with pytest.raises(ValidationError, match="ít nhất một góp ý"):
        act.return_for_correction(plan, by=money.finance(), at=AT)
    returned = act.return_for_correction(plan, by=money.finance(), at=AT, reason="Ghi rõ nguồn")
    assert returned.is_editable and returned.comments.get().text == "Ghi rõ nguồn"


def test_a_plan_with_an_unanswered_comment_is_not_cleared():
    plan = planning.drafted(make.department("Ban Dân tộc"))
    act.submit(plan, by=planning.planner(), at=AT)
    comment_lines(plan, by=money.finance(), at=AT, texts={None: "Ghi rõ nguồn"})
    with pytest.raises(ValidationError, match="1 góp ý"):
        act.clear(plan, by=money.finance(), at=AT)


def _with_money(plan: RolloutPlan, amount: int, available: int) -> FundingLine:
    source = money.source(available)
    return money.line(plan.entries.get(), "A", amount, source=source)


def test_a_plan_over_its_ceiling_is_not_cleared_and_the_clause_is_quoted():
    plan = planning.drafted(make.department("Ban Dân tộc", ceiling_tier="2b"))
    _with_money(plan, 45_000_001, money.RICH)
    act.submit(plan, by=planning.planner(), at=AT)
    with pytest.raises(act.NotCleared, match="điểm b khoản 2 Điều 4 TT 116/2015/TT-BTC"):
        act.clear(plan, by=money.finance(), at=AT)
    plan.refresh_from_db()
    assert plan.state == "finance_review"


def test_approval_is_refused_when_the_money_has_gone_since_and_nothing_is_approved():
    plan = planning.drafted(make.department("Ban Dân tộc", ceiling_tier="2b"))
    line = _with_money(plan, 45_000_000, 45_000_000)
    act.submit(plan, by=planning.planner(), at=AT)
    act.clear(plan, by=money.finance(), at=AT)
    FundingSource.objects.update(amount=44_000_000)
    with pytest.raises(act.NotCleared, match=r"thiếu 1\.000\.000 đồng"):
        act.approve(plan, by=planning.leader(), at=AT, number="1/QĐ-UBND", issued_on=date(2020, 11, 1))
    line.refresh_from_db()
    assert line.approved is None


def test_approval_turns_estimates_into_approved_amounts_and_registers_the_decision():
    plan = planning.drafted(make.department("Ban Dân tộc", ceiling_tier="2b"))
    line = _with_money(plan, 45_000_000, 45_000_000)
    act.submit(plan, by=planning.planner(), at=AT)
    act.clear(plan, by=money.finance(), at=AT)
    plan = act.approve(plan, by=planning.leader(), at=AT, number="2944/QĐ-UBND", issued_on=date(2020, 11, 1))
    line.refresh_from_db()
    assert (line.approved, plan.decision.number) == (45_000_000, "2944/QĐ-UBND")


@pytest.mark.parametrize(
    ("number", "day", "said"),
    [(" ", date(2020, 11, 1), "Ghi số"), ("1/QĐ-UBND", date(2020, 11, 21), "không được sau hôm nay")],
)
def test_a_decision_has_a_number_and_a_day_that_has_come(number, day, said):
    plan = planning.drafted(make.department("Ban Dân tộc"))
    act.submit(plan, by=planning.planner(), at=AT)
    act.clear(plan, by=money.finance(), at=AT)
    with pytest.raises(ValidationError, match=said):
        act.approve(plan, by=planning.leader(), at=AT, number=number, issued_on=day)


def test_a_plan_with_open_steps_is_closed_only_with_a_reason():
    plan = planning.running(make.department("Ban Dân tộc"))
    with pytest.raises(ValidationError, match="Còn 11 bước"):
        act.close(plan, by=planning.planner(), at=AT)


def test_a_supplement_extends_only_an_approved_plan_and_leaves_it_as_it_was():
    base = planning.drafted(make.department("Sở Nội vụ"))
    with pytest.raises(ValidationError, match="đã được phê duyệt"):
        planning.drafted(extends=base)
    base = planning.running(make.department("Sở Tư pháp"))
    before = list(base.entries.values_list("agency", "steps__planned_on"))
    supplement = planning.drafted(make.department("Ban Dân tộc"), extends=base)
    assert supplement.extends == base
    assert list(base.entries.values_list("agency", "steps__planned_on")) == before


def test_a_code_is_used_once_in_a_province():
    planning.drafted(code="KH-1")
    with pytest.raises(ValidationError, match="đã dùng"):
        planning.drafted(code="KH-1")


def test_a_plan_is_not_made_for_a_standard_that_has_run_out():
    old = money.standard("2008")
    old.apply_until = date(2020, 6, 30)
    old.save()
    with pytest.raises(ValidationError, match="30/6/2020"):
        planning.drafted(standard=old)


def test_usual_days_follow_the_period_and_chosen_days_must_fit_in():
    agency = make.department("Ban Dân tộc")
    plan = planning.drafted(agency)
    act.change(plan, by=planning.planner(), at=AT, starts_on=date(2021, 1, 4), ends_on=date(2021, 12, 31))
    last = plan.entries.get().steps.latest("planned_on")
    assert last.planned_on == date(2021, 12, 31)
    last.planned_on = date(2021, 12, 30)  # chosen by hand
    last.save()
    with pytest.raises(ValidationError, match="30/12/2021, nằm ngoài"):
        act.change(plan, by=planning.planner(), at=AT, ends_on=date(2021, 12, 1))


def test_what_was_submitted_is_kept_and_compared_in_words():
    plan = planning.drafted(make.department("Ban Dân tộc", ceiling_tier="2b"))
    line = _with_money(plan, 45_000_000, money.RICH)
    act.submit(plan, by=planning.planner(), at=AT)
    act.return_for_correction(plan, by=money.finance(), at=AT, reason="Giảm")
    FundingLine.objects.filter(pk=line.pk).update(estimate=40_000_000)
    add_entry(plan, by=planning.planner(), at=AT, agency=make.department("Ban Tôn giáo"))
    act.submit(plan, by=planning.planner(), at=AT)
    first, second = plan.versions.order_by("number")
    assert compare(first.content, second.content) == [
        "Thêm Ban Tôn giáo, dự toán 0 đồng.",
        "Ban Dân tộc: khoản “A – thuê tổ chức tư vấn: "
        f"{line.item.name_vi}” từ 45.000.000 đồng thành 40.000.000 đồng.",
        "Tổng dự toán từ 45.000.000 đồng thành 40.000.000 đồng.",
    ]

"""The agencies of a plan: who can be in it, with which steps, and what may be written of a step when."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Document
from isotrack.journal.models import Entry
from isotrack.kit.states import WrongState
from plans.actions.entry import StepsRefused, add_entries, add_entry, remove_entry, save_steps
from plans.actions.plan import submit
from plans.models import Confirmation, Consultant
from tests import make
from tests.plans import planning
from tests.plans.planning import AT

pytestmark = pytest.mark.django_db


def test_an_added_agency_has_the_twelve_steps_spread_over_the_plan_on_working_days():
    plan = planning.drafted(make.department("Ban Dân tộc"))
    days = list(plan.entries.get().steps.order_by("step__order").values_list("planned_on", flat=True))
    assert (len(days), days[-1]) == (12, date(2021, 11, 30))
    assert days == sorted(days) and days[0] >= plan.starts_on
    assert all(day.weekday() < 5 for day in days)


def test_an_agency_is_in_a_plan_once():
    agency = make.department("Ban Dân tộc")
    plan = planning.drafted(agency)
    with pytest.raises(ValidationError, match="Ban Dân tộc đã có trong kế hoạch"):
        add_entry(plan, by=planning.planner(), at=AT, agency=agency)


def test_every_agency_that_cannot_be_added_is_named_and_none_is_added():
    plan = planning.drafted()
    gone = make.department("Sở Cũ", on=date(2020, 1, 1))
    Agency.objects.filter(pk=gone.pk).update(valid_to=date(2020, 6, 30))
    gone.refresh_from_db()
    later = make.department("Sở Mới", on=date(2025, 3, 1))
    with pytest.raises(ValidationError) as refused:
        add_entries(plan, by=planning.planner(), at=AT, agencies=[gone, make.department("Sở Y tế"), later])
    said = " ".join(refused.value.messages)
    assert "Sở Cũ đã ngừng hoạt động, ngày cuối cùng là 30/6/2020" in said
    assert "Sở Mới chỉ hoạt động từ 01/3/2025" in said
    assert not plan.entries.exists()


def test_an_agency_of_another_province_is_refused():
    other = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    stranger = make.department("Sở Y tế", superior=other)
    with pytest.raises(ValidationError, match="không thuộc tỉnh"):
        planning.drafted(stranger)


def test_an_agency_that_shares_a_system_is_not_built_twice():
    office = make.department("Văn phòng")
    sharing = make.department("Ban Chung", covered_by=office)
    with pytest.raises(ValidationError, match="dùng chung hệ thống với Văn phòng"):
        planning.drafted(sharing)


def test_what_is_built_in_the_base_plan_is_only_extended_in_its_supplement():
    agency = make.department("Sở Nội vụ")
    supplement = planning.drafted(extends=planning.running(agency))
    with pytest.raises(ValidationError, match="Mở rộng phạm vi"):
        add_entry(supplement, by=planning.planner(), at=AT, agency=agency)
    assert add_entry(supplement, by=planning.planner(), at=AT, agency=agency, mode="extension").pk


def test_adding_fifty_agencies_costs_as_many_statements_as_adding_one():
    counts = []
    for number in (1, 50):
        agencies = [make.department(f"Sở {number}-{place}") for place in range(number)]
        plan = planning.drafted()
        with CaptureQueriesContext(connection) as queries:
            add_entries(plan, by=planning.planner(), at=AT, agencies=agencies)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_submitted_plan_takes_and_loses_no_agency():
    plan = planning.drafted(make.department("Ban Dân tộc"))
    submit(plan, by=planning.planner(), at=AT)
    with pytest.raises(WrongState, match="chưa được lưu"):
        add_entry(plan, by=planning.planner(), at=AT, agency=make.department("Ban Tôn giáo"))
    with pytest.raises(WrongState):
        remove_entry(plan.entries.get(), by=planning.planner(), at=AT)


def test_a_removed_agency_leaves_a_line_in_the_journal():
    plan = planning.drafted(make.department("Ban Dân tộc"))
    remove_entry(plan.entries.get(), by=planning.planner(), at=AT)
    entry = Entry.objects.filter(verb="plan-entry-removed").get()
    assert not plan.entries.exists()
    assert entry.changes["agencies"] == [["Ban Dân tộc"], None]


def _refusals(entry, step, at=AT, **values):
    with pytest.raises(StepsRefused) as refused:
        save_steps(entry, by=planning.planner(), at=at, changes={step.pk: values})
    return {(one.field, one.sentence) for one in refused.value.refusals}


def test_a_planned_day_outside_the_plan_is_refused_at_its_field():
    entry = planning.drafted(make.department("Ban Dân tộc")).entries.get()
    step = planning.step(entry, "TRAINING")
    said = _refusals(entry, step, planned_on=date(2020, 11, 30))
    assert said == {
        ("planned_on", "Ngày dự kiến phải trong thời gian của kế hoạch, từ 01/12/2020 đến 30/11/2021.")
    }


def test_own_work_is_not_given_to_a_consultant():
    entry = planning.drafted(make.department("Ban Dân tộc")).entries.get()
    said = _refusals(entry, planning.step(entry, "EFFECTIVENESS_CONFIRMED"), is_hired=True)
    assert said == {
        (
            "is_hired",
            "Bước này cơ quan phải tự làm, không giao cho tư vấn "
            "(điểm g khoản 2 Điều 7 TT 26/2014; điểm d khoản 2 Điều 4 QĐ 19/2014).",
        )
    }


def test_a_consultant_is_confirmed_until_the_step_is_over():
    entry = planning.drafted(make.department("Ban Dân tộc")).entries.get()
    step = planning.step(entry, "DOCUMENTS_ISSUED")
    firm = Consultant.objects.create(name="Công ty Tư vấn A")
    paper = Confirmation.objects.create(
        consultant=firm, number="1", valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 31)
    )
    said = _refusals(entry, step, is_hired=True, consultant=firm)
    assert "không còn giá trị" in said.pop()[1]
    Confirmation.objects.filter(pk=paper.pk).update(valid_to=date(2021, 12, 31))
    changes = {step.pk: {"is_hired": True, "consultant": firm}}
    assert save_steps(entry, by=planning.planner(), at=AT, changes=changes) == [step]


def test_a_draft_takes_no_progress_and_a_running_plan_no_new_days():
    entry = planning.drafted(make.department("Ban Dân tộc")).entries.get()
    step = planning.step(entry, "TRAINING")
    assert not save_steps(
        entry, by=planning.planner(), at=AT, changes={step.pk: {"done_on": date(2020, 12, 2)}}
    )
    entry = planning.running(make.department("Ban Tôn giáo")).entries.get()
    step = planning.step(entry, "TRAINING")
    changes = {step.pk: {"planned_on": date(2021, 1, 4)}}
    assert not save_steps(entry, by=planning.planner(), at=AT, changes=changes)


@pytest.mark.parametrize(
    ("day", "said"), [(date(2020, 11, 30), "không được trước"), (date(2021, 6, 17), "không được sau hôm nay")]
)
def test_a_step_is_done_after_the_plan_began_and_not_in_the_future(day, said):
    entry = planning.running(make.department("Ban Dân tộc")).entries.get()
    step = planning.step(entry, "GAP_ASSESSMENT")
    assert said in str(_refusals(entry, step, at=make.at("2021-06-16"), done_on=day))


def test_nothing_is_declared_before_audit_review_and_confirmation():
    entry = planning.running(make.department("Ban Dân tộc")).entries.get()
    step = planning.step(entry, "DECLARED")
    said = _refusals(entry, step, at=make.at("2021-06-16"), done_on=date(2021, 6, 1))
    assert len(said) == 3
    planning.done(entry, "INTERNAL_AUDIT", "MANAGEMENT_REVIEW", "EFFECTIVENESS_CONFIRMED")
    planning.done(entry, "DECLARED", on=date(2021, 6, 1))
    assert planning.step(entry, "DECLARED").done_on == date(2021, 6, 1)


def test_evidence_named_by_its_number_is_found_or_entered_into_the_register():
    agency = make.department("Ban Dân tộc")
    entry = planning.running(agency).entries.get()
    known = make.document("07/BB-BDT")
    first, second = planning.step(entry, "TRAINING"), planning.step(entry, "STEERING_COMMITTEE")
    changes = {
        first.pk: {"done_on": date(2021, 1, 5), "evidence": "07/BB-BDT"},
        second.pk: {"done_on": date(2021, 1, 6), "evidence": "12/QĐ-BDT"},
    }
    save_steps(entry, by=planning.planner(), at=make.at("2021-06-16"), changes=changes)
    entered = Document.objects.get(number="12/QĐ-BDT")
    assert planning.step(entry, "TRAINING").evidence == known
    assert (entered.kind, entered.issuer, entered.issued_on) == ("decision", "Ban Dân tộc", date(2021, 1, 6))


def test_two_hands_on_one_agency_keep_what_the_other_wrote():
    entry = planning.running(make.department("Ban Dân tộc")).entries.get()
    planning.done(entry, "GAP_ASSESSMENT")
    step = planning.step(entry, "GAP_ASSESSMENT")
    save_steps(
        entry, by=planning.planner(), at=AT.replace(year=2021), changes={step.pk: {"note": "Đủ hồ sơ"}}
    )
    step.refresh_from_db()
    assert (step.done_on, step.note) == (date(2021, 1, 15), "Đủ hồ sơ")

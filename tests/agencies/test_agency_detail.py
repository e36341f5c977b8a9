"""Everything about one agency."""

from datetime import date

import pytest

from agencies.actions.agency import change
from agencies.models import Role
from tests import make
from tests.plans import money, planning
from tests.plans.classes import came, training

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-07-05 08:00")


def page(browse, user, agency):
    return browse(user).get(f"/agencies/{agency.pk}/")


def test_a_clerk_reads_facts_people_reports_and_journal(browse):
    agency = make.agency(superior=make.district())
    make.officer(agency)
    make.report(agency, sent="2021-07-02 09:00")
    said = page(browse, make.staff(), agency).content.decode()
    assert all(
        words in said for words in ("UBND huyện An Phú", "Trần Thị Lan", "Trễ 3 ngày", "Ghi vào danh bạ")
    )


def test_history_tells_what_changed_and_from_when(browse):
    agency = make.agency()
    mandatory = {"mandate": "mandatory", "ceiling_tier": "2b"}
    change(agency, by=None, at=make.NOW, on=date(2021, 3, 1), reason="QĐ 5", **mandatory)
    newest, first = page(browse, make.staff(), agency).context["steps"]
    assert newest.standing.starts_on == date(2021, 3, 1)
    assert next((str(c.label), c.old, c.new) for c in newest.changes) == (
        "áp dụng ISO",
        "Khuyến khích áp dụng",
        "Phải áp dụng",
    )
    assert first.changes == []


def test_people_of_today_and_before_are_told_apart(browse):
    agency = make.agency()
    make.officer(agency, full_name="Lê Thị Cũ", ends_on=date(2021, 5, 31))
    make.officer(agency, full_name="Trần Thị Lan", starts_on=date(2021, 6, 1))
    context = page(browse, make.staff(), agency).context
    assert [str(post.user) for post, _trained in context["held"]] == ["Trần Thị Lan"]
    assert [str(post.user) for post in context["past"]] == ["Lê Thị Cũ"]


def test_a_code_used_again_points_at_the_other_agency(browse):
    before = make.agency("Ủy ban nhân dân thị trấn An Phú", code="30337")
    before.valid_to = date(2021, 6, 30)
    before.save()
    after = make.agency("Ủy ban nhân dân xã An Phú", code="30337", on=date(2021, 7, 1))
    said = page(browse, make.staff(), after).content.decode()
    assert "Mã 30337 được dùng lại." in said and f'href="/agencies/{before.pk}/"' in said


def test_an_officer_may_set_the_mailbox_but_not_change_the_agency(browse):
    agency = make.agency()
    context = page(browse, make.officer(agency), agency).context
    assert (context["can_contact"], context["can_edit"], context["can_read_journal"]) == (True, False, False)


def test_an_administrator_reads_no_report_here(browse):
    agency = make.agency()
    make.report(agency)
    assert page(browse, make.user(Role.ADMINISTRATOR, agency), agency).context["reports"] == []


def test_a_sibling_finds_nothing(browse):
    agency, sibling = make.agency(), make.agency("Ủy ban nhân dân xã Cô Tô")
    assert page(browse, make.officer(sibling), agency).status_code == 404


def test_the_superior_out_of_sight_is_named_without_a_link(browse):
    district = make.district()
    agency = make.agency(superior=district)
    said = page(browse, make.officer(agency), agency).content.decode()
    assert "UBND huyện An Phú" in said and f'href="/agencies/{district.pk}/"' not in said


def test_declaration_duties_plans_and_training_stand_beside_it(browse):
    agency, other = planning.five()[:2]
    plan = planning.running(agency, other)
    came(training(date(2021, 5, 4)), make.officer(agency))
    make.officer(other, full_name="Người Mới")
    declared = money.declared(agency, on=date(2019, 9, 10))
    page_of_first = page(browse, make.staff(), agency)
    about, said = page_of_first.context["about"], page_of_first.content.decode()
    assert about.declaration == declared
    assert [(entry.plan, entry.steps_done, entry.steps_all) for entry in about.entries] == [(plan, 0, 12)]
    assert "Đánh giá nội bộ năm 2021" in said
    assert "tập huấn 05/5/2021" in said
    said = page(browse, make.staff(), other).content.decode()
    assert "Chưa công bố" in said
    assert "chưa tập huấn" in said


def test_an_administrator_is_told_nothing_of_declarations(browse):
    agency = make.agency()
    chief = make.user(Role.ADMINISTRATOR, make.department())
    assert "Công bố hiện hành" not in page(browse, chief, agency).content.decode()

"""A succession: what the registry says before and after, and where every open duty goes."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from agencies.actions.succession import cancel
from agencies.models import Agency, Heritage, Role, Succession, SuccessionDuty
from isotrack.journal.models import Entry, Notice
from isotrack.kit.states import WrongState
from reports.actions.reminder import plan_reminders
from reports.actions.report import save_answers
from reports.actions.succession import Decision, carry_out, carry_out_due, choose, decide
from reports.models import AnnualReport
from reports.rates import rates
from tests import make
from tests.plans import planning
from tests.reports.successions import (
    AFTER,
    BEFORE,
    DAY,
    Choice,
    Kind,
    carried_out,
    new,
    planned,
    two_communes,
)

pytestmark = pytest.mark.django_db


def test_a_merger_ends_the_old_and_founds_the_new_under_the_same_code():
    town, village = two_communes()
    carried_out(Kind.MERGED, town, village, founding=[new()])
    old, after = Agency.objects.filter(code="30337").order_by("valid_from")
    assert (old.pk, old.valid_to, after.valid_from) == (town.pk, date(2021, 6, 30), DAY)
    assert [one.name for one in Agency.objects.valid_on(date(2021, 6, 30)).filter(code="30337")] == [
        town.name
    ]
    assert after.contact_email == "30337@agency.example"
    assert set(Heritage.objects.filter(heir=after).values_list("agency", flat=True)) == {town.pk, village.pk}
    assert {one.heir for one in Agency.objects.filter(pk__in=[town.pk, village.pk])} == {after}
    assert town.standings.get().ends_on == date(2021, 6, 30)


def test_search_finds_the_successor_by_the_names_of_those_before():
    carried_out(Kind.MERGED, *two_communes(), founding=[new()])
    found = Agency.objects.valid_on(DAY).matching("vinh hoi dong")
    assert [one.code for one in found] == ["30337"]


def test_a_rename_is_a_new_standing_of_the_same_agency_and_keeps_the_old_name_findable():
    village = make.agency("Ủy ban nhân dân xã Cô Tô", code="30580")
    carried_out(Kind.RENAMED, village, changes={"name": "Ủy ban nhân dân thị trấn Cô Tô"})
    village.refresh_from_db()
    assert (village.in_lists, village.valid_to) == ("UBND thị trấn Cô Tô", None)
    assert [one.name.removeprefix("Ủy ban nhân dân ") for one in village.standings.order_by("starts_on")] == [
        "xã Cô Tô",
        "thị trấn Cô Tô",
    ]
    assert Agency.objects.matching("xa co to").get() == village


def test_a_change_of_superior_moves_it_and_the_old_superior_goes_on_reading_its_past():
    district = make.district()
    village = make.agency(superior=district, code="30313")
    officer = make.officer(district)
    report = make.report(village)
    carried_out(Kind.MOVED, village, changes={"superior": "89"})
    village.refresh_from_db()
    assert (village.superior, village.path) == (make.province(), f"{make.province().path}{village.pk}/")
    assert AnnualReport.objects.visible_to(officer).contains(report)
    assert not AnnualReport.objects.editable_by(officer).contains(report)


def test_what_is_below_an_agency_follows_to_its_heir_even_where_both_bear_one_name():
    old = make.department("Sở Y tế", code="AG-SYT")
    unit = make.agency("Chi cục Dân số", superior=old)
    carried_out(Kind.MERGED, old, founding=[new("AG25-SYT", "Sở Y tế")])
    unit.refresh_from_db()
    assert unit.superior.code == "AG25-SYT"
    assert unit.standings.count() == 2


def test_open_reports_pass_to_the_heir_and_no_figure_moves():
    town, village = two_communes()
    cycle = make.cycle()
    make.report(town, cycle, sent="2021-06-10 08:00")
    before = [rates(cycle, instant) for instant in (BEFORE, cycle.cutoff, AFTER)]
    carried_out(Kind.MERGED, town, village, founding=[new()])
    heir = Agency.objects.get(code="30337", valid_from=DAY)
    assert [rates(cycle, instant) for instant in (BEFORE, cycle.cutoff, AFTER)] == before
    report = cycle.reports.get(agency=village)
    assert (report.passed_to, report.agency_name, report.superior) == (heir, village.name, make.province())
    assert Entry.objects.filter(verb="report-passed-on", about_key=str(report.pk)).count() == 1


def test_the_heir_writes_the_predecessors_report_and_is_the_one_reminded():
    _town, village = pair = two_communes()
    cycle = make.cycle()
    carried_out(Kind.MERGED, *pair, founding=[new() | {"contact_email": "moi@agency.example"}])
    heir = Agency.objects.get(code="30337", valid_from=DAY)
    officer = make.officer(heir, starts_on=date(2021, 1, 1))
    report = AnnualReport.objects.editable_by(officer).get(agency=village)
    save_answers(report, by=officer, at=AFTER, answers={"head_name": "Lê Văn A"}, seen={})
    plan_reminders(as_of=make.at("2021-07-01 09:00"))
    told = Notice.objects.filter(about=f"report:{report.pk}").values_list("recipient", flat=True)
    assert set(told) == {"moi@agency.example"}
    assert cycle.reports.count() == 2


def test_a_split_waits_for_a_person_and_takes_one_decision():
    village = make.agency("Ủy ban nhân dân xã Phú Hội")
    one, other = make.agency("Ủy ban nhân dân xã Nhơn Hội"), make.agency("Ủy ban nhân dân xã Khánh Bình")
    report = make.report(village)
    carried_out(Kind.SPLIT, village, after=[one, other])
    duty = SuccessionDuty.objects.undecided().get()
    assert AnnualReport.objects.get(pk=report.pk).passed_to is None
    with pytest.raises(ValidationError):
        decide(duty, Decision(Choice.PASSED), by=None, at=AFTER)
    decide(duty, Decision(Choice.PASSED, other), by=None, at=AFTER)
    assert AnnualReport.objects.get(pk=report.pk).passed_to == other
    with pytest.raises(WrongState):
        decide(duty, Decision(Choice.PASSED, one), by=None, at=AFTER)
    # Both read what it left.
    assert all(AnnualReport.objects.visible_to(make.officer(who)).contains(report) for who in (one, other))


def test_what_a_dissolved_agency_leaves_goes_up():
    district = make.district()
    village = make.agency(superior=district)
    cycle = make.cycle()
    letter = make.duty(district, make.report(village, cycle))
    carried_out(Kind.DISSOLVED, district)
    letter.refresh_from_db()
    village.refresh_from_db()
    assert letter.passed_to == village.superior == make.province()
    assert cycle.reports.get(agency=district).passed_to == make.province()
    assert cycle.reports.get(agency=village).superior == district


def test_steps_of_a_plan_pass_on_or_are_dropped_with_a_reason():
    town, village = two_communes()
    first, second = planning.running(town, village).entries.order_by("pk")
    succession = planned(Kind.MERGED, town, village, founding=[new()])
    name = f"plan-entry:{second.pk}"
    choose(succession, {name: Decision(Choice.CANCELLED, reason="Đã gộp vào hệ thống của xã mới")}, at=BEFORE)
    carry_out([succession], by=None, at=AFTER)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.passed_to.code, first.dropped_on) == ("30337", None)
    assert (second.passed_to, second.dropped_on) == (None, DAY)


@pytest.mark.parametrize("instant, refused", [("2021-06-16 08:00", False), ("2021-07-01 08:00", True)])
def test_only_what_is_not_due_yet_may_be_dropped(instant, refused):
    town, village = two_communes()
    cycle = make.cycle()
    succession = planned(Kind.MERGED, town, village, founding=[new()])
    name = f"report:{cycle.reports.get(agency=village).pk}"
    wanted = {name: Decision(Choice.CANCELLED, reason="Không còn bộ máy")}
    if refused:
        with pytest.raises(ValidationError, match="quá hạn"):
            choose(succession, wanted, at=make.at(instant))
    else:
        choose(succession, wanted, at=make.at(instant))
        assert succession.duties.get().choice == Choice.CANCELLED


def test_what_was_to_be_dropped_but_became_due_is_passed_on_instead():
    town, village = two_communes()
    cycle = make.cycle()
    succession = planned(Kind.MERGED, town, village, founding=[new()])
    name = f"report:{cycle.reports.get(agency=village).pk}"
    choose(succession, {name: Decision(Choice.CANCELLED, reason="Không còn bộ máy")}, at=BEFORE)
    before = rates(cycle, AFTER)
    carry_out([succession], by=None, at=AFTER)
    assert rates(cycle, AFTER) == before
    assert cycle.reports.get(agency=village).passed_to.code == "30337"


def test_what_the_predecessor_was_to_do_and_did_is_put_down_as_done():
    town, village = two_communes()
    cycle = make.cycle()
    report = cycle.reports.get(agency=village)
    succession = planned(Kind.MERGED, town, village, founding=[new()])
    choose(succession, {f"report:{report.pk}": Decision(Choice.BEFORE)}, at=BEFORE)
    make.report(village, cycle, sent="2021-06-20 08:00", state="accepted", accepted_at=BEFORE)
    carry_out([succession], by=None, at=AFTER)
    duty = succession.duties.get(about_key=str(report.pk))
    assert (duty.choice, duty.settled_at) == (Choice.BEFORE, AFTER)
    assert cycle.reports.get(agency=village).passed_to is None


def test_a_future_one_waits_for_its_day_and_is_caught_up_once():
    planned(Kind.MERGED, *two_communes(), founding=[new()])
    assert carry_out_due(as_of=make.at("2021-06-30 23:59")) == 0
    assert carry_out_due(as_of=make.at("2021-07-05 00:10")) == 1
    entries = Entry.objects.count()
    assert carry_out_due(as_of=make.at("2021-07-05 01:10")) == 0
    assert Entry.objects.count() == entries
    assert Agency.objects.get(code="30337", valid_to__isnull=True).valid_from == DAY


def test_days_are_caught_up_in_their_order():
    town, village = two_communes()
    planned(Kind.DISSOLVED_INTO, town, after=[village], on=date(2021, 7, 1))
    planned(Kind.MERGED, village, founding=[new("30400", "Ủy ban nhân dân xã Mới")], on=date(2021, 7, 3))
    assert carry_out_due(as_of=make.at("2021-07-10 08:00")) == 2
    last = Agency.objects.get(code="30400")
    assert Agency.objects.get(pk=town.pk).heir == Agency.objects.get(pk=village.pk).heir == last
    assert set(Heritage.objects.filter(heir=last).values_list("agency", flat=True)) == {town.pk, village.pk}


def test_a_cancelled_one_never_happens():
    succession = planned(Kind.MERGED, *two_communes(), founding=[new()])
    cancel(succession, by=make.staff(), at=BEFORE, reason="Chưa thông qua")
    assert carry_out_due(as_of=AFTER) == 0
    assert not Agency.objects.filter(valid_from=DAY).exists()
    with pytest.raises(WrongState):
        carry_out([succession], by=None, at=AFTER)
    with pytest.raises(WrongState):
        cancel(succession, by=make.staff(), at=BEFORE, reason="Lần nữa")


def test_before_its_day_it_cannot_be_carried_out():
    with pytest.raises(WrongState, match="Chưa đến ngày"):
        carried_out(Kind.MERGED, *two_communes(), founding=[new()], at=BEFORE)


def test_who_waits_to_end_cannot_be_planned_to_end_again():
    town, village = two_communes()
    planned(Kind.MERGED, town, founding=[new()])
    with pytest.raises(ValidationError, match="đang chờ"):
        planned(Kind.DISSOLVED_INTO, town, after=[village])


def test_a_code_of_somebody_who_goes_on_is_refused():
    town, village = two_communes()
    with pytest.raises(ValidationError, match="Mã 30337 đang là của"):
        planned(Kind.MERGED, village, founding=[new()])
    assert town.valid_to is None


def test_posts_end_with_the_agency_and_one_officer_is_responsible_afterwards():
    town, village = two_communes()
    lan, hoa = make.officer(town), make.officer(village, full_name="Trần Thị Hoa")
    carried_out(Kind.MERGED, town, village, founding=[new()])
    posts = {one: one.posts.get(ends_on__isnull=True) for one in (lan, hoa)}
    assert [posts[one].is_responsible for one in (lan, hoa)] == [True, False]
    assert {one.agency.valid_from for one in posts.values()} == {DAY}
    assert lan.posts.get(agency=town).ends_on == date(2021, 6, 30)


def test_posts_end_for_good_where_nobody_is_passed_on():
    town, village = two_communes()
    lan = make.officer(town)
    carried_out(Kind.MERGED, town, village, founding=[new()], passes_posts=False)
    assert [one.ends_on for one in lan.posts.all()] == [date(2021, 6, 30)]


def test_a_new_province_reads_the_years_of_the_old_one_and_a_third_does_not():
    make.agency()
    cycle = make.cycle()
    clerk = make.user(Role.STAFF, make.department("Sở Khoa học và Công nghệ", code="AG-SKHCN"))
    root = {
        "level": "province",
        "kind": "peoples_committee_province",
        "group": "none",
        "reports_annually": False,
    }
    land = planned(
        Kind.MERGED, make.province(), founding=[new("91", "Ủy ban nhân dân tỉnh An Giang", "") | root]
    )
    office = Agency.objects.get(code="AG-SKHCN")
    home = planned(Kind.MERGED, office, founding=[new("AG25-SKHCN", "Sở Khoa học và Công nghệ", "91")])
    carry_out([home, land], by=None, at=AFTER)
    clerk.post = clerk.posts.select_related("agency__province").get(ends_on__isnull=True)
    assert clerk.agency.province.code == "91"
    assert AnnualReport.objects.reviewable_by(clerk).count() == cycle.reports.count()
    elsewhere = make.staff(make.province("96", "Ủy ban nhân dân tỉnh Cà Mau"))
    assert not AnnualReport.objects.visible_to(elsewhere).exists()
    commune = Agency.objects.get(name="Ủy ban nhân dân xã Khánh An")
    assert commune.province.code == commune.superior.code == "91"
    assert Succession.objects.visible_to(clerk).count() == 2

"""After a merger the people of the successor hear: reminders, heads, letters, calendar, the board."""

from datetime import date

import pytest

from agencies.models import Agency
from isotrack.journal.models import DeadAddress, Notice
from reports.actions.directive import open_duty
from reports.actions.reminder import plan_reminders
from reports.calendar import dates_of
from reports.directive import behind_in, letters_of
from reports.models import AnnualReport, ReminderRule
from reports.unreached import letter, unreached_in
from tests import make
from tests.reports import letters
from tests.reports.successions import DAY, Kind, carried_out, new, two_communes

pytestmark = pytest.mark.django_db
AT = make.at("2021-07-02 08:00")


@pytest.fixture
def merged(now):
    """Two communes with open reports and mailboxes merge on 1/7/2021; the heir has a mailbox of its own."""
    now("2021-07-02 08:00")
    town, village = two_communes()
    head_of(village, full_name="Lê Thị Cũ", email="cu@people.example", starts_on=date(2021, 1, 1))
    cycle = make.cycle()
    carried_out(Kind.MERGED, town, village, founding=[new()])
    heir = Agency.objects.get(code="30337", valid_from=DAY)
    heir.contact_email = "anphu@heir.example"
    heir.save()
    return cycle, cycle.reports.get(agency=village), heir


def officer_of(agency):
    return make.officer(agency, full_name="Trần Thị Mới", starts_on=DAY)


def head_of(agency, **values):
    usual = {"full_name": "Phạm Văn Đầu", "email": "dau@heir.example", "starts_on": DAY}
    person = make.officer(agency, **usual | values)
    person.posts.update(is_head=True, is_responsible=False)
    return person


@pytest.mark.parametrize(
    ("contact", "change"),
    [
        ("no-address", {"contact_email": ""}),
        ("dead-address", {"contact_email": "chet@heir.example"}),
        ("no-holder", {}),
    ],
)
def test_the_board_asks_whether_the_successor_is_reached(browse, merged, contact, change):
    cycle, report, heir = merged
    DeadAddress.objects.create(
        province=str(cycle.province_id), address="chet@heir.example", reason="550", since=AT
    )
    clerk = browse(make.staff())

    def found():
        page = clerk.get("/cycles/2020/", {"contact": contact}).context["page_obj"]
        return {row.pk for row in page.object_list if row.superior}

    heir.posts.all().delete()
    if contact != "no-holder":
        assert report.pk not in found()
        Agency.objects.filter(pk=heir.pk).update(**change)
    assert report.pk in found()
    if contact == "no-holder":
        officer_of(heir)
        assert report.pk not in found()


def test_the_dead_mailbox_of_who_ended_disturbs_nobody(browse, merged):
    cycle, report, heir = merged
    Agency.objects.filter(pk=report.agency_id).update(contact_email="")
    officer_of(heir)
    assert report.pk not in {one.report for one in unreached_in(cycle, AT)}


def test_who_nobody_reaches_is_named_with_its_successor_and_gets_the_letter_on_paper(merged):
    cycle, report, heir = merged
    Agency.objects.filter(pk=heir.pk).update(contact_email="")
    report = AnnualReport.objects.get(pk=report.pk)
    (line,) = (one for one in unreached_in(cycle, AT) if one.report == report.pk)
    assert (line.called, line.agency) == ("UBND xã Vĩnh Hội Đông → UBND xã An Phú", heir.pk)
    assert letter(report, AT)["addressee"] == "Ủy ban nhân dân xã An Phú"


def test_officers_and_heads_of_the_successor_are_reminded_and_nobody_else(merged):
    cycle, report, heir = merged
    head_of(heir)
    ReminderRule.objects.create(province=cycle.province, audience="head", offset=1)
    plan_reminders(as_of=AT)
    told = Notice.objects.about_thing(f"report:{report.pk}").values_list("recipient", flat=True)
    heads = heir.posts.heads().on(AT.date()).values_list("user__email", flat=True)
    assert set(told) == {"anphu@heir.example", *heads}
    assert "dau@heir.example" in told


def test_a_superior_split_among_several_is_written_to_no_more():
    above = make.district()
    report = make.report(make.agency(superior=above))
    Agency.objects.filter(pk=above.pk).update(contact_email="huyen@agency.example")
    carried_out(Kind.SPLIT, above, after=[make.agency("Ủy ban nhân dân xã Một"), make.agency()])
    plan_reminders(as_of=make.at("2021-07-08 08:00"))
    assert report.cycle.reports.exists()
    assert not Notice.objects.filter(recipient="huyen@agency.example").exists()


def test_the_letter_of_a_superior_goes_to_the_successor_who_may_read_it(browse, merged):
    cycle, report, heir = merged
    officer = officer_of(heir)
    clerk = make.staff()
    assert {one.contact for one in behind_in(cycle, AT) if one.report == report} == {
        "Trần Thị Mới, anphu@heir.example"
    }
    duty = open_duty(cycle, report.superior, by=clerk, at=AT)
    letters.written(duty, by=clerk, when="2021-07-12 10:00")
    sent = Notice.objects.filter(voice="directive-letter", about=f"report:{report.pk}")
    assert [notice.recipient for notice in sent] == ["anphu@heir.example"]
    assert [one.pk for one in letters_of(officer, make.at("2021-07-13 08:00")).received] == [duty.pk]
    assert browse(officer).get(f"/discipline/duties/{duty.pk}/scan/").status_code == 200


def test_the_calendar_and_the_page_are_those_of_the_successors_officer(browse, merged):
    _cycle, report, heir = merged
    officer = officer_of(heir)
    assert any(f"/reports/{report.pk}/" in one.url for one in dates_of(officer, AT))
    page = browse(officer).get(f"/reports/{report.pk}/")
    assert page.context["can_fill"] and page.context["can_declare_nil"]
    assert f"/reports/{report.pk}/fill/" in page.content.decode()


def test_the_ledger_leads_to_the_mailbox_of_the_successor(browse, merged):
    _cycle, report, heir = merged
    plan_reminders(as_of=AT)
    notice = Notice.objects.about_thing(f"report:{report.pk}").first()
    page = browse(make.staff()).get(f"/notices/{notice.pk}/")
    assert page.context["contact_url"] == f"/agencies/{heir.pk}/contact/"

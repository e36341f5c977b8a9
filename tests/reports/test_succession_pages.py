"""The wizard of successions in a browser without script, and what pages say afterwards."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Document, Succession, SuccessionDuty
from reports.actions.succession import carry_out_due
from reports.models import AnnualReport
from tests import make
from tests.reports.successions import AFTER, DAY, Kind, carried_out, new, planned, two_communes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-07-02 08:00")


def first_page(*before, **values):
    usual = {
        "kind": "merged",
        "predecessors": [one.pk for one in before],
        "lines": "0",
        "new0-code": "30337",
        "new0-name": "Ủy ban nhân dân xã An Phú",
        "effective_on": "01/07/2021",
        "document": make.document(number=f"{Document.objects.count()}/NQ-UBTVQH15").pk,
        "passes_posts": "on",
    }
    return usual | values


def choices(page):
    """The second page as its form shows it, ready to be sent."""
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    # A browser sends the first choice of a list nobody touched.
    sent |= {
        name: field.choices[0][0]
        for name, field in form.fields.items()
        if name.startswith(("choice-", "heir-"))
    }
    return {name: value for name, value in sent.items() if value not in (None, "")}


def test_a_clerk_merges_two_communes_in_two_steps(browse):
    town, village = two_communes()
    cycle = make.cycle()
    lan = make.officer(village)
    client = browse(make.staff())
    preview = client.post("/successions/add/", first_page(town, village))
    said = preview.content.decode()
    assert "Xem trước việc sắp xếp" in said and "30/06/2021" in said and "Trần Thị Lan" in said
    assert not Succession.objects.exists()
    sent = choices(preview)
    for report in cycle.reports.filter(agency__in=[town, village]):
        sent[f"choice-report:{report.pk}"] = "passed"
    done = client.post("/successions/add/", sent, follow=True)
    assert "Đã thực hiện" in done.content.decode()
    heir = Agency.objects.get(code="30337", valid_from=DAY)
    assert cycle.reports.get(agency=village).passed_to == heir
    assert lan.posts.get(ends_on__isnull=True).agency == heir


def test_each_wrong_value_is_told_at_its_field_and_nothing_is_lost(browse):
    town, village = two_communes()
    client = browse(make.staff())
    page = client.post("/successions/add/", first_page(village, effective_on="31/02/2021"))
    assert set(page.context["form"].errors) == {"effective_on"}
    page = client.post("/successions/add/", first_page(village))
    assert "đang là của UBND thị trấn An Phú" in page.context["form"].errors["new0-code"][0]
    assert page.context["form"]["new0-name"].value() == "Ủy ban nhân dân xã An Phú"
    page = client.post("/successions/add/", first_page(town, **{"new0-name": ""}))
    assert set(page.context["form"].errors) == {"new0-name"}
    assert f'id="id_predecessors-{town.pk}"' in page.content.decode()
    assert town.valid_to is None


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("merged", {"predecessors": []}, "predecessors"),
        ("merged", {"new0-code": "", "new0-name": ""}, "successors"),
        ("merged", {"lines": "0,3", "new3-code": "30337", "new3-name": "UBND xã Khác"}, "new3-code"),
        ("merged", {"new_name": "Ủy ban nhân dân xã An Phú"}, "new_name"),
        ("dissolved", {}, "new0-code"),
        ("split_part", {}, "successors"),
        ("renamed", {"new0-code": "", "new0-name": ""}, "new_name"),
        ("renamed", {"new_name": "Ủy ban nhân dân phường An Phú"}, "new0-code"),
        ("unchanged", {"new0-code": "", "new0-name": ""}, "new_superior"),
    ],
)
def test_what_a_kind_lacks_or_does_not_know_is_told_at_the_field(browse, kind, values, field):
    page = browse(make.staff()).post("/successions/add/", first_page(two_communes()[0], kind=kind, **values))
    assert set(page.context["form"].errors) == {field}
    assert f'href="#id_{field}"' in page.content.decode()


def test_nobody_stands_on_both_sides_or_under_who_ends(browse):
    town, village = two_communes()
    sent = first_page(town, village, successors=[village.pk], **{"new0-superior": town.pk})
    page = browse(make.staff()).post("/successions/add/", sent)
    assert set(page.context["form"].errors) == {"successors", "new0-superior"}


def test_agencies_are_found_by_typing_and_who_was_chosen_stays(browse):
    town, village = two_communes()
    merged = make.agency("Ủy ban nhân dân xã Châu Phong", code="30400")
    Agency.objects.filter(pk=merged.pk).update(former_names="Ủy ban nhân dân xã Phú Vĩnh")
    merged.refresh_from_db()
    merged.save()
    client = browse(make.staff())
    for words, found in (("vinh hoi dong", village), ("30349", village), ("phu vinh", merged)):
        sent = first_page(town, act="find") | {"find-predecessors": words}
        page = client.post("/successions/add/", sent)
        picker = page.context["form"].picks_before
        assert (picker.chosen, picker.found) == ([town], [found])
        assert not page.context["form"].errors
    assert "Ủy ban nhân dân xã Phú Vĩnh" in page.content.decode()
    assert not Succession.objects.exists()


def test_more_than_a_page_can_show_is_cut_and_said(browse):
    for number in range(22):
        make.agency(f"Ủy ban nhân dân xã Bình {number}")
    page = browse(make.staff()).post("/successions/add/", {"act": "find", "find-successors": "xa binh"})
    assert len(page.context["form"].picks_after.found) == 20
    assert "Chỉ hiện 20 cơ quan đầu" in page.content.decode()


def test_lines_for_new_agencies_come_and_go_and_keep_their_words(browse):
    client = browse(make.staff())
    sent = first_page(act="more") | {"lines": "0,1", "new1-name": "Ủy ban nhân dân xã Hai"}
    form = client.post("/successions/add/", sent).context["form"]
    assert [line.number for line in form.new_lines] == [0, 1, 2]
    form = client.post("/successions/add/", sent | {"act": "drop-0"}).context["form"]
    assert [(line.number, line.place) for line in form.new_lines] == [(1, 1)]
    assert form["new1-name"].value() == "Ủy ban nhân dân xã Hai"


def test_a_split_founds_two_and_each_duty_goes_to_the_one_that_was_chosen(browse):
    village = make.agency("Ủy ban nhân dân xã Phú Hội", code="30346")
    stays = make.agency("Ủy ban nhân dân xã Nhơn Hội", code="30351")
    report = make.report(village)
    client = browse(make.staff())
    asked = first_page(village, kind="split_part", successors=[stays.pk]) | {
        "lines": "0,1",
        "new1-code": "30347",
        "new1-name": "Ủy ban nhân dân xã Phú Hữu",
        "new1-superior": make.province().pk,
    }
    preview = client.post("/successions/add/", asked)
    said = preview.content.decode()
    assert all(name in said for name in ("Nhơn Hội (30351)", "An Phú (30337)", "Phú Hữu (30347)"))
    sent = choices(preview) | {f"choice-report:{report.pk}": "passed"}
    page = client.post("/successions/add/", sent)
    assert set(page.context["form"].errors) == {f"heir-report:{report.pk}"}
    client.post("/successions/add/", sent | {f"heir-report:{report.pk}": "30347"})
    report.refresh_from_db()
    assert report.passed_to.code == "30347" and report.passed_to.superior == make.province()
    assert Succession.objects.get().links.count() == 3


def test_the_one_chosen_for_a_duty_is_founded_later_and_gets_it(browse, now):
    village = make.agency("Ủy ban nhân dân xã Phú Hội", code="30346")
    report = make.report(village)
    client = browse(make.staff())
    asked = first_page(village, kind="split_part", effective_on="01/09/2021") | {
        "lines": "0,1",
        "new1-code": "30347",
        "new1-name": "Ủy ban nhân dân xã Phú Hữu",
    }
    name = f"report:{report.pk}"
    sent = choices(client.post("/successions/add/", asked))
    page = client.post(
        "/successions/add/", sent | {f"choice-{name}": "passed", f"heir-{name}": "30347"}, follow=True
    )
    assert "Chuyển cho cơ quan kế thừa: UBND xã Phú Hữu" in page.content.decode()
    carry_out_due(as_of=make.at("2021-09-01 00:30"))
    report.refresh_from_db()
    assert report.passed_to.code == "30347"


def test_one_goes_back_from_the_preview_and_finds_everything(browse):
    town, village = two_communes()
    client = browse(make.staff())
    sent = choices(client.post("/successions/add/", first_page(town, village)))
    page = client.post("/successions/add/", sent | {"act": "edit"})
    form = page.context["form"]
    assert form.picks_before.chosen == [town, village]
    assert form["new0-name"].value() == "Ủy ban nhân dân xã An Phú"
    assert "Bước 1 trên 2" in page.content.decode()


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("renamed", {"new_name": "Ủy ban nhân dân phường An Phú"}, "phường An Phú"),
        ("renamed", {"new_kind": "public_service_unit"}, "Đơn vị sự nghiệp công lập"),
        ("unchanged", {"new_superior": "above"}, "UBND huyện Tịnh Biên"),
    ],
)
def test_who_goes_on_gets_its_new_values(browse, kind, values, words):
    town = two_communes()[0]
    above = make.agency("Ủy ban nhân dân huyện Tịnh Biên", code="890", superior=make.province())
    values = {name: above.pk if value == "above" else value for name, value in values.items()}
    client = browse(make.staff())
    asked = first_page(town, kind=kind, **{"new0-code": "", "new0-name": ""}, **values)
    preview = client.post("/successions/add/", asked)
    assert words in preview.content.decode()
    client.post("/successions/add/", choices(preview))
    town.refresh_from_db()
    assert town.valid_to is None and Succession.objects.get().is_done
    assert words in f"{town.get_kind_display()} {town} {town.superior}"


def test_dissolving_ends_an_agency_without_a_successor(browse):
    town = two_communes()[0]
    client = browse(make.staff())
    asked = first_page(town, kind="dissolved", **{"new0-code": "", "new0-name": ""})
    client.post("/successions/add/", choices(client.post("/successions/add/", asked)))
    town.refresh_from_db()
    assert town.valid_to == date(2021, 6, 30)


def test_dropping_without_a_reason_is_told_at_the_duty(browse):
    town, village = two_communes()
    make.cycle()
    client = browse(make.staff())
    later = first_page(town, village, effective_on="01/09/2021")
    report = AnnualReport.objects.get(agency=village)
    report.cutoff = make.at("2021-12-31 00:00")
    report.save()
    sent = choices(client.post("/successions/add/", later)) | {f"choice-report:{report.pk}": "cancelled"}
    page = client.post("/successions/add/", sent)
    assert f"choice-report:{report.pk}" in page.context["form"].errors
    assert not Succession.objects.exists()


def test_a_future_one_can_be_cancelled_on_its_page(browse):
    succession = planned(Kind.MERGED, *two_communes(), founding=[new()], on=date(2021, 9, 1))
    client = browse(make.staff())
    page = client.get(f"/successions/{succession.pk}/")
    assert f"/successions/{succession.pk}/cancel/" in page.content.decode()
    client.post(f"/successions/{succession.pk}/cancel/", {"reason": "Chưa thông qua"})
    succession.refresh_from_db()
    assert (succession.state, succession.cancel_reason) == ("cancelled", "Chưa thông qua")


def test_what_waits_is_listed_and_decided(browse):
    village = make.agency("Ủy ban nhân dân xã Phú Hội")
    heirs = [make.agency("Ủy ban nhân dân xã Nhơn Hội"), make.agency("Ủy ban nhân dân xã Khánh Bình")]
    report = make.report(village)
    carried_out(Kind.SPLIT, village, after=heirs)
    duty = SuccessionDuty.objects.get()
    client = browse(make.staff())
    assert f"/successions/duties/{duty.pk}/" in client.get("/successions/").content.decode()
    name = f"report:{report.pk}"
    client.post(
        f"/successions/duties/{duty.pk}/", {f"choice-{name}": "passed", f"heir-{name}": heirs[1].code}
    )
    assert AnnualReport.objects.get(pk=report.pk).passed_to == heirs[1]
    assert client.get(f"/successions/duties/{duty.pk}/").status_code == 404


def test_pages_of_both_sides_point_at_each_other_and_show_the_past(browse):
    town, village = two_communes()
    report = make.report(village)
    carried_out(Kind.MERGED, town, village, founding=[new()])
    heir = Agency.objects.get(code="30337", valid_from=DAY)
    client = browse(make.staff())
    old = client.get(f"/agencies/{village.pk}/").content.decode()
    assert "Đã sáp nhập vào" in old and f"/agencies/{heir.pk}/" in old
    after = client.get(f"/agencies/{heir.pk}/").content.decode()
    assert f"/agencies/{village.pk}/" in after and f"/reports/{report.pk}/" in after


def test_the_officer_of_the_successor_reads_its_predecessors_page(browse):
    town, village = two_communes()
    carried_out(Kind.MERGED, town, village, founding=[new()])
    heir = Agency.objects.get(code="30337", valid_from=DAY)
    client = browse(make.officer(heir, starts_on=DAY))
    assert client.get(f"/agencies/{village.pk}/").status_code == 200
    assert client.get("/successions/").status_code == 404
    stranger = browse(make.officer(make.agency()))
    assert stranger.get(f"/agencies/{village.pk}/").status_code == 404


def test_lists_cost_the_same_for_one_and_many(browse):
    client = browse(make.staff())
    for _number in range(2):
        carried_out(Kind.MERGED, make.agency(), after=[make.agency()], at=AFTER)
    few, page = counted(client, "/successions/")
    many_before = make.agency("Ủy ban nhân dân xã Sáu")
    carried_out(Kind.MERGED, *(make.agency() for _number in range(6)), after=[many_before], at=AFTER)
    assert counted(client, "/successions/")[0] == few
    one = Succession.objects.order_by("pk").first().links.get().successor
    assert counted(client, f"/agencies/{one.pk}/")[0] == counted(client, f"/agencies/{many_before.pk}/")[0]
    assert page.status_code == 200


def counted(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as made:
        page = client.get(address)
    return len(made), page


def test_a_planned_one_shows_what_is_open_today_and_nobody_chose_for(browse):
    town, village = two_communes()
    report = make.report(village)
    succession = planned(Kind.MERGED, town, village, founding=[new()], on=date(2021, 9, 1))
    page = browse(make.staff()).get(f"/successions/{succession.pk}/")
    assert [duty.name for duty in page.context["left"]] == [
        f"report:{one.pk}"
        for one in report.cycle.reports.filter(agency__in=[town, village]).order_by("agency_name")
    ]
    assert "Không có việc nào còn mở" not in page.content.decode()


def test_the_wizard_begins_with_the_agency_whose_page_led_there(browse):
    town, _village = two_communes()
    page = browse(make.staff()).get("/successions/add/", {"predecessor": [town.pk, "x", ""]})
    assert page.context["form"].picks_before.chosen == [town]
    assert "Cơ quan" in next(link.label for link in page.context["page"].nav if link.current)

"""The wizard of successions in a browser without script, and what pages say afterwards."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Document, Succession, SuccessionDuty
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
        "new_code": "30337",
        "new_name": "Ủy ban nhân dân xã An Phú",
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
    wrong = first_page(village, new_code="30337", effective_on="31/02/2021")
    page = client.post("/successions/add/", wrong)
    assert set(page.context["form"].errors) == {"effective_on"}
    page = client.post("/successions/add/", first_page(village))
    assert "đang là của UBND thị trấn An Phú" in page.context["form"].errors["new_code"][0]
    assert page.context["form"]["new_name"].value() == "Ủy ban nhân dân xã An Phú"
    page = client.post("/successions/add/", first_page(town, new_name=""))
    assert set(page.context["form"].errors) == {"new_code"} or "new_name" in page.context["form"].errors
    assert town.valid_to is None


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

"""Changing many agencies at once: looked at first, then all or nothing."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions.agency import change
from agencies.actions.bulk import change_together, preview
from agencies.models import Agency, Role
from isotrack.journal.models import Entry
from tests import make

pytestmark = pytest.mark.django_db

BULK = "/agencies/bulk/"
DAY = date(2021, 6, 1)


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


def typed(*agencies, **values):
    chosen = ",".join(str(agency.pk) for agency in agencies)
    return {"chosen": chosen, "on": "01/06/2021", "reason": "QĐ 12/QĐ-UBND", "mandate": "mandatory"} | values


def agreed(browser, posted):
    seen = browser.post(BULK, posted).context["preview"]
    return browser.post(BULK, posted | {"digest": seen.digest, "step": "confirm"})


def communes(number, **values):
    return [make.agency(f"Ủy ban nhân dân xã Số {place}", **values) for place in range(number)]


def test_the_preview_names_old_and_new_and_changes_nothing(browse):
    agency = make.agency()
    page = browse(make.staff()).post(BULK, typed(agency)).content.decode()
    assert "Khuyến khích áp dụng" in page and "Phải áp dụng" in page
    assert Agency.objects.get(pk=agency.pk).mandate == "encouraged"


def test_what_was_agreed_to_counts_from_its_day_and_stands_in_the_journal(browse):
    one, two = communes(2)
    agreed(browse(make.staff()), typed(one, two, ceiling_tier="2b"))
    for agency in (one, two):
        assert list(agency.standings.values_list("mandate", "ceiling_tier", "starts_on", "ends_on")) == [
            ("encouraged", "2d", make.BEGAN, date(2021, 5, 31)),
            ("mandatory", "2b", DAY, None),
        ]
        entry = Entry.objects.about("agency", agency.pk).get(verb="agency-changed")
        assert (entry.changes["mandate"], entry.reason) == (["encouraged", "mandatory"], "QĐ 12/QĐ-UBND")
    assert set(Agency.objects.filter(pk__in=[one.pk, two.pk]).values_list("mandate", "ceiling_tier")) == {
        ("mandatory", "2b")
    }


def test_a_change_together_leaves_what_single_changes_would(browse):
    """The same rows, whichever door: only their keys differ."""
    here = make.district()
    (single, many), there = communes(2, superior=here), make.district("Ủy ban nhân dân huyện Phú Tân")
    leaf, other = make.agency("Ủy ban nhân dân xã A", superior=single), make.agency("Xã A", superior=many)
    values = {"superior": there, "group": "none", "reports_annually": False}
    change(single, by=None, at=make.NOW, on=DAY, reason="QĐ 12", **values)
    digest = preview(Agency.objects.filter(pk=many.pk), on=DAY, values=values).digest
    told = {"by": make.staff(), "at": make.NOW, "reason": "QĐ 12", "values": values}
    change_together(Agency.objects.filter(pk=many.pk), on=DAY, digest=digest, **told)
    columns = (
        "superior_id",
        "kind",
        "group",
        "mandate",
        "ceiling_tier",
        "reports_annually",
        "starts_on",
        "ends_on",
    )
    assert list(single.standings.values_list(*columns)) == list(many.standings.values_list(*columns))
    assert [Agency.objects.get(pk=one.pk).path for one in (single, leaf)] == [
        f"{there.path}{single.pk}/",
        f"{there.path}{single.pk}/{leaf.pk}/",
    ]
    assert Agency.objects.get(pk=other.pk).path == f"{there.path}{many.pk}/{other.pk}/"
    assert Agency.objects.get(pk=many.pk).path == f"{there.path}{many.pk}/"


def test_nested_ones_that_move_together_stand_side_by_side(browse):
    there = make.district("Ủy ban nhân dân huyện Phú Tân")
    above = make.agency("Ủy ban nhân dân xã A", superior=make.district())
    below = make.agency("Xã B", superior=above)
    last = make.agency("Xã C", superior=below)
    agreed(browse(make.staff()), typed(above, below, superior=there.pk))
    paths = {one: Agency.objects.get(pk=one.pk).path for one in (above, below, last)}
    assert paths == {
        above: f"{there.path}{above.pk}/",
        below: f"{there.path}{below.pk}/",
        last: f"{there.path}{below.pk}/{last.pk}/",
    }


def test_each_that_cannot_change_is_named_with_its_reason_and_the_others_change(browse):
    district, good = make.district(), make.agency()
    young = make.agency("Ủy ban nhân dân xã Mới", on=date(2021, 6, 10))
    ended = make.agency("Ủy ban nhân dân xã Cũ")
    Agency.objects.filter(pk=ended.pk).update(valid_to=date(2021, 5, 1))
    clerk = browse(make.staff())
    posted = typed(district, young, ended, good, superior=district.pk)
    page = clerk.post(BULK, posted).content.decode()
    assert all(
        words in page
        for words in ("không thể là chính nó", "có từ ngày 10/6/2021", "kết thúc ngày 01/5/2021")
    )
    agreed(clerk, posted)
    assert Agency.objects.get(pk=good.pk).superior == district
    assert Agency.objects.get(pk=young.pk).superior == make.province()
    assert Agency.objects.get(pk=district.pk).mandate == "mandatory"


def test_a_registry_that_changed_meanwhile_is_looked_at_anew(browse):
    agency, clerk = make.agency(), browse(make.staff())
    seen = clerk.post(BULK, typed(agency)).context["preview"]
    change(agency, by=None, at=make.NOW, on=date(2021, 3, 1), reason="QĐ 5", ceiling_tier="2b")
    response = clerk.post(BULK, typed(agency) | {"digest": seen.digest, "step": "confirm"})
    assert response.status_code == 409 and "Danh bạ đã thay đổi" in response.content.decode()
    assert Agency.objects.get(pk=agency.pk).mandate == "encouraged"


def test_everything_the_filters_leave_can_be_chosen(browse):
    make.department("Sở Nội vụ")
    one, two = communes(2)
    found = browse(make.staff()).get(BULK, {"q": "xa so", "of": "all"}).context["form"]
    assert found["chosen"].value() == f"{one.pk},{two.pk}"


def test_nothing_ticked_is_told(browse):
    response = browse(make.staff()).get(BULK, follow=True)
    assert "Chưa chọn cơ quan nào." in response.content.decode()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"mandate": ""}, "Chọn ít nhất một thông tin"),
        ({"on": "17/06/2021"}, "muộn nhất là hôm nay"),
        ({"reason": ""}, "là bắt buộc"),
        ({"kind": "planet"}, "không phải"),
    ],
)
def test_a_form_that_cannot_be_read_is_told(browse, changed, told):
    response = browse(make.staff()).post(BULK, typed(make.agency(), **changed))
    said = " ".join(str(error) for errors in response.context["form"].errors.values() for error in errors)
    assert told in said


def test_agencies_of_another_province_cannot_be_named(browse):
    stranger = browse(make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")))
    assert stranger.post(BULK, typed(make.agency())).context["preview"].outcomes == []


@pytest.mark.parametrize("role", [Role.LEADER, Role.FINANCE, Role.OFFICER, Role.ADMINISTRATOR])
def test_nobody_else_changes_many(browse, role):
    assert browse(make.user(role, make.province())).get(BULK).status_code == 404


def test_fifty_cost_as_many_statements_as_two():
    clerk = make.staff()

    def statements(agencies):
        some = Agency.objects.filter(pk__in=[one.pk for one in agencies])
        values = {"superior": make.district(), "mandate": "mandatory"}
        digest = preview(some, on=DAY, values=values).digest
        told = {"by": clerk, "at": make.NOW, "on": DAY, "reason": "QĐ 12"}
        with CaptureQueriesContext(connection) as queries:
            assert change_together(some, **told, values=values, digest=digest) == len(agencies)
        return len(queries)

    assert statements(communes(50)) == statements(communes(2))

"""A list of agencies comes in: who is meant, what changes, what is refused."""

from datetime import date

import pytest

from agencies.models import Agency, Standing
from isotrack.journal.models import Entry
from tests import make
from tests.agencies.registry_books import book, errors, judged, outcomes, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return make.district(code="886")


@pytest.fixture
def khanh_an(district):
    return make.agency(superior=district, code="30340", short_name="UBND xã Khánh An")


def test_a_new_agency_enters_with_its_place_its_standing_and_an_entry(district):
    found = taken(["30341", "Ủy ban nhân dân xã Phú Hội", "886", "UBND cấp xã", "2d", "có", None])
    made = Agency.objects.get(code="30341")
    assert outcomes(found) == ["created"]
    assert (made.superior, made.province) == (district, district.province)
    assert made.path == f"{district.path}{made.pk}/"
    assert made.standings.get().superior == district
    assert Entry.objects.get(about_kind="agency", about_key=str(made.pk)).verb == "agency-founded"


def test_a_change_begins_a_standing_and_is_recorded(khanh_an):
    taken(["30340", "Ủy ban nhân dân xã Khánh An Mới", "886", None, None, "không", None])
    khanh_an.refresh_from_db()
    assert (khanh_an.name, khanh_an.reports_annually) == ("Ủy ban nhân dân xã Khánh An Mới", False)
    old, new = khanh_an.standings.order_by("starts_on")
    assert (old.ends_on, new.starts_on) == (date(2021, 6, 15), date(2021, 6, 16))
    entry = Entry.objects.get(verb="agency-changed")
    assert entry.changes["reports_annually"] == [True, False]
    assert entry.reason == "Nhập thử"
    assert "khanh an moi" in khanh_an.name_search


def test_the_same_file_twice_changes_nothing(khanh_an):
    rows = [
        ["30340", "Ủy ban nhân dân xã Khánh An Mới", "886", None, None, None, None],
        ["30341", "Ủy ban nhân dân xã Phú Hội", "886", "UBND cấp xã", "2d", "có", None],
    ]
    taken(*rows)
    before = (Standing.objects.count(), Entry.objects.count())
    assert outcomes(taken(*rows)) == ["unchanged", "unchanged"]
    assert (Standing.objects.count(), Entry.objects.count()) == before


@pytest.mark.parametrize(
    "name",
    [
        "UBND xã Khánh An",
        "ỦY BAN NHÂN DÂN XÃ KHÁNH AN",
        "Uỷ ban nhân dân xã Khánh An",
        "Ủy ban nhân dân  xã\u00a0Khánh\u200b An",
        "Ủy ban nhân dân xã Khánh An",
    ],
    ids=["short", "capitals", "tone", "spaces", "decomposed"],
)
def test_another_way_to_write_the_name_is_no_change(khanh_an, name):
    assert outcomes(judged(["30340", name])) == ["unchanged"]


@pytest.mark.parametrize("code", [30340, 30340.0, " 30340", "30340.0"])
def test_a_code_may_be_a_number(khanh_an, code):
    assert outcomes(judged([code, "UBND xã Khánh An"])) == ["unchanged"]


@pytest.mark.parametrize(
    "superior",
    ["886", 886, "UBND huyện An Phú", "Huyện An Phú", "HUYỆN AN PHÚ", "H. An Phú", "An Phú", "X (886)"],
)
def test_a_superior_is_found_by_code_full_or_short_name(khanh_an, superior):
    make.agency("Ủy ban nhân dân thị trấn An Phú", code="30337", superior=khanh_an.superior)
    assert outcomes(judged(["30340", "UBND xã Khánh An", superior])) == ["unchanged"]


def test_a_superior_may_stand_in_the_same_file(district):
    found = taken(
        ["30341", "Ủy ban nhân dân xã Phú Hội", "Huyện Mới"],
        ["899", "Ủy ban nhân dân huyện Mới", "89"],
    )
    assert outcomes(found) == ["created", "created"]
    commune = Agency.objects.get(code="30341")
    assert commune.superior.code == "899"
    assert commune.path == f"{commune.superior.path}{commune.pk}/"


def test_a_row_without_a_code_is_known_by_its_name_under_its_superior(khanh_an):
    found = judged([None, "UBND xa Khanh An", "886", None, None, "không"])
    assert outcomes(found) == ["updated"]
    assert found.lines[0].being.pk == khanh_an.pk


@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [
        ([None, "UBND xã Khánh Anh", "886"], "A2", "no_code"),
        ([None, "UBND xã Khánh An", None], "A2", "no_code"),
        (["30999", "UBND xã Khánh An", "886"], "A2", "name_exists"),
        (["30999", None, "886"], "A2", "unknown_code"),
        (["30341", "UBND xã Phú Hội", "Sở nội vu"], "C2", "unknown_superior"),
        (["30341", "UBND xã Phú Hội", None], "C2", "missing_superior"),
        (["30341", "Phú Hội", "886"], "D2", "missing_kind"),
        (["30341", "UBND xã Phú Hội", "886", "sao"], "D2", "bad_kind"),
        (["30341", "UBND xã Phú Hội", "886", None, "2e"], "E2", "bad_ceiling_tier"),
        (["30341", "UBND xã Phú Hội", "886", None, None, "tùy"], "F2", "bad_reports_annually"),
        (["30341", "UBND xã Phú Hội", "886", None, None, None, "31/02/2020"], "G2", "bad_date"),
        (["30340", "UBND xã An Phú", "886", None, None, None, "01/07/2025"], "A2", "code_in_use"),
        (["30340", "UBND xã Khánh An", "30340"], "C2", "cycle"),
        (["89", "UBND tỉnh An Giang", "886"], "C2", "root_moved"),
        (["mã (lạ)", "UBND xã Phú Hội", "886"], "A2", "bad_code"),
        (["=1+1", "UBND xã Khánh An", "886"], "A2", "bad_cell"),
        (["#REF!", "UBND xã Khánh An", "886"], "A2", "bad_cell"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_refused_at_its_cell(khanh_an, row, cell, code):
    make.department()
    found = judged(row)
    assert errors(found) == [(cell, code)]
    assert outcomes(found) == ["refused"]


def test_a_refusal_suggests_what_was_meant(khanh_an):
    make.department(code="AG-SNV")
    unknown, other = judged(["30341", "UBND xã A", "Sở nội vu"], ["30999", "UBND xã Khánh An", "886"]).errors
    assert "AG-SNV" in unknown.message
    assert "30340" in other.message


def test_every_mistake_of_a_row_is_told(khanh_an):
    found = judged(["30340", "UBND xã Khánh An", "Sở lạ", "sao", "2e", "tùy", "31/02/2020"])
    assert [cell for cell, _code in errors(found)] == ["C2", "D2", "E2", "F2", "G2"]
    assert found.counts["refused"] == 1


def test_exact_duplicates_are_passed_over_and_conflicting_ones_refused(khanh_an):
    row = ["30340", "UBND xã Khánh An", "886"]
    assert outcomes(judged(row, row)) == ["unchanged", "skipped"]
    found = judged(row, ["30340", "UBND xã Khánh Bình", "886"])
    assert errors(found) == [("A2", "conflicting_duplicate"), ("A3", "conflicting_duplicate")]


def test_a_circle_over_several_rows_is_refused(district):
    found = judged(["1", "UBND huyện A", "2"], ["2", "UBND huyện B", "3"], ["3", "UBND huyện C", "1"])
    assert errors(found) == [("C2", "cycle"), ("C3", "cycle"), ("C4", "cycle")]


def test_what_stands_below_a_refused_new_agency_is_refused(district):
    found = judged(["1", "UBND huyện A", "89", "sao"], ["2", "UBND xã B", "1"])
    assert errors(found) == [("D2", "bad_kind"), ("C3", "superior_refused")]


def test_a_move_takes_everything_below_with_it(khanh_an, district):
    other = make.district("Ủy ban nhân dân huyện Phú Tân", code="888")
    taken(["886", "UBND huyện An Phú", "888"])
    khanh_an.refresh_from_db()
    district.refresh_from_db()
    assert district.path == f"{other.path}{district.pk}/"
    assert khanh_an.path == f"{district.path}{khanh_an.pk}/"


def test_moving_below_a_new_agency_works(khanh_an):
    taken(["900", "UBND huyện Mới", "89"], ["30340", "UBND xã Khánh An", "900"])
    khanh_an.refresh_from_db()
    assert khanh_an.path == f"{khanh_an.superior.path}{khanh_an.pk}/"
    assert khanh_an.superior.code == "900"


def test_agencies_that_share_a_system_may_both_be_new(district):
    head = ["Mã", "Tên cơ quan", "Mã cấp trên", "Chung hệ thống với (mã)"]
    taken(["X1", "Ban A", "89", "X2"], ["X2", "Văn phòng B", "89", None], head=head)
    assert Agency.objects.get(code="X1").covered_by.code == "X2"


def test_a_code_that_was_given_back_may_be_borne_again(district):
    old = make.agency("Ủy ban nhân dân thị trấn An Phú", code="30337", superior=district)
    Agency.objects.filter(pk=old.pk).update(valid_to=date(2021, 5, 31))
    found = taken(["30337", "UBND xã An Phú", "886", None, None, None, date(2021, 6, 1)])
    assert outcomes(found) == ["created"]
    assert Agency.objects.filter(code="30337").count() == 2


def test_a_change_before_the_present_standing_is_refused(khanh_an):
    found = judged(["30340", "UBND xã Mới", "886"], on=date(2020, 1, 1))
    assert errors(found) == [("B2", "too_early")]


def test_what_a_list_leaves_out_for_a_new_agency_is_assumed_and_told(district):
    found = judged(["30341", "UBND xã Phú Hội", "886"])
    assert [(one.level, one.code) for one in found.messages] == [("warning", "assumed")]
    values = found.lines[0].being.values
    assert (values["kind"], values["mandate"], values["ceiling_tier"]) == (
        "peoples_committee_commune",
        "encouraged",
        "2d",
    )


def test_an_empty_cell_says_nothing(khanh_an):
    Agency.objects.filter(pk=khanh_an.pk).update(contact_email="a@b.vn")
    found = judged(["30340", "UBND xã Khánh An", None], head=["Mã", "Tên cơ quan", "Thư nhận tin"])
    assert outcomes(found) == ["unchanged"]


def test_rows_that_are_none_count_as_skipped_and_are_told(khanh_an):
    found = judged(["II. Các xã"], ["30340", "UBND xã Khánh An"], ["Tổng cộng: 1 cơ quan"])
    assert found.counts == {"rows": 3, "created": 0, "updated": 0, "unchanged": 1, "skipped": 2, "refused": 0}
    assert [one.code for one in found.messages] == ["passed_group", "passed_total"]


def test_columns_that_are_not_the_registrys_are_listed(khanh_an):
    found = judged(["30340", "UBND xã Khánh An", "0912"], head=["Mã", "Tên cơ quan", "Điện thoại"])
    assert found.ignored == ["Điện thoại"]
    assert found.messages[0].cell == "C1"


def test_superiors_merged_downwards(khanh_an):
    found = judged(
        book(
            ["30341", "UBND xã Phú Hội", "Huyện An Phú"],
            ["30342", "UBND xã Nhơn Hội", None],
            merged=["C2:C3"],
        )
    )
    assert [str(line.being.values["superior"].code) for line in found.lines] == ["886", "886"]


# Other provinces


def test_a_clerk_reaches_only_her_own_province(khanh_an):
    other = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    make.agency("Ủy ban nhân dân xã Vĩnh Hòa", code="31000", superior=other)
    found = judged(["31000", "UBND xã Vĩnh Hòa", "886"], by=make.staff())
    assert [one.code for one in found.errors] == ["code_in_use"]
    assert "Vĩnh Hòa" not in found.errors[0].reason


def test_a_clerk_cannot_found_a_province():
    found = judged(["92", "UBND tỉnh Cà Mau", None], by=make.staff())
    assert [one.code for one in found.errors] == ["missing_superior"]


def test_the_installation_can():
    taken(["92", "UBND tỉnh Cà Mau", None], ["92-SNV", "Sở Nội vụ", "92"])
    root = Agency.objects.get(code="92")
    assert root.is_province
    assert Agency.objects.get(code="92-SNV").province == root

"""Accounts from Excel: shown first, all or nothing, the same file twice changes nothing."""

import json
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from agencies.actions import upload
from agencies.actions.account_import import carry_out, read_accounts
from agencies.models import Invitation, Post, Role, User
from isotrack.journal.models import Entry, Notice
from isotrack.kit import clock
from isotrack.kit.commands import BadInput, RefusalsListed
from isotrack.kit.sheets import SheetRefused
from tests import make

pytestmark = pytest.mark.django_db
IMPORT = "/agencies/people/import/"
HEADING = ["STT", "Họ và tên", "Thư điện tử", "Mã cơ quan", "Cơ quan", "Vai trò", "Chức vụ", "Từ ngày"]
MOI = [1, "Lê Văn Mới", "moi@x.example", "30340", "UBND xã Khánh An", "", "Thư ký ISO", "16/06/2021"]


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def commune():
    return make.agency(code="30340")


def book(*rows, heading=HEADING, above=()):
    wb = Workbook()
    for row in (*above, heading, *rows):
        wb.active.append(list(row))
    file = BytesIO()
    wb.save(file)
    file.seek(0)
    return file


def judged(*rows, **options):
    return read_accounts(book(*rows, **options), province=make.province(), at=make.NOW)


def errors(found):
    return {(message.cell, message.code) for message in found.messages if message.is_error}


def root():
    return make.user(Role.ADMINISTRATOR, make.province(), full_name="Võ Văn Em")


def with_cells(**cells):
    names = {"name": 1, "email": 2, "code": 3, "agency": 4, "role": 5, "title": 6, "day": 7}
    row = list(MOI)
    for name, value in cells.items():
        row[names[name]] = value
    return row


def test_new_people_are_invited_and_the_same_file_twice_changes_nothing(commune):
    found = judged(MOI)
    assert found.counts() == {
        "rows": 1, "created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "refused": 0,
    }  # fmt: skip
    carry_out(found, by=None, at=make.NOW)
    invitation = Invitation.objects.get()
    assert (invitation.agency, invitation.role, invitation.title) == (commune, "officer", "Thư ký ISO")
    assert Notice.objects.of_voice("invitation").count() == 1
    again = judged(MOI)
    assert again.counts()["unchanged"] == 1
    assert not again.can_be_done


def test_who_has_an_account_gets_what_differs_and_nothing_the_second_time(commune):
    nam = make.officer(make.department(), full_name="Pham Van Nam", email="moi@x.example")
    found = judged(with_cells(name="Phạm Văn Nam"))
    assert [*found.planned[0].changes] == ["Họ và tên", "Nhiệm vụ"]
    carry_out(found, by=None, at=make.NOW)
    nam = User.objects.get_queryset().get(pk=nam.pk)
    assert (nam.full_name, nam.agency) == ("Phạm Văn Nam", commune)
    assert judged(with_cells(name="Phạm Văn Nam")).counts()["unchanged"] == 1


def test_a_post_of_a_later_day_is_not_given_twice(commune):
    make.officer(make.department(), full_name="Lê Văn Mới", email="moi@x.example")
    row = with_cells(day="01/07/2021")
    carry_out(judged(row), by=None, at=make.NOW)
    assert judged(row).counts()["unchanged"] == 1


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"name": ""}, ("B2", "missing")),
        ({"name": "Lan 2"}, ("B2", "invalid")),
        ({"email": "moi.x.example"}, ("C2", "email")),
        ({"code": "99999", "agency": ""}, ("D2", "unknown-agency")),
        ({"code": "30340", "agency": "Sở Nội vụ"}, ("D2", "other-agency")),
        ({"code": "", "agency": "UBND xã Không Có"}, ("E2", "unknown-agency")),
        ({"code": "", "agency": ""}, ("D2", "missing")),
        ({"role": "vua"}, ("F2", "unknown-role")),
        ({"day": "31/02/2021"}, ("H2", "invalid")),
        ({"day": "16/06/0202"}, ("H2", "day")),
    ],
)
def test_what_is_wrong_is_told_at_its_cell(cells, expected, commune):
    make.department("Sở Nội vụ")
    found = judged(with_cells(**cells))
    assert expected in errors(found)
    assert found.refused == 1


def test_a_missing_mailbox_is_told(commune):
    assert ("C2", "missing") in errors(judged(with_cells(email="", title="x")))


def test_names_that_repeat_ask_for_the_code(commune):
    make.agency(superior=make.district())
    found = judged(with_cells(code="", agency="Ủy ban nhân dân xã Khánh An"))
    assert errors(found) == {("E2", "same-name")}
    assert "30340" in found.messages[-1].message


def test_a_mailbox_of_another_province_is_refused_without_saying_whose(commune):
    make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"), email="moi@x.example")
    found = judged(MOI)
    assert errors(found) == {("C2", "taken")}
    assert "Kiên Giang" not in str(found.messages)


def test_an_invitation_to_something_else_is_told(commune):
    make.invitation(make.department(), email="moi@x.example")
    assert errors(judged(MOI)) == {("C2", "invited")}


def test_duplicates_are_passed_over_and_contradictions_refused(commune):
    found = judged(MOI, MOI, with_cells(title="Khác"))
    assert (found.skipped, found.refused) == (1, 1)
    assert errors(found) == {("C4", "conflict")}


def test_what_offices_put_around_a_list_is_passed_over(commune):
    above = [["ỦY BAN NHÂN DÂN TỈNH"], [], ["DANH SÁCH CÁN BỘ ĐẦU MỐI ISO"]]
    heading = ["TT", "Họ\nvà tên", "E-mail", "Mã đơn vị", "Đơn vị", "Vai trò", "Chức danh", "Từ ngày", "SĐT"]
    found = judged(["II. Cấp xã"], MOI, ["Tổng cộng: 1"], ["Người lập biểu"], heading=heading, above=above)
    assert (found.rows, found.skipped, found.refused) == (1, 3, 0)
    assert ("I4", "unknown-column") in {(one.cell, one.code) for one in found.messages}


@pytest.mark.parametrize("role", ["Quản trị", "leader", "SỞ TÀI CHÍNH", "Thư ký ISO"])
def test_roles_are_known_by_their_names(role, commune):
    assert not errors(judged(with_cells(role=role)))


def test_one_wrong_row_stops_everything(browse, commune):
    window = browse(root())
    response = window.post(
        IMPORT, {"file": _upload(book(MOI, with_cells(email="hai@x.example", code="99999")))}
    )
    assert response.context["found"].refused == 1
    assert "Xác nhận nhập" not in response.content.decode()
    window.post(f"{IMPORT}confirm/")
    assert not Invitation.objects.exists()


def test_nothing_is_saved_until_it_is_confirmed(browse, commune):
    window = browse(root())
    page = window.post(IMPORT, {"file": _upload(book(MOI))})
    confirm = page.content.decode().partition('people/import/confirm/"')[2].partition("</form>")[0]
    assert "csrfmiddlewaretoken" in confirm
    assert "Xác nhận nhập" in confirm
    assert not Invitation.objects.exists()
    window.post(f"{IMPORT}confirm/")
    assert Invitation.objects.get().invited_by.full_name == "Võ Văn Em"
    assert Entry.objects.get(verb="person-invited").actor == "Võ Văn Em"
    assert default_storage.listdir(upload.FOLDER)[1] == []


def test_confirming_twice_invites_once(browse, commune):
    window = browse(root())
    window.post(IMPORT, {"file": _upload(book(MOI))})
    window.post(f"{IMPORT}confirm/")
    told = window.post(f"{IMPORT}confirm/", follow=True).content.decode()
    assert "chọn lại tệp" in told
    assert Invitation.objects.count() == 1


def test_what_moved_between_preview_and_confirmation_stops_everything(browse, commune):
    window = browse(root())
    window.post(IMPORT, {"file": _upload(book(MOI, with_cells(email="hai@x.example")))})
    make.invitation(make.department(), email="hai@x.example")
    window.post(f"{IMPORT}confirm/")
    assert Invitation.objects.count() == 1


def test_a_file_nobody_confirmed_is_removed_after_a_day(browse, commune):
    browse(root()).post(IMPORT, {"file": _upload(book(MOI))})
    assert upload.drop_old(clock.real_now()) == 0
    assert upload.drop_old(clock.real_now() + upload.LASTS * 2) == 1


def test_no_name_reads_a_file_that_is_none_of_these(tmp_path):
    default_storage.save("reports/secret.xlsx", BytesIO(b"x"))
    assert upload.kept("reports/secret.xlsx") is None
    assert upload.kept("") is None


def test_the_command_shows_and_carries_out(tmp_path, commune):
    file = tmp_path / "a.xlsx"
    file.write_bytes(book(MOI).read())
    assert _command(file)["created"] == 1
    assert not Invitation.objects.exists()
    assert _command(file, "--commit")["messages"] == []
    assert Invitation.objects.get().starts_on == date(2021, 6, 16)
    assert _command(file, "--commit")["unchanged"] == 1


def test_the_command_lists_refusals(tmp_path, commune):
    file = tmp_path / "a.xlsx"
    file.write_bytes(book(MOI, with_cells(email="hai@x.example", code="99999")).read())
    with pytest.raises(RefusalsListed) as refusal:
        _command(file, "--commit")
    (message,) = refusal.value.answer["messages"]
    assert (message["cell"], message["level"], message["code"]) == ("D3", "error", "unknown-agency")
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"%PDF-1.7"])
def test_the_command_refuses_what_is_no_list(content, tmp_path, commune):
    file = tmp_path / "a.xlsx"
    file.write_bytes(content)
    with pytest.raises(BadInput):
        _command(file)
    with pytest.raises(BadInput):
        _command(tmp_path / "none.xlsx")


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2200, 1, 1)), st.text("aĐ ộ@.0=\u200b\n", max_size=12),
    st.sampled_from(["moi@x.example", "30340", "II. Nhóm", "x", "Tổng cộng"]),
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, max_size=9), max_size=5))
def test_whatever_the_cells_hold_it_is_told_and_nothing_breaks(rows, commune):
    try:
        found = judged(*rows)
    except SheetRefused:
        return
    counts = found.counts()
    parts = ("created", "updated", "unchanged", "refused")
    doubles = sum(one.code == "duplicate" for one in found.messages)
    assert sum(counts[name] for name in parts) + doubles == counts["rows"]


def test_three_hundred_rows_cost_as_many_questions_as_one(commune, django_assert_max_num_queries):
    rows = [with_cells(email=f"p{place}@x.example") for place in range(300)]
    file, one = book(*rows), make.province()
    with django_assert_max_num_queries(8):
        assert read_accounts(file, province=one, at=make.NOW).counts()["created"] == 300


def _upload(file):
    return SimpleUploadedFile("danh-sach.xlsx", file.read())


def _command(file, *options):
    out = StringIO()
    call_command("import_accounts", str(file), *options, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def test_a_new_title_is_shown_old_and_new_kept_in_the_journal_and_given_once(commune):
    lan = make.officer(commune, email="moi@x.example", full_name="Lê Văn Mới")
    Post.objects.filter(user=lan).update(title="Công chức")
    found = judged(MOI)
    assert [(one.does, one.changes) for one in found.planned] == [
        ("updated", {"Chức vụ": ("Công chức", "Thư ký ISO")})
    ]
    carry_out(found, by=root(), at=make.NOW)
    assert lan.posts.get().title == "Thư ký ISO"
    assert Entry.objects.get(verb="post-changed").changes == {"title": ["Công chức", "Thư ký ISO"]}
    assert judged(MOI).planned[0].does == "unchanged"


def test_an_empty_title_changes_nothing(commune):
    lan = make.officer(commune, email="moi@x.example", full_name="Lê Văn Mới")
    Post.objects.filter(user=lan).update(title="Công chức")
    assert judged(with_cells(title="")).planned[0].does == "unchanged"


def test_the_coloured_copy_names_every_wrong_cell(browse, commune):
    clerk = browse(root())
    assert clerk.get(f"{IMPORT}marked.xlsx").status_code == 404
    sent = book(with_cells(email="khong-phai-thu"), with_cells(code="99999"))
    page = clerk.post(IMPORT, {"file": SimpleUploadedFile("ds.xlsx", sent.read())})
    assert f'href="{IMPORT}marked.xlsx"' in page.content.decode()
    copy = load_workbook(BytesIO(clerk.get(f"{IMPORT}marked.xlsx").content))
    assert copy.sheetnames[0] == "Lỗi"
    assert copy["Sheet"]["C2"].comment
    assert copy["Sheet"]["D3"].comment
    assert not copy["Sheet"]["B2"].comment
    assert clerk.post(f"{IMPORT}confirm/").url == IMPORT
    assert not Invitation.objects.exists()

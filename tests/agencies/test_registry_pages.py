"""The import as a person goes through it: upload, preview, confirm; and the export."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from agencies.actions.registry_import import import_registry, preview_registry
from agencies.models import Agency, RegistryFile
from isotrack.journal.models import Entry
from tests import make
from tests.agencies.registry_books import TODAY, book, data_of, outcomes, reading

pytestmark = pytest.mark.django_db
UPLOAD = "/agencies/import/"
GOOD = ["30341", "Ủy ban nhân dân xã Phú Hội", "886", "UBND cấp xã", "2d", "có", None]
BAD = ["30342", "UBND xã Nhơn Hội", "Sở lạ", "sao", "2e", None, None]


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("isotrack.kit.clock.now", lambda: make.NOW)


@pytest.fixture
def district():
    return make.district(code="886")


@pytest.fixture
def clerk(client, district):
    user = make.staff()
    client.force_login(user)
    return user


def send(client, *rows, on="16/06/2021", content=None, name="danh-sach.xlsx"):
    file = SimpleUploadedFile(name, content if content is not None else data_of(book(*rows)))
    return client.post(UPLOAD, {"file": file, "on": on})


def sent(client, *rows, **options):
    """The address of the preview."""
    return send(client, *rows, **options)["Location"]


def confirmed(client, address):
    seen = client.get(address).context["seen"]
    return client.post(f"{address}confirm/", {"seen": seen}, follow=True)


def test_nothing_is_saved_before_the_confirmation(client, clerk):
    page = client.get(sent(client, GOOD))
    assert "Xác nhận nhập" in page.content.decode()
    assert not Agency.objects.filter(code="30341").exists()


def test_the_file_that_was_seen_is_written(client, clerk):
    page = confirmed(client, sent(client, GOOD))
    assert "Đã nhập" in page.content.decode()
    assert Agency.objects.get(code="30341").name == "Ủy ban nhân dân xã Phú Hội"
    entry = Entry.objects.get(verb="agency-founded", about_label="UBND xã Phú Hội")
    assert (entry.actor, entry.reason) == (clerk.get_full_name(), "Nhập từ tệp danh-sach.xlsx")


def test_a_file_with_an_error_cannot_be_confirmed(client, clerk):
    address = sent(client, GOOD, BAD)
    page = client.get(address)
    assert "mở khi không còn ô sai" in page.content.decode()
    client.post(f"{address}confirm/", {"seen": page.context["seen"]})
    assert not Agency.objects.filter(code="30341").exists()
    assert RegistryFile.objects.get().state == "waiting"


def test_every_error_stands_with_its_cell_reason_and_suggestion(client, clerk):
    text = client.get(sent(client, BAD)).content.decode()
    for said in ("C2", "D2", "E2", "Không có cơ quan cấp trên “Sở lạ”", "Chỉ nhận: 1a, 1b"):
        assert said in text


def test_a_change_meanwhile_shows_the_new_outcome_and_saves_nothing(client, clerk, district):
    address = sent(client, GOOD)
    seen = client.get(address).context["seen"]
    make.agency("Ủy ban nhân dân xã Phú Hội", code="30341", superior=district, contact="")
    answer = client.post(f"{address}confirm/", {"seen": seen})
    assert answer.status_code == 409
    assert "đã thay đổi sau khi" in answer.content.decode()
    assert RegistryFile.objects.get().state == "waiting"


def test_a_confirmation_that_saw_nothing_saves_nothing(client, clerk):
    assert client.post(f"{sent(client, GOOD)}confirm/").status_code == 409
    assert not Agency.objects.filter(code="30341").exists()


def test_two_confirmations_write_once(client, clerk):
    address = sent(client, GOOD)
    seen = client.get(address).context["seen"]
    for _time in range(2):
        client.post(f"{address}confirm/", {"seen": seen})
    assert Entry.objects.filter(about_label="UBND xã Phú Hội").count() == 1


def test_a_dropped_file_is_gone(client, clerk):
    address = sent(client, GOOD)
    client.post(f"{address}drop/")
    assert RegistryFile.objects.get().state == "dropped"
    assert client.post(f"{address}confirm/", {"seen": "x"}).status_code == 302
    assert not Agency.objects.filter(code="30341").exists()


def test_a_new_upload_drops_the_one_before(client, clerk):
    first = sent(client, GOOD)
    sent(client, GOOD)
    assert RegistryFile.objects.filter(state="waiting").count() == 1
    assert "đã được bỏ" in client.get(first).content.decode()


def test_another_clerk_does_not_see_the_file(client, clerk):
    address = sent(client, GOOD)
    client.force_login(make.staff())
    assert client.get(address).status_code == 404
    assert client.post(f"{address}confirm/").status_code == 404


def test_a_file_that_was_tampered_with_is_refused(client, clerk):
    address = sent(client, GOOD)
    RegistryFile.objects.update(sha256="0" * 64)
    page = client.get(address, follow=True)
    assert "không còn nguyên vẹn" in page.content.decode()


def test_a_day_to_come_is_refused(client, clerk):
    answer = send(client, GOOD, on="17/06/2021")
    assert answer.status_code == 422
    assert "muộn nhất là hôm nay" in answer.content.decode()


def test_what_is_no_workbook_is_refused_at_the_field(client, clerk):
    answer = send(client, content=b"not a workbook")
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not RegistryFile.objects.exists()


def test_the_coloured_copy_lists_every_error(client, clerk):
    answer = client.get(f"{sent(client, BAD)}marked.xlsx")
    made = load_workbook(BytesIO(answer.content))
    assert made.sheetnames == ["Lỗi", "Cơ quan"]
    assert "Sở lạ" in made["Cơ quan"]["C2"].comment.text


# Out


def test_the_export_imports_back_unchanged(client, clerk, district):
    make.agency(superior=district, code="30340", short_name="Khánh An")
    answer = client.get(reverse("agencies:registry-export"))
    found = preview_registry(reading(answer.content), by=clerk, on=TODAY)
    assert set(outcomes(found)) == {"unchanged"}
    assert len(found.lines) == Agency.objects.count()
    assert found.messages == []


def test_the_export_follows_the_filters_of_the_list(client, clerk, district):
    make.agency(superior=district, code="30340")
    answer = client.get(reverse("agencies:registry-export"), {"q": "khanh an"})
    rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].values)
    assert [row[0] for row in rows] == ["Mã", "30340"]


def test_an_export_in_english_imports_back_too(client, clerk, district):
    client.cookies["django_language"] = "en"
    answer = client.get(reverse("agencies:registry-export"))
    assert set(outcomes(preview_registry(reading(answer.content), by=clerk, on=TODAY))) == {"unchanged"}


def test_an_export_holds_text_and_offers_choices(client, clerk, district):
    Agency.objects.filter(pk=district.pk).update(short_name="=1+1")
    page = load_workbook(BytesIO(client.get(reverse("agencies:registry-export")).content)).worksheets[0]
    cells = {cell.value: cell for row in page.iter_rows() for cell in row}
    assert cells["886"].data_type == "s"
    assert cells["=1+1"].data_type == "s" and cells["=1+1"].quotePrefix
    assert page.freeze_panes == "A2"
    assert len(page.data_validations.dataValidation) == 6


@pytest.mark.parametrize("rows", [3, 30])
def test_an_export_costs_the_same_whatever_its_length(
    client, clerk, district, rows, django_assert_max_num_queries
):
    for number in range(rows):
        make.agency(f"Ủy ban nhân dân xã {number}", superior=district)
    with django_assert_max_num_queries(8):
        client.get(reverse("agencies:registry-export"))


def statements(rows, connection):
    from django.db import connection as db
    from django.test.utils import CaptureQueriesContext

    made = reading(book(*rows))
    with CaptureQueriesContext(db) as queries:
        import_registry(made, by=None, at=make.NOW, on=TODAY, reason="")
    return len(queries)


def many(number, *, start=0, contact=None):
    return [
        [f"N{start + step:05}", f"UBND xã Số {start + step}", "886", "UBND cấp xã", "2d"]
        for step in range(number)
    ]


def test_entering_costs_the_same_for_20_and_for_2000(district):
    assert statements(many(20), None) == statements(many(2000, start=100), None)


def test_changing_costs_the_same_for_20_and_for_600(district):
    import_registry(reading(book(*many(620))), by=None, at=make.NOW, on=TODAY, reason="")
    Agency.objects.filter(code__startswith="N").update(mandate="mandatory")
    from agencies.models import Standing

    Standing.objects.filter(agency__code__startswith="N").update(starts_on="2020-01-01")
    changed = [[*row[:5], "không"] for row in many(620)]
    assert statements(changed[:20], None) == statements(changed[20:], None)

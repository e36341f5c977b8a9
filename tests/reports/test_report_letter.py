"""The report as an official document: number, symbol, date and signer from the agency's own register."""

from datetime import date

import pytest

from isotrack.journal.models import Entry
from reports.actions.review import accept
from tests import make
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
TYPED = {
    "number": "45",
    "symbol": "BC-UBND",
    "dated": "15/6/2021",
    "signer": "Trần Văn Thọ",
    "position": "Chủ tịch",
}


@pytest.fixture
def lan(now, browse):
    now("2021-06-16 08:00")
    commune = make.agency(on=date(2019, 1, 1))
    officer = make.officer(commune)
    return browse(officer), make.report(commune)


def record(client, report, **typed):
    return client.post(f"/reports/{report.pk}/letter/", TYPED | typed)


def test_a_number_is_recorded_with_its_date_and_signer(lan):
    client, report = lan
    assert record(client, report).status_code == 302
    report.refresh_from_db()
    assert (report.letter_number, report.letter_symbol, report.letter_dated) == (
        45,
        "BC-UBND",
        date(2021, 6, 15),
    )
    assert (report.letter_signer, report.letter_position) == ("Trần Văn Thọ", "Chủ tịch")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": "0"}, "Số văn bản bắt đầu từ 1."),
        ({"number": "45/BC"}, "Số văn bản là một số nguyên"),
        ({"symbol": "BC/UBND"}, "không có dấu cách và dấu gạch chéo"),
        ({"dated": "17/6/2021"}, "không được sau hôm nay (16/6/2021)"),
        ({"dated": "31/12/2019"}, "Báo cáo năm 2020 không thể ký trước năm 2020"),
        ({"signer": " "}, "Ghi họ và tên người ký."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_kept(lan, typed, said):
    client, report = lan
    answer = record(client, report, **typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="Chủ tịch"' in words(answer)
    report.refresh_from_db()
    assert report.letter_number is None


def test_a_correction_is_in_the_journal_with_old_and_new(lan):
    client, report = lan
    record(client, report)
    record(client, report, number="46")
    assert Entry.objects.filter(verb="report-numbered").first().changes == {"letter_number": [45, 46]}


def test_the_form_starts_from_what_was_signed_the_year_before(lan):
    client, report = lan
    before = make.report(report.agency, make.cycle(year=2019))
    record(client, before, dated="15/6/2020")
    page = words(client.get(f"/reports/{report.pk}/letter/"))
    assert 'value="BC-UBND"' in page
    assert 'value="Trần Văn Thọ"' in page
    assert 'value="45"' not in page


def test_an_accepted_report_keeps_its_number(lan):
    client, report = lan
    make.report(report.agency, report.cycle, sent="2021-06-15")
    accept(report, by=make.staff(), at=make.NOW)
    answer = record(client, report)
    assert answer.status_code == 409
    assert "không đổi số văn bản được nữa" in words(answer)
    assert 'value="45"' in words(answer)

"""The letter that was signed: what is put down, who is mailed it, who may open it."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError

from isotrack.journal.deliver import deliver_owed
from isotrack.journal.models import Entry, Notice
from isotrack.kit.states import WrongState
from reports.actions.directive import cancel_duty
from reports.models import DirectiveDuty
from tests import make
from tests.make import at
from tests.reports import letters

pytestmark = pytest.mark.django_db
WHEN = at("2021-07-12 10:00")


@pytest.fixture
def hoa():
    """The officer of Sở Nội vụ; made after the duty, for the department has to be there first."""
    duty = letters.duty()
    return make.officer(duty.superior, full_name="Đặng Văn Hòa")


@pytest.fixture
def duty(hoa):
    return DirectiveDuty.objects.get()


def test_the_duty_is_done_with_number_day_signer_and_scan(duty, hoa):
    duty = letters.written(duty, by=hoa)
    assert (duty.state, duty.letter_code, duty.recorded_by) == ("done", "812/SNV-VP", hoa)
    assert duty.scan.read() == letters.PDF


def test_the_journal_says_who_put_down_which_letter(duty, hoa):
    letters.written(duty, by=hoa)
    entry = Entry.objects.get(verb="duty-recorded")
    assert entry.actor == "Đặng Văn Hòa"
    assert entry.changes["letter_number"] == [None, "812"]


def test_each_agency_of_the_letter_is_mailed_it_with_the_scan(duty, hoa, mailoutbox):
    letters.written(duty, by=hoa)
    deliver_owed(WHEN)
    mails = {mail.to[0]: mail for mail in mailoutbox if "812/SNV-VP" in mail.subject}
    assert set(mails) == {"btg@agency.example", "ccvtlt@agency.example"}
    assert mails["btg@agency.example"].attachments == [("812-SNV-VP.pdf", letters.PDF, "application/pdf")]


def test_nobody_is_mailed_the_letter_twice(duty, hoa, mailoutbox):
    letters.written(duty, by=hoa)
    for _run in range(2):
        deliver_owed(WHEN)
    assert Notice.objects.of_voice("directive-letter").count() == 2
    assert len([mail for mail in mailoutbox if "812" in mail.subject]) == 2


def test_a_scan_too_big_for_a_mail_goes_as_a_link(duty, hoa, mailoutbox, monkeypatch):
    monkeypatch.setattr("reports.mails_directive.LARGEST_ATTACHED", 5)
    letters.written(duty, by=hoa)
    deliver_owed(WHEN)
    mail = next(mail for mail in mailoutbox if "812" in mail.subject)
    assert mail.attachments == []
    assert f"/discipline/duties/{duty.pk}/scan/" in mail.body


def test_the_planned_reminder_of_the_superior_is_dropped(duty, hoa, mailoutbox):
    letters.written(duty, by=hoa)
    deliver_owed(WHEN)
    assert Notice.objects.get(voice="directive-duty").state == "skipped"


def test_a_letter_is_put_down_once(duty, hoa):
    letters.written(duty, by=hoa)
    with pytest.raises(WrongState, match="không còn mở"):
        letters.written(duty, by=hoa, number=813)
    duty.refresh_from_db()
    assert duty.letter_number == 812


def test_no_letter_is_put_down_for_a_duty_that_was_taken_back(duty, hoa):
    cancel_duty(duty, by=make.staff(), at=WHEN, reason="Đã nhắc.")
    with pytest.raises(WrongState):
        letters.written(duty, by=hoa)
    assert not duty.scan


@pytest.mark.parametrize("dated", [date(2021, 7, 13), date(2021, 6, 29)])
def test_a_day_to_come_or_before_anybody_was_late_is_refused(duty, hoa, dated):
    with pytest.raises(ValidationError):
        letters.written(duty, by=hoa, dated=dated)
    assert Notice.objects.of_voice("directive-letter").count() == 0


def open_to(person):
    return set(DirectiveDuty.objects.readable_by(person).values_list("pk", flat=True))


def test_only_who_it_concerns_may_open_a_letter(duty, hoa):
    named = duty.items.get(kind="late").report.agency
    letters.written(duty, by=hoa)
    stranger = make.officer(make.department("Sở Tư pháp"))
    assert open_to(make.officer(named)) == open_to(hoa) == open_to(make.staff()) == {duty.pk}
    assert open_to(stranger) == open_to(make.staff(make.province("91", "Ủy ban nhân dân tỉnh K"))) == set()


def test_before_it_is_put_down_nobody_has_a_letter_to_open(duty, hoa):
    named = duty.items.get(kind="late").report.agency
    assert open_to(make.officer(named)) == open_to(hoa) == set()


def test_the_scan_is_a_download_with_the_name_it_had(duty, hoa, browse):
    letters.written(duty, by=hoa)
    answer = browse(hoa).get(f"/discipline/duties/{duty.pk}/scan/")
    assert answer["Content-Disposition"] == 'attachment; filename="812-SNV-VP.pdf"'
    assert b"".join(answer.streaming_content) == letters.PDF


def test_an_officer_records_it_on_the_page(duty, hoa, browse, now):
    now("2021-07-12 10:00")
    scan = BytesIO(letters.PDF)
    scan.name = "ban-ky.pdf"
    typed = {"code": "812/SNV-VP", "dated": "12/7/2021", "signer": "Nguyễn Văn A", "position": "Giám đốc"}
    answer = browse(hoa).post(f"/discipline/duties/{duty.pk}/", typed | {"scan": scan}, follow=True)
    assert "Đã ghi văn bản số 812/SNV-VP" in answer.content.decode()
    duty.refresh_from_db()
    assert (duty.letter_dated, duty.scan_name) == (date(2021, 7, 12), "ban-ky.pdf")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("code", "SNV-VP", "ví dụ 812/SNV-VP"),
        ("code", "0/SNV-VP", "ví dụ 812/SNV-VP"),
        ("dated", "13/7/2021", "không thể sau hôm nay"),
        ("dated", "29/6/2021", "ngày ký phải sau ngày đó"),
        ("signer", "", "họ và tên người ký"),
        ("scan", b"PK\x03\x04", "không phải là PDF"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(field, typed, said, duty, hoa, browse, now):
    now("2021-07-12 10:00")
    scan = BytesIO(typed if field == "scan" else letters.PDF)
    scan.name = "ban-ky.pdf"
    values = {"code": "812/SNV-VP", "dated": "12/7/2021", "signer": "Nguyễn Văn A", "position": "Giám đốc"}
    answer = browse(hoa).post(f"/discipline/duties/{duty.pk}/", values | {field: typed} | {"scan": scan})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert 'value="Giám đốc"' in answer.content.decode()


def test_who_comes_second_is_told_so_and_changes_nothing(duty, hoa, browse, now):
    now("2021-07-12 10:00")
    letters.written(duty, by=hoa)
    scan = BytesIO(letters.PDF)
    scan.name = "ban-ky.pdf"
    typed = {"code": "813/SNV-VP", "dated": "12/7/2021", "signer": "Trần B", "position": "Giám đốc"}
    answer = browse(hoa).post(f"/discipline/duties/{duty.pk}/", typed | {"scan": scan})
    assert answer.status_code == 409
    assert "không còn mở" in answer.content.decode()
    assert DirectiveDuty.objects.get().letter_number == 812

"""The mails as they are read, word for word; ISOTRACK_WRITE_GOLDEN=1 writes the files anew."""

import os
import re
from pathlib import Path

import pytest

from isotrack.journal.models import Notice
from reports.actions.reminder import remind
from reports.actions.review import extend
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "mail"


def agrees(name, mail):
    """Compare subject and text with the golden file; numbers of rows and addresses vary from run to run."""
    text = re.sub(r"(127\.0\.0\.1:)\d+", r"\g<1>8000", f"{mail.subject}\n\n{mail.body}")
    text = re.sub(r"/reports/\d+/", "/reports/17/", text)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ISOTRACK_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture
def commune():
    district = make.district(reports_annually=False)
    return make.agency(superior=district, code="30340")


@pytest.fixture
def cycle(commune):
    opened = make.cycle(commune.province)
    opened.documents.add(
        make.document("1141/UBND-TH", issued_on=at("2020-10-28").date(), issuer="UBND tỉnh An Giang")
    )
    return opened


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("reminder_30_before", "2021-05-30 07:00"),
        ("reminder_7_before", "2021-06-22 07:00"),
        ("reminder_1_before", "2021-06-28 07:00"),
        ("reminder_last_day", "2021-06-29 07:00"),
        ("reminder_3_after", "2021-07-02 09:30"),
    ],
)
def test_the_agency_is_reminded(name, when, cycle, commune, mailoutbox):
    remind(as_of=at(when))
    agrees(name, next(mail for mail in mailoutbox if mail.to == [commune.contact_email]))


def test_the_agency_is_told_its_extended_deadline_and_of_its_draft(cycle, commune, mailoutbox, settings):
    settings.REPLY_TO = "iso@angiang.example"
    report = make.report(commune, cycle, state="draft", saved_at=at("2021-06-16 10:12"))
    until = {"until": at("2021-07-20").date(), "document": make.document(), "reason": "Lũ"}
    extend(report, by=make.staff(email=""), at=at("2021-06-20"), **until)
    remind(as_of=at("2021-07-13 07:00"))
    agrees("reminder_extended", next(mail for mail in mailoutbox if mail.to == [commune.contact_email]))


def behind(cycle, commune):
    """One more commune that never sent, and one that sent three days late."""
    for name in ("Ủy ban nhân dân xã Phú Hội", "Ủy ban nhân dân xã Quốc Thái"):
        make.agency(name, superior=commune.superior)
    late = make.cycle(commune.province).reports.get(agency_name__endswith="Quốc Thái")
    make.report(late.agency, cycle, sent="2021-07-02 14:00")


def test_the_superior_is_told_who_is_missing_and_who_was_late(cycle, commune, mailoutbox):
    behind(cycle, commune)
    remind(as_of=at("2021-07-06 07:00"))
    agrees("superior", next(mail for mail in mailoutbox if mail.to == [commune.superior.contact_email]))


def test_the_department_is_told_how_the_cycle_stands(cycle, commune, mailoutbox):
    behind(cycle, commune)
    binh = make.staff()
    remind(as_of=at("2021-07-06 07:00"))
    agrees("digest", next(mail for mail in mailoutbox if mail.to == [binh.email]))


def test_names_are_written_plainly_in_text_and_safely_in_html(mailoutbox):
    make.agency("Trung tâm Nước & Vệ sinh <nông thôn>")
    make.cycle()
    remind(as_of=at("2021-06-22 07:00"))
    html = mailoutbox[0].alternatives[0].content
    assert "Kính gửi: Trung tâm Nước & Vệ sinh <nông thôn>" in mailoutbox[0].body
    assert "Trung tâm Nước &amp; Vệ sinh &lt;nông thôn&gt;" in html


@pytest.mark.parametrize("voice", ["report-reminder", "superior-reminder", "report-digest"])
def test_the_html_says_the_same_sentences_without_tables_and_pictures(voice, cycle, commune, mailoutbox):
    make.staff()
    remind(as_of=at("2021-07-06 07:00"))
    html = Notice.objects.filter(voice=voice).first().body_html
    assert "trước ngày 30/6/2021 (hết ngày 29/6/2021)" in html
    assert "http://127.0.0.1" in html
    assert not re.search(r"<(table|img|script|link)\b", html)


def test_the_link_leads_straight_into_the_draft(cycle, commune, mailoutbox, browse, now):
    now("2021-06-22 08:00")
    remind(as_of=at("2021-06-22 07:00"))
    report = make.report(commune, cycle)
    path = re.search(r"http://127\.0\.0\.1:\d+(/\S+)", mailoutbox[0].body)[1]
    assert path == f"/reports/{report.pk}/fill/"
    assert browse(make.officer(commune)).get(path, follow=True).status_code == 200

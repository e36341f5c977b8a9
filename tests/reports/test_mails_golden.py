"""The mails as they are read, word for word; ISOTRACK_WRITE_GOLDEN=1 writes the files anew."""

import os
import re
from pathlib import Path

import pytest

from agencies.models import Role
from isotrack.journal.models import Notice
from reports.actions.reminder import remind
from reports.actions.review import extend
from reports.models import ReminderRule
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "mail"


def agrees(name, mail):
    """Compare subject and text with the golden file; numbers of rows and addresses vary from run to run."""
    text = re.sub(r"(127\.0\.0\.1:)\d+", r"\g<1>8000", f"{mail.subject}\n\n{mail.body}")
    text = re.sub(r"/go/[^/\s]+/", "/go/TOKEN/", re.sub(r"/reports/\d+/", "/reports/17/", text))
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


def head(agency):
    """The chairman of the commune."""
    person = make.user(Role.OFFICER, agency, full_name="Lê Văn Đầu")
    person.posts.update(is_head=True, is_responsible=False)
    return person


def test_the_head_is_told_that_nothing_was_sent(cycle, commune, mailoutbox):
    chairman = head(commune)
    ReminderRule.objects.create(province=cycle.province, audience="head", offset=1)
    remind(as_of=at("2021-06-30 07:00"))
    agrees("head", next(mail for mail in mailoutbox if mail.to == [chairman.email]))


def test_the_head_is_told_that_a_report_waits(cycle, commune, mailoutbox):
    chairman, lan = head(commune), make.officer(commune)
    make.report(commune, cycle, state="pending", pending_at=at("2021-06-27 16:05"), pending_by=lan)
    remind(as_of=at("2021-06-28 07:00"))
    agrees("head_waiting", next(mail for mail in mailoutbox if mail.to == [chairman.email]))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_rule_says_it_in_its_own_words(language, cycle, commune, mailoutbox, settings):
    settings.REPLY_TO = "iso@angiang.example"
    make.officer(commune, language=language)
    texts = {
        "subject_vi": "{con_lai} để gửi báo cáo năm {nam}",
        "text_vi": "Kính gửi {co_quan},\n\nHạn gửi {han_trong_loi}. Mở báo cáo: {lien_ket}\n\n{so_khcn}",
        "subject_en": "{so_ngay} days left for the report of {nam}",
        "text_en": "To {co_quan},\n\nDue {han_trong_loi}. Open the report: {lien_ket}\n\n{so_khcn}",
    }
    ReminderRule.objects.filter(province=cycle.province, offset=-7).update(**texts)
    remind(as_of=at("2021-06-22 07:00"))
    agrees(f"own_words_{language}", next(m for m in mailoutbox if m.to == [commune.contact_email]))


def test_only_the_digest_can_be_switched_off_from_the_mail(cycle, commune, mailoutbox):
    make.staff()
    remind(as_of=at("2021-07-06 07:00"))
    offered = {mail.subject: mail.extra_headers.get("List-Unsubscribe", "") for mail in mailoutbox}
    assert sorted(bool(link) for link in offered.values()) == [False, False, True]
    assert next(link for link in offered.values() if link).endswith("/notices/digest/>")


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

"""The mails about letters as they are read, word for word; ISOTRACK_WRITE_GOLDEN=1 writes the files anew."""

import re

import pytest

from isotrack.journal.deliver import deliver_owed
from reports.actions.overdue import flag_overdue
from tests import make
from tests.make import at
from tests.reports import letters
from tests.reports.test_mails_golden import agrees

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty():
    return letters.duty()


def mail_to(address, mailoutbox):
    return next(mail for mail in reversed(mailoutbox) if mail.to == [address])


def reads_as(name, mail):
    """Numbers of duties vary from run to run."""
    mail.body = re.sub(r"/duties/\d+/", "/duties/17/", mail.body)
    agrees(name, mail)


def test_the_superior_is_told_what_it_owes(duty, mailoutbox):
    deliver_owed(letters.CLOSING)
    reads_as("directive_duty", mail_to(duty.superior.contact_email, mailoutbox))


def test_the_superior_is_reminded_when_it_is_overdue(duty, mailoutbox):
    flag_overdue(as_of=at("2021-07-20 08:00"))
    deliver_owed(at("2021-07-20 08:00"))
    reads_as("directive_overdue", mail_to(duty.superior.contact_email, mailoutbox))


@pytest.mark.parametrize(
    ("name", "address"), [("late", "btg@agency.example"), ("missing", "ccvtlt@agency.example")]
)
def test_an_agency_is_sent_the_letter_written_to_it(name, address, duty, mailoutbox):
    letters.written(duty, by=make.staff())
    deliver_owed(at("2021-07-12 10:00"))
    reads_as(f"directive_letter_{name}", mail_to(address, mailoutbox))


def test_the_html_says_the_same_sentences_and_leads_there(duty, mailoutbox):
    deliver_owed(letters.CLOSING)
    html = mail_to(duty.superior.contact_email, mailoutbox).alternatives[0].content
    assert "trước ngày 20/7/2021 (hết ngày 19/7/2021)" in html
    assert f"/discipline/duties/{duty.pk}/" in html

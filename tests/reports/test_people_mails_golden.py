"""The mails about people word for word; ISOTRACK_WRITE_GOLDEN=1 writes the files anew."""

import os
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core import mail

from agencies.actions.invitation import invite
from agencies.actions.person import hand_over
from agencies.models import AbsenceRule, Role, User
from isotrack.journal.deliver import deliver_owed
from reports.actions.people import keep_people
from tests import make

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "mail"


@pytest.fixture(autouse=True)
def _morning(now):
    now("2021-06-16 08:00")


def agrees(name, starts):
    (found,) = [letter for letter in mail.outbox if letter.subject.startswith(starts)]
    text = re.sub(r"(127\.0\.0\.1:)\d+", r"\g<1>8000", f"{found.subject}\n\n{found.body}")
    text = re.sub(r"/accept/[^/\s]+/", "/accept/TOKEN/", re.sub(r"/people/\d+/", "/people/17/", text))
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ISOTRACK_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_somebody_is_invited():
    who = {"full_name": "Lê Văn Mới", "email": "moi@x.example", "role": Role.OFFICER, "title": "Thư ký ISO"}
    invite(by=None, at=make.NOW, agency=make.agency(), starts_on=date(2021, 7, 1), **who)
    deliver_owed(make.NOW)
    agrees("invitation", "Mời mở tài khoản")


def test_a_newcomer_is_told_what_waits():
    lan = make.officer(make.agency())
    make.cycle()
    nam = make.officer(make.department(), full_name="Phạm Văn Nam")
    hand_over(lan.post, by=None, at=make.NOW, last_day=date(2021, 6, 15), successor=nam)
    deliver_owed(make.NOW)
    agrees("handover", "Nhận nhiệm vụ")


def test_somebody_absent_is_warned_and_the_department_hears_of_who_is_needed():
    AbsenceRule.objects.create(province=make.province(), role="officer", locks_after=180)
    lan = make.officer(make.agency(), username="lan", last_login=make.at("2021-01-01"))
    make.staff(last_login=make.at("2021-06-01"))
    User.objects.get_queryset().filter(pk=lan.pk).update(date_joined=make.at("2020-01-01"))
    make.cycle()
    for day in ("2021-06-23", "2021-06-30"):
        keep_people(as_of=make.at(day))
        deliver_owed(make.at(day) + timedelta(hours=1))
    agrees("absence_warning", "Tài khoản IsoTrack")
    agrees("absence_kept", "Lâu không đăng nhập")

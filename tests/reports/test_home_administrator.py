"""The home of an administrator: accounts and mail, no report."""

import pytest

from agencies.models import Role
from isotrack.journal.models import Notice
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(now):
    now("2021-06-16 08:00")
    return make.user(Role.ADMINISTRATOR, make.department())


def test_accounts_in_use_are_counted_by_role(admin, browse):
    make.officer(make.agency())
    make.officer(make.agency("Ủy ban nhân dân xã Phú Hội"), is_active=False)
    counts = {line.value: line.count for line in browse(admin).get("/").context["home"].roles}
    assert (counts["officer"], counts["administrator"], counts["leader"]) == (1, 1, 0)


def test_the_mail_of_the_last_seven_days_is_counted(admin, browse):
    shared = {"voice": "v", "step": "s", "recipient": "a@b.example", "province": str(make.province().pk)}
    for about, sent in (("a", "2021-06-15 07:00"), ("b", "2021-06-01 07:00")):
        moment = make.at(sent)
        Notice.objects.create(about=about, planned_for=moment, state="sent", sent_at=moment, **shared)
    mail = browse(admin).get("/").context["home"].mail
    assert (mail["sent"], mail["failed"], mail["owed"]) == (1, 0, 0)


def test_no_report_is_shown(admin, browse):
    commune = make.agency("Ủy ban nhân dân xã Khánh An")
    make.report(commune, sent="2021-06-01 09:00")
    assert "Khánh An" not in browse(admin).get("/").content.decode()

"""Who was told about a report: its agency, its superior, and by the superior's own letter."""

import pytest

from agencies.models import Agency
from isotrack.journal.models import Notice
from reports.actions.directive import cancel_duty, open_duty
from reports.actions.reminder import remind
from reports.told import told_of
from tests import make
from tests.make import at
from tests.reports import letters
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
LATER = at("2021-07-20 08:00")


@pytest.fixture
def season():
    """Sở Nội vụ and its agencies through the first week after the deadline, with every mail sent."""
    above, cycle = letters.home_affairs()
    Agency.objects.filter(pk=above.pk).update(contact_email="snv@agency.example")
    for when in ("2021-06-30 08:00", "2021-07-06 08:00"):
        remind(as_of=at(when))
    return above, cycle


def of(cycle, name, user=None, as_of=LATER):
    report = cycle.reports.select_related("superior").get(agency__name=name)
    return told_of(report, user or make.staff(), as_of)


@pytest.mark.parametrize(
    ("name", "sent", "to_superior"),
    [("Chi cục Văn thư - Lưu trữ", 2, 2), ("Ban Tôn giáo", 1, 1), ("Ban Thi đua - Khen thưởng", 0, 0)],
)
def test_a_mail_to_the_superior_counts_where_this_report_was_behind(season, name, sent, to_superior):
    _above, cycle = season
    kept = of(cycle, name)
    assert (kept.sent, kept.superior, kept.superior_sent) == (sent, "Sở Nội vụ", to_superior)


def test_what_was_not_sent_by_then_was_not_said(season):
    _above, cycle = season
    kept = of(cycle, "Chi cục Văn thư - Lưu trữ", as_of=at("2021-07-01"))
    assert (kept.sent, kept.superior_sent) == (1, 1)


def test_a_mail_that_failed_is_counted_apart(season):
    _above, cycle = season
    report = cycle.reports.get(agency__name="Chi cục Văn thư - Lưu trữ")
    first = Notice.objects.about_thing(f"report:{report.pk}").first()
    Notice.objects.filter(pk=first.pk).update(state="failed", sent_at=None, reason="550")
    kept = of(cycle, "Chi cục Văn thư - Lưu trữ")
    assert (kept.sent, kept.failed) == (1, 1)


def test_the_page_leads_to_the_duty_of_the_superior(season, browse, now):
    above, cycle = season
    duty = open_duty(cycle, above, by=make.staff(), at=letters.CLOSING)
    now("2021-07-20 08:00")
    report = cycle.reports.get(agency__name="Ban Tôn giáo")
    own = browse(report.agency.posts.get().user).get(f"/reports/{report.pk}/why/")
    assert "chưa ban hành, hạn hết ngày 19/7/2021" in words(own)
    assert f"/discipline/duties/{duty.pk}/" not in own.content.decode()
    page = browse(make.staff()).get(f"/reports/{report.pk}/why/").content.decode()
    assert f'href="/discipline/duties/{duty.pk}/"' in page
    letters.written(duty, by=make.staff())
    assert "số 812/SNV-VP ngày 12/7/2021" in words(browse(make.staff()).get(f"/reports/{report.pk}/why/"))


def test_a_duty_that_was_cancelled_is_not_told(season):
    above, cycle = season
    duty = open_duty(cycle, above, by=make.staff(), at=letters.CLOSING)
    cancel_duty(duty, by=make.staff(), at=letters.CLOSING, reason="Đã nhắc")
    assert of(cycle, "Ban Tôn giáo").duty is None

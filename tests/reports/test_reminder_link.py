"""The link of a reminder: into the draft for its own officers, useless to anybody else."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from reports.actions.reminder import remind
from reports.deep_link import link_to
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
SENT_AT = at("2021-06-22 07:00")


@pytest.fixture
def commune():
    return make.agency(superior=make.district(reports_annually=False))


@pytest.fixture
def report(commune, now):
    now("2021-06-22 08:00")
    return make.report(commune, make.cycle(commune.province))


def test_it_leads_the_officer_to_the_first_section_with_something_left(report, commune, browse):
    client = browse(make.officer(commune))
    answer = client.get(link_to(report, SENT_AT).path, follow=True)
    assert [url for url, _status in answer.redirect_chain] == [
        f"/reports/{report.pk}/fill/",
        f"/reports/{report.pk}/fill/general/",
    ]
    assert answer.status_code == 200


def test_who_is_not_signed_in_signs_in_first_and_comes_back(report):
    path = link_to(report, SENT_AT).path
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer.url == f"/account/login/?next={path}"


@pytest.mark.parametrize("who", ["sibling", "superior", "staff"])
def test_it_is_useless_to_anybody_else(who, report, commune, browse):
    people = {
        "sibling": lambda: make.officer(make.agency("Ủy ban nhân dân xã Phú Hội")),
        "superior": lambda: make.officer(commune.superior),
        "staff": make.staff,
    }
    assert browse(people[who]()).get(link_to(report, SENT_AT).path).status_code == 404


def test_a_link_with_another_letter_in_it_leads_nowhere(report, commune, browse):
    client, link = browse(make.officer(commune)), link_to(report, SENT_AT)
    for token in (link.token[:-1] + "_", "x" + link.token, "nonsense", f"{report.pk}"):
        assert client.get(f"/go/{token}/").status_code == 404


def test_it_ends_after_sixty_days_and_says_where_the_report_is(report, commune, browse, now):
    client, path = browse(make.officer(commune)), link_to(report, SENT_AT).path
    now("2021-08-21 06:59")
    assert client.get(path).status_code == 302
    now("2021-08-21 07:00")
    answer = client.get(path)
    assert answer.status_code == 410
    assert "Liên kết này đã hết hạn" in answer.content.decode()
    assert 'href="/reports/"' in answer.content.decode()


def test_it_ends_with_the_cycle_where_that_is_sooner(report):
    late = report.cycle.locks_at - timedelta(days=3)
    assert link_to(report, late).ends_at == report.cycle.locks_at


def test_an_expired_link_tells_a_stranger_nothing(report, browse, now):
    path = link_to(report, SENT_AT).path
    now("2021-09-30 08:00")
    assert browse(make.officer(make.agency("Ủy ban nhân dân xã Phú Hội"))).get(path).status_code == 404


def test_a_report_that_was_sent_opens_as_it_is(report, commune, browse):
    make.report(commune, report.cycle, sent="2021-06-22 07:30")
    answer = browse(make.officer(commune)).get(link_to(report, SENT_AT).path, follow=True)
    assert answer.redirect_chain[-1][0] == f"/reports/{report.pk}/"


def test_every_reminder_of_a_report_carries_it(report, mailoutbox):
    remind(as_of=SENT_AT)
    found = re.search(r"http://127\.0\.0\.1:\d+(/go/\S+/)", mailoutbox[0].body)[1]
    assert found == link_to(report, SENT_AT).path
    assert found in mailoutbox[0].alternatives[0].content

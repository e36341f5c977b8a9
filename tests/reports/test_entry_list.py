"""The journal as people read it."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions.agency import set_contact
from agencies.models import Role
from isotrack.journal.record import record
from reports.actions.report import declare_nil
from reports.journal_words import VERBS, changes_in_words, show
from tests import make

pytestmark = pytest.mark.django_db

CODE = Path(__file__).resolve().parents[2]


def verbs(response):
    return [line.entry.verb for line in response.context["lines"]]


def questions(browser, url):
    browser.get(url)  # the first visit fills what each process reads once
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


def test_a_clerk_reads_who_changed_what_from_what_to_what(browse):
    agency, clerk = make.agency(contact="cu@angiang.example"), make.staff()
    set_contact(agency, by=clerk, at=make.NOW, contact_email="moi@angiang.example")
    page = browse(clerk).get("/journal/").content.decode()
    words = (
        "Đổi thư nhận tin",
        "Nguyễn Văn Bình",
        "cu@angiang.example",
        "moi@angiang.example",
        "16/06/2021 08:00",
    )
    assert all(word in page for word in words)


def test_an_administrator_reads_nothing_about_reports(browse):
    agency = make.agency()
    report = make.report(agency)
    declare_nil(report, by=make.officer(agency), at=make.NOW, reason="Mới thành lập")
    seen = verbs(browse(make.user(Role.ADMINISTRATOR, agency)).get("/journal/"))
    assert seen and not any(verb.startswith(("report", "cycle")) for verb in seen)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.FINANCE])
def test_others_do_not_read_the_journal(browse, role):
    assert browse(make.user(role, make.agency())).get("/journal/").status_code == 404


def test_another_province_has_a_journal_of_its_own(browse):
    make.agency()
    stranger = make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    labels = [line.entry.about_label for line in browse(stranger).get("/journal/").context["lines"]]
    assert "UBND xã Khánh An" not in labels


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"verb": "agency-contact-changed"}, 1),
        ({"kind": "agency", "q": "khánh an"}, 2),
        ({"q": "Nguyễn Văn Bình"}, 1),
        ({"since": "17/6/2021"}, 0),
        ({"until": "15/6/2021", "kind": "agency"}, 0),
        ({"since": "16/6/2021", "until": "16/6/2021", "q": "Khánh An"}, 2),
    ],
)
def test_each_filter_leaves_what_was_asked_for(browse, asked, expected):
    agency, clerk = make.agency(), make.staff()
    set_contact(agency, by=clerk, at=make.NOW, contact_email="moi@angiang.example")
    assert len(verbs(browse(clerk).get("/journal/", asked))) == expected


def test_a_date_that_is_none_is_told_and_narrows_nothing(browse):
    make.agency()
    response = browse(make.staff()).get("/journal/", {"since": "31/02/2021", "until": "31/12/9999"})
    assert "không có trong lịch" in response.content.decode()
    assert verbs(response)


def test_the_history_of_one_thing(browse):
    agency = make.agency()
    make.agency("Ủy ban nhân dân xã Cô Tô")
    lines = browse(make.staff()).get("/journal/", {"about": f"agency:{agency.pk}"}).context["lines"]
    assert [line.entry.about_label for line in lines] == ["UBND xã Khánh An"]


def test_answers_are_named_by_their_questions(browse):
    agency = make.agency()
    report, officer = make.report(agency), make.officer(agency)
    about = ("report", report.pk, str(report))
    changes = {"staff_total": [None, 1200], "mystery": [None, True]}
    record("report-saved", about, by=officer, at=make.NOW, province=agency.province_id, changes=changes)
    lines = browse(make.staff()).get("/journal/", {"verb": "report-saved"}).context["lines"]
    named, unnamed = lines[0].changes
    assert "Tổng số cán bộ" in str(named.label)
    assert (unnamed.label, unnamed.new) == ("mystery", "Có")


def test_fifty_entries_cost_as_many_questions_as_one(browse):
    reader = browse(make.staff())
    one = questions(reader, "/journal/")
    for place in range(49):
        make.agency(f"Ủy ban nhân dân xã Số {place}")
    assert questions(reader, "/journal/") == one


def test_values_read_as_people_write_them():
    written = [None, True, 33000000, 2020, "2021-06-30", "2021-06-30T00:00:00+07:00", [1, 2], "1141/UBND-TH"]
    assert [show(value) for value in written] == [
        "–",
        "Có",
        "33.000.000",
        "2020",
        "30/06/2021",
        "30/06/2021 00:00",
        "2 dòng",
        "1141/UBND-TH",
    ]


def test_choices_read_in_words():
    (change,) = changes_in_words("user", {"role": ["officer", "staff"]})
    assert (change.old, change.new) == ("Người phụ trách ISO", "Sở Khoa học và Công nghệ")


def test_every_verb_that_is_recorded_has_words():
    code = [path.read_text() for path in CODE.glob("*/actions/*.py")]
    code += [path.read_text() for path in (CODE / "isotrack" / "journal").glob("*.py")]
    written = set(
        re.findall(
            r'"((?:agency|account|post|document|cycle|report|notice|questionnaire)-[a-z-]+)"', "".join(code)
        )
    )
    assert written - set(VERBS) - {"report-reminder", "report-digest"} == set()

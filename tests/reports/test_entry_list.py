"""The journal as people read it."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from agencies.actions.agency import set_contact
from agencies.models import Role
from isotrack.journal.models import Entry
from isotrack.journal.record import record
from reports.actions.overdue import flag_overdue
from reports.actions.report import declare_nil
from reports.journal_words import KINDS, VERBS, changes_in_words, kind_of, lines, show
from tests import make
from tests.browser.world import AFTER
from tests.browser.world import world as make_world

pytestmark = pytest.mark.django_db

# As the code calls things: "reports_annually", "plan-drafted", "submitted"; not "pdf", a number, or a name.
IDENTIFIER = re.compile(
    r"(?!cut-off$)(?:[a-z]+[_-][a-z_-]+$|(?:draft|submitted|returned|accepted|approved|officer|staff)$)"
)
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


def test_money_is_named_by_its_line_and_its_column():
    line = "Ban Dân tộc, A – thuê tổ chức tư vấn 2020"
    changes = {f"{line} #83: estimate": [50000000, 40000000], f"{line}: source": [None, "Ngân sách (2020)"]}
    first, second = changes_in_words("plan", changes)
    assert (first.label, first.old, first.new) == (f"{line}: dự toán", "50.000.000", "40.000.000")
    assert (second.label, second.new) == (f"{line}: nguồn", "Ngân sách (2020)")


def test_every_verb_that_is_recorded_has_words():
    code = [path.read_text() for path in CODE.glob("*/actions/*.py")]
    code += [path.read_text() for path in (CODE / "isotrack" / "journal").glob("*.py")]
    told = r'(?:record|_record|_record_entry|_write|_write_all|_write_entries|entry_of)\(\s*"([a-z-]+)"'
    written = set(re.findall(told, "".join(code)))
    assert len(written) > 60  # the pattern finds them
    assert written - set(VERBS) == set()
    assert {kind_of(verb) for verb in VERBS} - set(KINDS) == set()


def test_everything_that_happens_in_a_province_reads_in_words(now):
    """No verb, kind, field or state as the code calls it, in either language."""
    now(AFTER)
    make_world()
    for language in ("vi", "en"):
        with translation.override(language):
            told = lines(list(Entry.objects.all()))
            raw = [line.entry.verb for line in told if kind_of(line.entry.verb) != line.entry.about_kind]
            raw += [
                str(words)
                for line in told
                for words in (line.verb, line.kind)
                if IDENTIFIER.match(str(words))
            ]
            raw += [
                f"{line.entry.verb} {change.label}: {change.old} → {change.new}"
                for line in told
                for change in line.changes
                if any(IDENTIFIER.match(str(said)) for said in (change.label, change.old, change.new))
            ]
            assert sorted(set(raw)) == []


def test_search_needs_no_marks_and_begins_at_a_word(browse):
    make.agency("Ủy ban nhân dân xã Khánh An")
    make.agency("Ủy ban nhân dân xã Mỹ Khánh")
    clerk = browse(make.staff())
    found = [
        len(verbs(clerk.get("/journal/", {"q": typed})))
        for typed in ("khanh an", "KHÁNH AN", "khanh", "hanh")
    ]
    assert found == [1, 1, 2, 0]


def test_flags_that_no_person_wrote_are_found_as_well(browse):
    agency = make.agency()
    make.cycle()
    flag_overdue(as_of=make.at("2021-07-05 08:00"))
    asked = {"q": "bao cao nam 2020 ubnd khanh an he thong", "verb": "report-missing"}
    assert verbs(browse(make.staff()).get("/journal/", asked)) == ["report-missing"], agency


def test_a_person_is_found_by_name_also_under_another_one(browse):
    agency, clerk = make.agency(), make.staff(full_name="Trần Thị Lan")
    set_contact(agency, by=clerk, at=make.NOW, contact_email="moi@angiang.example")
    assert verbs(browse(make.staff()).get("/journal/", {"who": "tran lan"})) == ["agency-contact-changed"]
    assert verbs(browse(make.staff()).get("/journal/", {"who": "Lê Văn Không"})) == []


def test_pages_turn_forth_and_back_without_losing_an_entry(browse):
    for place in range(120):
        make.agency(f"Ủy ban nhân dân xã Số {place}")
    clerk = browse(make.staff())
    leaves = [clerk.get("/journal/").context["leaf"]]
    while leaves[-1].older:
        leaves.append(clerk.get("/journal/", {"older": leaves[-1].older}).context["leaf"])
    there = [entry.pk for leaf in leaves for entry in leaf.entries]
    assert there == list(Entry.objects.values_list("pk", flat=True))
    back = clerk.get("/journal/", {"newer": leaves[-1].newer}).context["leaf"]
    assert back.entries == leaves[-2].entries


@pytest.mark.parametrize("asked", [{"older": "0"}, {"newer": "x"}, {"older": "9" * 30}])
def test_a_page_that_is_none_shows_the_newest(browse, asked):
    make.agency()
    clerk = browse(make.staff())
    assert verbs(clerk.get("/journal/", asked)) == verbs(clerk.get("/journal/"))


def test_the_workbook_holds_what_the_filters_leave(browse):
    agency, clerk = make.agency(contact="cu@angiang.example"), make.staff()
    set_contact(agency, by=clerk, at=make.NOW, contact_email="moi@angiang.example")
    response = browse(clerk).get("/journal/export.xlsx", {"verb": "agency-contact-changed"})
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    head, *rows = book.active.iter_rows(values_only=True)
    assert len(head) == 7 and len(rows) == 1
    assert rows[0][1:6] == (
        "Đổi thư nhận tin",
        "Cơ quan",
        "UBND xã Khánh An",
        "Nguyễn Văn Bình",
        "thư nhận tin: cu@angiang.example → moi@angiang.example",
    )


def test_too_many_for_one_workbook_are_told_what_to_do(browse, monkeypatch):
    monkeypatch.setattr("reports.views.entry.EXPORTED_UP_TO", 1)
    make.agency()
    response = browse(make.staff()).get("/journal/export.xlsx", {"kind": "agency"}, follow=True)
    assert "chọn khoảng ngày hẹp hơn" in response.content.decode()
    assert response.context["filters"].values == {"kind": "agency"}


def test_the_history_of_an_agency_holds_its_reports_for_who_reads_those(browse):
    agency = make.agency()
    declare_nil(make.report(agency), by=make.officer(agency), at=make.NOW, reason="Mới thành lập")
    url = f"/agencies/{agency.pk}/history/"
    assert verbs(browse(make.staff()).get(url)) == ["report-nil-declared", "agency-founded"]
    assert verbs(browse(make.user(Role.ADMINISTRATOR, agency)).get(url)) == ["agency-founded"]
